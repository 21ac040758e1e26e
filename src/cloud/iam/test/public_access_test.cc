// What a bucket's policy gives to everybody, and what keeps it back: the bucket's block and its
// tenant's.
#include "iam/public_access.h"

#include "user_reach.h"
#include "world.h"

#include <gtest/gtest.h>

namespace belfry::iam {
namespace {

constexpr const char* kObject = "arn:aws:s3:::b/key";
constexpr const char* kBucket = "arn:aws:s3:::b";

std::string allow(const std::string& principal, const std::string& more = "",
                  const std::string& action = "s3:*") {
  return R"({"Effect": "Allow", "Principal": )" + principal + R"(, "Action": ")" + action +
         R"(", "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"])" + more + "}";
}
std::string document(const std::string& statements) {
  return R"({"Version": "2012-10-17", "Statement": [)" + statements + "]}";
}
const std::string kOpen = document(allow("\"*\""));
constexpr const char* kFromNet =
    R"(, "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}})";

class PublicAccessTest : public testing::TestWithParam<database::Engine> {
 protected:
  PublicAccessTest()
      : world_(GetParam()), administrator_(world_.customer()), other_(world_.make_other("peer")) {}

  Result<policy::PublicAccessBlock> set(const Principal& by,
                                        const policy::PublicAccessBlock& block) {
    return world_.wait(world_.iam->public_access().set_block(by, block));
  }
  void lift() { ASSERT_TRUE(set(administrator_, policy::kNothingBlocked)); }

  // "" when it is allowed.
  std::string ask(const Principal& by, const std::string& policy,
                  std::string_view action = "s3:GetObject", bool bucket_restricts = false,
                  const std::string& address = "192.0.2.9") {
    EXPECT_TRUE(world_.wait(world_.iam->public_access().keep_up()));
    const bool on_bucket = action.contains("Bucket");
    return message_of(world_.iam->authorize(
        by, action, {on_bucket ? kBucket : kObject, kFirstCustomer, policy, bucket_restricts},
        {.time = world_.clock.now(), .source_ip = address}));
  }
  std::string ask_from(const std::string& address, const std::string& policy) {
    return ask(anonymous(), policy, "s3:GetObject", false, address);
  }

  World world_;
  Principal administrator_;
  World::Other other_;
};

TEST_P(PublicAccessTest, EverythingIsBlockedUntilBothAreLifted) {
  EXPECT_EQ(ask(anonymous(), kOpen), "iam.denied") << "by the tenant's block";
  EXPECT_EQ(*world_.wait(world_.iam->public_access().find_block(administrator_)),
            policy::PublicAccessBlock{});
  lift();
  EXPECT_EQ(ask(anonymous(), kOpen), "");
  EXPECT_EQ(ask(anonymous(), kOpen, "s3:GetObject", true), "iam.denied") << "by the bucket's";
  EXPECT_EQ(ask(anonymous(), ""), "iam.denied") << "no policy";
  EXPECT_EQ(ask(anonymous(), "{}"), "iam.denied") << "none that can be read";
  policy::PublicAccessBlock block = policy::kNothingBlocked;
  block.block_public_acls = block.ignore_public_acls = block.block_public_policy = true;
  ASSERT_TRUE(set(administrator_, block));
  EXPECT_EQ(ask(anonymous(), kOpen), "") << "the others restrict nothing that is attached";
  block.restrict_public_buckets = true;
  ASSERT_TRUE(set(administrator_, block));
  EXPECT_EQ(ask(anonymous(), kOpen), "iam.denied") << "at once";
}

TEST_P(PublicAccessTest, WhoIsAnonymousReadsAndDoesNothingElse) {
  lift();
  for (const char* action : {"s3:GetObject", "s3:ListBucket", "s3:GetObjectAttributes",
                             "s3:GetBucketLocation", "s3:ListBucketVersions"})
    EXPECT_EQ(ask(anonymous(), kOpen, action), "") << action;
  for (const char* action : {"s3:PutObject",
                             "s3:DeleteObject",
                             "s3:AbortMultipartUpload",
                             "s3:PutObjectAcl",
                             "s3:ListMultipartUploadParts",
                             "s3:ListBucketMultipartUploads",
                             "s3:GetBucketPolicy",
                             "s3:GetBucketPolicyStatus",
                             "s3:PutBucketPolicy",
                             "s3:DeleteBucketPolicy",
                             "s3:GetBucketPublicAccessBlock",
                             "s3:PutBucketPublicAccessBlock",
                             "s3:GetBucketAcl",
                             "s3:CreateBucket",
                             "s3:DeleteBucket",
                             "s3:ListAllMyBuckets",
                             "",
                             "iam:GetUser",
                             "sts:AssumeRole",
                             "audit:ListEvents"})
    EXPECT_EQ(ask(anonymous(), kOpen, action), "iam.denied") << action;
  EXPECT_EQ(message_of(world_.iam->authorize(anonymous(), "iam:GetTerms",
                                             {"belfry:user/0", TenantId{}, kOpen, false}, {})),
            "iam.denied");
}

