// Zeros are written beside the batches, ahead of them: no batch goes where they are being written.
#include "store_fixture.h"

namespace belfry::segments {
namespace {

class SpaceAheadTest : public StoreTest {
 protected:
  static constexpr int kRecords = 40;

  Task<> append_all() {
    for (int i = 0; i < kRecords; ++i) {
      std::vector<Buffer> body{to_buffer(text_of(i))};
      auto done =
          co_await store_->append(Stream::kObjects, {}, 1, std::move(body), Purpose::kStore);
      if (!done) co_return std::unexpected(done.error());
      ++appended_;
    }
    co_return Result<>{};
  }
  static std::string text_of(int number) {
    return std::string(8000, char('a' + number % 26)) + std::to_string(number);
  }

  // Appends until space hangs on `disks`; what is left of it ends with the faults.
  std::future<Result<>> append_until_it_waits(const std::vector<DiskId>& disks) {
    for (DiskId disk : disks) fault_of(disk).hang(Call::kSpace);
    auto all = boost::asio::co_spawn(context_, append_all(), boost::asio::use_future);
    const auto hangs = [&](DiskId disk) { return fault_of(disk).hanging() == 1; };
    context_.restart();
    int before = -1;
    while (!std::ranges::all_of(disks, hangs) || before != appended_) {
      before = appended_;
      context_.run_for(std::chrono::milliseconds(100));
    }
    return all;
  }
  Result<> end(std::future<Result<>> all) {
    while (all.wait_for(std::chrono::seconds(0)) != std::future_status::ready) context_.run_one();
    return all.get();
  }
  void expect_all(std::vector<std::string> bodies) {
    ASSERT_EQ(bodies.size(), std::size_t(kRecords) + 1);
    for (int i = 0; i < kRecords; ++i) EXPECT_EQ(bodies[std::size_t(i) + 1], text_of(i));
  }

  int appended_ = 0;
};

TEST_F(SpaceAheadTest, BatchesWaitForTheZerosThatTheyMeet) {
  open();
  auto first = append("first");
  auto all = append_until_it_waits(disks_of(first.position.set));
  EXPECT_GT(appended_, 2) << "there was room for some beside the zeros";
  EXPECT_LT(appended_, kRecords);
  for (auto& fault : faults_) fault->end();
  ASSERT_TRUE(end(std::move(all)));
  expect_all(replay());
  open();
  expect_all(replay());
}

TEST_F(SpaceAheadTest, ADiskThatHangsThereFailsAndTheOthersGoOn) {
  hang_limit_ = kShortHangLimit;
  open();
  auto first = append("first");
  const DiskId disk = disks_of(first.position.set)[1];
  auto all = append_until_it_waits({disk});
  ASSERT_TRUE(end(std::move(all)));
  EXPECT_EQ(status_of(disk).health, DiskHealth::kFailed);
  expect_all(replay());
}

TEST_F(SpaceAheadTest, TheStoreClosesWhenTheyAreWritten) {
  open();
  auto first = append("first");
  const auto disks = disks_of(first.position.set);
  auto all = append_until_it_waits(disks);
  auto closed = boost::asio::co_spawn(context_, store_->close(), boost::asio::use_future);
  context_.restart();
  context_.run_for(std::chrono::milliseconds(100));
  EXPECT_EQ(closed.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  for (auto& fault : faults_) fault->end();
  EXPECT_FALSE(end(std::move(all))) << "the store was closed meanwhile";
  ASSERT_TRUE(end(std::move(closed)));
  store_.reset();
  open();
  EXPECT_EQ(replay().size(), std::size_t(appended_) + 1);
}

}  // namespace
}  // namespace belfry::segments
