// The words under which the store's states are kept in tables and told by the API.
#pragma once

#include "segments/store.h"

#include <string_view>

namespace belfry::segments {

// "good", "failed", "absent".
std::string_view name_of(DiskHealth health);

}  // namespace belfry::segments
