// Delegations as answers show them.
#pragma once

#include "iam/delegations.h"
#include "route.h"

#include <nlohmann/json_fwd.hpp>

#include <vector>

namespace belfry::api {

nlohmann::json to_json(const iam::Delegation& delegation);
// Those of one user that the caller sees.
Task<std::vector<iam::Delegation>> delegations_of(Call& call, UserId delegate);

}  // namespace belfry::api
