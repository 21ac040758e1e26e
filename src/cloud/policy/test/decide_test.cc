#include "map_facts.h"
#include "policy/policy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace belfry::policy {
namespace {

using testing::MapFacts;
using enum Outcome;

constexpr std::string_view kOwn = "000000000002", kOther = "000000000003";
constexpr std::string_view kAnna = "arn:aws:iam::000000000002:user/anna";

PolicyPtr policy(const std::string& statements, Kind kind = Kind::kIdentity) {
  auto compiled = compile(R"({"Version": "2012-10-17", "Statement": [)" + statements + "]}", kind);
  EXPECT_TRUE(compiled) << statements << (compiled ? "" : compiled.error().describe());
  return compiled ? *compiled : nullptr;
}

std::string statement(std::string_view effect, std::string_view action, std::string_view resource,
                      const std::string& more = "") {
  return R"({"Effect": ")" + std::string(effect) + R"(", "Action": ")" + std::string(action) +
         R"(", "Resource": ")" + std::string(resource) + "\"" + more + "}";
}

PolicyPtr bucket_policy(const std::string& principal, std::string_view effect = "Allow") {
  return policy(
      statement(effect, "s3:GetObject", "arn:aws:s3:::b/*", R"(, "Principal": )" + principal),
      Kind::kResource);
}

// A request of anna for an object, and all that may apply to it.
struct World {
  std::vector<PolicyPtr> identity, session;
  PolicyPtr boundary, resource;
  std::string action = "s3:GetObject", on = "arn:aws:s3:::b/key", owner{kOwn};
  std::string caller{kAnna}, account{kOwn};
  MapFacts facts;

  Outcome ask() const {
    return decide({identity, boundary, session, resource},
                  {action, on, owner, {caller, account}, facts})
        .outcome;
  }
};

const PolicyPtr kGet = policy(statement("Allow", "s3:GetObject", "arn:aws:s3:::b/*"));
const PolicyPtr kPut = policy(statement("Allow", "s3:PutObject", "arn:aws:s3:::b/*"));
const PolicyPtr kDenyGet = policy(statement("Deny", "s3:Get*", "*"));

TEST(Decide, NothingIsAllowedThatNoPolicyAllows) {
  EXPECT_EQ((World{}.ask()), kDeniedImplicitly);
  EXPECT_EQ((World{.identity = {kPut}}.ask()), kDeniedImplicitly);
  EXPECT_EQ((World{.identity = {kPut, kGet}}.ask()), kAllowed);
}

TEST(Decide, ADenyAnywhereRefuses) {
  const PolicyPtr everybody = bucket_policy("\"*\"");
  EXPECT_EQ((World{.identity = {kGet, kDenyGet}}.ask()), kDeniedExplicitly);
  EXPECT_EQ((World{.identity = {kGet}, .session = {kGet, kDenyGet}}.ask()), kDeniedExplicitly);
  EXPECT_EQ((World{.identity = {kGet}, .boundary = kDenyGet}.ask()), kDeniedExplicitly);
  EXPECT_EQ((World{.identity = {kGet}, .resource = bucket_policy("\"*\"", "Deny")}.ask()),
            kDeniedExplicitly);
  // seaweedfs#11256: what the bucket allows never beats what the identity denies.
  EXPECT_EQ((World{.identity = {kDenyGet}, .resource = everybody}.ask()), kDeniedExplicitly);
}

TEST(Decide, BoundaryAndSessionNarrow) {
  EXPECT_EQ((World{.identity = {kGet}, .boundary = kPut}.ask()), kDeniedImplicitly);
  EXPECT_EQ((World{.identity = {kGet}, .boundary = kGet}.ask()), kAllowed);
  EXPECT_EQ((World{.boundary = kGet}.ask()), kDeniedImplicitly) << "a boundary grants nothing";
  EXPECT_EQ((World{.identity = {kGet}, .session = {kPut}}.ask()), kDeniedImplicitly);
  EXPECT_EQ((World{.identity = {kGet}, .session = {kPut, kGet}}.ask()), kAllowed);
  EXPECT_EQ((World{.session = {kGet}}.ask()), kDeniedImplicitly);
}