TEST_P(PublicAccessTest, OnlyWhatIsForEverybodyIsForWhoIsAnonymous) {
  lift();
  EXPECT_EQ(ask(anonymous(), document(allow(R"({"AWS": "000000000002"})"))), "iam.denied");
  EXPECT_EQ(ask(anonymous(), document(allow("\"*\"") + R"(, {"Effect": "Deny", "Principal": "*",
                "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/k*"})")),
            "iam.denied");
  const std::string narrow = document(allow("\"*\"", kFromNet));
  EXPECT_EQ(ask_from("203.0.113.7", narrow), "");
  EXPECT_EQ(ask_from("198.51.100.7", narrow), "iam.denied");
  ASSERT_TRUE(set(administrator_, {}));
  EXPECT_EQ(ask_from("203.0.113.7", narrow), "iam.denied") << "stricter than S3";
}

TEST_P(PublicAccessTest, ThereIsNothingOfWhoIsAnonymousButItsType) {
  lift();
  const auto asks = [&](const std::string& condition) {
    return ask(anonymous(), document(allow("\"*\"", R"(, "Condition": {)" + condition + "}")));
  };
  EXPECT_EQ(asks(R"("StringEquals": {"aws:PrincipalType": "Anonymous"})"), "");
  EXPECT_EQ(asks(R"("StringNotEquals": {"aws:PrincipalType": "Anonymous"})"), "iam.denied");
  for (const char* key : {"aws:PrincipalArn", "aws:PrincipalAccount", "aws:userid", "aws:username",
                          "aws:MultiFactorAuthPresent"}) {
    EXPECT_EQ(asks(R"("Null": {")" + std::string(key) + R"(": "true"})"), "") << key;
    EXPECT_EQ(asks(R"("Null": {")" + std::string(key) + R"(": "false"})"), "iam.denied") << key;
  }
  EXPECT_EQ(asks(R"("StringEquals": {"aws:ResourceAccount": "000000000002"})"), "");
}

TEST_P(PublicAccessTest, ARestrictedPublicPolicyIsOpenToTheOwnersTenantAlone) {
  const Principal peer = other_.administrator;
  const std::string account = R"({"AWS": ")" + account_of(peer.tenant) + "\"}";
  const std::string named = document(allow(account));
  const std::string both = document(allow(account) + ", " + allow("\"*\""));
  for (bool is_lifted : {false, true}) {
    if (is_lifted) lift();
    EXPECT_EQ(ask(peer, named), "") << "it is not public";
    EXPECT_EQ(ask(peer, named, "s3:GetObject", true), "") << "it is not public";
    EXPECT_EQ(ask(peer, both), is_lifted ? "" : "iam.denied");
    EXPECT_EQ(ask(peer, both, "s3:GetObject", true), "iam.denied");
    EXPECT_EQ(ask(peer, document(allow("\"*\"", kFromNet)), "s3:GetObject", true, "203.0.113.7"),
              "")
        << "narrow is not public";
    EXPECT_EQ(ask(administrator_, both, "s3:GetObject", true), "");
  }
}

