// Who can reach a bucket and what a person can do, compared with what is decided.
#include "iam/reach.h"

#include "role_reach.h"
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
  EXPECT_EQ(message_of(world_.wait(queries_.what(stranger, reader_, {}, {}))), "iam.user_missing");
  EXPECT_EQ(message_of(world_.wait(
                queries_.explain(stranger, {.user = reader_, .action = "s3:GetObject"}, {}))),
            "iam.user_missing");
}

TEST_P(ReachTest, OneLearnsOfOneselfAlone) {
  const Principal reader = world_.enter("reader", kGoodPassword);
  auto own = world_.wait(queries_.what(reader, reader_, {{"b", ""}, {"c", ""}}, {}));
  ASSERT_TRUE(own);
  ASSERT_EQ(own->buckets.size(), 2u);
  EXPECT_EQ(own->buckets[0].acts.size(), 2u) << "read and list";
  EXPECT_EQ(message_of(world_.wait(queries_.what(reader, member_, {}, {}))), "iam.denied");
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
                queries_.explain(admin_, {.user = reader_, .action = "CreateUser"}, context))),
            "iam.bad_simulation");
}

// Roles, whom they trust, and what is told of it.
class RoleReachTest : public ReachTest {
 protected:
  RoleId make_role(const std::string& name, const std::string& principal,
                   const std::string& more = "") {
    auto made = world_.wait(iam_.roles().create_role(
        admin_, name,
        R"({"Version": "2012-10-17", "Statement": {"Sid": "Trusted", "Effect": "Allow",
            "Action": "sts:AssumeRole", "Principal": )" +
            principal + more + "}}",
        kRoleSessionDefault));
    EXPECT_TRUE(made) << made.error().describe();
    return made ? made->id : RoleId{};
  }
  void give(RoleId role, ProfileId profile) {
    const auto given = world_.wait(iam_.roles().give_profile(admin_, role, profile));
    EXPECT_TRUE(given) << given.error().describe();
  }
  static const RoleWay* way_of(const WhoReaches& found, const std::string& user,
                               const std::string& role) {
    for (const PersonReach& person : found.people.things)
      for (const RoleWay& way : person.roles)
        if (person.name == user && way.name == role) return &way;
    return nullptr;
  }
  Explanation explain(UserId user, RoleId role, bool factor = false) {
    auto explained = world_.wait(queries_.explain(admin_,
                                                  {.user = user,
                                                   .role = role,
                                                   .action = "s3:PutObject",
                                                   .resource = "arn:aws:s3:::b/a",
                                                   .policy = "",
                                                   .second_factor = factor},
                                                  {.time = world_.clock.now()}));
    EXPECT_TRUE(explained) << explained.error().describe();
    return explained.value_or(Explanation{});
  }

  const std::string own_ = R"({"AWS": "000000000002"})";
  const std::string reader_arn_ = R"({"AWS": "arn:aws:iam::000000000002:user/reader"})";
};
BELFRY_ON_BOTH_ENGINES(RoleReachTest);

TEST_P(RoleReachTest, TellsWhoReachesByARole) {
  const RoleId backup = make_role("backup", reader_arn_);
  const RoleId closed = make_role("closed", own_);
  make_role("idle", reader_arn_);
  const ProfileId writes = make_profile("Writes", allow("s3:PutObject", "arn:aws:s3:::b/*"));
  give(backup, writes);
  give(closed, writes);
  const WhoReaches found = who();
  ASSERT_EQ(found.roles.size(), 2u) << "what may do nothing here is left out";
  EXPECT_EQ(found.roles[0].name, "backup");
  ASSERT_EQ(found.roles[0].acts.size(), 1u);
  EXPECT_EQ(found.roles[0].acts[0].act, BucketAct::kWrite);
  EXPECT_EQ(found.roles[0].acts[0].certainty, Certainty::kAlways);
  const RoleWay* named = way_of(found, "reader", "backup");
  ASSERT_NE(named, nullptr);
  EXPECT_EQ(named->certainty, Certainty::kAlways);
  ASSERT_EQ(named->reasons.size(), 1u);
  EXPECT_EQ(named->reasons[0].source, Reason::Source::kTrust);
  EXPECT_EQ(named->reasons[0].statement, "Trusted");
  EXPECT_EQ(way_of(found, "reader", "closed"), nullptr) << "without a right of its own";
  EXPECT_NE(way_of(found, "customer", "closed"), nullptr) << "an administrator has it";
  EXPECT_TRUE(who("", "not a policy").roles.empty());
}

