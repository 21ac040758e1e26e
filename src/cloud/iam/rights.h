// What each role may do until policies come: a table, and the one decision over it.
#pragma once

#include "iam/iam.h"
#include "tenant_tree.h"

#include <string_view>

namespace belfry::iam {

// Deny by default: something is allowed only when a row of the table says so, and
//  1. nobody does an `s3:` action in another tenant than its own, whatever the table says;
//  2. a privileged role without a second factor may do only what is its user's own.
// Errors: denied ("iam.denied", "iam.second_factor_needed").
Result<> decide(const TenantTree& tree, const Principal& principal, std::string_view action,
                const Resource& resource);

// "belfry:user/12", the resource of what is a user's own.
std::string resource_of(UserId user);

}  // namespace belfry::iam