TEST(Decide, APolicyOfTheResourceWithinTheAccount) {
  const std::string user = R"({"AWS": "arn:aws:iam::000000000002:user/anna"})";
  EXPECT_EQ((World{.resource = bucket_policy(user)}.ask()), kAllowed);
  EXPECT_EQ((World{.resource = bucket_policy("\"*\"")}.ask()), kAllowed);
  EXPECT_EQ((World{.boundary = kPut, .resource = bucket_policy(user)}.ask()), kAllowed);
  EXPECT_EQ((World{.session = {kPut}, .resource = bucket_policy(user)}.ask()), kDeniedImplicitly);
  for (const char* account : {"000000000002", "arn:aws:iam::000000000002:root"}) {
    const PolicyPtr delegates = bucket_policy(R"({"AWS": ")" + std::string(account) + "\"}");
    EXPECT_EQ((World{.resource = delegates}.ask()), kDeniedImplicitly);
    EXPECT_EQ((World{.identity = {kGet}, .resource = delegates}.ask()), kAllowed);
  }
  EXPECT_EQ(
      (World{.resource = bucket_policy(R"({"AWS": "arn:aws:iam::000000000002:user/Anna"})")}.ask()),
      kDeniedImplicitly)
      << "case counts";
}

TEST(Decide, ASessionOfARoleIsKnownByItsRole) {
  const PolicyPtr role = bucket_policy(R"({"AWS": "arn:aws:iam::000000000002:role/a/backup"})");
  World world{.resource = role, .caller = "arn:aws:sts::000000000002:assumed-role/backup/nightly"};
  EXPECT_EQ(world.ask(), kAllowed);
  world.boundary = kPut;
  EXPECT_EQ(world.ask(), kDeniedImplicitly) << "not named itself, so its boundary counts";
  world = {.resource = role, .caller = "arn:aws:sts::000000000002:assumed-role/other/backup"};
  EXPECT_EQ(world.ask(), kDeniedImplicitly);
  world = {.resource = role, .caller = "arn:aws:sts::000000000003:assumed-role/backup/nightly"};
  EXPECT_EQ(world.ask(), kDeniedImplicitly);
}

TEST(Decide, AcrossAccountsBothSidesMustAllow) {
  const auto world = [](PolicyPtr resource, std::vector<PolicyPtr> identity) {
    return World{.identity = std::move(identity), .resource = std::move(resource), .owner{kOther}};
  };
  EXPECT_EQ(world(bucket_policy("\"*\""), {}).ask(), kDeniedImplicitly);
  EXPECT_EQ(world(nullptr, {kGet}).ask(), kDeniedImplicitly);
  EXPECT_EQ(world(bucket_policy("\"*\""), {kGet}).ask(), kAllowed);
  EXPECT_EQ(world(bucket_policy(R"({"AWS": "000000000002"})"), {kGet}).ask(), kAllowed);
  EXPECT_EQ(world(bucket_policy(R"({"AWS": "000000000003"})"), {kGet}).ask(), kDeniedImplicitly);
  World bounded = world(bucket_policy("\"*\""), {kGet});
  bounded.boundary = kPut;
  EXPECT_EQ(bounded.ask(), kDeniedImplicitly);
}

TEST(Decide, NobodyKnownHasWhatEverybodyHas) {
  const auto world = [](PolicyPtr resource) {
    return World{.resource = std::move(resource), .caller = "", .account = ""};
  };
  EXPECT_EQ(world(nullptr).ask(), kDeniedImplicitly);
  EXPECT_EQ(world(bucket_policy("\"*\"")).ask(), kAllowed);
  EXPECT_EQ(world(bucket_policy("\"*\"", "Deny")).ask(), kDeniedExplicitly);
  EXPECT_EQ(world(bucket_policy(R"({"AWS": "000000000002"})")).ask(), kDeniedImplicitly);
}

TEST(Decide, AllButSome) {
  const PolicyPtr deny = policy(
      R"({"Effect": "Deny", "NotPrincipal": {"AWS": "arn:aws:iam::000000000002:user/anna"},
          "Action": "s3:*", "Resource": "*"})",
      Kind::kResource);
  EXPECT_EQ((World{.identity = {kGet}, .resource = deny}.ask()), kAllowed);
  EXPECT_EQ(
      (World{.identity = {kGet}, .resource = deny, .caller = "arn:aws:iam::000000000002:user/bert"}
           .ask()),
      kDeniedExplicitly);
  EXPECT_EQ((World{.identity = {kGet}, .boundary = kGet, .resource = deny}.ask()),
            kDeniedExplicitly)
      << "as AWS documents of callers with a boundary";

  const PolicyPtr not_delete =
      policy(R"({"Effect": "Allow", "NotAction": "s3:Delete*", "Resource": "*"})");
  EXPECT_EQ((World{.identity = {not_delete}}.ask()), kAllowed);
  EXPECT_EQ((World{.identity = {not_delete}, .action = "s3:DeleteObject"}.ask()),
            kDeniedImplicitly);
  const PolicyPtr not_secret =
      policy(R"({"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::b/secret*"})");
  EXPECT_EQ((World{.identity = {not_secret}}.ask()), kAllowed);
  EXPECT_EQ((World{.identity = {not_secret}, .on = "arn:aws:s3:::b/secret"}.ask()),
            kDeniedImplicitly);
}

