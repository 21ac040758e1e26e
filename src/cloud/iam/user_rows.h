// New users: what their fields may be, and how they come into the tables.
#pragma once

#include "database/database.h"
#include "iam/iam.h"

#include <string>
#include <string_view>

namespace belfry::iam {

// Errors: invalid ("iam.bad_user_name").
Result<> check_user_name(std::string_view name);
// Empty is none. Errors: invalid ("iam.bad_email").
Result<> check_email(std::string_view email);
// Roles of the provider's staff are given in its tenant alone, the tenant administrator's
// elsewhere. Errors: invalid ("iam.role_not_here").
Result<> check_role_of(Role role, TenantId tenant);

// The first password of a user.
struct NewPassword {
  const std::string& hash;
  std::string_view typed;  // to note what it is long enough for; not kept
};

// An active one. Errors: conflict ("iam.user_exists").
Result<> insert_user(database::Transaction& transaction, const User& user,
                     const NewPassword& password);

}  // namespace belfry::iam
