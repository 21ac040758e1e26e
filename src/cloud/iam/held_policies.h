// What users hold by profiles, read and compiled.
#pragma once

#include "database/database.h"
#include "iam/iam.h"
#include "policy/compiled_policies.h"

#include <memory>

namespace belfry::iam {

// Whether a document may allow more than using objects: then its holders are privileged.
bool is_privileged(const policy::Policy& policy);
// How many of the platform's services a document may allow something of.
std::int64_t count_services(const policy::Policy& policy);

// What the user holds at `now`. Null when the user holds no profile and has no boundary. A document
// that cannot be compiled any more allows nothing; as a boundary it leaves nothing.
Result<std::shared_ptr<const HeldPolicies>> read_held_policies(database::Transaction& transaction,
                                                               policy::CompiledPolicies& compiled,
                                                               UserId user, Timestamp now);

// What the sessions of a role have at `now`: never null.
Result<std::shared_ptr<const HeldPolicies>> read_role_policies(database::Transaction& transaction,
                                                               policy::CompiledPolicies& compiled,
                                                               RoleId role, Timestamp now);

}  // namespace belfry::iam
