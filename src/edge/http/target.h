// The request target (RFC 9112, section 3.2).
#pragma once

#include "http/server.h"

#include <string_view>

namespace belfry::http {

inline constexpr std::size_t kQueryParametersMax = 256;

// Fills target, raw_path, path and query of `request`. Origin form, absolute form (its authority is
// dropped), and `*` for OPTIONS. False: malformed.
bool parse_target(std::string_view target, Request& request);

}  // namespace belfry::http
