#include "jobs.h"

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
  EXPECT_EQ(jobs.find(JobId{1})->progress, 0.5);
  jobs.finish(JobId{1}, fail(Code::kRetry, "disk.failed"), from_us(20));
  JobState job = jobs.find(JobId{1}).value();
  EXPECT_EQ(job.error->message(), "disk.failed");
  EXPECT_EQ(job.finished, from_us(20));
  EXPECT_EQ(jobs.find(JobId{2}).error().code(), Code::kNotFound);
}

}  // namespace
}  // namespace belfry::api
