// Rot, disks that fail or vanish, and what brings the copies back.
#include "format.h"
#include "store_fixture.h"

#include <sys/resource.h>

namespace belfry::segments {
namespace {

namespace fs = std::filesystem;
using DamageTest = StoreTest;
using Kind = Happening::Kind;

TEST_F(DamageTest, AReadRepairsARottenRecord) {
  open();
  Appended record = append("a record that rots");
  auto copies = run(store_->where(record.position)).value();
  flip(copies[0].path, record.position.offset + kRecordHeader + 3);
  EXPECT_EQ(run(store_->where(record.position)).value()[0].state, CopyState::kCorrupt);
  EXPECT_EQ(read(record.position), "a record that rots");
  EXPECT_EQ(healthy(run(store_->where(record.position)).value()), 3u);
  EXPECT_EQ(count(Kind::kCopyCorrupt), 1u);
  EXPECT_EQ(count(Kind::kCopyRepaired), 1u);
  EXPECT_TRUE(store_->damages().empty());
}

TEST_F(DamageTest, AReadRepairsARottenFile) {
  open();
  Buffer content = pattern(6'000'000, 3);
  FilePosition file = write_file(content);
  auto copies = run(store_->where(file)).value();
  flip(copies[0].path, kPage + 4'500'000);
  fs::remove(copies[1].path);
  EXPECT_EQ(read_file(file, 0, content.size()).value(), content);
  EXPECT_EQ(healthy(run(store_->where(file)).value()), 3u);
}

TEST_F(DamageTest, ACallersOwnCheckLeadsToTheRottenCopy) {
  open();
  Buffer content = pattern(6'000'000, 3);
  FilePosition file = write_file(content);
  auto copies = run(store_->where(file)).value();
  flip(copies[0].path, kPage + 100);
  Buffer out(1000);  // no whole block, so the store does not notice
  ASSERT_TRUE(run(store_->read_file(file, 0, out)));
  EXPECT_NE(out[100], content[100]);
  ASSERT_TRUE(run(store_->read_file(file, 0, out, copies[0].disk)));
  EXPECT_EQ(out, Buffer(content.begin(), content.begin() + 1000));
  EXPECT_EQ(healthy(run(store_->where(file)).value()), 3u);
}

TEST_F(DamageTest, NoGoodCopyIsSaidAndNotHidden) {
  open();
  Appended record = append("lost"), other = append("kept");
  for (const Copy& copy : run(store_->where(record.position)).value())
    flip(copy.path, record.position.offset + kRecordHeader);
  EXPECT_EQ(run(store_->read(record.position)).error().code(), Code::kCorrupt);
  EXPECT_EQ(store_->damages().size(), 3u);
  auto report = run(store_->scrub({}, {})).value();
  EXPECT_EQ(report.repaired, 0u);
  EXPECT_FALSE(store_->damages().empty());
  EXPECT_GE(count(Kind::kDataLost), 1u);
  EXPECT_EQ(read(other.position), "kept");
  EXPECT_EQ(replay(), std::vector<std::string>{"kept"});
}

TEST_F(DamageTest, ScrubFindsAndRepairsWhatNobodyReads) {
  open();
  Appended first = append("first"), second = append("second"), third = append("third");
  FilePosition file = write_file(pattern(100'000, 4));
  auto copies = run(store_->where(second.position)).value();
  flip(copies[1].path, second.position.offset + kRecordHeader);  // a body
  flip(copies[2].path, first.position.offset - kBatchHeader);    // a batch's header
  fs::remove(run(store_->where(file)).value()[2].path);
  auto report = run(store_->scrub({}, {})).value();
  EXPECT_EQ(report.found.size(), 3u);
  EXPECT_EQ(report.repaired, 3u);
  EXPECT_EQ(report.records, 3u);
  EXPECT_EQ(report.files, 1u);
  EXPECT_TRUE(store_->damages().empty());
  for (Position position : {first.position, second.position, third.position})
    EXPECT_EQ(healthy(run(store_->where(position)).value()), 3u);
  EXPECT_EQ(healthy(run(store_->where(file)).value()), 3u);
  EXPECT_EQ(run(store_->scrub({}, {})).value().found.size(), 0u);
  open();
  EXPECT_NE(store_->sets()[0].last_scrub, Timestamp{});
}

TEST_F(DamageTest, ScrubBringsBackASegmentThatIsGone) {
  open();
  Appended record = append("x");
  auto copies = run(store_->where(record.position)).value();
  fs::remove(copies[1].path);
  EXPECT_EQ(run(store_->scrub({}, {})).value().found.size(), 1u);
  EXPECT_EQ(healthy(run(store_->where(record.position)).value()), 3u);
  EXPECT_TRUE(store_->damages().empty());
  EXPECT_EQ(healthy(run(store_->where(append("y").position)).value()), 3u);
}

TEST_F(DamageTest, RecoveryRepairsAHeaderAndCutsATail) {
  open();
  Appended first = append("first");
  append("second");
  Appended third = append("third");
  auto copies = run(store_->where(first.position)).value();
  shut();
  flip(copies[0].path, first.position.offset - kBatchHeader + 5);
  // The last batch is whole on one disk alone, then on none.
  for (unsigned i : {0u, 1u}) flip(copies[i].path, third.position.offset + kRecordHeader);
  open();
  EXPECT_EQ(count(Kind::kCopyRepaired), 1u);
  EXPECT_EQ(count(Kind::kTailCompleted), 2u);
  EXPECT_EQ(replay(), (std::vector<std::string>{"first", "second", "third"}));
  shut();
  for (const Copy& copy : copies) flip(copy.path, third.position.offset + kRecordHeader);
  open();
  EXPECT_EQ(count(Kind::kTailCut), 1u);
  EXPECT_EQ(count(Kind::kDataLost), 0u);
  EXPECT_EQ(replay(), (std::vector<std::string>{"first", "second"}));
  append("fourth");
  open();
  EXPECT_EQ(replay(), (std::vector<std::string>{"first", "second", "fourth"}));
}

TEST_F(DamageTest, NoSequenceIsGivenTwiceWhenASegmentHoldsATornBatchAlone) {
  segment_size_ = 64_KiB;
  open();
  std::vector<Appended> records;
  while (records.empty() || records.back().position.segment == 0)
    records.push_back(append(std::string(15'000, 'x')));
  auto copies = run(store_->where(records.back().position)).value();
  shut();
  for (const Copy& copy : copies) flip(copy.path, records.back().position.offset + kRecordHeader);
  open();
  EXPECT_EQ(count(Kind::kTailCut), 1u);
  open();  // now an empty batch alone tells what came before
  Sequence before = records[records.size() - 2].sequence;
  EXPECT_EQ(store_->last_sequence(), before);
  EXPECT_GT(append("y").sequence, before);
}

TEST_F(DamageTest, RotInTheMiddleIsNotATornTail) {
  open();
  Appended first = append("first");
  append("second");
  auto copies = run(store_->where(first.position)).value();
  shut();
  for (const Copy& copy : copies) flip(copy.path, first.position.offset - kBatchHeader + 5);
  open();
  EXPECT_EQ(count(Kind::kTailCut), 0u);
  EXPECT_GE(count(Kind::kDataLost), 1u);
  EXPECT_EQ(store_->damages().size(), 3u);
  EXPECT_EQ(replay(), std::vector<std::string>{"second"});
}

TEST_F(DamageTest, ADeletedFolderIsNoticedAndHealed) {
  open();
  Appended record = append("precious");
  FilePosition file = write_file(pattern(10'000, 5));
  DiskId gone = run(store_->where(record.position)).value()[0].disk;
  fs::remove_all(folder(unsigned(gone.value)));
  ASSERT_TRUE(run(store_->inspect_disks()));
  EXPECT_EQ(store_->disks()[std::size_t(gone.value - 1)].health, DiskHealth::kAbsent);
  EXPECT_EQ(store_->sets()[0].missing, std::vector<DiskId>{gone});
  EXPECT_EQ(healthy(run(store_->where(record.position)).value()), 2u);
  EXPECT_EQ(read(record.position), "precious");
  Appended elsewhere = append("goes elsewhere");
  EXPECT_NE(elsewhere.position.set, record.position.set);
  EXPECT_EQ(run(store_->heal()).value(), 1u);
  EXPECT_EQ(count(Kind::kSetHealed), 1u);
  EXPECT_EQ(healthy(run(store_->where(record.position)).value()), 3u);
  EXPECT_EQ(healthy(run(store_->where(file)).value()), 3u);
  // The folder comes back empty: a new disk.
  fs::create_directories(folder(unsigned(gone.value)));
  ASSERT_TRUE(run(store_->inspect_disks()));
  EXPECT_EQ(store_->disks()[std::size_t(gone.value - 1)].health, DiskHealth::kGood);
  EXPECT_EQ(count(Kind::kDiskReturned), 1u);
  open();
  EXPECT_EQ(replay(), (std::vector<std::string>{"precious", "goes elsewhere"}));
  EXPECT_EQ(healthy(run(store_->where(record.position)).value()), 3u);
}

TEST_F(DamageTest, AReturningDiskResurrectsNothing) {
  open();
  Appended record = append("one");
  FilePosition deleted = write_file(pattern(1000, 6)), kept = write_file(pattern(1000, 7));
  DiskId away = run(store_->where(record.position)).value()[1].disk;
  fs::path place = folder(unsigned(away.value)), aside = root_ / "aside";
  fs::rename(place, aside);
  ASSERT_TRUE(run(store_->inspect_disks()));
  ASSERT_TRUE(run(store_->remove_file(deleted)));
  fs::rename(aside, place);
  ASSERT_TRUE(run(store_->inspect_disks()));
  EXPECT_EQ(healthy(run(store_->where(deleted)).value()), 0u);
  EXPECT_EQ(healthy(run(store_->where(kept)).value()), 3u);
  EXPECT_EQ(healthy(run(store_->where(record.position)).value()), 3u);
  // Healed to another disk while it was away: its copy is stale when it comes back.
  fs::rename(place, aside);
  ASSERT_TRUE(run(store_->inspect_disks()));
  ASSERT_EQ(run(store_->heal()).value(), 1u);
  fs::rename(aside, place);
  ASSERT_TRUE(run(store_->inspect_disks()));
  EXPECT_FALSE(fs::exists(place / set_folder(record.position.set)));
  open();
  EXPECT_EQ(store_->sets()[0].generation, 3u) << "of its first return, then of healing";
  EXPECT_EQ(read(record.position), "one");
}

// What a flood of connections may do to a process: its disks are as good as before.
TEST_F(DamageTest, ALackOfDescriptorsFailsNoDiskAndNoCopy) {
  open();
  Appended record = append("kept");
  FilePosition file = write_file(pattern(1000, 8));
  open();  // no segment is open for reading
  // On a context that is there: another would need descriptors.
  auto await = [&](auto task) {
    auto future = boost::asio::co_spawn(context_, std::move(task), boost::asio::use_future);
    context_.restart();
    while (future.wait_for(std::chrono::seconds(0)) != std::future_status::ready)
      context_.run_one();
    return future.get();
  };
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit none = before;
  none.rlim_cur = 0;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  Buffer out(1000);
  auto appended =
      await(store_->append(Stream::kObjects, {}, 7, {to_buffer("new")}, Purpose::kStore));
  auto body = await(store_->read(record.position));
  auto count = await(store_->read_file(file, 0, out));
  auto scrubbed = await(store_->scrub({}, {}));
  auto inspected = await(store_->inspect_disks());
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_FALSE(appended);
  ASSERT_FALSE(body);
  EXPECT_EQ(body.error().message(), "disk.no_resources");
  EXPECT_FALSE(count);
  EXPECT_FALSE(scrubbed);
  EXPECT_TRUE(inspected);
  for (const DiskStatus& disk : store_->disks()) EXPECT_EQ(disk.health, DiskHealth::kGood);
  EXPECT_TRUE(store_->damages().empty());
  EXPECT_TRUE(happenings_.empty());
  EXPECT_EQ(read(record.position), "kept");
  EXPECT_EQ(read_file(file, 0, 1000).value(), pattern(1000, 8));
  EXPECT_EQ(read(append("new").position), "new");
}

}  // namespace
}  // namespace belfry::segments
