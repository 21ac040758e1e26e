// How events of a log, and places in it, look in JSON and in cursors.
#pragma once

#include "audit/query.h"
#include "route.h"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace belfry::api {

// The fields that lists show, beside the whole event (docs/formats/leaf.md).
nlohmann::json to_json(const audit::LoggedEvent& logged, text::Language language);

// "17.3": a leaf and a part of it.
std::string cursor_text(const audit::Position& place);
// Errors: invalid ("api.bad_parameter").
Result<audit::Position> parse_cursor(std::string_view text);

}  // namespace belfry::api
