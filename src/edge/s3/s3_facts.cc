#include "s3_facts.h"

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
constexpr std::string_view kListedMax = "1000";
constexpr std::string_view kService = "s3:", kAmazonField = "s3:x-amz-";

std::optional<std::string_view> find_field(const http::Request& request, std::string_view key) {
  for (const auto& [known, name] : kFields)
    if (key == known) return request.fields.find(name);
  if (key.starts_with(kAmazonField)) return request.fields.find(key.substr(kService.size()));
  return std::nullopt;
}

std::optional<std::string_view> find_text(const http::Request& request, std::string_view key) {
  for (const auto& [known, name] : kParameters)
    if (key == known) return request.parameter(name);
  return find_field(request, key);
}

}  // namespace

std::optional<std::vector<std::string>> S3Facts::find(std::string_view key) const {
  // What the signature is about, however it came.
  if (key == "s3:x-amz-content-sha256" && !is_anonymous(call_))
    return std::vector{call_.claim.payload};
  const http::Request& request = call_.request;
  auto text = prefix_ ? find_field(request, key) : find_text(request, key);
  if (prefix_ && key == "s3:prefix") text = prefix_;
  // Asked for without a number, it is as not asked for.
  if (key == "s3:max-keys" && text && text->empty()) text = kListedMax;
  if (text) return std::vector{std::string(*text)};
  return is_anonymous(call_) ? std::nullopt : find_of_signature(key);
}

std::optional<std::vector<std::string>> S3Facts::find_of_signature(std::string_view key) const {
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
