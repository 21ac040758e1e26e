#include "embedded/bucket_cache.h"

#include <gtest/gtest.h>

namespace belfry::objects {
namespace {

Entry entry(Sequence sequence) {
  return {.bucket = {0}, .key = "photos", .kind = EntryKind::kBucket, .sequence = sequence};
}

TEST(BucketCache, KeepsNothingThatWasReadBeforeAChange) {
  BucketCache cache;
  const auto before = cache.generation();
  cache.clear();
  cache.keep("photos", entry(1), before);
  EXPECT_FALSE(cache.find("photos"));
  cache.keep("photos", entry(2), cache.generation());
  ASSERT_TRUE(cache.find("photos"));
  EXPECT_EQ(cache.find("photos")->sequence, 2u);
  cache.clear();
  EXPECT_FALSE(cache.find("photos"));
}

TEST(BucketCache, IsBounded) {
  BucketCache cache;
  for (int i = 0; i < 25'000; ++i)
    cache.keep("bucket-" + std::to_string(i), entry(1), cache.generation());
  int kept = 0;
  for (int i = 0; i < 25'000; ++i) kept += cache.find("bucket-" + std::to_string(i)) ? 1 : 0;
  EXPECT_GT(kept, 0);
  EXPECT_LE(kept, 10'000);
}

}  // namespace
}  // namespace belfry::objects
