// The CBOR of WebAuthn, opened by libcbor (section 6.5: fmt, attStmt, authData).
#pragma once

#include "base/bytes.h"
#include "base/result.h"

#include <string>

namespace belfry::iam::webauthn {

struct AttestationObject {
  std::string format;  // "packed" or "none"
  Buffer authenticator_data;
  Buffer statement;  // CBOR again
};

// Errors: invalid ("iam.passkey_malformed"): formats other than the two, too.
Result<AttestationObject> read_attestation_object(const Buffer& octets);

// libcbor makes room for as many items as the input says that there are, before it sees the first:
// nothing may say more than it has octets for. Errors: invalid ("iam.passkey_malformed").
Result<> check_sizes(View authenticator_data);

}  // namespace belfry::iam::webauthn
