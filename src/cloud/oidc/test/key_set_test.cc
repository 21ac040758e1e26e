#include "oidc/key_set.h"

#include "base/text_encoding.h"
#include "oidc_testing/issuer_keys.h"

#include <gtest/gtest.h>

namespace belfry::oidc {
namespace {

using testing::IssuerKey;
using testing::key_set_of;
using testing::KeyKind;

std::string outcome_of(const Result<>& result) {
  return result ? "fine" : result.error().message();
}

TEST(KeySet, ChecksEachKindOfSignature) {
  for (KeyKind kind : {KeyKind::kRsa, KeyKind::kP256, KeyKind::kEd25519}) {
    const IssuerKey key(kind, "one"), other(kind, "two");
    const auto keys = KeySet::parse(key_set_of({key.jwk(), other.jwk()}));
    ASSERT_TRUE(keys && keys->size() == 2) << key.algorithm();
    const Algorithm algorithm = algorithm_named(key.algorithm()).value();
    const Buffer signature = key.sign("a.b");
    EXPECT_EQ(outcome_of(keys->check(algorithm, "one", "a.b", signature)), "fine");
    EXPECT_EQ(outcome_of(keys->check(algorithm, "one", "a.c", signature)), "oidc.bad_signature");
    EXPECT_EQ(outcome_of(keys->check(algorithm, "two", "a.b", signature)), "oidc.bad_signature");
    EXPECT_EQ(outcome_of(keys->check(algorithm, "three", "a.b", signature)), "oidc.unknown_key");
    Buffer changed = signature;
    changed[changed.size() / 2] ^= std::byte(1);
    EXPECT_EQ(outcome_of(keys->check(algorithm, "one", "a.b", changed)), "oidc.bad_signature");
    changed = signature;
    changed.pop_back();
    EXPECT_EQ(outcome_of(keys->check(algorithm, "one", "a.b", changed)), "oidc.bad_signature");
  }
}

TEST(KeySet, TakesAKeyWithoutNameOnlyWhenItIsPlainWhichIsMeant) {
  const IssuerKey one(KeyKind::kP256, "one"), two(KeyKind::kP256, "two");
  const IssuerKey rsa(KeyKind::kRsa, "three");
  const Buffer signature = one.sign("a.b");
  const auto single = KeySet::parse(key_set_of({one.jwk(), rsa.jwk()}));
  const auto both = KeySet::parse(key_set_of({one.jwk(), two.jwk()}));
  const auto twice = KeySet::parse(key_set_of({one.jwk(), one.jwk()}));
  ASSERT_TRUE(single && both && twice);
  EXPECT_EQ(outcome_of(single->check(Algorithm::kEs256, {}, "a.b", signature)), "fine");
  EXPECT_EQ(outcome_of(both->check(Algorithm::kEs256, {}, "a.b", signature)), "oidc.unknown_key");
  EXPECT_EQ(outcome_of(twice->check(Algorithm::kEs256, "one", "a.b", signature)),
            "oidc.unknown_key");
}

// A public RSA key is no shared secret, and one algorithm's key none of another's.
TEST(KeySet, GivesNoKeyToAnotherAlgorithm) {
  const IssuerKey rsa(KeyKind::kRsa, "one");
  const auto keys = KeySet::parse(key_set_of({rsa.jwk()}));
  ASSERT_TRUE(keys);
  const Buffer signature = rsa.sign("a.b");
  for (Algorithm other : {Algorithm::kEs256, Algorithm::kEdDsa})
    EXPECT_EQ(outcome_of(keys->check(other, "one", "a.b", signature)), "oidc.unknown_key");
  EXPECT_EQ(algorithm_named("HS256"), std::nullopt);
  EXPECT_EQ(algorithm_named("none"), std::nullopt);
  EXPECT_EQ(algorithm_named("rs256"), std::nullopt);
}

TEST(KeySet, LeavesOutWhatIsForSomethingElse) {
  const IssuerKey key(KeyKind::kP256, "one");
  for (const char* more :
       {R"(,"use":"enc")", R"(,"use":1)", R"(,"key_ops":["sign"])", R"(,"key_ops":"verify")",
        R"(,"alg":"ES384")", R"(,"alg":"RS256")", R"(,"alg":7)"})
    EXPECT_EQ(KeySet::parse(key_set_of({key.jwk(more)}))->size(), 0U) << more;
  for (const char* more : {R"(,"use":"sig")", R"(,"key_ops":["verify"])", R"(,"alg":"ES256")"})
    EXPECT_EQ(KeySet::parse(key_set_of({key.jwk(more)}))->size(), 1U) << more;
}

TEST(KeySet, LeavesOutWeakAndBrokenKeys) {
  const IssuerKey weak(KeyKind::kRsa, "weak", 1'024);
  EXPECT_EQ(KeySet::parse(key_set_of({weak.jwk()}))->size(), 0U);
  const std::string ones = to_base64url(Buffer(32, std::byte(1)));
  const std::string long_number = to_base64url(Buffer(256, std::byte(0xff)));
  for (const std::string& jwk :
       {R"({"kty":"EC","crv":"P-256","x":")" + ones + R"(","y":")" + ones + R"("})",
        R"({"kty":"EC","crv":"P-256","x":")" + ones + R"("})",
        R"({"kty":"EC","crv":"P-384","x":")" + ones + R"(","y":")" + ones + R"("})",
        R"({"kty":"OKP","crv":"X25519","x":")" + ones + R"("})",
        std::string(R"({"kty":"OKP","crv":"Ed25519","x":"AAAA"})"),
        R"({"kty":"RSA","n":")" + long_number + R"(","e":"AQ"})",
        R"({"kty":"RSA","n":")" + long_number + R"(","e":"BA"})",
        R"({"kty":"RSA","n":")" + long_number + R"(","e":")" + long_number + R"("})",
        R"({"kty":"oct","kid":"one","k":")" + ones + R"("})", std::string("7"),
        std::string(R"({"kty":7})")}) {
    const auto keys = KeySet::parse(key_set_of({jwk}));
    ASSERT_TRUE(keys) << jwk;
    EXPECT_EQ(keys->size(), 0U) << jwk;
  }
}

TEST(KeySet, RefusesWhatIsNoKeySet) {
  for (const char* document : {"", "[]", "{}", R"({"keys":{}})", R"({"keys":[],"keys":[]})",
                               R"({"keys":[[[[[[[[[[]]]]]]]]]]})"}) {
    const auto keys = KeySet::parse(document);
    ASSERT_FALSE(keys) << document;
    EXPECT_EQ(keys.error().message(), "oidc.bad_keys");
  }
  std::vector<std::string> many(kKeysMax + 1, "{}");
  EXPECT_FALSE(KeySet::parse(key_set_of(many)));
  EXPECT_FALSE(KeySet::parse(R"({"keys":[]})" + std::string(kKeysOctetsMax, ' ')));
}

}  // namespace
}  // namespace belfry::oidc