TEST_P(RoleReachTest, TellsOfChainsConditionsAndOthers) {
  const RoleId last = make_role("last", R"({"AWS": "arn:aws:iam::000000000002:role/first"})");
  make_role("first", reader_arn_,
            R"(, "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})");
  give(last, make_profile("Writes", allow("s3:PutObject", "arn:aws:s3:::b/*")));
  const WhoReaches found = who();
  const RoleWay* way = way_of(found, "reader", "last");
  ASSERT_NE(way, nullptr);
  EXPECT_EQ(way->certainty, Certainty::kMaybe);
  EXPECT_EQ(way->through, std::vector<std::string>{"first"});
  ASSERT_EQ(found.roles.size(), 1u);
  ASSERT_EQ(found.roles[0].others.size(), 1u);
  EXPECT_EQ(found.roles[0].others[0].kind, TrustedOther::Kind::kRole);
  EXPECT_EQ(found.roles[0].others[0].principal, "first");
  auto own = world_.wait(queries_.what(admin_, reader_, {{"b", ""}, {"c", ""}}, {}));
  ASSERT_TRUE(own);
  ASSERT_EQ(own->roles.size(), 2u);
  EXPECT_EQ(own->roles[0].way.name, "first");
  EXPECT_TRUE(own->roles[0].buckets.empty());
  EXPECT_EQ(own->roles[1].profiles, std::vector<std::string>{"Writes"});
  ASSERT_EQ(own->roles[1].buckets.size(), 1u);
  EXPECT_EQ(own->roles[1].buckets[0].bucket, "b");
}

TEST_P(RoleReachTest, OtherAccountsAreToldButNeverTheProviders) {
  const RoleId partner = make_role("partner", R"({"AWS": ["000000000009", "000000000001"]})");
  give(partner, make_profile("Writes", allow("s3:PutObject", "arn:aws:s3:::b/*")));
  const WhoReaches found = who();
  ASSERT_EQ(found.roles.size(), 1u);
  ASSERT_EQ(found.roles[0].others.size(), 1u) << "the provider's staff assumes no customer's role";
  EXPECT_EQ(found.roles[0].others[0].principal, "000000000009");
  EXPECT_EQ(found.roles[0].others[0].kind, TrustedOther::Kind::kAccount);
}

TEST_P(RoleReachTest, ExplainsWithWhatTheTrustPolicyAsksFor) {
  const RoleId partner = make_role("partner", reader_arn_, R"(, "Condition": {"StringEquals": {
      "sts:ExternalId": "blue", "sts:RoleSessionName": "nightly"}})");
  give(partner, make_profile("Writes", allow("s3:PutObject", "arn:aws:s3:::b/*")));
  Simulated asked = {
      .user = reader_, .role = partner, .action = "s3:PutObject", .resource = "arn:aws:s3:::b/a"};
  const auto told = [&] {
    return world_.wait(queries_.explain(admin_, asked, {.time = world_.clock.now()}));
  };
  EXPECT_EQ(told()->refusal, "iam.denied");
  asked.external_id = "blue";
  EXPECT_EQ(told()->action, "sts:AssumeRole") << "the session is called otherwise";
  asked.session_name = "nightly";
  EXPECT_TRUE(told()->allowed);
  asked.external_id = "green";
  EXPECT_FALSE(told()->allowed);
  asked.session_name = "not a name";
  EXPECT_EQ(message_of(told()), "iam.bad_role_session_name");
}

