// Second factors that Belfry itself has seen.
#pragma once

#include "core.h"

namespace belfry::iam {

// Whether the caller's second factor is more than a directory's word: that counts for nobody
// privileged, and goes into nothing that outlives its session.
Result<bool> has_own_factor(Transaction& transaction, const Principal& by);

// Whether the caller's session proved a passkey, or the token that it uses was made in one that
// did.
Result<bool> has_shown_passkey(Transaction& transaction, const Principal& by);

// Whether a new key or token of a person would do anything: where the tenant asks everybody for a
// factor, only with one. Errors: conflict ("iam.credential_without_factor").
Result<> check_credential(bool factor_demanded, bool carries_factor);

}  // namespace belfry::iam
