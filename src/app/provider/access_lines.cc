#include "access_lines.h"

#include "iam/iam.h"
#include "policy/policy.h"
#include "policy/public_access.h"

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
                    .intervention_id = number_in(text_at(line, "/unmapped/intervention")),
                    .tells_source = !text_at(line, "/src_endpoint/ip").empty() ||
                                    text_at(line, "/unmapped/method") == "system"};
}

bool is_anonymous(const AccessLine& line) {
  return line.actor == iam::anonymous().name && !line.user && !line.assumed;
}

std::vector<PublicSetting> public_settings_in(std::string_view ocsf) {
  const auto access = access_in(ocsf);
  if (!access || !access->allowed) return {};
  const json line = json::parse(ocsf, nullptr, false);
  const std::string action = text_at(line, "/api/operation");
  using Kind = PublicSetting::Kind;
  const auto set = [&](Kind kind, bool opens) {
    return PublicSetting{access->bucket, kind, access->at_us, opens};
  };
  if (action == "s3:PutBucketPolicy") {
    const auto compiled =
        policy::compile(text_at(line, "/unmapped/policy"), policy::Kind::kResource);
    return {set(Kind::kPolicy, compiled && policy::names_everybody(**compiled))};
  }
  if (action == "s3:DeleteBucketPolicy") return {set(Kind::kPolicy, false)};
  if (action == "s3:DeleteBucket") return {set(Kind::kPolicy, false), set(Kind::kBlock, false)};
  if (action == "s3:PutPublicAccessBlock" || action == "s3:DeletePublicAccessBlock" ||
      action == "s3:PutBucketPublicAccessBlock" || action == "iam:SetPublicAccess")
    return {set(Kind::kBlock, text_at(line, "/unmapped/restrict_public_buckets") == "false")};
  return {};
}

void AccessSpan::add(std::int64_t at_us) {
  first_us = requests == 0 ? at_us : std::min(first_us, at_us);
  last_us = requests == 0 ? at_us : std::max(last_us, at_us);
  ++requests;
}

}  // namespace belfry::provider
