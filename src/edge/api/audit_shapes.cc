#include "audit_shapes.h"

#include "shapes.h"

#include <nlohmann/json.hpp>

#include <charconv>

namespace belfry::api {

using nlohmann::json;

namespace {

// A member of nested objects, or null.
const json& at(const json& value, std::initializer_list<const char*> path) {
  static const json nothing;
  const json* here = &value;
  for (const char* name : path) {
    if (!here->is_object() || !here->contains(name)) return nothing;
    here = &(*here)[name];
  }
  return *here;
}

std::string text_at(const json& value, std::initializer_list<const char*> path) {
  const json& found = at(value, path);
  return found.is_string() ? found.get<std::string>() : "";
}

constexpr std::string_view kOfS3 = "s3.";

// Why it failed, in words: the log keeps the id of the message, and its arguments among the
// details.
std::string reason_of(const json& event, text::Language language) {
  std::vector<Argument> arguments = {{"action", text_at(event, {"api", "operation"})}};
  const json& resources = at(event, {"resources"});
  if (resources.is_array() && !resources.empty())
    arguments.push_back({"resource", text_at(resources.front(), {"name"})});
  if (const json& details = at(event, {"unmapped"}); details.is_object())
    for (auto& [name, value] : details.items())
      if (value.is_string()) arguments.push_back({name, value.get<std::string>()});
  const std::string reason = text_at(event, {"status_detail"});
  // What the gateway refuses has S3's name alone.
  if (reason.starts_with(kOfS3))
    return text::text("api.refused_by_s3", {{"code", reason.substr(kOfS3.size())}}, language);
  return worded(reason, arguments, language);
}

}  // namespace

json to_json(const audit::LoggedEvent& logged, text::Language language) {
  json event = json::parse(logged.ocsf, nullptr, false);
  const json& time_ms = at(event, {"time"});
  const json& resources = at(event, {"resources"});
  bool has_resource = resources.is_array() && !resources.empty();
  bool succeeded = at(event, {"status_id"}) == 1;
  json body = {{"index", logged.index},
               {"part", logged.part},
               {"time_us", time_ms.is_number_integer() ? time_ms.get<std::int64_t>() * 1000 : 0},
               {"class_uid", at(event, {"class_uid"})},
               {"action", text_at(event, {"api", "operation"})},
               {"outcome", succeeded ? "success" : "failure"},
               {"reason", reason_of(event, language)},
               {"actor", text_at(event, {"actor", "user", "name"})},
               {"source_ip", text_at(event, {"src_endpoint", "ip"})},
               {"resource", has_resource ? text_at(resources.front(), {"name"}) : ""}};
  body["ocsf"] = std::move(event);
  return body;
}

std::string cursor_text(const audit::Position& place) {
  return std::to_string(place.leaf) + "." + std::to_string(place.part);
}

Result<audit::Position> parse_cursor(std::string_view text) {
  audit::Position place;
  const char* const end = text.data() + text.size();
  auto [dot, error] = std::from_chars(text.data(), end, place.leaf);
  if (error == std::errc() && dot != end && *dot == '.') {
    auto [last, part_error] = std::from_chars(dot + 1, end, place.part);
    if (part_error == std::errc() && last == end) return place;
  }
  return fail(Code::kInvalid, "api.bad_parameter", {{"name", "cursor"}});
}

}  // namespace belfry::api
