// Codes of authenticator apps, each good once.
#pragma once

#include "core.h"

#include <string>

namespace belfry::iam {

// RFC 4226, section 4, R6: as long as the digest.
inline constexpr std::size_t kTotpSeedLength = 20;
Buffer make_totp_seed(Random& random);
// What the sealed seed of the user's app belongs to.
Purpose totp_seed_of(UserId user);

// Whether `code` is one of the user's authenticator, which serves no second time then.
Result<bool> use_totp(Core& core, Transaction& transaction, UserId user, const std::string& code);
// Whether `use_totp` would take it, and nothing is used up. With `before` only if that is the code
// just before it, and neither was used: nobody guesses two. The same work whatever the user has.
Result<bool> shows_totp(Core& core, Transaction& transaction, UserId user, const std::string& code,
                        const std::string& before);

}  // namespace belfry::iam
