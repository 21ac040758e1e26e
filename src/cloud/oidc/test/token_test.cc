#include "oidc/token.h"

#include "base/text_encoding.h"
#include "crypto/hash.h"
#include "oidc_testing/issuer_keys.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace belfry::oidc {
namespace {

using nlohmann::json;
using testing::IssuerKey;
using testing::key_set_of;
using testing::KeyKind;

constexpr std::string_view kIssuer = "https://id.example.org";
const std::vector<std::string> kAudiences = {"belfry", "belfry-too"};

class TokenTest : public ::testing::Test {
 protected:
  static constexpr std::int64_t kNow = 1'800'000'000;

  static json good_claims() {
    return {{"iss", kIssuer}, {"sub", "anna"},    {"aud", "belfry"},
            {"iat", kNow},    {"exp", kNow + 60}, {"nonce", "the-nonce"}};
  }

  std::string check(const std::string& text) const {
    const auto token = parse_token(text);
    if (!token) return token.error().message();
    const Expected expected{.issuer = kIssuer,
                            .audiences = kAudiences,
                            .nonce = "the-nonce",
                            .age_max = std::chrono::minutes(10)};
    const auto checked = check_token(*token, keys_, expected, from_us(kNow * 1'000'000));
    return checked ? "fine" : checked.error().message();
  }

  // What becomes of good claims with `change` merged into them; null takes one away.
  std::string check_with(const json& change) const {
    json claims = good_claims();
    claims.merge_patch(change);
    return check(key_.token(claims.dump()));
  }

