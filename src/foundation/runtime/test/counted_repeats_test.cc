#include "runtime/counted_repeats.h"

#include <gtest/gtest.h>

namespace belfry {
namespace {

using std::chrono::seconds;

const Timestamp kNow = from_us(1'800'000'000'000'000);

TEST(CountedRepeats, TellsTheFirstAtOnceAndTheOthersWithTheNext) {
  CountedRepeats counted{seconds(10)};
  EXPECT_EQ(counted.add("a", kNow), 1u);
  EXPECT_EQ(counted.add("a", kNow + seconds(1)), 0u);
  EXPECT_EQ(counted.add("a", kNow + seconds(9)), 0u);
  EXPECT_EQ(counted.add("b", kNow + seconds(9)), 1u);
  EXPECT_EQ(counted.add("a", kNow + seconds(10)), 3u);
  EXPECT_EQ(counted.add("a", kNow + seconds(11)), 0u);
}

TEST(CountedRepeats, AClockThatWasSetBackSilencesNothing) {
  CountedRepeats counted{seconds(10)};
  EXPECT_EQ(counted.add("a", kNow), 1u);
  EXPECT_EQ(counted.add("a", kNow - seconds(3600)), 1u);
}

TEST(CountedRepeats, WhatCouldNotBeToldIsToldWithTheNext) {
  CountedRepeats counted{seconds(10)};
  counted.give_back("never seen", 3);
  EXPECT_EQ(counted.add("never seen", kNow), 1u);
  const std::uint64_t first = counted.add("a", kNow);
  counted.give_back("a", first);
  EXPECT_EQ(counted.add("a", kNow + seconds(1)), 2u);
  EXPECT_EQ(counted.add("a", kNow + seconds(2)), 0u);
}

TEST(CountedRepeats, HoldsTenThousandAtMost) {
  CountedRepeats counted{seconds(10)};
  EXPECT_EQ(counted.add("first", kNow), 1u);
  for (int i = 1; i < 10'000; ++i) counted.add(std::to_string(i), kNow);
  EXPECT_EQ(counted.add("first", kNow), 0u);
  EXPECT_EQ(counted.add("one more", kNow), 1u);
  EXPECT_EQ(counted.add("first", kNow), 1u) << "all were forgotten";
}

}  // namespace
}  // namespace belfry
