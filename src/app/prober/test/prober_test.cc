// What a probe says when it comes nowhere. Its journeys are walked in whole providers
// (tests/measures, tests/system/probe.py).
#include "prober/prober.h"

#include "runtime/clock.h"

#include <gtest/gtest.h>

#include <set>

namespace belfry::prober {
namespace {

const Administrator kAdministrator{"2", "belfry-probe-1", "a password of the probe", Buffer(20)};

Report probe_at(const std::string& url, bool is_cancelled) {
  auto clock = make_system_clock();
  auto random = make_seeded_random(1);
  return probe({.api = url, .s3 = url, .ca_file = "", .api_host = "", .s3_host = ""},
               kAdministrator, {}, *clock, *random, [is_cancelled] { return is_cancelled; });
}

TEST(Prober, SaysOfEveryStepThatNobodyAnswers) {
  // Port 1 of loopback: nobody listens.
  const Report report = probe_at("http://127.0.0.1:1", false);
  ASSERT_EQ(report.steps.size(), std::size(kSteps));
  EXPECT_FALSE(report.passed());
  EXPECT_FALSE(report.mark);
  for (std::size_t i = 0; i < report.steps.size(); ++i) {
    EXPECT_EQ(report.steps[i].name, kSteps[i]);
    EXPECT_FALSE(report.steps[i].passed) << kSteps[i];
  }
  EXPECT_EQ(report.steps[0].got, "0");
  EXPECT_EQ(report.steps[0].expected, "200");
  EXPECT_EQ(report.steps[1].got, "-");
}

TEST(Prober, TakesUnusableAddressesAsNobody) {
  EXPECT_FALSE(probe_at("nowhere", false).passed());
  EXPECT_EQ(probe_at("nowhere", false).steps.size(), std::size(kSteps));
}

TEST(Prober, PassesNothingOnceItIsCancelled) {
  const Report report = probe_at("http://127.0.0.1:1", true);
  EXPECT_EQ(report.steps.size(), std::size(kSteps));
  EXPECT_FALSE(report.passed());
}

TEST(Prober, HasNoStepTwice) {
  EXPECT_EQ(std::set<std::string_view>(std::begin(kSteps), std::end(kSteps)).size(),
            std::size(kSteps));
  EXPECT_FALSE(Report().passed());
}

}  // namespace
}  // namespace belfry::prober
