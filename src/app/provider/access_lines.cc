#include "access_lines.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace belfry::provider {
namespace {

using nlohmann::json;

constexpr std::string_view kArnOfBuckets = "arn:aws:s3:::";
constexpr int kSuccess = 1;  // OCSF status_id

std::string text_at(const json& line, const char* pointer) {
  const json::json_pointer at(pointer);
  return line.contains(at) && line[at].is_string() ? line[at].get<std::string>() : std::string();
}

std::int64_t number_in(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number > 0 ? number : 0;
}

std::string bucket_in(std::string_view resource) {
  if (!resource.starts_with(kArnOfBuckets)) return "";
  resource.remove_prefix(kArnOfBuckets.size());
  return std::string(resource.substr(0, resource.find('/')));
}

}  // namespace

std::optional<AccessLine> access_in(std::string_view ocsf) {
  const json line = json::parse(ocsf, nullptr, false);
  if (!line.is_object() || !line.contains("time") || !line["time"].is_number_integer())
    return std::nullopt;
  return AccessLine{.at_us = line["time"].get<std::int64_t>() * 1000,
                    .allowed = line.value("status_id", json(0)) == kSuccess,
                    .actor = text_at(line, "/actor/user/name"),
                    .user = UserId{number_in(text_at(line, "/actor/user/uid"))},
                    .assumed = !text_at(line, "/unmapped/assumed_by").empty(),
                    .bucket = bucket_in(text_at(line, "/resources/0/name")),
                    .intervention_id = number_in(text_at(line, "/unmapped/intervention"))};
}

void AccessSpan::add(std::int64_t at_us) {
  first_us = requests == 0 ? at_us : std::min(first_us, at_us);
  last_us = requests == 0 ? at_us : std::max(last_us, at_us);
  ++requests;
}

}  // namespace belfry::provider
