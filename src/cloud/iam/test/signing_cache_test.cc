#include "signing_cache.h"

#include <gtest/gtest.h>

namespace belfry::iam {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Monotonic kStart{seconds(100)};

SigningIdentity identity_of(const std::string& id, UserId user = {1}) {
  return {{.tenant = kFirstCustomer, .user = user, .name = {}, .credential = id}, "secret"};
}

TEST(SigningCache, LookupsOfUnknownKeysDisturbNoOthers) {
  SigningCache cache;
  auto generation = cache.generation();
  // While one key is looked up, somebody asks for keys that do not exist.
  for (int i = 0; i < 100; ++i) {
    std::string id = "NOBODY";
    cache.keep_unknown(id.append(std::to_string(i)), kStart, cache.generation());
  }
  cache.keep(identity_of("KEY"), kStart, generation);
  auto found = cache.find("KEY", kStart);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->identity);
}

TEST(SigningCache, RemembersUnknownKeysForAMoment) {
  SigningCache cache;
  EXPECT_FALSE(cache.find("NOBODY", kStart));
  cache.keep_unknown("NOBODY", kStart, cache.generation());
  auto found = cache.find("NOBODY", kStart + milliseconds(1400));
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->identity);
  EXPECT_FALSE(cache.find("NOBODY", kStart + seconds(2)));
  // A user whose keys count again is known at once, also to a lookup that is underway.
  auto generation = cache.generation();
  cache.keep_unknown("KEY", kStart, generation);
  cache.forget_user({1});
  EXPECT_FALSE(cache.find("KEY", kStart));
  cache.keep_unknown("KEY", kStart, generation);
  EXPECT_FALSE(cache.find("KEY", kStart));
}

TEST(SigningCache, OneLooksAgainAndAfterItsFailureAnother) {
  SigningCache cache;
  cache.keep(identity_of("KEY"), kStart, cache.generation());
  EXPECT_FALSE(cache.find("KEY", kStart + seconds(2))->refresh);
  EXPECT_TRUE(cache.find("KEY", kStart + seconds(3))->refresh);
  EXPECT_FALSE(cache.find("KEY", kStart + seconds(3))->refresh);
  cache.refresh_failed("KEY");
  EXPECT_TRUE(cache.find("KEY", kStart + seconds(3))->refresh);
  // Its lookup is overtaken by a change: the next one looks again.
  auto generation = cache.generation();
  cache.forget_key("OTHER");
  cache.keep(identity_of("KEY"), kStart + seconds(3), generation);
  EXPECT_TRUE(cache.find("KEY", kStart + seconds(3))->refresh);
  EXPECT_FALSE(cache.find("KEY", kStart + seconds(6)));
}

TEST(SigningCache, ARevokedKeyDoesNotComeBack) {
  SigningCache cache;
  auto generation = cache.generation();
  cache.forget_key("KEY");
  cache.keep(identity_of("KEY"), kStart, generation);
  EXPECT_FALSE(cache.find("KEY", kStart));
}

}  // namespace
}  // namespace belfry::iam