TEST(Decide, ABucketIsNotItsObjects) {
  // minio#20449: `b/*` grants nothing on the bucket. minio#18870: `b*` matches what has no more.
  const PolicyPtr objects = policy(statement("Allow", "s3:*", "arn:aws:s3:::b/*"));
  const PolicyPtr both = policy(statement("Allow", "s3:*", "arn:aws:s3:::b*"));
  const std::string bucket = "arn:aws:s3:::b";
  EXPECT_EQ((World{.identity = {objects}, .action = "s3:ListBucket", .on = bucket}.ask()),
            kDeniedImplicitly);
  EXPECT_EQ((World{.identity = {both}, .action = "s3:ListBucket", .on = bucket}.ask()), kAllowed);
  EXPECT_EQ((World{.identity = {objects}, .on = "arn:aws:s3:::b/"}.ask()), kAllowed);
}

TEST(Decide, CaseCountsInResourcesAlone) {
  const PolicyPtr odd = policy(statement("Allow", "S3:GETobject", "arn:AWS:S3:::b/Key"));
  EXPECT_EQ((World{.identity = {odd}, .on = "arn:aws:s3:::b/Key"}.ask()), kAllowed);
  EXPECT_EQ((World{.identity = {odd}, .action = "s3:getOBJECT", .on = "arn:aws:s3:::b/Key"}.ask()),
            kAllowed);
  EXPECT_EQ((World{.identity = {odd}, .on = "arn:aws:s3:::b/key"}.ask()), kDeniedImplicitly);
}

TEST(Decide, WildcardsStayWithinTheirPartOfAnArn) {
  const PolicyPtr odd = policy(statement("Allow", "s3:*", "arn:aws:*:key:::b"));
  EXPECT_EQ((World{.identity = {odd}}.ask()), kDeniedImplicitly);
  const PolicyPtr everything = policy(statement("Allow", "s3:*", "*"));
  const PolicyPtr all_buckets = policy(statement("Allow", "s3:*", "arn:aws:s3:::*"));
  World list{.identity = {all_buckets}, .action = "s3:ListAllMyBuckets", .on = "*"};
  EXPECT_EQ(list.ask(), kDeniedImplicitly);
  list.identity = {everything};
  EXPECT_EQ(list.ask(), kAllowed);
}

TEST(Decide, AVariableWithoutAValueMatchesNoResource) {
  const std::string home = "arn:aws:s3:::b/${aws:username}/*";
  World world{.identity = {policy(statement("Allow", "s3:*", home))},
              .on = "arn:aws:s3:::b/anna/x",
              .facts = MapFacts(MapFacts::Map{{"aws:username", {"anna"}}})};
  EXPECT_EQ(world.ask(), kAllowed);
  world.facts = {};
  EXPECT_EQ(world.ask(), kDeniedImplicitly);
  world.identity = {
      policy(R"({"Effect": "Allow", "Action": "s3:*", "NotResource": ")" + home + "\"}")};
  EXPECT_EQ(world.ask(), kAllowed);
}

TEST(Decide, NamesTheStatementThatDecided) {
  const PolicyPtr named = policy(statement("Allow", "s3:GetObject", "*", R"(, "Sid": "Readers")") +
                                 "," + statement("Deny", "s3:PutObject", "*"));
  const MapFacts facts;
  const PolicySet set{std::span(&named, 1), nullptr, {}, nullptr};
  EXPECT_EQ(decide(set, {"s3:GetObject", "*", kOwn, {kAnna, kOwn}, facts}).statement, "Readers");
  EXPECT_EQ(decide(set, {"s3:PutObject", "*", kOwn, {kAnna, kOwn}, facts}).statement,
            "Statement[1]");
  EXPECT_EQ(decide(set, {"s3:Other", "*", kOwn, {kAnna, kOwn}, facts}).statement, "");
}

