#include "throttle.h"

#include <gtest/gtest.h>

namespace belfry::iam {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class ThrottleTest : public testing::Test {
 protected:
  // The seconds to wait, 0 when the attempt may go on (and fails).
  long fail_once(const std::string& account, const std::string& address, bool known_good = false) {
    auto begun = throttle_.begin({account, address, known_good}, now_);
    return begun ? 0 : std::stol(std::string(begun.error().argument("seconds")));
  }

  Throttle throttle_;
  Timestamp now_{};
};

TEST_F(ThrottleTest, DoublesTheWaitAfterThreeFailures) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(fail_once("a", "192.0.2.1"), 0);
  EXPECT_EQ(fail_once("a", "192.0.2.1"), 1);
  EXPECT_EQ(fail_once("a", "192.0.2.1"), 1);  // being refused does not make it longer
  now_ += seconds(1);
  EXPECT_EQ(fail_once("a", "192.0.2.1"), 0);
  EXPECT_EQ(fail_once("a", "192.0.2.1"), 2);
  for (int i = 0; i < 30; ++i) {
    now_ += minutes(16);
    EXPECT_EQ(fail_once("a", "192.0.2.1"), 0);
  }
  EXPECT_EQ(fail_once("a", "192.0.2.1"), 15 * 60);
  now_ += minutes(61);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(fail_once("a", "192.0.2.1"), 0);
}

TEST_F(ThrottleTest, AnAttackerElsewhereDoesNotSlowDownTheOwner) {
  for (int i = 0; i < 5000; ++i) {
    fail_once("a", "198.51.100." + std::to_string(i % 250));
    now_ += std::chrono::milliseconds(200);
  }
  EXPECT_GT(fail_once("a", "203.0.113.9"), 0);  // from anywhere new: slowed down
  EXPECT_EQ(fail_once("a", "192.0.2.1", true), 0);
}

TEST_F(ThrottleTest, AnAddressThatTriesManyAccountsIsSlowedDown) {
  for (int i = 0; i < 20; ++i) EXPECT_EQ(fail_once("a" + std::to_string(i), "192.0.2.1"), 0);
  EXPECT_GT(fail_once("other", "192.0.2.1"), 0);
  EXPECT_EQ(fail_once("other", "192.0.2.2"), 0);
}

TEST_F(ThrottleTest, NobodyPushesAnAccountOut) {
  for (int i = 0; i < 10; ++i) fail_once("a", "198.51.100." + std::to_string(i));
  for (int i = 0; i < 200'000; ++i) fail_once("b", "2001:db8:" + std::to_string(i) + "::/64", true);
  EXPECT_GT(fail_once("a", "203.0.113.1"), 0);
}

TEST_F(ThrottleTest, MadeUpNamesPushNoAccountOut) {
  const std::string thief = "step up 7";
  for (int i = 0; i < 10; ++i) fail_once("a", "198.51.100." + std::to_string(i));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(fail_once(thief, thief, true), 0);
  for (int i = 0; i < 300'000; ++i)
    fail_once("b" + std::to_string(i), "2001:db8:" + std::to_string(i / 10) + "::/64");
  EXPECT_GT(fail_once("a", "203.0.113.1"), 0);
  EXPECT_GT(fail_once(thief, thief, true), 0);
}

TEST_F(ThrottleTest, HoweverManyWaitWhoIsNewIsCounted) {
  const auto of = [](const char* what, int i) { return what + std::to_string(i); };
  for (int i = 0; i < 110'000; ++i)
    for (int k = 0; k < 3; ++k) fail_once(of("b", i), of("address ", i), true);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(fail_once("a", "192.0.2.1", true), 0);
    EXPECT_EQ(fail_once("other", of("198.51.100.", i), true), 0);
  }
  EXPECT_EQ(fail_once("a", "192.0.2.1", true), 1);
}

TEST_F(ThrottleTest, WhatIsRightLeavesNothing) {
  fail_once("a", "192.0.2.1");
  for (int i = 0; i < 200'000; ++i) {
    const Throttle::Attempt right{"b" + std::to_string(i), "198.51.100." + std::to_string(i), true};
    ASSERT_TRUE(throttle_.begin(right, now_));
    throttle_.succeeded(right, Throttle::Success::kOnlyTakeBack);
  }
  for (int i = 0; i < 2; ++i) EXPECT_EQ(fail_once("a", "192.0.2.1"), 0);
  EXPECT_EQ(fail_once("a", "192.0.2.1"), 1) << "its first failure was forgotten";
}

TEST_F(ThrottleTest, ManyAtOnceGainNothing) {
  int begun = 0;
  for (int i = 0; i < 100; ++i) begun += fail_once("a", "192.0.2.1") == 0;
  EXPECT_EQ(begun, 3);
}

TEST_F(ThrottleTest, SuccessForgetsTheAccountButNotTheAddress) {
  const Throttle::Attempt attempt{"a", "192.0.2.1", true};
  for (int i = 0; i < 2; ++i) EXPECT_EQ(fail_once("a", "192.0.2.1", true), 0);
  ASSERT_TRUE(throttle_.begin(attempt, now_));
  throttle_.succeeded(attempt, Throttle::Success::kForget);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(fail_once("a", "192.0.2.1", true), 0);
  EXPECT_GT(fail_once("a", "192.0.2.1", true), 0);
  for (int i = 0; i < 15; ++i) EXPECT_EQ(fail_once("b" + std::to_string(i), "192.0.2.1"), 0);
  EXPECT_GT(fail_once("c", "192.0.2.1"), 0);
}

TEST(ThrottledAddress, TakesNetworksOfIpv6) {
  EXPECT_EQ(throttled_address("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(throttled_address("::ffff:192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(throttled_address("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
  EXPECT_EQ(throttled_address("2001:db8:1:2::9"), throttled_address("2001:db8:1:2:ffff::"));
  EXPECT_EQ(throttled_address(""), "");
}

}  // namespace
}  // namespace belfry::iam
