#include "request_keys.h"

#include <chrono>
#include <utility>

namespace belfry::s3 {
namespace {

// Keys that are a parameter of the query, or a field of the head.
constexpr std::pair<std::string_view, std::string_view> kParameters[] = {
    {"s3:prefix", "prefix"},
    {"s3:delimiter", "delimiter"},
    {"s3:max-keys", "max-keys"},
    {"s3:versionid", "versionId"},
};
constexpr std::pair<std::string_view, std::string_view> kFields[] = {
    {"aws:referer", "referer"},
    {"aws:useragent", "user-agent"},
    {"s3:if-match", "if-match"},
    {"s3:if-none-match", "if-none-match"},
};
constexpr std::string_view kService = "s3:", kAmazonField = "s3:x-amz-";

std::optional<std::string_view> find_text(const http::Request& request, std::string_view key) {
  for (const auto& [known, name] : kParameters)
    if (key == known) return request.parameter(name);
  for (const auto& [known, name] : kFields)
    if (key == known) return request.fields.find(name);
  if (key.starts_with(kAmazonField)) return request.fields.find(key.substr(kService.size()));
  return std::nullopt;
}

}  // namespace

std::optional<std::vector<std::string>> RequestKeys::find(std::string_view key) const {
  if (prefix_ && key == "s3:prefix") return std::vector{std::string(*prefix_)};
  if (auto text = find_text(call_.request, key)) return std::vector{std::string(*text)};
  if (key == "s3:authtype")
    return std::vector<std::string>{call_.claim.presigned ? "REST-QUERY-STRING" : "REST-HEADER"};
  if (key == "s3:signatureversion") return std::vector<std::string>{"AWS4-HMAC-SHA256"};
  if (key == "s3:signatureage") {
    const auto age = std::chrono::floor<std::chrono::milliseconds>(call_.now - call_.claim.time);
    return std::vector{std::to_string(age.count())};
  }
  return std::nullopt;
}

}  // namespace belfry::s3
