// Disks that come back emptied, exchanged or late, and what may not be removed meanwhile.
#include "format.h"
#include "store_fixture.h"

#include <algorithm>
#include <fstream>

namespace belfry::segments {
namespace {

namespace fs = std::filesystem;

class ReturnTest : public StoreTest {
 protected:
  fs::path descriptor_of(unsigned disk, SetId set) const {
    return folder(disk) / set_folder(set) / "descriptor";
  }
  std::vector<DiskId> disks_of(SetId set) {
    for (const SetStatus& status : store_->sets())
      if (status.set == set) return status.disks;
    return {};
  }
  bool all_complete() {
    return std::ranges::all_of(store_->sets(), [](auto& set) { return set.missing.empty(); });
  }
  // As if the disks had not been plugged in at the next start.
  void unplug(const std::vector<DiskId>& disks) {
    shut();
    for (DiskId disk : disks)
      fs::rename(folder(unsigned(disk.value)), root_ / ("aside-" + disk.text()));
  }
  void plug(const std::vector<DiskId>& disks) {
    for (DiskId disk : disks) {
      fs::remove_all(folder(unsigned(disk.value)));
      fs::rename(root_ / ("aside-" + disk.text()), folder(unsigned(disk.value)));
    }
  }
};

TEST_F(ReturnTest, ADiskThatIsEmptiedUnderwayMissesItsSetsUntilTheyAreHealed) {
  open();
  Appended record = append("precious");
  FilePosition file = write_file(pattern(3'000'000, 5));
  DiskId emptied = disks_of(record.position.set)[1];
  for (auto& entry : fs::directory_iterator(folder(unsigned(emptied.value))))
    fs::remove_all(entry.path());
  ASSERT_TRUE(run(store_->inspect_disks()));
  EXPECT_FALSE(all_complete()) << "a new life of the disk does not hold the set";
  ASSERT_TRUE(run(store_->heal()));
  EXPECT_TRUE(all_complete());
  EXPECT_EQ(healthy(run(store_->where(record.position)).value()), 3u);
  EXPECT_EQ(healthy(run(store_->where(file)).value()), 3u);
}

TEST_F(ReturnTest, ADiskThatWasExchangedIsHealedToByItself) {
  open();
  Appended record = append("precious");
  DiskId exchanged = disks_of(record.position.set)[0];
  shut();
  fs::remove_all(folder(unsigned(exchanged.value)));
  fs::create_directories(folder(unsigned(exchanged.value)));
  background_ = true;
  open();
  auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!all_complete() && std::chrono::steady_clock::now() < until)
    context_.run_one_for(std::chrono::milliseconds(100));
  EXPECT_TRUE(all_complete());
  EXPECT_EQ(healthy(run(store_->where(record.position)).value()), 3u);
}

TEST_F(ReturnTest, ASetWhoseDisksWereAllAwayIsServedWhenTheyReturn) {
  open();
  Appended record = append("far away");
  std::vector<DiskId> disks = disks_of(record.position.set);
  unplug(disks);
  open();
  EXPECT_EQ(run(store_->read(record.position)).error().code(), Code::kRetry)
      << "not found would say that it never was";
  Appended meanwhile = append("meanwhile");
  EXPECT_GT(meanwhile.sequence, record.sequence);
  plug(disks);
  open();
  EXPECT_EQ(read(record.position), "far away");
  EXPECT_EQ(replay(), (std::vector<std::string>{"far away", "meanwhile"}));
}

TEST_F(ReturnTest, ATailThatAnAbsentDiskMayHaveWholeIsNotCut) {
  open();
  append("first");
  Appended last = append("last");
  std::vector<DiskId> disks = disks_of(last.position.set);
  auto copies = run(store_->where(last.position)).value();
  unplug({disks[1], disks[2]});
  flip(copies[0].path, last.position.offset + kRecordHeader + 1);
  open();
  EXPECT_EQ(count(Happening::Kind::kTailCut), 0u);
  shut();
  plug({disks[1], disks[2]});
  open();
  EXPECT_EQ(read(last.position), "last");
  EXPECT_EQ(healthy(run(store_->where(last.position)).value()), 3u);
}

TEST_F(ReturnTest, WhatALaterVersionWroteIsRefusedAndKept) {
  open();
  Appended record = append("of tomorrow");
  SetId set = record.position.set;
  auto disk = unsigned(disks_of(set)[0].value);
  shut();
  for (fs::path path : {folder(disk) / "belfry-disk", descriptor_of(disk, set),
                        folder(disk) / segment_path(set, record.position.segment)}) {
    fs::copy(path, root_ / "kept");
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(8);
    file.put(2);
    file.close();
    auto opened = try_open();
    ASSERT_FALSE(opened) << path;
    EXPECT_EQ(opened.error().message(), "segments.later_version") << path;
    store_.reset();
    EXPECT_TRUE(fs::exists(path));
    fs::remove(path);
    fs::rename(root_ / "kept", path);
  }
  open();
  EXPECT_EQ(read(record.position), "of tomorrow");
}

TEST_F(ReturnTest, ASegmentOrASetThatCannotBeToldIsKept) {
  open();
  Appended record = append("one");
  SetId set = record.position.set;
  std::vector<DiskId> disks = disks_of(set);
  unplug({disks[1], disks[2]});
  fs::path segment = folder(unsigned(disks[0].value)) / segment_path(set, record.position.segment);
  flip(segment, 20);
  open();
  EXPECT_TRUE(fs::exists(segment)) << "its header has rotted; its records may be all there";
  EXPECT_GE(count(Happening::Kind::kDataLost), 1u);
  shut();
  flip(descriptor_of(unsigned(disks[0].value), set), 20);
  open();
  EXPECT_TRUE(fs::exists(segment)) << "its descriptor has rotted";
  shut();
  plug({disks[1], disks[2]});
  open();
  EXPECT_EQ(read(record.position), "one");
  EXPECT_EQ(healthy(run(store_->where(record.position)).value()), 3u);
}

TEST_F(ReturnTest, RepairsOfOneSetTakeTurns) {
  open();
  Appended record = append("precious");
  write_file(pattern(2'000'000, 9));
  DiskId gone = disks_of(record.position.set)[2];
  fs::remove_all(folder(unsigned(gone.value)));
  ASSERT_TRUE(run(store_->inspect_disks()));
  std::vector<std::future<Result<std::uint64_t>>> heals;
  for (int i = 0; i < 4; ++i)
    heals.push_back(boost::asio::co_spawn(context_, store_->heal(), boost::asio::use_future));
  std::uint64_t healed = 0;
  for (auto& heal : heals) {
    while (heal.wait_for(std::chrono::seconds(0)) != std::future_status::ready) context_.run_one();
    healed += heal.get().value();
  }
  EXPECT_EQ(healed, 1u);
  EXPECT_TRUE(all_complete());
  for (const DiskStatus& disk : store_->disks())
    EXPECT_TRUE(disk.disk == gone || disk.health == DiskHealth::kGood) << disk.reason;
}

TEST_F(ReturnTest, TheScrubTriesEverySizeThatACopySays) {
  open();
  FilePosition file = write_file(pattern(100'000, 4));
  auto copies = run(store_->where(file)).value();
  fs::resize_file(copies[0].path, 50'000);
  auto report = run(store_->scrub({}, {})).value();
  EXPECT_EQ(report.repaired, 1u);
  EXPECT_EQ(healthy(run(store_->where(file)).value()), 3u);
}

TEST_F(ReturnTest, RefusesASegmentSizeThatNoHeaderHolds) {
  segment_size_ = 4_GiB;
  auto opened = try_open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().message(), "segments.segment_size");
  store_.reset();
}

}  // namespace
}  // namespace belfry::segments
