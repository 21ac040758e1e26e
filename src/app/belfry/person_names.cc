#include "person_names.h"

#include <nlohmann/json.hpp>

namespace belfry::command_line {

using nlohmann::json;

Result<std::string> id_among(const json& things, const std::string& named) {
  for (const json& thing : things)
    if (thing.at("name") == named || thing.at("id") == named)
      return thing.at("id").get<std::string>();
  return fail(Code::kNotFound, "cli.no_such_name", {{"name", named}});
}

Result<std::string> find_user_id(Connection& connection, const std::string& named) {
  TRY(json session, connection.get("/api/v1/session"));
  const json& self = session.at("user");
  if (named.empty() || self.at("name") == named) return self.at("id").get<std::string>();
  TRY(json users,
      connection.get_list("/api/v1/tenants/" + self.at("tenant").get<std::string>() + "/users"));
  return id_among(users, named);
}

}  // namespace belfry::command_line
