// Disks that failed by an error and are taken back; repairs and removals beside each other.
#include "format.h"
#include "replica_set.h"
#include "store_fixture.h"

#include <algorithm>
#include <thread>

namespace belfry::segments {
namespace {

using Kind = Happening::Kind;

struct SilentNotes : Notes {
  void happened(Happening) override {}
  void damaged(Damage) override {}
  void failed(StoreDevice&, const Error&) override {}
};

class ReadmitTest : public StoreTest {
 protected:
  SilentNotes notes_;
  OpenFiles open_files_{16};
  template <class T>
  std::future<Result<T>> spawn(Task<T> task) {
    return boost::asio::co_spawn(context_, std::move(task), boost::asio::use_future);
  }
  void run_for(std::chrono::milliseconds duration) {
    context_.restart();
    context_.run_for(duration);
  }
  template <class T>
  T finish(std::future<T>& future) {
    context_.restart();
    while (future.wait_for(std::chrono::seconds(0)) != std::future_status::ready)
      context_.run_one();
    return future.get();
  }
};

TEST_F(ReadmitTest, ADiskThatFailedBySyncComesBackWhenItIsReadmittedAndCompared) {
  open();
  Appended before = append("before");
  FilePosition file = write_file(pattern(100'000, 1));
  const DiskId disk = disks_of(before.position.set)[1];
  fault_of(disk).fail_at(Call::kSync);
  Appended during = append("during");
  EXPECT_EQ(status_of(disk).health, DiskHealth::kFailed);
  EXPECT_EQ(run(store_->readmit(disk)).error().message(), "disk.failed");
  EXPECT_EQ(status_of(disk).health, DiskHealth::kFailed);
  fault_of(disk).end();
  ASSERT_TRUE(run(store_->inspect_disks()));
  EXPECT_EQ(status_of(disk).health, DiskHealth::kFailed) << "an operator decides";
  // As if pages that were lost had been seen whole meanwhile.
  const auto place = folder(unsigned(disk.value));
  flip(place / segment_path(before.position.set, 0), before.position.offset + kRecordHeader + 1);
  flip(place / file_path(file.set, file.file), kPage + 5);
  ASSERT_TRUE(run(store_->readmit(disk)));
  EXPECT_EQ(status_of(disk).health, DiskHealth::kGood);
  EXPECT_EQ(count(Kind::kDiskReturned), 1u);
  EXPECT_EQ(count(Kind::kCopyRepaired), 2u);
  for (const Position& position : {before.position, during.position})
    EXPECT_EQ(healthy(run(store_->where(position)).value()), 3u);
  EXPECT_EQ(healthy(run(store_->where(file)).value()), 3u);
  EXPECT_TRUE(store_->damages().empty());
  EXPECT_EQ(run(store_->readmit(disk)).error().message(), "segments.disk_good");
  open();
  EXPECT_EQ(replay(), (std::vector<std::string>{"before", "during"}));
}

// A restart takes the disk back: what it holds is compared all the same.
TEST_F(ReadmitTest, ADiskThatFailedBeforeARestartIsComparedAfterIt) {
  open();
  Appended before = append("before");
  FilePosition file = write_file(pattern(100'000, 1));
  const DiskId disk = disks_of(before.position.set)[1];
  EXPECT_FALSE(status_of(disk).unproven);
  fault_of(disk).fail_at(Call::kSync);
  append("during");
  EXPECT_TRUE(status_of(disk).unproven);
  shut();
  fault_of(disk).end();
  const auto place = folder(unsigned(disk.value));
  flip(place / segment_path(before.position.set, 0), before.position.offset + kRecordHeader + 1);
  flip(place / file_path(file.set, file.file), kPage + 5);
  unproven_ = {disk};
  open();
  EXPECT_EQ(status_of(disk).health, DiskHealth::kGood);
  EXPECT_TRUE(status_of(disk).unproven) << "also after another restart";
  EXPECT_EQ(read(before.position), "before") << "reads go on";
  EXPECT_NE(append("meanwhile").position.set, before.position.set) << "appends go elsewhere";
  EXPECT_EQ(run(store_->heal()).value(), 1u) << "as the background does it";
  EXPECT_FALSE(status_of(disk).unproven);
  EXPECT_EQ(count(Kind::kCopyRepaired), 2u);
  EXPECT_EQ(healthy(run(store_->where(before.position)).value()), 3u);
  EXPECT_EQ(healthy(run(store_->where(file)).value()), 3u);
  EXPECT_TRUE(store_->damages().empty());
}

// While a set is compared another disk of it comes back: the repair under way knows nothing of it.
TEST_F(ReadmitTest, ADiskThatReturnsDuringARepairIsBroughtUpToDateToo) {
  open();
  Appended before = append("before");
  FilePosition file = write_file(pattern(10'000, 1));
  const auto disks = disks_of(file.set);
  fault_of(disks[1]).fail_at(Call::kSync);
  append("during");
  fault_of(disks[1]).end();
  const auto place = folder(unsigned(disks[2].value)), away = root_ / "away";
  std::filesystem::rename(place, away);
  ASSERT_TRUE(run(store_->inspect_disks()));
  ASSERT_TRUE(run(store_->remove_file(file)));
  fault_of(disks[0]).hang(Call::kForget);
  auto readmission = spawn(store_->readmit(disks[1]));
  while (fault_of(disks[0]).hanging() == 0) run_for(std::chrono::milliseconds(5));
  std::filesystem::rename(away, place);
  auto inspection = spawn(store_->inspect_disks());
  while (status_of(disks[2]).health != DiskHealth::kGood) run_for(std::chrono::milliseconds(5));
  fault_of(disks[0]).end();
  EXPECT_TRUE(finish(readmission));
  EXPECT_TRUE(finish(inspection));
  EXPECT_EQ(healthy(run(store_->where(file)).value()), 0u) << "removed while the disk was away";
  EXPECT_EQ(healthy(run(store_->where(before.position)).value()), 3u);
  EXPECT_TRUE(run(store_->heal()));
  EXPECT_EQ(replay(), (std::vector<std::string>{"before", "during"}));
}

// It returns by itself then, and nobody says again that it has to be compared.
TEST_F(ReadmitTest, ADiskThatFallsSilentWhileItIsComparedIsComparedWhenItReturns) {
  open();
  Appended before = append("before");
  const DiskId disk = disks_of(before.position.set)[1];
  fault_of(disk).fail_at(Call::kSync);
  append("during");
  shut();
  fault_of(disk).end();
  flip(folder(unsigned(disk.value)) / segment_path(before.position.set, 0),
       before.position.offset + kRecordHeader + 1);
  unproven_ = {disk};
  hang_limit_ = kShortHangLimit;
  open();
  fault_of(disk).hang(Call::kForget);
  EXPECT_EQ(run(store_->heal()).value(), 0u);
  EXPECT_EQ(status_of(disk).health, DiskHealth::kFailed);
  EXPECT_TRUE(status_of(disk).unproven);
  fault_of(disk).end();
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (status_of(disk).health != DiskHealth::kGood && std::chrono::steady_clock::now() < until)
    ASSERT_TRUE(run(store_->inspect_disks()));
  EXPECT_FALSE(status_of(disk).unproven);
  EXPECT_EQ(count(Kind::kCopyRepaired), 1u);
  EXPECT_EQ(healthy(run(store_->where(before.position)).value()), 3u);
}

TEST_F(ReadmitTest, RemovalsDuringARepairAreBounded) {
  open();
  std::atomic<Sequence> next = 1, last = 0;
  SetContext context{*clock_, *random_, notes_, 1_MiB, 1_MiB, 0_MiB, open_files_, next, last, {}};
  auto set = std::make_shared<ReplicaSet>(context, Descriptor{}, std::vector<StoreDevice*>{},
                                          RecoveredSet{});
  EXPECT_EQ(set->begin_removing({}), ReplicaSet::Removing::kNow);
  set->end_removing();
  set->close(ReplicaSet::Closing::kRepair, [] {});
  for (std::size_t i = 0; i < ReplicaSet::kPutOffMax; ++i)
    ASSERT_EQ(set->begin_removing({}), ReplicaSet::Removing::kPutOff);
  EXPECT_EQ(set->begin_removing({}), ReplicaSet::Removing::kRefused);
  EXPECT_EQ(set->end_repair(ReplicaSet::Repair::kDone).size(), ReplicaSet::kPutOffMax);
  EXPECT_EQ(set->begin_removing({}), ReplicaSet::Removing::kNow);
  set->end_removing();
}

// Wherever on its way the disk fails again, nobody is told that it is back.
TEST_F(ReadmitTest, ADiskThatFailsAgainWhileItReturnsIsNotBack) {
  open();
  const Appended record = append("kept");
  const DiskId disk = disks_of(record.position.set)[1];
  fault_of(disk).fail_at(Call::kSync);
  append("elsewhere");
  unsigned refused = 0;
  for (unsigned spared = 0; status_of(disk).health == DiskHealth::kFailed; ++spared) {
    ASSERT_LT(spared, 1000u);
    fault_of(disk).fail_at(Call::kRead, spared);
    const bool is_back = run(store_->readmit(disk)).has_value();
    EXPECT_EQ(is_back, status_of(disk).health == DiskHealth::kGood) << "at read " << spared;
    refused += !is_back;
  }
  // The identity, the segments' tails, and every record to compare are read.
  EXPECT_GT(refused, 3u);
  fault_of(disk).end();
  EXPECT_EQ(healthy(run(store_->where(record.position)).value()), 3u);
}

// The disks that a set is healed to know nothing of what was removed: what only one that came back
// has must go to them.
TEST_F(ReadmitTest, ADiskThatCameBackIsTheSourceWhenTheOthersAreGone) {
  open();
  append("x");
  const FilePosition file = write_file(pattern(10'000, 1));
  const auto disks = disks_of(file.set);
  fault_of(disks[1]).fail_at(Call::kSync);
  append("elsewhere");
  fault_of(disks[1]).end();
  // It counts again, and the others fail meanwhile.
  for (DiskId other : {disks[0], disks[2]}) fault_of(other).fail_at(Call::kSync);
  (void)run(store_->readmit(disks[1]));
  ASSERT_EQ(status_of(disks[1]).health, DiskHealth::kGood);
  for (DiskId other : {disks[0], disks[2]}) EXPECT_EQ(status_of(other).health, DiskHealth::kFailed);
  EXPECT_GE(run(store_->heal()).value(), 1u);
  EXPECT_EQ(healthy(run(store_->where(file)).value()), 3u);
}

TEST_F(ReadmitTest, ADiskWhoseLateAnswerIsAnErrorWaitsForAnOperator) {
  hang_limit_ = kShortHangLimit;
  open();
  const DiskId disk = disks_of(append("before").position.set)[1];
  fault_of(disk).hang(Call::kSync);
  append("during");
  EXPECT_EQ(run(store_->readmit(disk)).error().message(), "disk.silent");
  fault_of(disk).fail_at(Call::kSync);
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (status_of(disk).reason.find("disk.failed") == std::string::npos &&
         std::chrono::steady_clock::now() < until) {
    ASSERT_TRUE(run(store_->inspect_disks()));
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  fault_of(disk).end();
  ASSERT_TRUE(run(store_->inspect_disks()));
  EXPECT_EQ(status_of(disk).health, DiskHealth::kFailed);
  ASSERT_TRUE(run(store_->readmit(disk)));
  EXPECT_EQ(status_of(disk).health, DiskHealth::kGood);
  open();
  EXPECT_EQ(replay(), (std::vector<std::string>{"before", "during"}));
}

TEST_F(ReadmitTest, ARepairBringsBackNoFileThatIsBeingRemoved) {
  open();
  append("x");
  FilePosition file = write_file(pattern(10'000, 1)), kept = write_file(pattern(10'000, 2));
  const auto disks = disks_of(file.set);
  // The removal stops half-way: a repair must not take the file for one that some disks miss.
  fault_of(disks[0]).hang(Call::kRemove);
  auto removal = spawn(store_->remove_file(file));
  while (fault_of(disks[0]).hanging() == 0) run_for(std::chrono::milliseconds(5));
  std::filesystem::remove_all(folder(unsigned(disks[2].value)));
  auto inspection = spawn(store_->inspect_disks());
  while (status_of(disks[2]).health == DiskHealth::kGood) run_for(std::chrono::milliseconds(5));
  auto healing = spawn(store_->heal());
  run_for(std::chrono::milliseconds(300));
  fault_of(disks[0]).end();
  EXPECT_TRUE(finish(removal));
  EXPECT_TRUE(finish(inspection));
  EXPECT_TRUE(finish(healing));
  EXPECT_EQ(healthy(run(store_->where(file)).value()), 0u);
  EXPECT_EQ(healthy(run(store_->where(kept)).value()), 3u);
  EXPECT_TRUE(store_->damages().empty());
}

TEST_F(ReadmitTest, AFileRemovedDuringARepairIsGoneFromTheDiskThatIsHealedTo) {
  open();
  append("x");
  FilePosition file = write_file(pattern(10'000, 1)), kept = write_file(pattern(10'000, 2));
  const auto before = disks_of(file.set);
  std::filesystem::remove_all(folder(unsigned(before[2].value)));
  ASSERT_TRUE(run(store_->inspect_disks()));
  // Its descriptors come last: the files have been copied then.
  for (unsigned i = 0; i < kDisks; ++i)
    if (std::ranges::find(before, DiskId{i + 1}) == before.end()) faults_[i]->hang(Call::kSync);
  auto healing = spawn(store_->heal());
  for (bool hangs = false; !hangs;) {
    run_for(std::chrono::milliseconds(5));
    hangs = std::ranges::any_of(faults_, [](auto& fault) { return fault->hanging() > 0; });
  }
  auto removed = run(store_->remove_file(file));
  EXPECT_TRUE(removed);
  for (auto& fault : faults_) fault->end();
  EXPECT_EQ(finish(healing).value(), 1u);
  EXPECT_NE(disks_of(file.set), before);
  EXPECT_EQ(healthy(run(store_->where(file)).value()), 0u);
  EXPECT_EQ(healthy(run(store_->where(kept)).value()), 3u);
}

}  // namespace
}  // namespace belfry::segments