TEST_P(PublicAccessTest, TheBlockIsLiftedByAdministratorsOfTheTenantItself) {
  for (const Principal& by : {world_.admin(), other_.administrator}) {
    ASSERT_TRUE(set(by, policy::kNothingBlocked)) << "their own";
    EXPECT_EQ(ask(anonymous(), kOpen), "iam.denied") << "not another's";
  }
  Principal member = administrator_;
  member.role = Role::kMember;
  EXPECT_EQ(message_of(set(member, policy::kNothingBlocked)), "iam.denied");
  EXPECT_EQ(message_of(set(anonymous(), policy::kNothingBlocked)), "iam.denied");
  EXPECT_EQ(message_of(world_.wait(world_.iam->public_access().find_block(anonymous()))),
            "iam.denied");
  Principal without = administrator_;
  without.second_factor = false;
  EXPECT_EQ(message_of(set(without, policy::kNothingBlocked)), "iam.second_factor_needed");
  world_.clock.advance(std::chrono::minutes(20));
  EXPECT_EQ(message_of(set(administrator_, policy::kNothingBlocked)), "iam.step_up_needed");
  EXPECT_EQ(ask(anonymous(), kOpen), "iam.denied");
}

TEST_P(PublicAccessTest, WhoOpensABucketHasASecondFactorAndARightOfItsOwn) {
  lift();
  constexpr std::string_view kAction = "s3:PutBucketPublicAccessBlock";
  EXPECT_EQ(ask(administrator_, "", kAction), "");
  EXPECT_EQ(ask(administrator_, document(R"({"Effect": "Deny", "Principal": "*", "Action": "s3:*",
                             "Resource": "arn:aws:s3:::b"})"),
                kAction),
            "")
      << "no policy locks its owner out";
  EXPECT_EQ(ask(other_.administrator, kOpen, kAction), "iam.denied") << "no policy gives it";
  Principal user = administrator_;
  user.second_factor = false;
  EXPECT_EQ(ask(user, "", kAction), "iam.second_factor_needed");
  user.role = Role::kMember;
  EXPECT_EQ(ask(user, kOpen, kAction), "iam.denied");
}

TEST_P(PublicAccessTest, EachChangeIsInTheOwnersLogWithWhatWasBefore) {
  lift();
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:SetPublicAccess");
  const auto details = world_.ledger.last_event(kFirstCustomer).details;
  const auto told = [&](const std::string& name) {
    for (const audit::Detail& detail : details)
      if (detail.name == name) return detail.value;
    return std::string();
  };
  for (const auto& setting : policy::kPublicAccessSettings) {
    EXPECT_EQ(told(std::string(setting.name)), "false");
    EXPECT_EQ(told(std::string(setting.name) + "_before"), "true");
  }
  lift();
  EXPECT_EQ(world_.ledger.count("iam:SetPublicAccess"), 1u) << "nothing was changed";
}

TEST_P(PublicAccessTest, ReachListsEverybodyWhereTheBucketIsOpen) {
  const auto who = [&](bool bucket_restricts, const std::string& policy) {
    auto found = world_.wait(
        world_.iam->access_queries().who(administrator_, {"b", policy, bucket_restricts}, "", {}));
    EXPECT_TRUE(found);
    return found.value_or(WhoReaches{});
  };
  const std::string mixed =
      document(allow("\"*\"", kFromNet, "s3:GetObject") + ", " + allow("\"*\"", "", "s3:List*"));
  EXPECT_TRUE(who(false, mixed).everybody.empty()) << "the tenant's block";
  EXPECT_TRUE(who(false, mixed).foreigners.empty()) << "a public policy opens nothing then";
  lift();
  EXPECT_TRUE(who(true, mixed).everybody.empty());
  EXPECT_TRUE(who(true, mixed).foreigners.empty());
  const WhoReaches found = who(false, mixed);
  ASSERT_EQ(found.everybody.size(), 2u);
  EXPECT_EQ(found.everybody[0].act, BucketAct::kRead);
  EXPECT_EQ(found.everybody[0].certainty, policy::Certainty::kMaybe);
  ASSERT_EQ(found.everybody[0].reasons.size(), 1u);
  EXPECT_EQ(found.everybody[0].reasons[0].statement, "Statement[0]");
  EXPECT_EQ(found.everybody[0].reasons[0].conditions.size(), 1u);
  EXPECT_EQ(found.everybody[1].act, BucketAct::kList);
  EXPECT_EQ(found.everybody[1].certainty, policy::Certainty::kAlways);
  EXPECT_EQ(found.foreigners.size(), 2u);
  EXPECT_EQ(who(false, kOpen).everybody.size(), 2u) << "no writing, whatever is allowed";
}

BELFRY_ON_BOTH_ENGINES(PublicAccessTest);

}  // namespace
}  // namespace belfry::iam
