// Who can reach a bucket and what a person can do, compared with what is decided.
#include "iam/reach.h"

#include "user_reach.h"
#include "world.h"

#include <random>

namespace belfry::iam {
namespace {

using policy::Certainty;

std::string allow(const std::string& action, const std::string& resource,
                  const std::string& more = "") {
  return R"({"Version": "2012-10-17", "Statement": {"Sid": "Given", )"
         R"("Effect": "Allow", "Action": ")" +
         action + R"(", "Resource": ")" + resource + "\"" + more + "}}";
}

class ReachTest : public testing::TestWithParam<database::Engine> {
 protected:
  ReachTest() {
    reader_ = make_user("reader", Role::kReader);
    member_ = make_user("member", Role::kMember);
  }

  UserId make_user(const std::string& name, Role role) {
    auto made =
        world_.wait(iam_.create_user(admin_, kFirstCustomer, name, "", role, kGoodPassword));
    EXPECT_TRUE(made) << made.error().describe();
    return made ? made->id : UserId{};
  }
  ProfileId make_profile(const std::string& name, const std::string& document) {
    auto made = world_.wait(iam_.profiles().create_profile(admin_, name, document));
    EXPECT_TRUE(made) << made.error().describe();
    return made ? made->id : ProfileId{};
  }
  WhoReaches who(const std::string& prefix = "", const std::string& policy = "") {
    auto found = world_.wait(queries_.who(admin_, {"b", policy}, prefix, {}));
    EXPECT_TRUE(found) << found.error().describe();
    return found ? std::move(*found) : WhoReaches{};
  }
  // "read maybe", "" when the act is not there.
  static std::string of(const WhoReaches& found, const std::string& name, BucketAct act) {
    for (const PersonReach& person : found.people.things)
      for (const ActReach& reach : person.acts)
        if (person.name == name && reach.act == act) return std::string(name_of(reach.certainty));
    return "";
  }

