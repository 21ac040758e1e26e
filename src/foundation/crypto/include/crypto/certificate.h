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
// `names`: DNS names and IP addresses of the server.
Result<Identity> issue_server(const Identity& authority, const std::vector<std::string>& names,
                              Timestamp from, Timestamp until);

}  // namespace belfry::crypto