TEST_P(RoleReachTest, ExplainsARequestOfASession) {
  const RoleId backup = make_role("backup", reader_arn_);
  EXPECT_EQ(explain(reader_, backup).refusal, "iam.denied") << "it gives nothing";
  give(backup, make_profile("Writes", allow("s3:PutObject", "arn:aws:s3:::b/*")));
  EXPECT_TRUE(explain(reader_, backup).allowed);
  EXPECT_TRUE(explain({}, backup).allowed) << "whoever assumed it";
  const Explanation stranger = explain(member_, backup);
  EXPECT_FALSE(stranger.allowed) << "though a member may write itself";
  EXPECT_EQ(stranger.action, "sts:AssumeRole");
  give(backup, make_profile("Looks", allow("iam:List*", "*")));
  EXPECT_EQ(explain(reader_, backup).refusal, "iam.second_factor_needed");
  EXPECT_TRUE(explain(reader_, backup, true).allowed);
  EXPECT_EQ(message_of(world_.wait(queries_.explain(
                admin_, {.role = RoleId{77}, .action = "s3:GetObject", .resource = ""}, {}))),
            "iam.role_missing");
  const Principal reader = world_.enter("reader", kGoodPassword);
  EXPECT_EQ(message_of(world_.wait(queries_.explain(
                reader, {.role = backup, .action = "s3:GetObject", .resource = ""}, {}))),
            "iam.denied");
}

constexpr const char* kActions[] = {"s3:*", "s3:GetObject",   "s3:Put*", "s3:PutBucketPolicy",
                                    "*",    "sts:AssumeRole", "sts:*"};
constexpr const char* kResources[] = {"*", "arn:aws:s3:::b/*", "arn:aws:s3:::b",
                                      "arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::c/*"};

// Policies at random.
class Chance {
 public:
  explicit Chance(unsigned seed) : chance_(seed) {}

  std::size_t operator()(std::size_t below) { return chance_() % below; }
  template <class From>
  auto pick(const From& from) {
    return from[chance_() % std::size(from)];
  }
  policy::PolicyPtr document(policy::Kind kind) {
    constexpr const char* kConditions[] = {
        "",
        "",
        R"(, "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})",
        R"(, "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}})",
        R"(, "Condition": {"StringLike": {"aws:userid": "*:nightly"}})",
        R"(, "Condition": {"StringEquals": {"aws:PrincipalArn":
           "arn:aws:iam::000000000002:role/backup"}})",
        R"(, "Condition": {"StringEquals": {"aws:PrincipalAccount": "000000000002"}})"};
    constexpr const char* kPrincipals[] = {
        "\"*\"", R"({"AWS": "000000000002"})", R"({"AWS": "arn:aws:iam::000000000002:user/anna"})",
        R"({"AWS": "arn:aws:iam::000000000002:role/backup"})",
        R"({"AWS": "arn:aws:sts::000000000002:assumed-role/backup/nightly"})"};
    const bool is_trust = kind == policy::Kind::kTrust;
    std::string statement = R"({"Effect": ")" + std::string((*this)(3) ? "Allow" : "Deny") +
                            R"(", "Action": ")" + (is_trust ? "sts:AssumeRole" : pick(kActions)) +
                            "\"" + pick(kConditions);
    if (!is_trust) statement += std::string(R"(, "Resource": ")") + pick(kResources) + "\"";
    if (kind != policy::Kind::kIdentity)
      statement += std::string((*this)(4) ? R"(, "Principal": )" : R"(, "NotPrincipal": )") +
                   pick(kPrincipals);
    auto compiled =
        policy::compile(R"({"Version": "2012-10-17", "Statement": )" + statement + "}}", kind);
    EXPECT_TRUE(compiled) << statement;
    return *compiled;
  }
  std::shared_ptr<HeldPolicies> held() {
    auto held = std::make_shared<HeldPolicies>();
    for (std::size_t n = (*this)(3); n > 0; --n) {
      held->policies.push_back(document(policy::Kind::kIdentity));
      held->sources.push_back({"p", ""});
    }
    held->privileged = (*this)(5) == 0;
    return held;
  }

 private:
  std::mt19937 chance_;
};

