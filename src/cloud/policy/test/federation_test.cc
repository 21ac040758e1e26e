// Trust policies about tokens of issuers: what they must say, and whom they let in.
#include "policy/federation.h"

#include <gtest/gtest.h>

#include <map>

namespace belfry::policy {
namespace {

const std::string kIssuer = "arn:aws:iam::000000000002:oidc-provider/ci.example.org/Forge";
const std::string kBoth =
    R"({"StringEquals": {"ci.example.org/Forge:aud": "belfry"},
        "StringLike": {"ci.example.org/Forge:sub": "repo:harbour/*"}})";

std::string statement(const std::string& condition,
                      const std::string& principal = R"({"Federated": ")" + kIssuer + "\"}",
                      const std::string& action = R"("sts:AssumeRoleWithWebIdentity")",
                      const std::string& effect = "Allow") {
  return R"({"Sid": "One", "Effect": ")" + effect + R"(", "Principal": )" + principal +
         R"(, "Action": )" + action + R"(, "Condition": )" + condition + "}";
}
std::string document(const std::string& statements) {
  return R"({"Version": "2012-10-17", "Statement": [)" + statements + "]}";
}
std::string fault(const std::string& statements) {
  auto compiled = compile_trust_policy(document(statements));
  return compiled ? "" : compiled.error().message();
}

class TokenFacts : public Facts {
 public:
  TokenFacts(const std::string& subject, const std::string& audience)
      : facts_{{subject_key(kIssuer), subject}, {audience_key(kIssuer), audience}} {}
  std::optional<std::vector<std::string>> find(std::string_view key) const override {
    const auto found = facts_.find(key);
    if (found == facts_.end()) return std::nullopt;
    return std::vector{found->second};
  }

 private:
  std::map<std::string, std::string, std::less<>> facts_;
};

bool trusts(const std::string& statements, const std::string& subject = "repo:harbour/app",
            const std::string& audience = "belfry", const std::string& issuer = kIssuer) {
  // Also what no program would take today.
  auto compiled = compile(document(statements), Kind::kTrust);
  EXPECT_TRUE(compiled) << compiled.error().describe();
  return compiled && trusts_token(**compiled, issuer, TokenFacts(subject, audience));
}

