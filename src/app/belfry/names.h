// What people call by name, and REST by id. A name goes first; what is none may be an id.
#pragma once

#include "base/result.h"
#include "connection.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace belfry::command_line {

// The id of a tenant that the caller sees; its own for an empty name. Errors: not_found
// ("cli.no_tenant").
Result<std::string> find_tenant(Connection& connection, const std::string& name);

// A user of that tenant, as REST tells it; the caller for an empty name. Errors: not_found
// ("cli.no_user").
Result<nlohmann::json> find_user(Connection& connection, const std::string& name,
                                 const std::string& tenant = "");

// Of the caller's tenant. Errors: not_found ("cli.no_profile", "cli.no_group").
Result<nlohmann::json> find_profile(Connection& connection, const std::string& name);
Result<nlohmann::json> find_group(Connection& connection, const std::string& name);

// Of the register of the caller's tenant: by its reference, then by its number.
Result<nlohmann::json> find_person(Connection& connection, const std::string& named);

// The id of what is called `named` among things with an id and a name; an id is itself.
// Errors: not_found ("cli.no_such_name").
Result<std::string> id_among(const nlohmann::json& things, const std::string& named);

// A field of what was found, as text.
std::string text_at(const nlohmann::json& thing, const char* field);

// The path of a thing with an id: "/api/v1/users/12".
std::string place_of(std::string_view kind, const nlohmann::json& thing);

}  // namespace belfry::command_line
