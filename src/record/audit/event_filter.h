// Which events a query wants.
#pragma once

#include "audit/ledger.h"

#include <string_view>

namespace belfry::audit {

bool wanted(const Query& query, std::string_view ocsf);

}  // namespace belfry::audit
