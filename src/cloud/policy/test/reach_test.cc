// What policies allow of many requests at once, compared with `decide` on each.
#include "policy/reach.h"

#include "map_facts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace belfry::policy {
namespace {

using enum Certainty;

constexpr std::string_view kOwn = "000000000002";

// Knows what is in the map, that `aws:username` is all there is of the caller, and no more.
class KnowsSome : public PartialFacts {
 public:
  explicit KnowsSome(std::string user) : user_(std::move(user)) {}
  std::optional<std::vector<std::string>> find(std::string_view key) const override {
    return key == "aws:username" ? std::optional(std::vector{user_}) : std::nullopt;
  }
  bool is_known(std::string_view key) const override { return key == "aws:username"; }

 private:
  std::string user_;
};

PolicyPtr policy(const std::string& statements, Kind kind = Kind::kIdentity) {
  auto compiled = compile(R"({"Version": "2012-10-17", "Statement": [)" + statements + "]}", kind);
  EXPECT_TRUE(compiled) << statements << (compiled ? "" : compiled.error().describe());
  return compiled ? *compiled : nullptr;
}

Certainty ask(const std::string& statement, const std::string& resource,
              Extent extent = Extent::kAllThatBegin) {
  const KnowsSome facts("anna");
  const std::vector<PolicyPtr> identity = {policy(statement)};
  return find_reach({.identity = identity, .boundary = {}, .session = {}, .resource = {}},
                    {.action = "s3:GetObject",
                     .resource = resource,
                     .extent = extent,
                     .owner = kOwn,
                     .caller = {"arn:aws:iam::000000000002:user/anna", kOwn},
                     .facts = facts})
      .certainty;
}

std::string allow(const std::string& resource, const std::string& more = "") {
  return R"({"Effect": "Allow", "Action": "s3:Get*", "Resource": ")" + resource + "\"" + more + "}";
}

