// Requests of S3 as a client sends them, signed by header (Signature Version 4).
#pragma once

#include "base/bytes.h"
#include "base/time.h"
#include "crypto/hash.h"

#include <string>

namespace belfry::bench {

struct Signer {
  std::string host;  // "127.0.0.1:9000"
  std::string access_key, secret_key;

  // The head of a request for `path` (already percent-encoded), to be followed by `length` octets
  // whose SHA-256 is `payload_hex`.
  std::string head(const std::string& method, const std::string& path, Bytes length,
                   const std::string& payload_hex, Timestamp now) const;
};

}  // namespace belfry::bench
