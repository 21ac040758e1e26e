#include "event_filter.h"

#include <nlohmann/json.hpp>

namespace belfry::audit {

namespace {

std::string text_at(const nlohmann::json& json, const char* pointer) {
  const nlohmann::json::json_pointer place(pointer);
  if (!json.contains(place) || !json.at(place).is_string()) return {};
  return json.at(place).get<std::string>();
}

bool matches(const std::string& wanted, const std::string& action) {
  if (wanted.empty()) return true;
  if (!wanted.ends_with('*')) return action == wanted;
  return action.starts_with(std::string_view(wanted).substr(0, wanted.size() - 1));
}

}  // namespace

bool wanted(const Query& query, std::string_view ocsf) {
  if (!query.from && !query.until && query.actor.empty() && query.action.empty() &&
      query.resource.empty())
    return true;
  const auto json = nlohmann::json::parse(ocsf, nullptr, false);
  if (!json.is_object()) return false;
  // Events keep milliseconds; the end is not part of the span.
  const auto time = json.find("time");
  if (time == json.end() || !time->is_number_integer()) return false;
  const Timestamp at = from_us(time->get<std::int64_t>() * 1000);
  if (query.from && at < std::chrono::floor<std::chrono::milliseconds>(*query.from)) return false;
  if (query.until && at >= *query.until) return false;
  return (query.actor.empty() || text_at(json, "/actor/user/name") == query.actor) &&
         matches(query.action, text_at(json, "/api/operation")) &&
         (query.resource.empty() || text_at(json, "/resources/0/name").starts_with(query.resource));
}

}  // namespace belfry::audit
