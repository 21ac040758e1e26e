// Passwords and one-time codes.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "runtime/random.h"

#include <optional>
#include <string>
#include <string_view>

namespace belfry::crypto {

// Argon2id (RFC 9106), 19 MiB, two passes, one lane, in PHC string form. About 20 ms: run it on a
// pool.
std::string hash_password(std::string_view password, Random& random);
bool verify_password(std::string_view password, const std::string& phc);

// TOTP (RFC 6238): HMAC-SHA-1, 30 s steps, six digits.
std::string totp_at(View secret, std::int64_t step);
// The step whose code matches, among the current one and its two neighbours, and later than
// `last_step`: store it, so that a code works once.
std::optional<std::int64_t> verify_totp(View secret, std::string_view code, Timestamp now,
                                        std::int64_t last_step);

}  // namespace belfry::crypto
