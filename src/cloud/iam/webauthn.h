// Whether an authenticator said what was asked of it: the checks of WebAuthn Level 3, sections 7.1
// (a new passkey) and 7.2 (its use). Signatures and CBOR are libfido2's and libcbor's work.
//
// What is not asked: who made the authenticator. The attestation of `packed` must be signed rightly
// by the passkey itself or by its certificate, whose issuer is not looked at; `none` says nothing.
#pragma once

#include "base/result.h"
#include "iam/passkey.h"

#include <cstdint>
#include <string>

namespace belfry::iam::webauthn {

// What the ceremony was begun with.
struct Expected {
  Buffer challenge;
  std::string origin;  // "https://localhost:8443"
  std::string site;    // "localhost": the authenticator signs its SHA-256
  bool verify_user = false;
};

// What is kept of a passkey to check its use.
struct Credential {
  Buffer id;
  int algorithm = 0;
  Buffer public_key;  // as libfido2 gives and takes it
  std::uint32_t sign_count = 0;
  bool backup_eligible = false;  // may leave its device: never changes
  bool backed_up = false;
  bool user_verified = false;
};

// Errors: invalid ("iam.passkey_malformed"), denied ("iam.passkey_wrong_request",
// "iam.passkey_wrong_origin", "iam.passkey_wrong_site", "iam.passkey_not_verified",
// "iam.passkey_backup_flags", "iam.passkey_wrong_signature").
Result<Credential> check_attestation(const PasskeyAttestation& attestation,
                                     const Expected& expected);

// The credential as it is to be kept from now on. Errors: as above, and "iam.passkey_cloned": the
// count of uses did not grow, so that there are two of it.
Result<Credential> check_assertion(const PasskeyAssertion& assertion, const Credential& credential,
                                   const Expected& expected);

// The challenge that the client data names, to find what was begun. Errors: invalid.
Result<Buffer> challenge_of(const Buffer& client_data);

}  // namespace belfry::iam::webauthn
