#include "webauthn.h"

#include "authenticator.h"

#include <gtest/gtest.h>

namespace belfry::iam::webauthn {
namespace {

using Attestation = Authenticator::Attestation;

const Expected kExpected{.challenge = Buffer(32, std::byte(7)),
                         .origin = "https://localhost:8443",
                         .site = "localhost",
                         .verify_user = true};
const PasskeyCreation kCreation{.challenge = kExpected.challenge,
                                .site = kExpected.site,
                                .user_handle = Buffer(8, std::byte(1)),
                                .user_name = "ada"};
const PasskeyRequest kRequest{.challenge = kExpected.challenge, .site = kExpected.site};

template <class T>
std::string refusal(const Result<T>& result) {
  return result ? "" : result.error().message();
}

std::string attested(Authenticator authenticator) {
  return refusal(check_attestation(authenticator.create(kCreation), kExpected));
}

// The refusal of a use by an authenticator that `changed` after it was enrolled.
template <class Change>
std::string used(Change change) {
  Authenticator authenticator;
  auto credential = check_attestation(authenticator.create(kCreation), kExpected);
  EXPECT_TRUE(credential) << credential.error().describe();
  change(authenticator);
  return refusal(check_assertion(authenticator.get(kRequest), *credential, kExpected));
}

TEST(Webauthn, TakesEachAlgorithmAndAttestation) {
  for (int algorithm : kPasskeyAlgorithms) {
    for (Attestation attestation : {Attestation::kNone, Attestation::kSelf}) {
      Authenticator authenticator(algorithm);
      authenticator.attestation = attestation;
      auto credential = check_attestation(authenticator.create(kCreation), kExpected);
      ASSERT_TRUE(credential) << algorithm << ": " << credential.error().describe();
      EXPECT_EQ(credential->algorithm, algorithm);
      EXPECT_EQ(credential->id, authenticator.credential_id);
      EXPECT_EQ(credential->sign_count, 1u);
      EXPECT_TRUE(credential->user_verified);
      auto next = check_assertion(authenticator.get(kRequest), *credential, kExpected);
      ASSERT_TRUE(next) << algorithm << ": " << next.error().describe();
      EXPECT_EQ(next->sign_count, 2u);
    }
  }
}

TEST(Webauthn, TakesTheSignatureOfACertificate) {
  Authenticator authenticator;
  authenticator.attestation = Attestation::kCertificate;
  EXPECT_EQ(attested(std::move(authenticator)), "");
}

TEST(Webauthn, TakesExtensionsThatNobodyAskedFor) {
  for (Attestation attestation :
       {Attestation::kNone, Attestation::kSelf, Attestation::kCertificate}) {
    Authenticator authenticator;
    authenticator.attestation = attestation;
    authenticator.adds_extension = true;
    EXPECT_EQ(attested(std::move(authenticator)), "");
  }
}

TEST(Webauthn, RefusesAnAttestationThatIsNotSignedByItsKey) {
  for (Attestation attestation : {Attestation::kSelf, Attestation::kCertificate}) {
    Authenticator authenticator;
    authenticator.attestation = attestation;
    authenticator.signs_something_else = true;
    EXPECT_EQ(attested(std::move(authenticator)), "iam.passkey_wrong_signature");
  }
}

TEST(Webauthn, RefusesWhatWasNotAskedFor) {
  Authenticator of_another_type;
  of_another_type.type = "webauthn.get";
  EXPECT_EQ(attested(std::move(of_another_type)), "iam.passkey_wrong_request");
  Authenticator elsewhere;
  elsewhere.origin = "https://localhost:8444";
  EXPECT_EQ(attested(std::move(elsewhere)), "iam.passkey_wrong_origin");
  Authenticator framed;
  framed.more = R"(,"crossOrigin":true)";
  EXPECT_EQ(attested(std::move(framed)), "iam.passkey_wrong_origin");
  Authenticator in_the_clear;
  in_the_clear.origin = "http://localhost:8443";
  EXPECT_EQ(attested(std::move(in_the_clear)), "iam.passkey_wrong_origin");
  Authenticator of_another_site;
  of_another_site.site = "example.net";
  EXPECT_EQ(attested(std::move(of_another_site)), "iam.passkey_wrong_site");
  Authenticator of_another_challenge;
  PasskeyCreation other = kCreation;
  other.challenge[31] = std::byte(8);
  EXPECT_EQ(refusal(check_attestation(of_another_challenge.create(other), kExpected)),
            "iam.passkey_wrong_request");
}

TEST(Webauthn, RefusesWhoeverIsNotThere) {
  Authenticator absent;
  absent.flags = Authenticator::kVerified;
  EXPECT_EQ(attested(std::move(absent)), "iam.passkey_not_verified");
  Authenticator unverified;
  unverified.flags = Authenticator::kPresent;
  EXPECT_EQ(attested(std::move(unverified)), "iam.passkey_not_verified");
  Authenticator strange;
  strange.flags |= Authenticator::kBackedUp;  // without being able to
  EXPECT_EQ(attested(std::move(strange)), "iam.passkey_backup_flags");
}

TEST(Webauthn, RefusesAUseThatIsNotRight) {
  EXPECT_EQ(used([](Authenticator&) {}), "");
  EXPECT_EQ(used([](Authenticator& it) { it.type = "webauthn.create"; }),
            "iam.passkey_wrong_request");
  EXPECT_EQ(used([](Authenticator& it) { it.origin = "https://example.net"; }),
            "iam.passkey_wrong_origin");
  EXPECT_EQ(used([](Authenticator& it) { it.more = R"(,"topOrigin":"https://example.net")"; }),
            "iam.passkey_wrong_origin");
  EXPECT_EQ(used([](Authenticator& it) { it.site = "example.net"; }), "iam.passkey_wrong_site");
  EXPECT_EQ(used([](Authenticator& it) { it.flags = Authenticator::kPresent; }),
            "iam.passkey_not_verified");
  EXPECT_EQ(used([](Authenticator& it) { it.flags |= Authenticator::kBackupEligible; }),
            "iam.passkey_backup_flags");
  EXPECT_EQ(used([](Authenticator& it) { it.signs_something_else = true; }),
            "iam.passkey_wrong_signature");
  // The count must grow, unless the authenticator does not count at all.
  EXPECT_EQ(used([](Authenticator& it) { it.count = 1; }), "iam.passkey_cloned");
  EXPECT_EQ(used([](Authenticator& it) { it.count = 0; }), "iam.passkey_cloned");
}

TEST(Webauthn, TakesAnAuthenticatorThatDoesNotCount) {
  Authenticator authenticator;
  authenticator.count = authenticator.step = 0;
  auto credential = check_attestation(authenticator.create(kCreation), kExpected);
  ASSERT_TRUE(credential);
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(refusal(check_assertion(authenticator.get(kRequest), *credential, kExpected)), "");
}

TEST(Webauthn, FollowsWhetherAPasskeyIsBackedUp) {
  Authenticator authenticator;
  authenticator.flags |= Authenticator::kBackupEligible;
  auto credential = check_attestation(authenticator.create(kCreation), kExpected);
  ASSERT_TRUE(credential);
  EXPECT_FALSE(credential->backed_up);
  authenticator.flags |= Authenticator::kBackedUp;
  auto next = check_assertion(authenticator.get(kRequest), *credential, kExpected);
  ASSERT_TRUE(next) << next.error().describe();
  EXPECT_TRUE(next->backed_up);
}

TEST(Webauthn, NeedsNoVerifiedUserBesideAPassword) {
  Expected beside = kExpected;
  beside.verify_user = false;
  Authenticator authenticator;
  authenticator.flags = Authenticator::kPresent;
  auto credential = check_attestation(authenticator.create(kCreation), beside);
  ASSERT_TRUE(credential) << credential.error().describe();
  EXPECT_FALSE(credential->user_verified);
  EXPECT_TRUE(check_assertion(authenticator.get(kRequest), *credential, beside));
}

// Every octet of it matters to somebody: whatever is changed, nothing else comes of it.
TEST(Webauthn, RefusesASignatureOverSomethingChanged) {
  Authenticator authenticator;
  auto credential = check_attestation(authenticator.create(kCreation), kExpected);
  ASSERT_TRUE(credential);
  const PasskeyAssertion right = authenticator.get(kRequest);
  for (auto part : {&PasskeyAssertion::client_data, &PasskeyAssertion::authenticator_data,
                    &PasskeyAssertion::signature}) {
    for (std::size_t at = 0; at < (right.*part).size(); ++at) {
      PasskeyAssertion changed = right;
      (changed.*part)[at] ^= std::byte(1);
      EXPECT_FALSE(check_assertion(changed, *credential, kExpected)) << at;
    }
  }
  auto other = check_attestation(Authenticator().create(kCreation), kExpected);
  ASSERT_TRUE(other);
  EXPECT_EQ(refusal(check_assertion(right, *other, kExpected)), "iam.passkey_wrong_signature");
}

TEST(Webauthn, RefusesWhatIsCutShort) {
  Authenticator authenticator;
  authenticator.attestation = Attestation::kSelf;
  const PasskeyAttestation right = authenticator.create(kCreation);
  for (std::size_t length = 0; length < right.attestation_object.size(); ++length) {
    PasskeyAttestation cut = right;
    cut.attestation_object.resize(length);
    EXPECT_EQ(refusal(check_attestation(cut, kExpected)), "iam.passkey_malformed") << length;
  }
  PasskeyAttestation longer = right;
  longer.attestation_object.push_back({});
  EXPECT_EQ(refusal(check_attestation(longer, kExpected)), "iam.passkey_malformed");
  // An array of two to the power of 60 items.
  PasskeyAttestation boastful = right;
  boastful.attestation_object = Buffer(9);
  boastful.attestation_object[0] = std::byte(0x9b);
  boastful.attestation_object[1] = std::byte(0x10);
  EXPECT_EQ(refusal(check_attestation(boastful, kExpected)), "iam.passkey_malformed");
  for (const char* text : {"", "null", "{}", "[]", R"({"challenge":3})", "{\"challenge\":\"a\"}"}) {
    PasskeyAttestation odd = right;
    odd.client_data = to_buffer(text);
    EXPECT_FALSE(check_attestation(odd, kExpected)) << text;
  }
}

}  // namespace
}  // namespace belfry::iam::webauthn