TEST(Reach, TellsAllFromSomeFromNone) {
  const std::string photos = "arn:aws:s3:::b/photos/";
  EXPECT_EQ(ask(allow("arn:aws:s3:::b/*"), photos), kAlways);
  EXPECT_EQ(ask(allow("arn:aws:s3:::*"), photos), kAlways);
  EXPECT_EQ(ask(allow("*"), photos), kAlways);
  EXPECT_EQ(ask(allow("arn:aws:s3:::?/p*s/*"), photos), kAlways);
  EXPECT_EQ(ask(allow("arn:aws:s3:::b/photos/*.png"), photos), kMaybe);
  EXPECT_EQ(ask(allow("arn:aws:s3:::b/*.png"), photos), kMaybe);
  EXPECT_EQ(ask(allow("arn:aws:s3:::b/photos/a"), photos), kMaybe);
  EXPECT_EQ(ask(allow("arn:aws:s3:::b/photos"), photos), kNever);
  EXPECT_EQ(ask(allow("arn:aws:s3:::b/music/*"), photos), kNever);
  EXPECT_EQ(ask(allow("arn:aws:s3:::c/*"), photos), kNever);
  EXPECT_EQ(ask(allow("arn:aws:s3:::b"), photos), kNever);
  EXPECT_EQ(ask(allow("arn:aws:s3:::b/${aws:username}/*"), "arn:aws:s3:::b/anna/"), kAlways);
  EXPECT_EQ(ask(allow("arn:aws:s3:::b/${aws:username}/*"), "arn:aws:s3:::b/bob/"), kNever);
  EXPECT_EQ(ask(allow("arn:aws:s3:::b/${s3:prefix}/*"), photos), kMaybe);
  EXPECT_EQ(ask(R"({"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::b/photos/*"})",
                photos),
            kNever);
  EXPECT_EQ(ask(allow("arn:aws:s3:::b/é?/*"), "arn:aws:s3:::b/éß/"), kAlways);
}

TEST(Reach, LeavesOpenWhatDependsOnTheRequest) {
  const std::string all = "arn:aws:s3:::b/";
  const auto when = [&](const std::string& condition) {
    return ask(allow("*", R"(, "Condition": {)" + condition + "}"), all);
  };
  EXPECT_EQ(when(R"("IpAddress": {"aws:SourceIp": "10.0.0.0/8"})"), kMaybe);
  EXPECT_EQ(when(R"("StringEquals": {"aws:username": "anna"})"), kAlways);
  EXPECT_EQ(when(R"("StringEquals": {"aws:username": "bob"})"), kNever);
  EXPECT_EQ(when(R"("StringEquals": {"aws:username": "${s3:prefix}"})"), kMaybe);
  const std::string deny =
      R"(, {"Effect": "Deny", "Action": "*", "Resource": "arn:aws:s3:::b/secret/*"})";
  EXPECT_EQ(ask(allow("*") + deny, all), kMaybe);
  EXPECT_EQ(ask(allow("*") + deny, "arn:aws:s3:::b/secret/x"), kNever);
  EXPECT_EQ(ask(allow("*") + deny, "arn:aws:s3:::b/open/"), kAlways);
}

TEST(Reach, NamesStatementsAndConditions) {
  const KnowsSome facts("anna");
  const std::vector<PolicyPtr> identity = {
      policy(R"({"Sid": "Office", "Effect": "Allow", "Action": "s3:*", "Resource": "*",
                 "Condition": {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.0.2.1"]}}})")};
  const PolicyPtr bucket = policy(
      R"({"Sid": "NotSecret", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
          "Resource": "arn:aws:s3:::b/secret/*"},
         {"Sid": "Partner", "Effect": "Allow", "Principal": {"AWS": ["000000000003",
          "arn:aws:iam::000000000004:user/zoe"]}, "Action": "s3:GetObject",
          "Resource": "arn:aws:s3:::b/*"})",
      Kind::kResource);
  const Requests requests{.action = "s3:GetObject",
                          .resource = "arn:aws:s3:::b/",
                          .extent = Extent::kAllThatBegin,
                          .owner = kOwn,
                          .caller = {"arn:aws:iam::000000000002:user/anna", kOwn},
                          .facts = facts};
  const Reach reach = find_reach(
      {.identity = identity, .boundary = {}, .session = {}, .resource = bucket}, requests);
  EXPECT_EQ(reach.certainty, kMaybe);
  ASSERT_EQ(reach.bearings.size(), 2u);
  EXPECT_EQ(reach.bearings[0].statement, "Office");
  EXPECT_EQ(reach.bearings[0].conditions,
            std::vector<std::string>{"IpAddress aws:SourceIp 10.0.0.0/8, 192.0.2.1"});
  EXPECT_EQ(reach.bearings[1].statement, "NotSecret");
  EXPECT_TRUE(reach.bearings[1].is_deny);
  const auto named = named_principals(*bucket, requests);
  ASSERT_EQ(named.size(), 2u);
  EXPECT_EQ(named[0].name, "000000000003");
  EXPECT_EQ(named[1].name, "arn:aws:iam::000000000004:user/zoe");
  EXPECT_EQ(named[1].certainty, kAlways);
}

// Random policies and requests: whatever `decide` allows is not kNever, and refuses nothing of
// what is kAlways.
class Chance {
 public:
  explicit Chance(unsigned seed) : generator_(seed) {}
  std::size_t below(std::size_t n) { return generator_() % n; }
  template <class T, std::size_t n>
  T pick(const T (&from)[n]) {
    return from[below(n)];
  }

  std::string statement(Kind kind) {
    constexpr const char* kActions[] = {"s3:GetObject", "s3:*",           "s3:Put*", "*",
                                        "s3:?etObject", "s3:DeleteObject"};
    constexpr const char* kResources[] = {"*",
                                          "arn:aws:s3:::b/*",
                                          "arn:aws:s3:::b/a/*",
                                          "arn:aws:s3:::b/*x",
                                          "arn:*:s3:::b/a?*",
                                          "arn:aws:s3:::b/a/x",
                                          "arn:aws:s3:::*",
                                          "arn:aws:s3:::b/${aws:username}*",
                                          "arn:aws:s3:::b",
                                          "arn:aws:s3:::b/${aws:sourceip}*"};
    constexpr const char* kConditions[] = {
        "",
        "",
        "",
        R"(, "Condition": {"StringEquals": {"aws:username": "a"}})",
        R"(, "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})",
        R"(, "Condition": {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}})",
        R"(, "Condition": {"Null": {"aws:SourceIp": "true"}})",
        R"(, "Condition": {"StringNotLikeIfExists": {"aws:username": "${aws:sourceip}*"}})"};
    constexpr const char* kPrincipals[] = {
        R"("Principal": "*")", R"("Principal": {"AWS": "000000000002"})",
        R"("Principal": {"AWS": "arn:aws:iam::000000000002:user/a"})",
        R"("NotPrincipal": {"AWS": "arn:aws:iam::000000000002:user/a"})",
        R"("Principal": {"AWS": "000000000003"})"};
    std::string text = R"({"Effect": ")" + std::string(below(3) == 0 ? "Deny" : "Allow") + "\", ";
    if (kind == Kind::kResource) {
      // NotPrincipal is for Deny alone.
      const std::string principal = pick(kPrincipals);
      text = (principal.starts_with("\"Not") ? std::string(R"({"Effect": "Deny", )") : text) +
             principal + ", ";
    }
    text += below(5) == 0 ? R"("NotAction": ")" : R"("Action": ")";
    text += std::string(pick(kActions)) + "\", ";
    text += below(5) == 0 ? R"("NotResource": ")" : R"("Resource": ")";
    return text + pick(kResources) + "\"" + pick(kConditions) + "}";
  }

  PolicyPtr document(Kind kind) {
    std::string statements = statement(kind);
    for (std::size_t more = below(3); more > 0; --more) statements += ", " + statement(kind);
    return policy(statements, kind);
  }

 private:
  std::mt19937 generator_;
};

struct Case {
  std::vector<PolicyPtr> identity;
  PolicyPtr boundary, resource;
  std::string user, account, action, prefix;
  Extent extent;
};

Case make_case(Chance& chance) {
  constexpr const char* kUsers[] = {"a", "b", "a/x"};
  constexpr const char* kAccounts[] = {"000000000002", "000000000002", "000000000003"};
  constexpr const char* kActions[] = {"s3:GetObject", "s3:PutObject", "s3:DeleteObject"};
  constexpr const char* kPrefixes[] = {"", "a", "a/", "a/x", "b/"};
  Case made{.user = chance.pick(kUsers),
            .account = chance.pick(kAccounts),
            .action = chance.pick(kActions),
            .prefix = "arn:aws:s3:::b/" + std::string(chance.pick(kPrefixes)),
            .extent = chance.below(4) == 0 ? Extent::kExactly : Extent::kAllThatBegin};
  for (std::size_t i = chance.below(3); i > 0; --i)
    made.identity.push_back(chance.document(Kind::kIdentity));
  if (chance.below(3) == 0) made.boundary = chance.document(Kind::kIdentity);
  if (chance.below(2) == 0) made.resource = chance.document(Kind::kResource);
  return made;
}

TEST(Reach, AgreesWithEachDecision) {
  constexpr const char* kRests[] = {"", "x", "a/x", "/", "a/xx", "10.1.2.3", "ax"};
  constexpr const char* kAddresses[] = {"10.1.2.3", "192.0.2.1", ""};
  Chance chance(7);
  std::size_t always = 0, never = 0, allowed = 0;
  for (int i = 0; i < 4000; ++i) {
    const Case made = make_case(chance);
    const std::string arn = "arn:aws:iam::" + made.account + ":user/" + made.user;
    const KnowsSome known(made.user);
    const PolicySet policies{.identity = made.identity,
                             .boundary = made.boundary,
                             .session = {},
                             .resource = made.resource};
    const Reach reach = find_reach(policies, {.action = made.action,
                                              .resource = made.prefix,
                                              .extent = made.extent,
                                              .owner = kOwn,
                                              .caller = {arn, made.account},
                                              .facts = known});
    always += reach.certainty == kAlways;
    never += reach.certainty == kNever;
    for (const char* rest : kRests)
      for (const char* address : kAddresses) {
        if (made.extent == Extent::kExactly && *rest) continue;
        testing::MapFacts::Map map = {{"aws:username", {made.user}}};
        if (*address) map["aws:sourceip"] = {address};
        const testing::MapFacts facts(map);
        const bool is_allowed =
            decide(policies, {made.action, made.prefix + rest, kOwn, {arn, made.account}, facts})
                .outcome == Outcome::kAllowed;
        allowed += is_allowed;
        ASSERT_FALSE(is_allowed && reach.certainty == kNever) << i << " " << made.prefix << rest;
        ASSERT_FALSE(!is_allowed && reach.certainty == kAlways) << i << " " << made.prefix << rest;
      }
  }
  // It says something.
  EXPECT_GT(always, 100u);
  EXPECT_GT(never, 500u);
  EXPECT_GT(allowed, 5000u);
}

TEST(Reach, ItsWorkIsBounded) {
  std::string statements;
  for (int i = 0; i < 100; ++i)
    statements += (i ? ", " : "") +
                  allow("arn:aws:s3:::b/*a*b*c*d*e*f*g*h*i*j*k*l*m*n*o*p*" + std::to_string(i));
  EXPECT_EQ(ask(statements, "arn:aws:s3:::b/" + std::string(1000, 'a')), kMaybe);
}

// Sessions of a role, of which the names are not known.
TEST(Reach, ToldOfWhomeverHasAnArnThatBeginsSo) {
  const KnowsSome facts("");
  const auto ask_of_sessions = [&](const std::string& effect, const std::string& principal) {
    const auto resource = policy(R"({"Effect": ")" + effect + R"(", "Action": "s3:*", )" +
                                     principal + R"(, "Resource": "*"})",
                                 Kind::kResource);
    const std::vector<PolicyPtr> identity = {
        policy(effect == "Deny" ? allow("*")
                                : R"({"Effect": "Allow", "Action": "x:y", "Resource": "*"})")};
    return find_reach({.identity = identity, .boundary = {}, .session = {}, .resource = resource},
                      {.action = "s3:GetObject",
                       .resource = "arn:aws:s3:::b/a",
                       .owner = kOwn,
                       .caller = {"arn:aws:sts::000000000002:assumed-role/backup/", kOwn},
                       .callers = Extent::kAllThatBegin,
                       .facts = facts})
        .certainty;
  };
  const std::string role = R"({"AWS": "arn:aws:iam::000000000002:role/backup"})";
  const std::string one = R"({"AWS": "arn:aws:sts::000000000002:assumed-role/backup/nightly"})";
  const std::string other = R"({"AWS": "arn:aws:sts::000000000002:assumed-role/backup2/nightly"})";
  EXPECT_EQ(ask_of_sessions("Allow", "\"Principal\": " + role), kAlways);
  EXPECT_EQ(ask_of_sessions("Allow", "\"Principal\": " + one), kMaybe);
  EXPECT_EQ(ask_of_sessions("Allow", "\"Principal\": " + other), kNever);
  EXPECT_EQ(ask_of_sessions("Deny", "\"Principal\": " + role), kNever);
  EXPECT_EQ(ask_of_sessions("Deny", "\"Principal\": " + one), kMaybe);
  EXPECT_EQ(ask_of_sessions("Deny", "\"NotPrincipal\": " + role), kAlways);
  EXPECT_EQ(ask_of_sessions("Deny", "\"NotPrincipal\": " + one), kMaybe);
  EXPECT_EQ(ask_of_sessions("Deny", "\"NotPrincipal\": " + other), kNever);
}

TEST(Reach, TellsWhoseTokensAreLetIn) {
  const KnowsSome facts("");
  const auto issuers = [&](const std::string& more) {
    const auto trust = policy(
        R"({"Sid": "Jobs", "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
            "Principal": {"Federated": "arn:aws:iam::000000000002:oidc-provider/ci.example"},
            "Condition": {"StringEquals": {"ci.example:sub": "main"}}},
           {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "000000000002"}})" +
            more,
        Kind::kTrust);
    return named_issuers(*trust, {.action = "sts:AssumeRoleWithWebIdentity",
                                  .resource = "",
                                  .owner = kOwn,
                                  .caller = {},
                                  .facts = facts});
  };
  const auto named = issuers("");
  ASSERT_EQ(named.size(), 1u);
  EXPECT_EQ(named[0].name, "arn:aws:iam::000000000002:oidc-provider/ci.example");
  EXPECT_EQ(named[0].statement, "Jobs");
  EXPECT_EQ(named[0].certainty, kMaybe);
  EXPECT_EQ(named[0].conditions, std::vector<std::string>{"StringEquals ci.example:sub main"});
  const std::string closed = R"(, {"Effect": "Deny", "Action": "sts:*", "Principal": "*")";
  EXPECT_TRUE(issuers(closed + "}").empty());
  EXPECT_EQ(
      issuers(closed + R"(, "Condition": {"Bool": {"aws:SecureTransport": "false"}}})").size(), 1u)
      << "that may not hold";
}

}  // namespace
}  // namespace belfry::policy
