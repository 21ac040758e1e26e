// The strongest factor, asked of those who administer the provider.
#pragma once

#include "iam/iam.h"

#include <cstddef>

namespace belfry::iam {

// Whether a passkey alone proves enough: for provider administrators, from their first one on.
// Until then any factor does, so that the first of them can begin.
inline bool wants_passkey(Role role, std::size_t passkeys) {
  return role == Role::kProviderAdministrator && passkeys > 0;
}

inline bool wants_passkey(const User& user) {
  return wants_passkey(user.role, user.passkeys);
}

}  // namespace belfry::iam
