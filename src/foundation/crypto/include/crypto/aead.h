// AES-256-GCM (NIST SP 800-38D), 96-bit nonces, 128-bit tags appended to the ciphertext.
#pragma once

#include "base/bytes.h"
#include "base/result.h"

namespace belfry::crypto {

inline constexpr std::size_t kKeyLength = 32;
inline constexpr std::size_t kNonceLength = 12;
inline constexpr std::size_t kTagLength = 16;

// A nonce must never seal twice under one key. `key` and `nonce` have the lengths above.
Buffer seal(View key, View nonce, View associated, View plain);
// Errors: corrupt ("crypto.not_authentic") when the tag does not match.
Result<Buffer> open(View key, View nonce, View associated, View sealed);

// The same without allocation: `out` holds plain.size() + kTagLength, and may not overlap `plain`.
void seal_into(View key, View nonce, View associated, View plain, MutableView out);
// `out` holds sealed.size() - kTagLength, and may be the beginning of `sealed`: opened in place.
Result<> open_into(View key, View nonce, View associated, View sealed, MutableView out);
// The same with the tag elsewhere: `out` has the size of `sealed`, and may be it.
Result<> open_into(View key, View nonce, View associated, View sealed, View tag, MutableView out);

}  // namespace belfry::crypto
