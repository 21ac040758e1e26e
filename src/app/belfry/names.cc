#include "names.h"

#include "base/ascii.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace belfry::command_line {
namespace {

using nlohmann::json;

bool is_id(const std::string& text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// In a list of REST, by name and then by id; null where there is none.
Result<json> find_in(Connection& connection, const std::string& list, const std::string& name) {
  TRY(json things, connection.get_list(list));
  for (const json& thing : things)
    if (text_at(thing, "name") == name) return thing;
  for (const json& thing : things)
    if (text_at(thing, "id") == name) return thing;
  return json(nullptr);
}

// A user's name is the same in upper and lower case.
bool is_called(const json& user, const std::string& name) {
  return to_lower(text_at(user, "name")) == to_lower(name);
}

}  // namespace

Result<json> find_person(Connection& connection, const std::string& named) {
  const std::string people = "/api/v1/people";
  TRY(json found, connection.get(people + "?reference=" + path_segment(named) + "&limit=1"));
  if (!found.at("items").empty()) return found.at("items").at(0);
  return connection.get(people + "/" + path_segment(named));
}

Result<std::string> id_among(const json& things, const std::string& named) {
  for (const json& thing : things)
    if (thing.at("name") == named || thing.at("id") == named)
      return thing.at("id").get<std::string>();
  return fail(Code::kNotFound, "cli.no_such_name", {{"name", named}});
}

std::string text_at(const json& thing, const char* field) {
  return thing.at(field).get<std::string>();
}

std::string place_of(std::string_view kind, const json& thing) {
  return "/api/v1/" + std::string(kind) + "/" + path_segment(text_at(thing, "id"));
}

Result<std::string> find_tenant(Connection& connection, const std::string& name) {
  if (name.empty()) {
    TRY(json who, connection.get("/api/v1/session"));
    return text_at(who.at("tenant"), "id");
  }
  TRY(json found, find_in(connection, "/api/v1/tenants", name));
  if (found.is_null()) return fail(Code::kNotFound, "cli.no_tenant", {{"name", name}});
  return text_at(found, "id");
}

Result<json> find_user(Connection& connection, const std::string& name, const std::string& tenant) {
  std::string place;
  if (tenant.empty()) {
    // Who may see no others still is one.
    TRY(json who, connection.get("/api/v1/session"));
    if (name.empty() || is_called(who.at("user"), name)) return who.at("user");
    place = text_at(who.at("tenant"), "id");
  } else {
    TRY(place, find_tenant(connection, tenant));
  }
  TRY(json users, connection.get_list("/api/v1/tenants/" + path_segment(place) + "/users"));
  for (const json& user : users)
    if (is_called(user, name)) return user;
  if (is_id(name)) return connection.get("/api/v1/users/" + name);
  return fail(Code::kNotFound, "cli.no_user", {{"name", name}});
}

Result<json> find_profile(Connection& connection, const std::string& name) {
  TRY(json found, find_in(connection, "/api/v1/profiles", name));
  if (found.is_null()) return fail(Code::kNotFound, "cli.no_profile", {{"name", name}});
  return found;
}

Result<json> find_group(Connection& connection, const std::string& name) {
  TRY(json found, find_in(connection, "/api/v1/groups", name));
  if (found.is_null()) return fail(Code::kNotFound, "cli.no_group", {{"name", name}});
  return found;
}

}  // namespace belfry::command_line
