// Paths as provider.yaml writes them: absolute, or below the data directory.
#pragma once

#include "builder.h"

namespace belfry::topology {

// A path that climbs (`..`), or has empty parts or control characters, is a fault.
void check_path(Builder& builder, const yaml::Text& path);
// Whether `path` is `directory` or lies in it, by the text alone.
bool is_below(std::string_view path, std::string_view directory);

}  // namespace belfry::topology
