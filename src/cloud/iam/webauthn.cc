#include "webauthn.h"

#include "attestation_object.h"
#include "base/text_encoding.h"
#include "crypto/hash.h"

#include <nlohmann/json.hpp>

#include <fido.h>
#include <fido/eddsa.h>
#include <fido/es256.h>
#include <fido/rs256.h>
#include <memory>

namespace belfry::iam::webauthn {
namespace {

using nlohmann::json;

constexpr std::size_t kClientDataMax = 8 << 10, kAttestationMax = 32 << 10,
                      kAuthenticatorDataMax = 4 << 10, kSignatureMax = 1 << 10,
                      kCredentialIdMax = 1023;

// Authenticator data (section 6.1): SHA-256 of the site, flags, count, and what the flags promise.
constexpr std::size_t kSiteHashLength = 32, kFlagsAt = 32, kCountAt = 33, kHeadLength = 37;
constexpr unsigned kUserPresent = 0x01, kUserVerified = 0x04, kBackupEligible = 0x08,
                   kBackedUp = 0x10, kHasCredential = 0x40;

struct ReleaseCredential {
  void operator()(fido_cred_t* credential) const { fido_cred_free(&credential); }
};
using FidoCredential = std::unique_ptr<fido_cred_t, ReleaseCredential>;
struct ReleaseAssertion {
  void operator()(fido_assert_t* assertion) const { fido_assert_free(&assertion); }
};
using FidoAssertion = std::unique_ptr<fido_assert_t, ReleaseAssertion>;

std::unexpected<Error> malformed(std::string_view part) {
  return fail(Code::kInvalid, "iam.passkey_malformed", {{"part", std::string(part)}});
}

std::unexpected<Error> refused(std::string_view message) {
  return fail(Code::kDenied, message);
}

const unsigned char* octets(View bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

Result<json> parse_client_data(const Buffer& client_data) {
  if (client_data.size() > kClientDataMax) return malformed("clientDataJSON");
  json data = json::parse(as_text(client_data), nullptr, false);
  if (!data.is_object()) return malformed("clientDataJSON");
  return data;
}

std::string text_of(const json& data, const char* name) {
  auto field = data.find(name);
  return field != data.end() && field->is_string() ? field->get<std::string>() : "";
}

// Section 7.1, steps 7 to 11, and 7.2, steps 10 to 14.
Result<> check_client_data(const Buffer& client_data, std::string_view type,
                           const Expected& expected) {
  TRY(const json data, parse_client_data(client_data));
  TRY(const Buffer challenge, challenge_of(client_data));
  if (text_of(data, "type") != type || !crypto::equal_constant_time(challenge, expected.challenge))
    return refused("iam.passkey_wrong_request");
  // A page of another origin may hold ours in a frame: what it shows there is not ours to answer.
  const auto cross = data.find("crossOrigin");
  const bool is_framed = data.contains("topOrigin") ||
                         (cross != data.end() && (!cross->is_boolean() || cross->get<bool>()));
  if (is_framed || text_of(data, "origin") != expected.origin)
    return fail(Code::kDenied, "iam.passkey_wrong_origin", {{"origin", expected.origin}});
  return {};
}

struct Head {
  unsigned flags;
  std::uint32_t count;
};

// Section 7.1, steps 13 to 18, and 7.2, steps 15 to 20.
Result<Head> check_head(View authenticator_data, const Expected& expected) {
  if (authenticator_data.size() < kHeadLength || authenticator_data.size() > kAuthenticatorDataMax)
    return malformed("authenticatorData");
  const crypto::Digest site = crypto::sha256(as_view(expected.site));
  if (!crypto::equal_constant_time(site, authenticator_data.first(kSiteHashLength)))
    return fail(Code::kDenied, "iam.passkey_wrong_site", {{"site", expected.site}});
  Head head{std::to_integer<unsigned>(authenticator_data[kFlagsAt]), 0};
  for (std::byte octet : authenticator_data.subspan(kCountAt, 4))
    head.count = head.count << 8 | std::to_integer<std::uint32_t>(octet);
  if (!(head.flags & kUserPresent)) return refused("iam.passkey_not_verified");
  if (expected.verify_user && !(head.flags & kUserVerified))
    return refused("iam.passkey_not_verified");
  if ((head.flags & kBackedUp) && !(head.flags & kBackupEligible))
    return refused("iam.passkey_backup_flags");
  return head;
}

// A credential of libfido2 with all that was sent, for one algorithm. Nothing if it is another's.
FidoCredential fido_credential(const AttestationObject& object, const Buffer& client_data,
                               const Expected& expected, int algorithm) {
  FidoCredential credential(fido_cred_new());
  fido_cred_t* it = credential.get();
  const bool set =
      it && fido_cred_set_type(it, algorithm) == FIDO_OK &&
      fido_cred_set_clientdata(it, octets(client_data), client_data.size()) == FIDO_OK &&
      fido_cred_set_rp(it, expected.site.c_str(), nullptr) == FIDO_OK &&
      fido_cred_set_authdata_raw(it, octets(object.authenticator_data),
                                 object.authenticator_data.size()) == FIDO_OK;
  return set ? std::move(credential) : nullptr;
}

// Whether the passkey itself, or the certificate with it, signed what was sent. libfido2 wants to
// know beforehand which extensions the authenticator added of itself: each of those that it may
// add is tried.
bool is_signed(const AttestationObject& object, const Buffer& client_data, const Expected& expected,
               int algorithm) {
  for (int extensions : {0, FIDO_EXT_HMAC_SECRET}) {
    for (int protection : {0, FIDO_CRED_PROT_UV_OPTIONAL, FIDO_CRED_PROT_UV_OPTIONAL_WITH_ID,
                           FIDO_CRED_PROT_UV_REQUIRED}) {
      FidoCredential credential = fido_credential(object, client_data, expected, algorithm);
      fido_cred_t* it = credential.get();
      const bool set =
          it && (extensions == 0 || fido_cred_set_extensions(it, extensions) == FIDO_OK) &&
          (protection == 0 || fido_cred_set_prot(it, protection) == FIDO_OK) &&
          fido_cred_set_fmt(it, "packed") == FIDO_OK &&
          fido_cred_set_attstmt(it, octets(object.statement), object.statement.size()) == FIDO_OK;
      if (!set) return false;
      const bool has_certificate = fido_cred_x5c_len(it) > 0;
      if ((has_certificate ? fido_cred_verify(it) : fido_cred_verify_self(it)) == FIDO_OK)
        return true;
    }
  }
  return false;
}

// libfido2's key of an algorithm, released with its function.
template <class Key>
bool is_signature_by(fido_assert_t* assertion, int algorithm, View octets_of_key, Key* (*make)(),
                     void (*release)(Key**), int (*read)(Key*, const void*, std::size_t)) {
  Key* key = make();
  const bool right = key && read(key, octets_of_key.data(), octets_of_key.size()) == FIDO_OK &&
                     fido_assert_verify(assertion, 0, algorithm, key) == FIDO_OK;
  release(&key);
  return right;
}

bool is_signature_of(fido_assert_t* assertion, const Credential& credential) {
  const View key = credential.public_key;
  switch (credential.algorithm) {
    case kEs256:
      return is_signature_by(assertion, kEs256, key, es256_pk_new, es256_pk_free,
                             es256_pk_from_ptr);
    case kEdDsa:
      return is_signature_by(assertion, kEdDsa, key, eddsa_pk_new, eddsa_pk_free,
                             eddsa_pk_from_ptr);
    case kRs256:
      return is_signature_by(assertion, kRs256, key, rs256_pk_new, rs256_pk_free,
                             rs256_pk_from_ptr);
    default:
      return false;
  }
}

}  // namespace

Result<Buffer> challenge_of(const Buffer& client_data) {
  TRY(const json data, parse_client_data(client_data));
  auto challenge = from_base64url(text_of(data, "challenge"));
  if (!challenge) return malformed("challenge");
  return std::move(*challenge);
}

Result<Credential> check_attestation(const PasskeyAttestation& attestation,
                                     const Expected& expected) {
  fido_init(0);
  TRY(check_client_data(attestation.client_data, "webauthn.create", expected));
  if (attestation.attestation_object.size() > kAttestationMax)
    return malformed("attestationObject");
  TRY(const AttestationObject object, read_attestation_object(attestation.attestation_object));
  TRY(const Head head, check_head(object.authenticator_data, expected));
  if (!(head.flags & kHasCredential)) return malformed("authenticatorData");

  for (int algorithm : kPasskeyAlgorithms) {
    FidoCredential credential =
        fido_credential(object, attestation.client_data, expected, algorithm);
    if (!credential || fido_cred_pubkey_len(credential.get()) == 0) continue;
    const fido_cred_t* it = credential.get();
    const auto copy = [](const unsigned char* from, std::size_t length) {
      return to_buffer(std::as_bytes(std::span(from, length)));
    };
    if (fido_cred_id_len(it) == 0 || fido_cred_id_len(it) > kCredentialIdMax)
      return malformed("credentialId");
    if (object.format == "packed" &&
        !is_signed(object, attestation.client_data, expected, algorithm))
      return refused("iam.passkey_wrong_signature");
    return Credential{.id = copy(fido_cred_id_ptr(it), fido_cred_id_len(it)),
                      .algorithm = algorithm,
                      .public_key = copy(fido_cred_pubkey_ptr(it), fido_cred_pubkey_len(it)),
                      .sign_count = head.count,
                      .backup_eligible = (head.flags & kBackupEligible) != 0,
                      .backed_up = (head.flags & kBackedUp) != 0,
                      .user_verified = (head.flags & kUserVerified) != 0};
  }
  return malformed("credentialPublicKey");
}

Result<Credential> check_assertion(const PasskeyAssertion& assertion, const Credential& credential,
                                   const Expected& expected) {
  fido_init(0);
  TRY(check_client_data(assertion.client_data, "webauthn.get", expected));
  TRY(check_sizes(assertion.authenticator_data));
  TRY(const Head head, check_head(assertion.authenticator_data, expected));
  if (assertion.signature.size() > kSignatureMax) return malformed("signature");
  if (((head.flags & kBackupEligible) != 0) != credential.backup_eligible)
    return refused("iam.passkey_backup_flags");

  FidoAssertion checked(fido_assert_new());
  fido_assert_t* it = checked.get();
  const bool set = it && fido_assert_set_count(it, 1) == FIDO_OK &&
                   fido_assert_set_clientdata(it, octets(assertion.client_data),
                                              assertion.client_data.size()) == FIDO_OK &&
                   fido_assert_set_rp(it, expected.site.c_str()) == FIDO_OK &&
                   fido_assert_set_authdata_raw(it, 0, octets(assertion.authenticator_data),
                                                assertion.authenticator_data.size()) == FIDO_OK &&
                   fido_assert_set_sig(it, 0, octets(assertion.signature),
                                       assertion.signature.size()) == FIDO_OK;
  if (!set || !is_signature_of(it, credential)) return refused("iam.passkey_wrong_signature");
  // Some authenticators do not count: both are zero then.
  if ((head.count != 0 || credential.sign_count != 0) && head.count <= credential.sign_count)
    return refused("iam.passkey_cloned");

  Credential used = credential;
  used.sign_count = head.count;
  used.backed_up = (head.flags & kBackedUp) != 0;
  used.user_verified = (head.flags & kUserVerified) != 0;
  return used;
}

}  // namespace belfry::iam::webauthn
