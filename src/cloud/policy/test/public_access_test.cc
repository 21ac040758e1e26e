#include "policy/public_access.h"

#include "policy/policy.h"

#include <gtest/gtest.h>

#include <string>

namespace belfry::policy {
namespace {

PolicyPtr policy_for(const std::string& principal) {
  auto compiled = compile(R"({"Statement": {"Effect": "Allow", "Principal": )" + principal +
                              R"(, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}})",
                          Kind::kResource);
  EXPECT_TRUE(compiled);
  return compiled ? *compiled : nullptr;
}

TEST(PublicAccess, EverythingIsBlockedUnlessItIsSaid) {
  for (const PublicAccessSetting& setting : kPublicAccessSettings)
    EXPECT_TRUE(PublicAccessBlock{}.*setting.flag) << setting.name;
  for (const PublicAccessSetting& setting : kPublicAccessSettings)
    EXPECT_FALSE(kNothingBlocked.*setting.flag) << setting.name;
}

TEST(PublicAccess, TheStricterCounts) {
  for (const PublicAccessSetting& setting : kPublicAccessSettings) {
    PublicAccessBlock one = kNothingBlocked;
    one.*setting.flag = true;
    EXPECT_EQ(stricter(one, kNothingBlocked), one) << setting.name;
    EXPECT_EQ(stricter(kNothingBlocked, one), one) << setting.name;
    EXPECT_EQ(stricter(one, PublicAccessBlock{}), PublicAccessBlock{}) << setting.name;
  }
  EXPECT_EQ(stricter(kNothingBlocked, kNothingBlocked), kNothingBlocked);
}

TEST(PublicAccess, WhoIsNarrowedDownIsNamedAllTheSame) {
  EXPECT_TRUE(names_everybody(*policy_for("\"*\"")));
  EXPECT_FALSE(names_everybody(*policy_for(R"({"AWS": "000000000003"})")));
  auto narrow = compile(R"({"Statement": {"Effect": "Allow", "Principal": "*", "Resource": "*",
      "Action": "s3:*", "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}})",
                        Kind::kResource);
  ASSERT_TRUE(narrow);
  EXPECT_FALSE(is_public(**narrow));
  EXPECT_TRUE(names_everybody(**narrow));
}

TEST(PublicAccess, ABlockRefusesPublicPoliciesAlone) {
  const PolicyPtr open = policy_for("\"*\""), narrow = policy_for(R"({"AWS": "000000000003"})");
  PublicAccessBlock others = kNothingBlocked;
  others.block_public_acls = others.ignore_public_acls = others.restrict_public_buckets = true;
  EXPECT_TRUE(check_block(*open, others)) << "the other settings are about something else";
  PublicAccessBlock block = kNothingBlocked;
  block.block_public_policy = true;
  auto refused = check_block(*open, block);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message(), "policy.public");
  EXPECT_EQ(refused.error().code(), Code::kDenied);
  EXPECT_TRUE(check_block(*narrow, block));
}

}  // namespace
}  // namespace belfry::policy
