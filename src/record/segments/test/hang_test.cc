// Disks whose calls do not return: nobody waits for them, and what they do late does no harm.
#include "format.h"
#include "store_fixture.h"

#include <algorithm>
#include <thread>

namespace belfry::segments {
namespace {

using Kind = Happening::Kind;

class HangTest : public StoreTest {
 protected:
  HangTest() { hang_limit_ = kShortHangLimit; }

  // A disk of the set that takes the next record; what is on it already is in `records_`.
  DiskId prepare(unsigned ordinal) {
    open();
    records_["before"] = append("before").position;
    file_ = write_file(pattern(600'000, 1));
    return disks_of(records_["before"].set)[ordinal];
  }
  void expect_failed(DiskId disk) {
    const DiskStatus status = status_of(disk);
    EXPECT_EQ(status.health, DiskHealth::kFailed);
    EXPECT_NE(status.reason.find("disk.silent"), std::string::npos) << status.reason;
    std::lock_guard lock(mutex_);
    const auto told = std::ranges::count_if(happenings_, [&](const Happening& happening) {
      return happening.kind == Kind::kDiskFailed && happening.disk == disk;
    });
    EXPECT_EQ(told, 1);
  }
  void expect_all_read() {
    for (auto& [body, position] : records_) EXPECT_EQ(read(position), body);
    EXPECT_EQ(read_file(file_, 0, 600'000).value(), pattern(600'000, 1));
  }
  // Until the hung calls have returned the disk stays away.
  void expect_return(DiskId disk) {
    EXPECT_TRUE(run(store_->inspect_disks()));
    EXPECT_NE(status_of(disk).health, DiskHealth::kGood) << "a call still hangs";
    fault_of(disk).end();
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (status_of(disk).health != DiskHealth::kGood &&
           std::chrono::steady_clock::now() < until) {
      EXPECT_TRUE(run(store_->inspect_disks()));
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    EXPECT_EQ(status_of(disk).health, DiskHealth::kGood) << status_of(disk).reason;
    EXPECT_EQ(count(Kind::kDiskReturned), 1u);
  }
  void expect_whole() {
    std::vector<std::string> bodies;
    for (auto& [body, position] : records_) {
      bodies.push_back(body);
      EXPECT_EQ(healthy(run(store_->where(position)).value()), 3u) << body;
    }
    EXPECT_EQ(healthy(run(store_->where(file_)).value()), 3u);
    auto replayed = replay();
    std::ranges::sort(replayed);
    EXPECT_EQ(replayed, bodies) << "each once";
    EXPECT_TRUE(store_->damages().empty());
    EXPECT_EQ(count(Kind::kDataLost), 0u);
    EXPECT_EQ(count(Kind::kCopyCorrupt), 0u);
  }

  std::map<std::string, Position> records_;
  FilePosition file_;
};

class HangingCall : public HangTest, public testing::WithParamInterface<Call> {};

TEST_P(HangingCall, AppendsAndReadsGoOnAndTheDiskReturns) {
  const DiskId disk = prepare(1);
  fault_of(disk).hang(GetParam());
  records_["during"] = append("during").position;
  expect_failed(disk);
  EXPECT_NE(records_["during"].set, records_["before"].set);
  expect_all_read();
  EXPECT_EQ(run(store_->scrub({}, {})).value().found.size(), 0u);
  expect_return(disk);
  records_["then"] = append("then").position;
  expect_whole();
  open();
  expect_whole();
}

TEST_P(HangingCall, ItsSetsHealToOthersMeanwhile) {
  const DiskId disk = prepare(1);
  fault_of(disk).hang(GetParam());
  records_["during"] = append("during").position;
  EXPECT_GE(run(store_->heal()).value(), 1u);
  for (const SetStatus& set : store_->sets()) EXPECT_TRUE(set.missing.empty());
  expect_whole();
  expect_return(disk);
  expect_whole();
  EXPECT_FALSE(
      std::filesystem::exists(folder(unsigned(disk.value)) / set_folder(records_["before"].set)));
  open();
  expect_whole();
}

// What hung was a batch, which may be whole on that disk and is cut on the others.
TEST_P(HangingCall, ARestartFindsNothingWrongInWhatCameLate) {
  const DiskId disk = prepare(1);
  fault_of(disk).hang(GetParam());
  records_["during"] = append("during").position;
  ASSERT_TRUE(run(store_->close()));
  fault_of(disk).end();
  open();
  expect_whole();
}

TEST_P(HangingCall, TheStoreClosesMeanwhile) {
  const DiskId disk = prepare(2);
  fault_of(disk).hang(GetParam());
  std::vector<Buffer> body{to_buffer("unfinished")};
  const Placement placement;
  auto appended = boost::asio::co_spawn(
      context_, store_->append(Stream::kObjects, placement, 7, std::move(body), Purpose::kStore),
      boost::asio::use_future);
  while (fault_of(disk).hanging() == 0) context_.run_one_for(std::chrono::milliseconds(5));
  ASSERT_TRUE(run(store_->close()));
  while (appended.wait_for(std::chrono::seconds(0)) != std::future_status::ready)
    context_.run_one_for(std::chrono::milliseconds(5));
  EXPECT_FALSE(appended.get());
  store_.reset();
  EXPECT_EQ(fault_of(disk).hanging(), 1u) << "it was not waited for";
}

INSTANTIATE_TEST_SUITE_P(, HangingCall, testing::Values(Call::kWrite, Call::kSync),
                         [](auto& info) { return info.param == Call::kWrite ? "Write" : "Sync"; });

TEST_F(HangTest, AReadTakesTheNextCopy) {
  const DiskId disk = prepare(0);
  fault_of(disk).hang(Call::kRead);
  expect_all_read();
  expect_failed(disk);
  EXPECT_EQ(run(store_->scrub({}, {})).value().found.size(), 0u);
  expect_return(disk);
  expect_whole();
}

TEST_F(HangTest, AScrubLeavesTheDiskOut) {
  const DiskId disk = prepare(0);
  fault_of(disk).hang(Call::kRead);
  EXPECT_EQ(run(store_->scrub({}, {})).value().found.size(), 0u);
  expect_failed(disk);
  EXPECT_TRUE(store_->damages().empty());
  expect_return(disk);
  expect_whole();
}

TEST_F(HangTest, AFileGoesElsewhere) {
  const DiskId disk = prepare(1);
  auto writer = run(store_->create_file(Stream::kObjects, {})).value();
  fault_of(disk).hang(Call::kWrite);
  Buffer content = pattern(3'000'000, 2);
  auto written = run(writer->write(content));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code(), Code::kRetry);
  writer.reset();
  expect_failed(disk);
  FilePosition second = write_file(content);
  EXPECT_EQ(read_file(second, 0, content.size()).value(), content);
  expect_return(disk);
  EXPECT_EQ(healthy(run(store_->where(second)).value()), 3u);
  expect_whole();
}

TEST_F(HangTest, ADiskThatHangsWhileItIsHealedToIsPassedOver) {
  const DiskId gone = prepare(0);
  std::filesystem::remove_all(folder(unsigned(gone.value)));
  ASSERT_TRUE(run(store_->inspect_disks()));
  auto others = disks_of(records_["before"].set);
  for (unsigned i = 1; i <= kDisks; ++i)
    if (std::ranges::find(others, DiskId{i}) == others.end()) {
      faults_[i - 1]->hang(Call::kSync);
      break;
    }
  for (int i = 0; i < 3 && run(store_->heal()).value() == 0; ++i) continue;
  for (const SetStatus& set : store_->sets()) EXPECT_TRUE(set.missing.empty());
  expect_all_read();
}

TEST_F(HangTest, AStartWaitsForNoDiskThatHangs) {
  const DiskId disk = prepare(1);
  shut();
  fault_of(disk).hang(Call::kRead);
  open();
  EXPECT_EQ(status_of(disk).health, DiskHealth::kFailed);
  expect_all_read();
  {
    std::lock_guard lock(mutex_);
    happenings_.clear();
  }
  expect_return(disk);
  expect_whole();
}

}  // namespace
}  // namespace belfry::segments
