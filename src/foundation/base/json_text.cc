#include "base/json_text.h"

#include <nlohmann/json.hpp>

#include <set>
#include <vector>

namespace belfry {

std::optional<JsonFault> fault_of_json(std::string_view text, std::size_t depth_max) {
  using nlohmann::json;
  std::vector<std::set<std::string>> names;
  std::optional<JsonFault> fault;
  const auto watch = [&](int depth, json::parse_event_t event, json& parsed) {
    if (std::size_t(depth) > depth_max) fault = {JsonFault::Kind::kTooDeep, ""};
    if (event == json::parse_event_t::object_start) names.emplace_back();
    if (event == json::parse_event_t::object_end) names.pop_back();
    if (event == json::parse_event_t::key && !fault) {
      const auto& name = parsed.get_ref<const std::string&>();
      if (!names.back().insert(name).second) fault = {JsonFault::Kind::kNameTwice, name};
    }
    return true;
  };
  const bool is_json = !json::parse(text, watch, /*allow_exceptions=*/false).is_discarded();
  if (!is_json && !(fault && fault->kind == JsonFault::Kind::kTooDeep))
    return JsonFault{JsonFault::Kind::kNotJson, ""};
  return fault;
}

}  // namespace belfry