  World world_{GetParam()};
  Iam& iam_ = *world_.iam;
  AccessQueries& queries_ = iam_.access_queries();
  Principal admin_ = world_.customer();
  UserId reader_, member_;
};
BELFRY_ON_BOTH_ENGINES(ReachTest);

TEST_P(ReachTest, TellsWhoAndByWhat) {
  auto crew = world_.wait(iam_.profiles().create_group(admin_, "Crew"));
  ASSERT_TRUE(crew);
  const ProfileId office = make_profile(
      "Office", allow("s3:PutObject", "arn:aws:s3:::b/*",
                      R"(, "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})"));
  ASSERT_TRUE(world_.wait(iam_.profiles().give_profile(admin_, office, {.group = crew->id})));
  ASSERT_TRUE(world_.wait(iam_.profiles().add_member(admin_, crew->id, reader_)));
  const WhoReaches found = who();
  EXPECT_EQ(found.people.things.size(), 3u) << "the administrator, member, reader";
  EXPECT_EQ(of(found, "reader", BucketAct::kRead), "always");
  EXPECT_EQ(of(found, "reader", BucketAct::kWrite), "maybe");
  EXPECT_EQ(of(found, "reader", BucketAct::kDelete), "");
  EXPECT_EQ(of(found, "member", BucketAct::kDelete), "always");
  EXPECT_EQ(of(found, "member", BucketAct::kChangePolicy), "");
  EXPECT_EQ(of(found, "customer", BucketAct::kChangePolicy), "always");
  for (const PersonReach& person : found.people.things)
    for (const ActReach& reach : person.acts) {
      EXPECT_EQ(reach.needs_second_factor, person.name == "customer");
      if (person.name != "reader" || reach.act != BucketAct::kWrite) continue;
      ASSERT_EQ(reach.reasons.size(), 1u);
      EXPECT_EQ(reach.reasons[0].source, Reason::Source::kProfile);
      EXPECT_EQ(reach.reasons[0].name, "Office");
      EXPECT_EQ(reach.reasons[0].group, "Crew");
      EXPECT_EQ(reach.reasons[0].statement, "Given");
      EXPECT_EQ(reach.reasons[0].conditions,
                std::vector<std::string>{"IpAddress aws:SourceIp 10.0.0.0/8"});
    }
}

TEST_P(ReachTest, ABoundaryAndABucketsPolicyTakeAway) {
  const ProfileId photos = make_profile("Photos", allow("s3:*", "arn:aws:s3:::b/photos/*"));
  ASSERT_TRUE(world_.wait(iam_.profiles().set_boundary(admin_, member_, photos)));
  EXPECT_EQ(of(who("photos/"), "member", BucketAct::kWrite), "always");
  EXPECT_EQ(of(who("music/"), "member", BucketAct::kWrite), "");
  EXPECT_EQ(of(who(), "member", BucketAct::kWrite), "maybe");
  const std::string closed =
      R"({"Statement": {"Sid": "Closed", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
          "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]}})";
  const WhoReaches found = who("", closed);
  ASSERT_EQ(found.people.things.size(), 1u) << "the administrator may mend it";
  EXPECT_EQ(of(found, "customer", BucketAct::kChangePolicy), "always");
  EXPECT_TRUE(who("", "no policy at all").people.things.empty());
}

TEST_P(ReachTest, OthersAreAccountsAlone) {
  const WhoReaches found = who("", R"({"Statement": [{"Sid": "Partner", "Effect": "Allow",
              "Principal": {"AWS": ["000000000009", "arn:aws:iam::000000000009:user/zoe"]},
              "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}]})");
  ASSERT_EQ(found.foreigners.size(), 2u);
  EXPECT_EQ(found.foreigners[0].principal, "000000000009");
  EXPECT_EQ(found.foreigners[1].principal, "arn:aws:iam::000000000009:user/zoe");
  EXPECT_EQ(found.foreigners[1].statement, "Partner");
  const Principal stranger = world_.make_other("two").administrator;
  auto theirs = world_.wait(queries_.who(stranger, {"c", ""}, "", {}));
  ASSERT_TRUE(theirs);
  for (const PersonReach& person : theirs->people.things) EXPECT_EQ(person.name, "two-admin");
  EXPECT_EQ(message_of(world_.wait(queries_.what(stranger, reader_, {}))), "iam.user_missing");
  EXPECT_EQ(message_of(world_.wait(
                queries_.explain(stranger, {.user = reader_, .action = "s3:GetObject"}, {}))),
            "iam.user_missing");
}

TEST_P(ReachTest, OneLearnsOfOneselfAlone) {
  const Principal reader = world_.enter("reader", kGoodPassword);
  auto own = world_.wait(queries_.what(reader, reader_, {{"b", ""}, {"c", ""}}));
  ASSERT_TRUE(own);
  ASSERT_EQ(own->size(), 2u);
  EXPECT_EQ((*own)[0].acts.size(), 2u) << "read and list";
  EXPECT_EQ(message_of(world_.wait(queries_.what(reader, member_, {}))), "iam.denied");
  EXPECT_EQ(message_of(world_.wait(queries_.who(reader, {"b", ""}, "", {}))), "iam.denied");
}

TEST_P(ReachTest, ExplainsOneRequest) {
  const Context context{.time = world_.clock.now(), .source_ip = "10.1.1.1", .secure = true};
  const auto explain = [&](UserId user, const std::string& action, bool factor) {
    auto explained = world_.wait(queries_.explain(
        admin_,
        {.user = user,
         .action = action,
         .resource = action == "s3:PutBucketPolicy" ? "arn:aws:s3:::b" : "arn:aws:s3:::b/a",
         .policy = "",
         .second_factor = factor},
        context));
    EXPECT_TRUE(explained) << explained.error().describe();
    return explained.value_or(Explanation{});
  };
  const Explanation given = explain(member_, "s3:PutObject", false);
  EXPECT_TRUE(given.allowed);
  ASSERT_EQ(given.reasons.size(), 1u);
  EXPECT_EQ(given.reasons[0].statement, "Objects");
  EXPECT_EQ(given.reasons[0].name, "member");
  EXPECT_EQ(explain(reader_, "s3:PutObject", true).refusal, "iam.denied");
  EXPECT_EQ(explain(admin_.user, "s3:PutBucketPolicy", false).refusal, "iam.second_factor_needed");
  EXPECT_TRUE(explain(admin_.user, "s3:PutBucketPolicy", true).allowed);
  EXPECT_EQ(message_of(world_.wait(
                queries_.explain(admin_, {.user = reader_, .action = "iam:CreateUser"}, context))),
            "iam.bad_simulation");
}

constexpr const char* kActions[] = {"s3:*", "s3:GetObject", "s3:Put*", "s3:PutBucketPolicy", "*"};
constexpr const char* kResources[] = {"*", "arn:aws:s3:::b/*", "arn:aws:s3:::b",
                                      "arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::c/*"};

// Random users, policies and requests: what `decide` allows is listed, and what is listed as
// unconditional is allowed.
TEST(UserReach, AgreesWithEachDecision) {
  std::mt19937 chance(11);
  const auto pick = [&](const auto& from) { return from[chance() % std::size(from)]; };
  constexpr const char* kConditions[] = {
      "", "", R"(, "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})",
      R"(, "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}})",
      R"(, "Condition": {"StringEquals": {"aws:PrincipalAccount": "000000000002"}})"};
  constexpr const char* kPrincipals[] = {"\"*\"", R"({"AWS": "000000000002"})",
                                         R"({"AWS": "arn:aws:iam::000000000002:user/anna"})"};
  const auto document = [&](policy::Kind kind) {
    std::string statement = R"({"Effect": ")" + std::string(chance() % 3 ? "Allow" : "Deny") +
                            R"(", "Action": ")" + pick(kActions) + R"(", "Resource": ")" +
                            pick(kResources) + "\"" + pick(kConditions);
    if (kind == policy::Kind::kResource)
      statement += std::string(R"(, "Principal": )") + pick(kPrincipals);
    auto compiled =
        policy::compile(R"({"Version": "2012-10-17", "Statement": )" + statement + "}}", kind);
    EXPECT_TRUE(compiled) << statement;
    return *compiled;
  };
  constexpr Role kRoles[] = {Role::kTenantAdministrator, Role::kMember, Role::kReader};
  constexpr const char* kPrefixes[] = {"", "anna/", "x"};
  TenantTree tree;
  tree.add({{kProviderTenant, {}}, {kFirstCustomer, kProviderTenant}});
  std::size_t always = 0, allowed_in_all = 0, never = 0;
  for (int i = 0; i < 3000; ++i) {
    auto held = std::make_shared<HeldPolicies>();
    for (std::size_t n = chance() % 3; n > 0; --n) {
      held->policies.push_back(document(policy::Kind::kIdentity));
      held->sources.push_back({"p", ""});
    }
    if (chance() % 3 == 0) held->boundary = document(policy::Kind::kIdentity);
    held->privileged = chance() % 5 == 0;
    const policy::PolicyPtr attached =
        chance() % 2 ? document(policy::Kind::kResource) : policy::PolicyPtr();
    Principal user{.tenant = kFirstCustomer,
                   .user = UserId{7},
                   .name = "anna",
                   .role = pick(kRoles),
                   .method = Method::kSession,
                   .credential = {},
                   .second_factor = true,
                   .held = held};
    const BucketAct act = pick(kBucketActs);
    const ActAsked asked = asked_of(act, "b", pick(kPrefixes));
    const UserReach reach =
        find_user_reach(tree, user, {asked.action, asked.resource, asked.extent}, attached);
    always += reach.certainty == Certainty::kAlways;
    never += reach.certainty == Certainty::kNever;
    for (const char* rest : {"", "a", "anna/b"})
      for (const char* address : {"10.0.0.1", "192.0.2.1"})
        for (bool factor : {true, false}) {
          if (asked.extent == policy::Extent::kExactly && *rest) continue;
          user.second_factor = factor;
          const bool allowed =
              decide(tree, user, asked.action, {asked.resource + rest, kFirstCustomer},
                     {.time = {}, .source_ip = address}, attached)
                  .has_value();
          allowed_in_all += allowed;
          ASSERT_FALSE(allowed && reach.certainty == Certainty::kNever) << i;
          ASSERT_FALSE(!allowed && reach.certainty == Certainty::kAlways &&
                       (factor || !reach.needs_second_factor))
              << i;
        }
  }
  EXPECT_GT(always, 300u);
  EXPECT_GT(never, 300u);
  EXPECT_GT(allowed_in_all, 3000u);
}

}  // namespace
}  // namespace belfry::iam
