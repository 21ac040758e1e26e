#include "access_samples.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace belfry::provider {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

const Timestamp kBegun = from_us(1'800'000'000'000'000 / 60'000'000 * 60'000'000);

TEST(AccessSamples, CountsAllAndRemembersSome) {
  AccessSamples samples;
  for (int i = 0; i < 250; ++i)
    samples.add(s3::Served{TenantId{2}, std::to_string(i), kBegun + std::chrono::milliseconds(i)});
  samples.add(s3::Served{TenantId{3}, "of another", kBegun + seconds(59)});
  samples.add(s3::Served{TenantId{2}, "a minute later", kBegun + seconds(60)});
  EXPECT_FALSE(samples.take(kBegun + seconds(59))) << "the minute is not over";
  auto minute = samples.take(kBegun + minutes(1));
  ASSERT_TRUE(minute);
  EXPECT_EQ(minute->begun, kBegun);
  EXPECT_EQ(minute->requests.at(TenantId{2}), 250);
  EXPECT_EQ(minute->requests.at(TenantId{3}), 1);
  EXPECT_EQ(minute->samples.size(), AccessSamples::kSamplesMax + 1);
  EXPECT_EQ(minute->samples.back().request_id, "of another");
  EXPECT_FALSE(samples.take(kBegun + minutes(1)));

  samples.give_back(std::move(*minute));
  EXPECT_EQ(samples.take(kBegun + minutes(9))->begun, kBegun) << "the oldest first";
  EXPECT_EQ(samples.take(kBegun + minutes(9))->samples.at(0).request_id, "a minute later");
  EXPECT_FALSE(samples.take(kBegun + minutes(9)));
}

TEST(AccessSamples, WhoDidNotSignTakesNobodysPlace) {
  AccessSamples samples;
  for (int i = 0; i < 500; ++i) samples.add(s3::Served{TenantId{2}, "unsigned", kBegun, true});
  for (int i = 0; i < 60; ++i) samples.add(s3::Served{TenantId{2}, "signed", kBegun});
  const auto minute = samples.take(kBegun + minutes(1));
  ASSERT_TRUE(minute);
  EXPECT_EQ(minute->requests.at(TenantId{2}), 560);
  EXPECT_EQ(std::ranges::count(minute->samples, "signed", &AccessSamples::Sample::request_id),
            AccessSamples::kSamplesMax);
  EXPECT_EQ(std::ranges::count(minute->samples, "unsigned", &AccessSamples::Sample::request_id),
            AccessSamples::kAnonymousMax);
}

TEST(AccessSamples, RemembersRestBesideS3AndNotWhatSharesALine) {
  AccessSamples samples;
  const auto read = [&](const std::string& id, bool shared) {
    samples.add(api::Served{.tenant = TenantId{2},
                            .request_id = id,
                            .at = kBegun,
                            .service = "iam",
                            .counted_with_others = shared});
  };
  for (int i = 0; i < 90; ++i) samples.add(s3::Served{TenantId{2}, "over S3", kBegun});
  for (int i = 0; i < 70; ++i) read("polled", true);
  for (int i = 0; i < 60; ++i) read("read", false);
  const auto minute = samples.take(kBegun + minutes(1));
  ASSERT_TRUE(minute);
  EXPECT_EQ(minute->requests.at(TenantId{2}), 90);
  EXPECT_EQ(minute->read_over_rest.at(TenantId{2}), 130);
  const auto remembered = [&](const std::string& id) {
    return std::ranges::count(minute->samples, id, &AccessSamples::Sample::request_id);
  };
  EXPECT_EQ(remembered("over S3"), AccessSamples::kSamplesMax);
  EXPECT_EQ(remembered("read"), AccessSamples::kSamplesMax);
  EXPECT_EQ(remembered("polled"), 0);
  EXPECT_EQ(minute->samples.back().service, "iam");
}

TEST(AccessSamples, HoldsTwoHoursAtMost) {
  AccessSamples samples;
  for (int i = 0; i < 500; ++i) samples.add(s3::Served{TenantId{2}, "x", kBegun + minutes(i)});
  int held = 0;
  for (; samples.take(kBegun + minutes(600)); ++held) continue;
  EXPECT_EQ(held, 120);
}

}  // namespace
}  // namespace belfry::provider
