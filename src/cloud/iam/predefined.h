// The predefined profiles: what each role compiles into.
#pragma once

#include "iam/iam.h"

#include <span>

namespace belfry::iam {

// The condition key that tells how a resource stands to who asks: `self` (the user's own account),
// `own` (of the user's tenant), `below` (of a tenant below it), `provider` (of the provider).
// Several may hold.
inline constexpr std::string_view kScopeKey = "belfry:resourcescope";

// Compiled on the first call, which keeps them for good.
std::span<const policy::PolicyPtr> predefined_policies(Role role);
// What a delegation allows on what it covers, by the act (delegations.h).
const policy::PolicyPtr& delegated_policy(DelegatedAct act);

}  // namespace belfry::iam
