// Disks that come back emptied, exchanged or late, and what may not be removed meanwhile.
#include "base/crc32c.h"
#include "format.h"
#include "store_fixture.h"

#include <algorithm>
#include <cstring>
#include <fstream>

namespace belfry::segments {
namespace {

namespace fs = std::filesystem;

class ReturnTest : public StoreTest {
 protected:
  fs::path descriptor_of(unsigned disk, SetId set) const {
    return folder(disk) / set_folder(set) / "descriptor";
  }
  bool all_complete() {
    return std::ranges::all_of(store_->sets(), [](auto& set) { return set.missing.empty(); });
  }
  // Writes a structure as the next version would, as far as anybody can tell; what was there.
  static Buffer make_later(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(in), {});
    Buffer before = to_buffer(text), later = before;
    later[8] = std::byte{3};
    // Of a segment the header alone has the checksum.
    const std::size_t length = text.starts_with("BELFRYSG") ? 48 : later.size() - 4;
    const std::uint32_t crc = crc32c(View(later).first(length));
    std::memcpy(later.data() + length, &crc, sizeof crc);
    put_back(path, later);
    return before;
  }
  static void put_back(const fs::path& path, View octets) {
    std::ofstream(path, std::ios::binary) << as_text(octets);
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
  std::vector<DiskId> disks = disks_of(set);
  shut();
  auto below = [&](DiskId disk, const fs::path& name) {
    return folder(unsigned(disk.value)) / name;
  };
  // A segment is of a later version when every copy is: one that differs has rotted.
  std::vector<std::vector<fs::path>> cases{
      {below(disks[0], "belfry-disk")}, {descriptor_of(unsigned(disks[0].value), set)}, {}};
  for (DiskId disk : disks)
    cases[2].push_back(below(disk, segment_path(set, record.position.segment)));
  for (const auto& paths : cases) {
    std::vector<Buffer> before;
    before.reserve(paths.size());
    for (const fs::path& path : paths) before.push_back(make_later(path));
    auto opened = try_open();
    ASSERT_FALSE(opened) << paths[0];
    EXPECT_EQ(opened.error().message(), "segments.later_version") << paths[0];
    store_.reset();
    for (std::size_t i = 0; i < paths.size(); ++i) {
      EXPECT_TRUE(fs::exists(paths[i]));
      put_back(paths[i], before[i]);
    }
  }
  open();
  EXPECT_EQ(read(record.position), "of tomorrow");
}

TEST_F(ReturnTest, AVersionThatHasRottenIsRepaired) {
  open();
  Appended record = append("of today");
  SetId set = record.position.set;
  auto disk = unsigned(disks_of(set)[1].value);
  shut();
  for (const fs::path& path :
       {descriptor_of(disk, set), folder(disk) / segment_path(set, record.position.segment)})
    flip(path, 9);
  open();
  EXPECT_EQ(healthy(run(store_->where(record.position)).value()), 3u);
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
  heals.reserve(4);
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
