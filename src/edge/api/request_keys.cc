#include "request_keys.h"

#include <utility>

namespace belfry::api {
namespace {

constexpr std::pair<std::string_view, std::string_view> kParameters[] = {
    {"s3:prefix", "prefix"},
    {"s3:delimiter", "delimiter"},
    {"s3:max-keys", "limit"},
};
constexpr std::string_view kListedOtherwise = "100";
constexpr std::pair<std::string_view, std::string_view> kFields[] = {
    {"aws:referer", "referer"},
    {"aws:useragent", "user-agent"},
    {"s3:if-none-match", "if-none-match"},
};

std::optional<std::string_view> find_text(const http::Request& request, std::string_view key) {
  for (const auto& [known, name] : kParameters)
    if (key == known) return request.parameter(name);
  for (const auto& [known, name] : kFields)
    if (key == known) return request.fields.find(name);
  return std::nullopt;
}

}  // namespace

std::optional<std::vector<std::string>> RequestKeys::find(std::string_view key) const {
  if (prefix_ && key == "s3:prefix") return std::vector{std::string(*prefix_)};
  auto text = find_text(request_, key);
  if (!text) return std::nullopt;
  // Asked for without a number, it is as not asked for.
  if (key == "s3:max-keys" && text->empty()) text = kListedOtherwise;
  return std::vector{std::string(*text)};
}

}  // namespace belfry::api
