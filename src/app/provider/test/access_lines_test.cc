#include "access_lines.h"

#include "audit/event.h"

#include <gtest/gtest.h>

namespace belfry::provider {
namespace {

audit::Event read_by_staff() {
  audit::Event event;
  event.time = from_us(1'800'000'000'123'456);
  event.action = "s3:GetObject";
  event.actor = "arn:aws:iam::000000000001:user/nadia";
  event.resource = "arn:aws:s3:::papers/a/b";
  event.details = {{"request_id", "12"}, {"intervention", "7001"}};
  return event;
}

TEST(AccessLines, TellWhoWasLetInToWhat) {
  const auto line = access_in(audit::to_ocsf(read_by_staff()));
  ASSERT_TRUE(line);
  EXPECT_EQ(line->at_us, 1'800'000'000'123'000);
  EXPECT_TRUE(line->allowed);
  EXPECT_EQ(line->actor, "arn:aws:iam::000000000001:user/nadia");
  EXPECT_FALSE(line->user) << "another's log knows the name alone";
  EXPECT_FALSE(line->assumed);
  EXPECT_EQ(line->bucket, "papers");
  EXPECT_EQ(line->intervention_id, 7001);
}

TEST(AccessLines, TellWhatIsNot) {
  audit::Event event = read_by_staff();
  event.outcome = audit::Outcome::kFailure;
  event.actor_id = UserId{12};
  event.resource = "belfry:user/12";
  event.details = {{"assumed_by", "ines"}, {"intervention", "7001x"}};
  const auto line = access_in(audit::to_ocsf(event));
  ASSERT_TRUE(line);
  EXPECT_FALSE(line->allowed);
  EXPECT_EQ(line->user, UserId{12});
  EXPECT_TRUE(line->assumed);
  EXPECT_EQ(line->bucket, "");
  EXPECT_EQ(line->intervention_id, 0);
  for (const char* other : {"", "[]", "{", "{}", R"({"time":"12"})"})
    EXPECT_FALSE(access_in(other)) << other;
}

TEST(AccessLines, TellFromWhereItCame) {
  audit::Event event = read_by_staff();
  EXPECT_FALSE(access_in(audit::to_ocsf(event))->tells_source);
  event.details.push_back({"method", "session"});
  EXPECT_FALSE(access_in(audit::to_ocsf(event))->tells_source);
  event.source_ip = "192.0.2.1";
  EXPECT_TRUE(access_in(audit::to_ocsf(event))->tells_source);
  event.source_ip.clear();
  event.details.back().value = "system";
  EXPECT_TRUE(access_in(audit::to_ocsf(event))->tells_source) << "by no request";
}

TEST(AccessLines, TellWhoDidNotSign) {
  audit::Event event = read_by_staff();
  event.actor = "anonymous";
  event.details = {};
  EXPECT_TRUE(is_anonymous(*access_in(audit::to_ocsf(event))));
  event.actor_id = UserId{12};
  EXPECT_FALSE(is_anonymous(*access_in(audit::to_ocsf(event)))) << "a user who is called so";
  event.actor_id = {};
  event.details = {{"assumed_by", "ines"}};
  EXPECT_FALSE(is_anonymous(*access_in(audit::to_ocsf(event))));
  EXPECT_FALSE(is_anonymous(*access_in(audit::to_ocsf(read_by_staff()))));
}

TEST(AccessLines, TellWhatOpensABucket) {
  using Kind = PublicSetting::Kind;
  audit::Event event;
  event.time = from_us(1'800'000'000'123'456);
  event.resource = "arn:aws:s3:::papers";
  const auto settings = [&](const std::string& action, std::vector<audit::Detail> details) {
    event.action = action;
    event.details = std::move(details);
    return public_settings_in(audit::to_ocsf(event));
  };
  const auto one = [&](Kind kind, bool opens) {
    return std::vector<PublicSetting>{{"papers", kind, 1'800'000'000'123'000, opens}};
  };
  const auto policy = [](const std::string& principal) {
    return R"({"Statement": {"Effect": "Allow", "Principal": )" + principal +
           R"(, "Action": "s3:GetObject", "Resource": "*"}})";
  };
  EXPECT_EQ(settings("s3:PutBucketPolicy", {{"policy", policy("\"*\"")}}),
            one(Kind::kPolicy, true));
  EXPECT_EQ(settings("s3:PutBucketPolicy", {{"policy", policy(R"({"AWS": "000000000003"})")}}),
            one(Kind::kPolicy, false));
  EXPECT_EQ(settings("s3:PutBucketPolicy", {{"policy", "{}"}}), one(Kind::kPolicy, false));
  EXPECT_EQ(settings("s3:DeleteBucketPolicy", {}), one(Kind::kPolicy, false));
  for (const char* action :
       {"s3:PutPublicAccessBlock", "s3:DeletePublicAccessBlock", "s3:PutBucketPublicAccessBlock"}) {
    EXPECT_EQ(settings(action, {{"restrict_public_buckets", "false"}}), one(Kind::kBlock, true));
    EXPECT_EQ(settings(action, {{"restrict_public_buckets", "true"}}), one(Kind::kBlock, false));
    EXPECT_EQ(settings(action, {}), one(Kind::kBlock, false));
  }
  EXPECT_EQ(settings("s3:DeleteBucket", {}).size(), 2u);
  EXPECT_TRUE(settings("s3:PutObject", {{"restrict_public_buckets", "false"}}).empty());
  event.outcome = audit::Outcome::kFailure;
  EXPECT_TRUE(settings("s3:PutBucketPolicy", {{"policy", policy("\"*\"")}}).empty());
  event.outcome = audit::Outcome::kSuccess;
  event.resource = "belfry:tenant/2";
  const auto of_tenant = settings("iam:SetPublicAccess", {{"restrict_public_buckets", "false"}});
  ASSERT_EQ(of_tenant.size(), 1u);
  EXPECT_EQ(of_tenant[0].bucket, "") << "all of the tenant's";
  EXPECT_TRUE(of_tenant[0].opens);
}

TEST(AccessLines, AddUpToSpans) {
  AccessSpan span;
  for (const std::int64_t at : {5, 3, 9}) span.add(at);
  EXPECT_EQ(span.requests, 3);
  EXPECT_EQ(span.first_us, 3);
  EXPECT_EQ(span.last_us, 9);
}

}  // namespace
}  // namespace belfry::provider