TEST(Decide, KnowsWhatIsPublic) {
  const auto is_public_with = [](const std::string& principal, const std::string& more = "") {
    return is_public(*policy(statement("Allow", "s3:GetObject", "arn:aws:s3:::b/*",
                                       R"(, "Principal": )" + principal + more),
                             Kind::kResource));
  };
  EXPECT_TRUE(is_public_with("\"*\""));
  EXPECT_TRUE(is_public_with(R"({"AWS": ["000000000002", "*"]})"));
  EXPECT_FALSE(is_public_with(R"({"AWS": "000000000002"})"));
  EXPECT_FALSE(is_public(*bucket_policy("\"*\"", "Deny")));
  EXPECT_FALSE(is_public_with(
      "\"*\"", R"(, "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}})"));
  EXPECT_TRUE(
      is_public_with("\"*\"", R"(, "Condition": {"IpAddress": {"aws:SourceIp": "0.0.0.0/1"}})"));
  EXPECT_TRUE(
      is_public_with("\"*\"", R"(, "Condition": {"StringLike": {"aws:PrincipalAccount": "*"}})"));
  EXPECT_TRUE(is_public_with(
      "\"*\"", R"(, "Condition": {"StringNotEquals": {"aws:PrincipalAccount": "000000000002"}})"));
  EXPECT_TRUE(
      is_public_with("\"*\"", R"(, "Condition": {"StringEquals": {"aws:UserAgent": "secret"}})"));
  EXPECT_TRUE(is_public_with(
      "\"*\"", R"(, "Condition": {"StringEquals": {"aws:username": "whoever-is-first"}})"));
  EXPECT_TRUE(is_public_with(
      "\"*\"", R"(, "Condition": {"IpAddress": {"aws:PrincipalAccount": "10.0.0.0/8"}})"));
  std::string ranges;
  for (int i = 0; i < 256; ++i)
    ranges += (i == 0 ? "\"" : ", \"") + std::to_string(i) + ".0.0.0/8\"";
  EXPECT_TRUE(is_public_with(
      "\"*\"", R"(, "Condition": {"IpAddress": {"aws:SourceIp": [)" + ranges + "]}}"));
}

TEST(Decide, ABucketsPolicyIsAboutThatBucket) {
  const auto refusal = [](std::string_view resource, std::string_view principal) {
    const std::string document =
        R"({"Statement": )" +
        statement("Allow", "s3:*", resource, R"(, "Principal": )" + std::string(principal)) + "}";
    auto compiled = compile_bucket_policy(document, "arn:aws:s3:::b");
    return compiled ? "" : compiled.error().message();
  };
  constexpr std::string_view kSomebody = R"({"AWS": "000000000002"})";
  for (const char* inside : {"arn:aws:s3:::b", "arn:aws:s3:::b/*", "arn:aws:s3:::b*"})
    EXPECT_EQ(refusal(inside, kSomebody), "");
  for (const char* other : {"*", "arn:aws:s3:::*", "arn:aws:s3:::bc", "arn:aws:s3:::c/b"})
    EXPECT_EQ(refusal(other, kSomebody), "policy.resource_outside");
  EXPECT_EQ(refusal("arn:aws:s3:::b/*", "\"*\""), "") << "that is for the bucket's block to say";
  EXPECT_EQ(refusal("b", kSomebody), "policy.bad_resource");
}

TEST(Decide, KnowsWhatMayBeAllowed) {
  const auto may = [](const std::string& statements) {
    return may_allow(*policy(statements), "iam:");
  };
  EXPECT_TRUE(may(statement("Allow", "*", "*")));
  EXPECT_TRUE(may(statement("Allow", "iam:GetUser", "*")));
  EXPECT_FALSE(may(statement("Allow", "s3:*", "*")));
  EXPECT_FALSE(may(statement("Deny", "iam:*", "*")));
  EXPECT_TRUE(may(R"({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"})"));
  EXPECT_TRUE(may(R"({"Effect": "Allow", "NotAction": "iam:Get*", "Resource": "*"})"));
  EXPECT_FALSE(may(R"({"Effect": "Allow", "NotAction": ["iam:*", "s3:*"], "Resource": "*"})"));
}

// Whoever writes hostile policies and requests gets a refusal, soon: were the work cut off in
// silence, a Deny would not be reached.
TEST(Decide, TooMuchWorkIsRefused) {
  std::string values;
  for (int i = 0; i < 600; ++i) values += R"("*${k:b}N",)";
  World world{.identity = {policy(
                  statement("Allow", "*", "*",
                            R"(, "Condition": {"StringLike": {"k:a": [)" + values + R"("x"]}})"))}};
  EXPECT_EQ(world.ask(), kDeniedImplicitly);
  world.facts = MapFacts(
      MapFacts::Map{{"k:a", {std::string(3000, 'a')}}, {"k:b", {std::string(1500, 'a') + "b"}}});
  EXPECT_EQ(world.ask(), kDeniedExplicitly);
}