  const IssuerKey key_{KeyKind::kP256, "one"};
  const KeySet keys_ = KeySet::parse(key_set_of({key_.jwk()})).value();
};

TEST_F(TokenTest, TakesWhatTheIssuerSigned) {
  EXPECT_EQ(check_with(json::object()), "fine");
  EXPECT_EQ(check_with({{"nbf", kNow}}), "fine");
  EXPECT_EQ(check_with({{"exp", kNow + 0.5}}), "fine");
  const auto token = parse_token(key_.token(
      R"({"iss":"i","sub":"anna","aud":["a","b"],"iat":1,"exp":2,"groups":["x","y"],
          "email":"a@example.org","email_verified":true,"address":{"street":"s"},"n":[1]})"));
  ASSERT_TRUE(token);
  const Claims& claims = token->claims;
  EXPECT_EQ(claims.audiences, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(claims.find("groups").size(), 2U);
  EXPECT_EQ(claims.find("email_verified")[0], "true");
  EXPECT_TRUE(claims.find("address").empty());
  EXPECT_TRUE(claims.find("n").empty());
}

TEST_F(TokenTest, RefusesForgedAlgorithms) {
  const std::string claims = good_claims().dump();
  for (const char* algorithm : {"none", "None", "", "HS256", "ES384", "RS512", "PS256"})
    EXPECT_EQ(
        check(key_.token(R"({"alg":")" + std::string(algorithm) + R"(","kid":"one"})", claims)),
        "oidc.bad_algorithm");
  // Without a signature, and with the public key as a shared secret.
  const auto part = [](std::string_view text) { return to_base64url(as_view(text)); };
  EXPECT_EQ(check(part(R"({"alg":"none"})") + "." + part(claims) + "."), "oidc.bad_algorithm");
  EXPECT_EQ(check(part(R"({"alg":"ES256","kid":"one"})") + "." + part(claims) + "."),
            "oidc.bad_token");
  const std::string message = part(R"({"alg":"HS256","kid":"one"})") + "." + part(claims);
  const auto mac = crypto::hmac_sha256(as_view(key_.jwk()), as_view(message));
  EXPECT_EQ(check(message + "." + to_base64url(mac)), "oidc.bad_algorithm");
}

TEST_F(TokenTest, RefusesAnothersSignature) {
  const std::string claims = good_claims().dump();
  const IssuerKey other(KeyKind::kP256, "one"), unknown(KeyKind::kP256, "two");
  EXPECT_EQ(check(other.token(claims)), "oidc.bad_signature");
  EXPECT_EQ(check(unknown.token(claims)), "oidc.unknown_key");
  // A key in the token's own header is nobody's.
  EXPECT_EQ(check(other.token(R"({"alg":"ES256","kid":"one","jwk":)" + other.jwk() + "}", claims)),
            "oidc.bad_signature");
  std::string changed = key_.token(claims);
  const std::size_t dot = changed.find('.');
  changed[dot + 5] = changed[dot + 5] == 'a' ? 'b' : 'a';
  EXPECT_NE(check(changed), "fine");
}

TEST_F(TokenTest, ChecksWhoMadeItAndForWhom) {
  EXPECT_EQ(check_with({{"iss", "https://id.example.org/"}}), "oidc.wrong_issuer");
  EXPECT_EQ(check_with({{"iss", "https://evil.example.org"}}), "oidc.wrong_issuer");
  EXPECT_EQ(check_with({{"aud", "another"}}), "oidc.wrong_audience");
  EXPECT_EQ(check_with({{"aud", {"belfry", "another"}}}), "oidc.wrong_audience");
  EXPECT_EQ(check_with({{"aud", {"belfry", "another"}}, {"azp", "another"}}),
            "oidc.wrong_audience");
  EXPECT_EQ(check_with({{"aud", {"belfry", "another"}}, {"azp", "belfry"}}), "fine");
  EXPECT_EQ(check_with({{"azp", "another"}}), "oidc.wrong_audience");
  EXPECT_EQ(check_with({{"aud", "belfry-too"}}), "fine");
}

TEST_F(TokenTest, ChecksItsTime) {
  EXPECT_EQ(check_with({{"exp", kNow - 59}}), "fine");
  EXPECT_EQ(check_with({{"exp", kNow - 60}}), "oidc.token_expired");
  EXPECT_EQ(check_with({{"iat", kNow + 60}}), "fine");
  EXPECT_EQ(check_with({{"iat", kNow + 61}}), "oidc.token_not_yet");
  EXPECT_EQ(check_with({{"iat", kNow - 661}}), "oidc.token_expired");
  EXPECT_EQ(check_with({{"nbf", kNow + 61}}), "oidc.token_not_yet");
  for (const char* time : {"exp", "iat", "nbf"})
    for (const json& value : {json("1800000000"), json(-1), json(1e300), json(true)})
      EXPECT_EQ(check_with({{time, value}}), "oidc.bad_token") << time << value;
}

TEST_F(TokenTest, ChecksTheNonce) {
  EXPECT_EQ(check_with({{"nonce", "another"}}), "oidc.wrong_nonce");
  EXPECT_EQ(check_with({{"nonce", nullptr}}), "oidc.wrong_nonce");
  EXPECT_EQ(check_with({{"nonce", 7}}), "oidc.bad_token");
}

TEST_F(TokenTest, RefusesWhatIsNoIdToken) {
  const std::string claims = good_claims().dump();
  for (const char* header :
       {R"({"alg":"ES256","kid":"one","crit":["b64"],"b64":false})",
        R"({"alg":"ES256","kid":"one","typ":"at+jwt"})", R"({"alg":"ES256","kid":"one","typ":7})",
        R"({"alg":"ES256","kid":7})", R"({"alg":["ES256"]})", R"({"kid":"one"})",
        R"({"alg":"ES256","alg":"ES256","kid":"one"})", "[]", ""})
    EXPECT_EQ(check(key_.token(header, claims)), "oidc.bad_token") << header;
  for (const char* missing : {"iss", "sub", "aud", "exp", "iat"})
    EXPECT_EQ(check_with({{missing, nullptr}}), "oidc.bad_token") << missing;
  for (const json& subject : {json(""), json(std::string(256, 'a')), json("a\nb"), json(7)})
    EXPECT_EQ(check_with({{"sub", subject}}), "oidc.bad_token");
  for (const json& audience : {json(7), json::array(), json({"belfry", 7})})
    EXPECT_EQ(check_with({{"aud", audience}}), "oidc.bad_token");
  const std::string good = key_.token(claims);
  for (const std::string& text :
       {std::string(), std::string(".."), good + ".", "." + good, good + "=", good + "\n",
        good.substr(0, good.rfind('.')), std::string(kTokenOctetsMax + 1, 'a')})
    EXPECT_EQ(check(text), "oidc.bad_token") << text.size();
}

}  // namespace
}  // namespace belfry::oidc
