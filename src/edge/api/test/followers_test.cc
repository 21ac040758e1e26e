#include "followers.h"

#include <gtest/gtest.h>

#include <deque>

namespace belfry::api {
namespace {

constexpr TenantId kOne{2}, kOther{3};

TEST(Followers, NoTenantTakesThePlacesOfAll) {
  Followers followers;
  std::deque<Followers::Place> places;
  for (int i = 0; i < Followers::kMaxOfTenant; ++i)
    EXPECT_TRUE(places.emplace_back(followers, kOne).is_there());
  EXPECT_FALSE(Followers::Place(followers, kOne).is_there());
  EXPECT_TRUE(Followers::Place(followers, kOther).is_there());
  places.pop_front();
  EXPECT_TRUE(Followers::Place(followers, kOne).is_there());
}

TEST(Followers, AreSoManyAltogether) {
  Followers followers;
  std::deque<Followers::Place> places;
  for (int i = 0; i < Followers::kMax; ++i)
    EXPECT_TRUE(places.emplace_back(followers, TenantId{i}).is_there());
  EXPECT_FALSE(Followers::Place(followers, kOne).is_there());
  places.clear();
  EXPECT_TRUE(Followers::Place(followers, kOne).is_there());
}

}  // namespace
}  // namespace belfry::api
