// From where users signed in before: addresses, and devices by a cookie.
#pragma once

#include "core.h"

#include <string>

namespace belfry::iam {

// A device as an origin. Only who holds its secret comes from there.
std::string device_origin(const std::string& secret);
// Whether the user signed in from there, lately.
Result<bool> was_here(Transaction& transaction, UserId user, const std::string& origin);

}  // namespace belfry::iam
