#include "challenges.h"

#include <gtest/gtest.h>

namespace belfry::iam {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class ChallengesTest : public testing::Test {
 protected:
  Buffer add(const std::string& holder = "user 1") {
    return challenges_.add({.origin = holder}, holder, *random_, now_);
  }

  const std::unique_ptr<Random> random_ = make_seeded_random(1);
  Challenges challenges_;
  Timestamp now_{seconds(1'000)};
};

TEST_F(ChallengesTest, AreGoodOnce) {
  const Buffer octets = add();
  EXPECT_EQ(octets.size(), 32u);
  EXPECT_NE(octets, add());
  auto taken = challenges_.take(octets, now_);
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->octets, octets);
  EXPECT_EQ(taken->origin, "user 1");
  EXPECT_FALSE(challenges_.take(octets, now_));
  EXPECT_FALSE(challenges_.take(Buffer(32), now_));
}

TEST_F(ChallengesTest, AreGoodForFiveMinutes) {
  const Buffer first = add();
  now_ += minutes(5) - seconds(1);
  const Buffer second = add();
  EXPECT_TRUE(challenges_.take(first, now_));
  now_ += minutes(5);
  EXPECT_FALSE(challenges_.take(second, now_));
}

TEST_F(ChallengesTest, WhoAsksForManyLosesItsOwn) {
  const Buffer of_another = add("user 2");
  const Buffer first = add();
  for (std::size_t i = 1; i < Challenges::kOfHolderMax; ++i) add();
  const Buffer last = add();
  EXPECT_FALSE(challenges_.take(first, now_));
  EXPECT_TRUE(challenges_.take(last, now_));
  EXPECT_TRUE(challenges_.take(of_another, now_));
}

TEST_F(ChallengesTest, AreNeverMoreThanTheLimit) {
  const Buffer first = add("first");
  for (std::size_t i = 1; i < Challenges::kMax; ++i) add(std::to_string(i));
  const Buffer last = add("last");
  EXPECT_FALSE(challenges_.take(first, now_));
  EXPECT_TRUE(challenges_.take(last, now_));
}

}  // namespace
}  // namespace belfry::iam
