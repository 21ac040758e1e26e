// The local authority of a provider that has no certificates of its own, and what it issues (X.509,
// ECDSA P-256, RFC 5280).
#pragma once

#include "base/result.h"
#include "base/time.h"

#include <string>
#include <vector>

namespace belfry::crypto {

struct Identity {
  std::string certificate_pem;
  std::string private_key_pem;
};

Result<Identity> make_authority(const std::string& name, Timestamp from, Timestamp until);
// The same authority, name and key, with another term: what it issued before and what it issues now
// is good for who trusts either certificate. Errors: invalid ("certificate.bad_authority").
Result<Identity> renew_authority(const Identity& authority, Timestamp from, Timestamp until);
// `names`: DNS names and IP addresses of the server.
Result<Identity> issue_server(const Identity& authority, const std::vector<std::string>& names,
                              Timestamp from, Timestamp until);

// When the first certificate of a PEM text begins, and when it ends. Errors: invalid
// ("certificate.unreadable").
Result<Timestamp> begin_of(const std::string& certificate_pem);
Result<Timestamp> end_of(const std::string& certificate_pem);
// The certificates of a PEM text, a text each.
std::vector<std::string> split_certificates(const std::string& pem);

}  // namespace belfry::crypto