// A user, or a session of a role, of which its name is not asked about.
Principal somebody(Chance& chance) {
  constexpr Role kRoles[] = {Role::kTenantAdministrator, Role::kMember, Role::kReader};
  auto held = chance.held();
  if (chance(3) == 0) {
    const ReadRole role{.id = RoleId{9},
                        .name = "backup",
                        .arn = "arn:aws:iam::000000000002:role/backup",
                        .session = {.tenant = kFirstCustomer,
                                    .role = Role::kAssumed,
                                    .method = Method::kAccessKey,
                                    .credential = {},
                                    .second_factor = true,
                                    .held = std::move(held)}};
    return session_named(role, chance(2) ? "nightly" : "other");
  }
  if (chance(3) == 0) held->boundary = chance.document(policy::Kind::kIdentity);
  return {.tenant = kFirstCustomer,
          .user = UserId{7},
          .name = "anna",
          .role = chance.pick(kRoles),
          .method = Method::kSession,
          .credential = {},
          .second_factor = true,
          .held = std::move(held)};
}

// Random users, sessions of roles, policies and requests: what `decide` allows is listed, also of a
// session that was narrowed, and what is listed as unconditional is allowed.
TEST(UserReach, AgreesWithEachDecision) {
  Chance chance(11);
  constexpr const char* kPrefixes[] = {"", "anna/", "x"};
  TenantTree tree;
  tree.read(0, {{kProviderTenant, {}}, {kFirstCustomer, {kProviderTenant}}}, {});
  std::size_t always = 0, allowed_in_all = 0, never = 0, of_sessions = 0;
  for (int i = 0; i < 6000; ++i) {
    Principal user = somebody(chance);
    const bool assumes = chance(4) == 0;
    const policy::Kind kind = assumes ? policy::Kind::kTrust : policy::Kind::kResource;
    const policy::PolicyPtr attached =
        assumes || chance(2) ? chance.document(kind) : policy::PolicyPtr();
    const ActAsked asked = assumes
                               ? ActAsked{"sts:AssumeRole", "arn:aws:iam::000000000002:role/next",
                                          policy::Extent::kExactly}
                               : asked_of(chance.pick(kBucketActs), "b", chance.pick(kPrefixes));
    const UserReach reach =
        find_user_reach(tree, user, {asked.action, asked.resource, asked.extent}, attached);
    always += reach.certainty == Certainty::kAlways;
    never += reach.certainty == Certainty::kNever;
    const policy::PolicyPtr narrowing = chance.document(policy::Kind::kIdentity);
    for (const char* rest : {"", "a", "anna/b"})
      for (const char* address : {"10.0.0.1", "192.0.2.1"})
        for (bool factor : {true, false})
          for (bool is_narrowed : {false, true}) {
            if (asked.extent == policy::Extent::kExactly && *rest) continue;
            if (is_narrowed && !user.assumed) continue;
            Principal asking = user;
            asking.second_factor = factor;
            if (is_narrowed) {
              auto narrowed = std::make_shared<AssumedRole>(*user.assumed);
              narrowed->narrowed_to.push_back(narrowing);
              asking.assumed = std::move(narrowed);
            }
            const bool allowed =
                decide(tree, asking, asked.action, {asked.resource + rest, kFirstCustomer},
                       {.time = {}, .source_ip = address}, attached)
                    .has_value();
            allowed_in_all += allowed;
            of_sessions += allowed && user.assumed;
            ASSERT_FALSE(allowed && reach.certainty == Certainty::kNever) << i;
            ASSERT_FALSE(!allowed && !is_narrowed && reach.certainty == Certainty::kAlways &&
                         (factor || !reach.needs_second_factor))
                << i;
          }
  }
  EXPECT_GT(always, 500u);
  EXPECT_GT(never, 500u);
  EXPECT_GT(allowed_in_all, 3000u);
  EXPECT_GT(of_sessions, 500u);
}

}  // namespace
}  // namespace belfry::iam
