// The strongest factor, asked of those who administer the provider.
#pragma once

#include "iam/iam.h"

#include <cstddef>
#include <string_view>

namespace belfry::iam {

// Whether a passkey alone proves enough: for provider administrators, from their first one on.
// Until then any factor does, so that the first of them can begin.
inline bool wants_passkey(Role role, std::size_t passkeys) {
  return role == Role::kProviderAdministrator && passkeys > 0;
}

inline bool wants_passkey(const User& user) {
  return wants_passkey(user.role, user.passkeys);
}

// What waits in a key or token: one that was made before the first passkey does nothing that comes
// by the role. `row` has kPasskeysOfUser, and `passkey` of the credential.
inline constexpr std::string_view kPasskeysOfUser =
    "(SELECT count(*) FROM passkey p WHERE p.user_id = u.id) AS passkeys";
inline PasskeyDue passkey_due_of_program(const database::Row& row, Role role) {
  const bool is_due =
      wants_passkey(role, std::size_t(row.integer("passkeys"))) && !row.flag("passkey");
  return is_due ? PasskeyDue::kForRights : PasskeyDue::kNo;
}

}  // namespace belfry::iam
