// Making secrets, and keeping those that must be read again.
#pragma once

#include "base/result.h"
#include "crypto/key_store.h"
#include "runtime/random.h"

#include <string>
#include <string_view>

namespace belfry::iam {

// 256 random bits, hexadecimal. Stored as `digest_of` them: there is nothing to guess in it, so
// that one SHA-256 is enough.
std::string make_bearer_secret(Random& random);
std::string digest_of(std::string_view bearer_secret);
// 64 random bits, hexadecimal: names a session or token.
std::string make_public_id(Random& random);

// "BLF", that of temporary credentials "BLT", and 17 characters of base32; 40 characters of base64,
// as S3 programs expect.
std::string make_access_key_id(Random& random);
std::string make_temporary_key_id(Random& random);
bool is_temporary_key_id(std::string_view text);
std::string make_access_key_secret(Random& random);
bool is_access_key_id(std::string_view text);
// 20 characters of 32 kinds: 100 bits.
std::string make_password(Random& random);

// What a sealed secret belongs to: it opens nowhere else.
struct Purpose {
  std::string text;  // "access_key/BLF...", "totp/12"
};

// Seals under the newest kSecrets key: "1.<key id>.<base64 of nonce and AES-256-GCM>".
// Errors: those of the key store.
Result<std::string> seal_secret(crypto::KeyStore& keys, Random& random, const Purpose& purpose,
                                View secret);
// Errors: corrupt ("iam.secret_unreadable").
Result<Buffer> open_secret(crypto::KeyStore& keys, const Purpose& purpose, std::string_view sealed);

}  // namespace belfry::iam
