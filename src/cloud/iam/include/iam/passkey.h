// What goes between Belfry, a browser and an authenticator (WebAuthn Level 3).
#pragma once

#include "base/bytes.h"

#include <string>
#include <vector>

namespace belfry::iam {

// How an authenticator signs: numbers of COSE (RFC 9053, RFC 8812). The preferred one first.
inline constexpr int kEdDsa = -8, kEs256 = -7, kRs256 = -257;
inline constexpr int kPasskeyAlgorithms[] = {kEdDsa, kEs256, kRs256};

// A new passkey, as navigator.credentials.create gives it.
struct PasskeyAttestation {
  Buffer client_data;         // clientDataJSON
  Buffer attestation_object;  // CBOR
  std::vector<std::string> transports;
};

// A passkey used, as navigator.credentials.get gives it.
struct PasskeyAssertion {
  Buffer credential_id;
  Buffer client_data;  // clientDataJSON
  Buffer authenticator_data;
  Buffer signature;
  Buffer user_handle;  // empty: the authenticator does not know it
};

struct KnownPasskey {
  Buffer credential_id;
  std::vector<std::string> transports;
};

// What navigator.credentials.create is called with.
struct PasskeyCreation {
  Buffer challenge;
  std::string site;    // rp.id
  Buffer user_handle;  // user.id
  std::string user_name;
  std::vector<KnownPasskey> excluded;  // those that the user has already
};

// What navigator.credentials.get is called with.
struct PasskeyRequest {
  Buffer challenge;
  std::string site;                   // rpId
  std::vector<KnownPasskey> allowed;  // empty: whichever the authenticator has for the site
  bool verify_user = false;           // the authenticator must ask for a PIN or a fingerprint
};

}  // namespace belfry::iam
