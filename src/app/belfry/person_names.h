// People by their names, on the command line.
#pragma once

#include "connection.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace belfry::command_line {

// The id of what is called `named` among things with an id and a name; an id is itself.
// Errors: not_found ("cli.no_such_name").
Result<std::string> id_among(const nlohmann::json& things, const std::string& named);
// The id of a user of the caller's tenant; the caller's own for the empty name, or its own.
Result<std::string> find_user_id(Connection& connection, const std::string& named);

}  // namespace belfry::command_line