TEST(Federation, FixesSubjectAndAudience) {
  EXPECT_EQ(fault(statement(kBoth)), "");
  const auto on = [](const std::string& operation, const std::string& value) {
    return statement(R"({"ForAnyValue:StringEquals": {"ci.example.org/forge:aud": "belfry"}, ")" +
                     operation + R"(": {"ci.example.org/forge:sub": )" + value + "}}");
  };
  EXPECT_EQ(fault(on("StringEquals", R"(["repo:a", "repo:b"])")), "");
  EXPECT_EQ(fault(on("StringEqualsIgnoreCase", R"("repo:a")")), "");
  EXPECT_EQ(fault(on("ForAnyValue:StringLike", R"("repo:a/*")")), "");
  for (const char* value : {R"("*")", R"("?*")", R"("*:ref:main")", R"(["repo:a", "*"])",
                            R"("${aws:SourceIp}")", R"("r${ci.example.org/forge:sub}")", R"("")"})
    EXPECT_EQ(fault(on("StringLike", value)), "policy.subject_not_fixed") << value;
  for (const char* operation :
       {"StringNotEquals", "StringNotLike", "StringEqualsIfExists", "ForAllValues:StringEquals"})
    EXPECT_EQ(fault(on(operation, R"("repo:a")")), "policy.subject_not_fixed") << operation;
  EXPECT_EQ(fault(statement(R"({"StringEquals": {"ci.example.org/Forge:aud": "belfry"}})")),
            "policy.subject_not_fixed");
  EXPECT_EQ(fault(statement(R"({"Null": {"ci.example.org/Forge:sub": "false"}})")),
            "policy.subject_not_fixed");
  EXPECT_EQ(fault(statement(R"({"StringEquals": {"ci.example.org/Forge:sub": "repo:a"}})")),
            "policy.audience_not_fixed");
  // Each statement by itself.
  EXPECT_EQ(fault(statement(kBoth) + "," + statement("{}")), "policy.subject_not_fixed");
  // To keep somebody out needs neither.
  EXPECT_EQ(fault(statement(kBoth) + "," +
                  statement(R"({"StringEquals": {"ci.example.org/Forge:sub": "repo:a"}})",
                            R"({"Federated": ")" + kIssuer + "\"}",
                            R"("sts:AssumeRoleWithWebIdentity")", "Deny")),
            "");
}

TEST(Federation, AnIssuerStandsByItself) {
  const std::string web = R"("sts:AssumeRoleWithWebIdentity")", plain = R"("sts:AssumeRole")";
  const std::string own = R"({"Federated": ")" + kIssuer + "\"}";
  for (const std::string& principal : std::initializer_list<std::string>{
           R"({"Federated": "*"})", R"({"Federated": "ci.example.org"})",
           R"({"Federated": "arn:aws:iam::000000000002:oidc-provider/"})",
           R"({"Federated": "arn:aws:iam::000000000002:oidc-provider/*"})",
           R"({"Federated": "arn:aws:iam::000000000002:user/anna"})",
           R"({"Federated": ")" + kIssuer + R"(", "AWS": "000000000002"})",
           R"({"Federated": [")" + kIssuer + R"(", ")" + kIssuer + R"("]})"})
    EXPECT_EQ(fault(statement(kBoth, principal)), "policy.bad_issuer") << principal;
  for (const std::string& action :
       std::initializer_list<std::string>{plain, "\"sts:*\"", "[" + web + "," + plain + "]"})
    EXPECT_EQ(fault(statement(kBoth, own, action)), "policy.trust_action") << action;
  EXPECT_EQ(fault(statement("{}", R"({"AWS": "000000000002"})", web)), "policy.trust_action");
  EXPECT_EQ(fault(statement(R"({"StringEquals": {"other.example:sub": "a"}})", own, web)),
            "policy.unknown_key");
  EXPECT_EQ(fault(statement(kBoth, R"({"AWS": "000000000002"})", plain)), "policy.unknown_key");
  // Of roles alone.
  auto bucket = compile(R"({"Statement": {"Effect": "Allow", "Principal": )" + own +
                            R"(, "Action": "s3:GetObject", "Resource": "*"}})",
                        Kind::kResource);
  ASSERT_FALSE(bucket);
  EXPECT_EQ(bucket.error().message(), "policy.unknown_element");
}

TEST(Federation, LetsInWhomItNames) {
  EXPECT_TRUE(trusts(statement(kBoth)));
  EXPECT_FALSE(trusts(statement(kBoth), "repo:meadow/app"));
  EXPECT_FALSE(trusts(statement(kBoth), "REPO:harbour/app"));
  EXPECT_FALSE(trusts(statement(kBoth), "repo:harbour/app", "another"));
  EXPECT_FALSE(trusts(statement(kBoth), "repo:harbour/app", "belfry", kIssuer + "2"));
  auto compiled = compile_trust_policy(document(statement(kBoth)));
  ASSERT_TRUE(compiled);
  EXPECT_EQ(issuers_in(**compiled), std::vector{kIssuer});
}

TEST(Federation, NobodyElsesStatementLetsATokenIn) {
  for (const char* principal : {"\"*\"", R"({"AWS": "*"})", R"({"AWS": "000000000002"})"})
    for (const char* action : {"\"sts:*\"", "\"*\"", R"("sts:AssumeRoleWithWebIdentity")"})
      EXPECT_FALSE(trusts(statement("{}", principal, action))) << principal << action;
  const std::string web = R"("sts:AssumeRoleWithWebIdentity")";
  // What keeps everybody out keeps tokens out; what keeps a user out does not.
  EXPECT_FALSE(trusts(statement(kBoth) + "," + statement("{}", "\"*\"", "\"sts:*\"", "Deny")));
  EXPECT_FALSE(trusts(statement(kBoth) + "," +
                      statement("{}", R"({"Federated": ")" + kIssuer + "\"}", web, "Deny")));
  EXPECT_TRUE(trusts(statement(kBoth) + "," +
                     statement("{}", R"({"AWS": "000000000002"})", "\"sts:*\"", "Deny")));
  EXPECT_FALSE(trusts(statement(kBoth) + R"(,{"Effect": "Deny", "NotPrincipal":
      {"AWS": "000000000002"}, "Action": "sts:*"})"));
}

}  // namespace
}  // namespace belfry::policy