// Policies drawn from few words, so that they often meet.
class Draw {
 public:
  explicit Draw(unsigned seed) : random_(seed) {}

  std::string statement(std::string_view effect, Kind kind) {
    std::string text = R"({"Effect": ")" + std::string(effect) + "\"";
    text += pick({R"(, "Action": "s3:GetObject")", R"(, "Action": ["s3:Put*", "s3:Get*"])",
                  R"(, "NotAction": "s3:PutObject")", R"(, "Action": "*")"});
    text += pick({R"(, "Resource": "*")", R"(, "Resource": "arn:aws:s3:::b/*")",
                  R"(, "NotResource": "arn:aws:s3:::b/k*")",
                  R"(, "Resource": "arn:aws:s3:::b/${aws:username}")"});
    if (kind == Kind::kResource)
      text += pick({R"(, "Principal": "*")", R"(, "Principal": {"AWS": "000000000002"})",
                    R"(, "Principal": {"AWS": "arn:aws:iam::000000000002:user/anna"})",
                    R"(, "NotPrincipal": {"AWS": "000000000003"})"});
    text += pick({"", "", R"(, "Condition": {"StringNotEquals": {"aws:username": "anna"}})",
                  R"(, "Condition": {"Bool": {"aws:SecureTransport": "true"}})",
                  R"(, "Condition": {"ForAnyValue:StringLike": {"aws:TagKeys": ["a*", "b"]}})"});
    return text + "}";
  }
  std::vector<std::string> statements(Kind kind) {
    std::vector<std::string> all;
    for (unsigned i = 0; i <= below(4); ++i)
      all.push_back(statement(below(4) == 0 ? "Deny" : "Allow", kind));
    return all;
  }
  World world() {
    World world{.action = pick({"s3:GetObject", "s3:PutObject", "s3:DeleteObject"}),
                .on = pick({"arn:aws:s3:::b/key", "arn:aws:s3:::b/anna", "arn:aws:s3:::c/x"}),
                .owner = std::string(pick({kOwn, kOther}))};
    MapFacts::Map facts;
    if (below(2)) facts["aws:username"] = {"anna"};
    if (below(2)) facts["aws:securetransport"] = {pick({"true", "false"})};
    if (below(2)) facts["aws:tagkeys"] = {"a", "c"};
    world.facts = MapFacts(facts);
    return world;
  }
  unsigned below(unsigned n) { return unsigned(random_() % n); }
  template <class T>
  T pick(std::initializer_list<T> choices) {
    return *(choices.begin() + below(unsigned(choices.size())));
  }
  void shuffle(std::vector<std::string>& texts) { std::ranges::shuffle(texts, random_); }

 private:
  std::mt19937 random_;
};

std::string joined(const std::vector<std::string>& statements) {
  std::string text;
  for (const std::string& one : statements) text += (text.empty() ? "" : ",") + one;
  return text;
}

TEST(Decide, DenyNeverWidensAndOrderNeverMatters) {
  std::array<unsigned, 3> seen = {};
  for (unsigned seed = 0; seed < 4000; ++seed) {
    Draw draw(seed);
    World world = draw.world();
    auto own = draw.statements(Kind::kIdentity), bucket = draw.statements(Kind::kResource);
    world.identity = {policy(joined(own))};
    if (draw.below(2)) world.resource = policy(joined(bucket), Kind::kResource);
    if (draw.below(4) == 0) world.boundary = policy(joined(draw.statements(Kind::kIdentity)));
    if (draw.below(4) == 0) world.session = {policy(joined(draw.statements(Kind::kIdentity)))};
    const Outcome outcome = world.ask();
    ++seen[std::size_t(outcome)];

    World denied = world;
    denied.identity.push_back(policy(draw.statement("Deny", Kind::kIdentity)));
    EXPECT_TRUE(outcome == kAllowed || denied.ask() != kAllowed) << seed;
    World widened = world;
    widened.identity.push_back(policy(statement("Allow", "*", "*")));
    EXPECT_TRUE(outcome != kAllowed || widened.ask() == kAllowed) << seed;

    draw.shuffle(own);
    draw.shuffle(bucket);
    world.identity.clear();
    for (const std::string& one : own) world.identity.push_back(policy(one));
    if (world.resource) world.resource = policy(joined(bucket), Kind::kResource);
    EXPECT_EQ(world.ask(), outcome) << seed;
  }
  for (unsigned count : seen) EXPECT_GT(count, 300u);
}

}  // namespace
}  // namespace belfry::policy
