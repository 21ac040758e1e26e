#include "jobs.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

namespace belfry::api {
namespace {

TEST(Jobs, RunOneOfAKindAtATime) {
  Jobs jobs;
  ASSERT_TRUE(jobs.start(JobId{1}, JobKind::kScrub, "d1", from_us(10)));
  EXPECT_EQ(jobs.start(JobId{2}, JobKind::kScrub, "", from_us(11)).error().code(), Code::kConflict);
  EXPECT_TRUE(jobs.start(JobId{3}, JobKind::kHeal, "", from_us(12)));
  jobs.finish(JobId{1}, std::string("{}"), from_us(20));
  EXPECT_TRUE(jobs.start(JobId{4}, JobKind::kScrub, "", from_us(21)));
}

TEST(Jobs, TellHowTheyWent) {
  Jobs jobs;
  ASSERT_TRUE(jobs.start(JobId{1}, JobKind::kScrub, "d1", from_us(10)));
  jobs.progress(JobId{1}, 0.5);
  EXPECT_EQ(jobs.find(JobId{1}, from_us(20))->progress, 0.5);
  jobs.finish(JobId{1}, fail(Code::kRetry, "disk.failed"), from_us(20));
  JobState job = jobs.find(JobId{1}, from_us(20)).value();
  EXPECT_EQ(job.error->message(), "disk.failed");
  EXPECT_EQ(job.finished, from_us(20));
  EXPECT_EQ(jobs.find(JobId{2}, from_us(20)).error().code(), Code::kNotFound);
}

TEST(Jobs, AreForgottenAnHourAfterTheirEnd) {
  Jobs jobs;
  ASSERT_TRUE(jobs.start(JobId{1}, JobKind::kScrub, "d1", from_us(10)));
  jobs.finish(JobId{1}, std::string("{}"), from_us(20));
  Timestamp later = from_us(20) + std::chrono::hours(1);
  EXPECT_TRUE(jobs.find(JobId{1}, later));
  EXPECT_FALSE(jobs.find(JobId{1}, later + std::chrono::seconds(1)));
}

TEST(Jobs, OneWithoutAnOrderLeavesNoTrace) {
  Jobs jobs;
  ASSERT_TRUE(jobs.start(JobId{1}, JobKind::kScrub, "d1", from_us(10)));
  jobs.drop(JobId{1});
  EXPECT_FALSE(jobs.find(JobId{1}, from_us(11)));
  EXPECT_TRUE(jobs.start(JobId{2}, JobKind::kScrub, "d1", from_us(12)));
}

TEST(Jobs, ARunningOneIsNotForgottenForOthers) {
  Jobs jobs;
  ASSERT_TRUE(jobs.start(JobId{1}, JobKind::kScrub, "d1", from_us(10)));
  for (std::int64_t i = 2; i < 300; ++i) {
    ASSERT_TRUE(jobs.start(JobId{i}, JobKind::kHeal, "", from_us(10)));
    jobs.finish(JobId{i}, std::string("{}"), from_us(10));
  }
  EXPECT_TRUE(jobs.find(JobId{1}, from_us(10)));
}

Task<> work_for_ever(Clock& clock, bool& ended) {
  struct Ended {
    bool& flag;
    ~Ended() { flag = true; }
  } at_the_end{ended};
  for (;;) co_await clock.sleep(std::chrono::milliseconds(1));
}

TEST(Jobs, EndBeforeTheStopDoes) {
  boost::asio::io_context context;
  auto clock = make_system_clock();
  Jobs jobs;
  bool work_ended = false, stopped = false;
  ASSERT_TRUE(jobs.start(JobId{1}, JobKind::kScrub, "", clock->now()));
  jobs.run(context.get_executor(), JobId{1}, work_for_ever(*clock, work_ended), *clock);
  auto stop = [&]() -> boost::asio::awaitable<void> {
    co_await clock->sleep(std::chrono::milliseconds(5));
    EXPECT_FALSE(jobs.find(JobId{1}, clock->now())->finished);
    co_await jobs.stop(*clock);
    EXPECT_TRUE(work_ended);
    stopped = true;
  };
  boost::asio::co_spawn(context, stop(), boost::asio::detached);
  context.run();
  EXPECT_TRUE(stopped);
  EXPECT_EQ(jobs.find(JobId{1}, clock->now())->error->message(), "api.stopping");
  EXPECT_EQ(jobs.start(JobId{2}, JobKind::kHeal, "", clock->now()).error().message(),
            "api.stopping");
}

}  // namespace
}  // namespace belfry::api
