#include "runtime/disk_watch.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <future>

namespace belfry {
namespace {

class DiskWatchTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ =
        std::filesystem::path(testing::TempDir()) / ("belfry-watch-" + std::to_string(::getpid()));
    std::filesystem::create_directories(root_);
    watch_ = DiskWatch::begin("d1", open_disk(root_.string()).value(),
                              {.silence = std::chrono::milliseconds(100)}, [this] { ++silences_; });
  }
  void TearDown() override {
    let_go();
    watch_->stop();
    std::filesystem::remove_all(root_);
  }
  // A call that returns once the test lets it.
  auto hanging() {
    return [released = released_]() -> Result<int> {
      released->wait(false);
      return 7;
    };
  }
  void let_go() {
    *released_ = true;
    released_->notify_all();
  }
  void wait_until(const std::function<bool()>& holds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!holds() && std::chrono::steady_clock::now() < end)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    ASSERT_TRUE(holds());
  }

  std::filesystem::path root_;
  std::atomic<int> silences_ = 0;
  std::shared_ptr<std::atomic<bool>> released_ = std::make_shared<std::atomic<bool>>(false);
  std::shared_ptr<DiskWatch> watch_;
};

TEST_F(DiskWatchTest, RemovesATreeEntryByEntry) {
  auto disk = watch_->disk();
  ASSERT_TRUE(disk->make_directory("tree/below"));
  for (const char* path : {"tree/a", "tree/below/b", "beside"}) ASSERT_TRUE(disk->create(path));
  EXPECT_TRUE(disk->remove_tree("tree"));
  EXPECT_EQ(disk->list("").value(), std::vector<std::string>{"beside"});
  EXPECT_TRUE(disk->remove_tree("tree")) << "there is none any more";
  EXPECT_TRUE(disk->remove_tree("beside"));
  EXPECT_TRUE(disk->list("").value().empty());
}

TEST_F(DiskWatchTest, PassesCallsOn) {
  auto disk = watch_->disk();
  {
    auto unnamed = disk->create_unnamed("").value();
    ASSERT_TRUE(unnamed->write_at(0, as_view("of one disk")));
    ASSERT_TRUE(unnamed->sync(SyncPoint::kFileData, {}));
    ASSERT_TRUE(disk->link(*unnamed, "a"));
  }
  EXPECT_EQ(disk->list("").value(), std::vector<std::string>{"a"});
  EXPECT_EQ(as_text(read_whole(*disk, "a", 1_KiB).value()), "of one disk");
  EXPECT_EQ(disk->open("b", Access::kRead).error().code(), Code::kNotFound);
  EXPECT_EQ(silences_, 0);
}

TEST_F(DiskWatchTest, WhoWaitsForACallThatHangsIsAnswered) {
  EXPECT_EQ(watch_->call(hanging()).error().message(), "disk.silent");
  EXPECT_EQ(silences_, 1) << "told before the answer";
  EXPECT_TRUE(watch_->is_silent());
  EXPECT_EQ(watch_->disk()->list("").error().message(), "disk.silent");
  EXPECT_FALSE(watch_->forgive()) << "the call may still do something";
  let_go();
  wait_until([this] { return watch_->forgive(); });
  EXPECT_TRUE(watch_->disk()->list(""));
  EXPECT_EQ(silences_, 1);
}

TEST_F(DiskWatchTest, SoIsWhatIsQueuedBehindIt) {
  boost::asio::io_context context;
  auto guard = boost::asio::make_work_guard(context);
  auto ask = [&] {
    auto work = [watch = watch_, hang = hanging()] { return watch->call(hang); };
    return boost::asio::co_spawn(context, watch_->wait_for(std::move(work)),
                                 boost::asio::use_future);
  };
  std::vector<std::future<Result<int>>> answers;
  answers.reserve(20);
  for (int i = 0; i < 20; ++i) answers.push_back(ask());
  context.poll();  // all of them are asked
  std::thread waiting([&] { EXPECT_FALSE(watch_->disk()->space()); });
  while (std::ranges::any_of(answers, [](auto& answer) {
    return answer.wait_for(std::chrono::seconds(0)) != std::future_status::ready;
  }))
    context.run_one();
  for (auto& answer : answers) EXPECT_EQ(answer.get().error().message(), "disk.silent");
  waiting.join();
}

TEST_F(DiskWatchTest, StopsWhileACallHangs) {
  auto file = watch_->disk()->create("a").value();
  EXPECT_FALSE(watch_->call(hanging()));
  watch_->stop();
  EXPECT_EQ(file->size().error().message(), "disk.silent");
}

