// Digests over OpenSSL 3. Everything here is safe to use from any thread; one object from one at a
// time.
#pragma once

#include "base/bytes.h"

#include <array>
#include <memory>
#include <string_view>

namespace belfry::crypto {

using Digest = std::array<std::byte, 32>;     // SHA-256 (FIPS 180-4)
using Md5Digest = std::array<std::byte, 16>;  // RFC 1321: S3's ETag, never for security

enum class Algorithm { kMd5, kSha1, kSha256 };

// A digest over octets that come piece by piece.
class Hasher {
 public:
  explicit Hasher(Algorithm algorithm);
  ~Hasher();
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;

  void update(View bytes);
  // The digest of all updates; the hasher is empty again afterwards.
  Buffer finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Digest sha256(View bytes);
Md5Digest md5(View bytes);
Digest hmac_sha256(View key, View bytes);                                // RFC 2104
Buffer hkdf_sha256(View key, View salt, View info, std::size_t length);  // RFC 5869

// Compares in a time that depends on the lengths alone.
bool equal_constant_time(View a, View b);

}  // namespace belfry::crypto
