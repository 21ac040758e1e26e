// Second factors that Belfry itself has seen.
#pragma once

#include "core.h"

namespace belfry::iam {

// Whether the caller's second factor is more than a directory's word: that counts for nobody
// privileged, and goes into nothing that outlives its session.
Result<bool> has_own_factor(Transaction& transaction, const Principal& by);

}  // namespace belfry::iam