TEST_F(DiskWatchTest, WorkThatGoesOnAfterItWasGivenUpChangesNothingMore) {
  auto disk = watch_->disk();
  auto file = std::shared_ptr<File>(disk->create("a").value());
  // The call that hangs is the first of two.
  auto outcome = watch_->within([watch = watch_, file, hang = hanging()]() mutable -> Result<> {
    (void)watch->call(std::move(hang));
    return file->write_at(0, as_view("late"));
  });
  EXPECT_EQ(outcome.error().message(), "disk.silent");
  let_go();
  wait_until([this] { return watch_->forgive(); });
  EXPECT_EQ(file->size().value(), Bytes{0});
}

// The work that met the error is still going on when another call is found to hang.
TEST_F(DiskWatchTest, AnErrorThatSilenceAnswersForIsTold) {
  std::atomic<bool> has_erred = false;
  auto erring = std::async(std::launch::async, [&] {
    return watch_->within([watch = watch_, hang = hanging(), &has_erred]() -> Result<> {
      EXPECT_FALSE(watch->call([]() -> Result<> { return fail(Code::kRetry, "disk.failed"); }));
      has_erred = true;
      TRY([[maybe_unused]] int seven, hang());
      return {};
    });
  });
  wait_until([&] { return has_erred.load(); });
  EXPECT_FALSE(watch_->call(hanging()));
  EXPECT_EQ(erring.get().error().message(), "disk.silent");
  let_go();
  wait_until([this] { return watch_->forgive(); });
  ASSERT_TRUE(watch_->late_error());
  EXPECT_EQ(watch_->late_error()->message(), "disk.failed");
}

TEST_F(DiskWatchTest, TogetherCallsOnOneThreadAndIsAnsweredForWhenOneHangs) {
  auto disk = watch_->disk();
  EXPECT_TRUE(disk->together([disk, watch = watch_]() -> Result<> {
    EXPECT_TRUE(watch->is_here());
    TRY(disk->make_directory("a"));
    return disk->rename("a", "b");
  }));
  EXPECT_EQ(disk->list("").value(), std::vector<std::string>{"b"});
  auto outcome = disk->together([disk, watch = watch_, hang = hanging()]() mutable -> Result<> {
    (void)watch->call(std::move(hang));
    return disk->make_directory("late");
  });
  EXPECT_EQ(outcome.error().message(), "disk.silent");
  let_go();
  wait_until([this] { return watch_->forgive(); });
  EXPECT_EQ(disk->list("").value(), std::vector<std::string>{"b"});
}

// The call ends just when it was found to hang, so that what it opened is dropped by whoever tells
// of the silence.
TEST_F(DiskWatchTest, WhatALateCallOpenedIsLetGoOf) {
  std::weak_ptr<int> work_is_there;
  auto watch = DiskWatch::begin("d2", open_disk(root_.string()).value(),
                                {.silence = std::chrono::milliseconds(20)}, [&] {
                                  let_go();
                                  wait_until([&] { return work_is_there.expired(); });
                                });
  auto opened = std::make_shared<std::shared_ptr<File>>(watch->disk()->create("a").value());
  auto there = std::make_shared<int>();
  work_is_there = there;
  std::promise<std::string> told;
  watch->run([watch, hang = hanging(), opened,
              there = std::move(there)]() mutable { (void)watch->call(std::move(hang)); },
             [opened = std::move(opened), &told](Result<> outcome) {
               told.set_value(outcome ? "" : outcome.error().message());
             },
             DiskWatch::Room::kBounded);
  EXPECT_EQ(told.get_future().get(), "disk.silent");
  wait_until([&] { return watch->forgive(); });
  EXPECT_TRUE(watch->disk()->list(""));
  watch->stop();
}

// Calls that end with an error at about the moment at which they are found to hang: whoever waits
// is told of the error, or of silence, and then the error is told later.
TEST_F(DiskWatchTest, NoErrorIsLostBetweenLateAndTooLate) {
  const auto limit = std::chrono::milliseconds(2);
  auto watch = DiskWatch::begin("d2", open_disk(root_.string()).value(), {.silence = limit}, [] {});
  unsigned late = 0;
  for (int round = 0; round < 300; ++round) {
    const auto until =
        std::chrono::steady_clock::now() + limit + std::chrono::microseconds(5 * round);
    auto outcome = watch->call([until]() -> Result<> {
      while (std::chrono::steady_clock::now() < until) continue;
      return fail(Code::kRetry, "disk.failed");
    });
    ASSERT_FALSE(outcome);
    if (outcome.error().message() == "disk.failed") continue;
    ++late;
    wait_until([&] { return watch->forgive(); });
    ASSERT_TRUE(watch->late_error()) << "in round " << round;
  }
  EXPECT_GT(late, 0u);
  watch->stop();
}

}  // namespace
}  // namespace belfry
