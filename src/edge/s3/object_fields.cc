#include "object_fields.h"

#include "base/ascii.h"
#include "conditions.h"
#include "errors.h"

#include <algorithm>

namespace belfry::s3 {
namespace {

constexpr std::size_t kMetadataMax = 2048;
constexpr std::string_view kMetadataPrefix = "x-amz-meta-";
constexpr std::string_view kKept[] = {"cache-control", "content-disposition", "content-encoding",
                                      "content-language", "expires"};

// Headers whose meaning Belfry does not offer: passing over them would promise what is not kept.
constexpr std::string_view kNotOffered[] = {
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-object-lock-mode",
    "x-amz-object-lock-retain-until-date",
    "x-amz-object-lock-legal-hold",
    "x-amz-website-redirect-location",
    "x-amz-write-offset-bytes",
};

struct Override {
  std::string_view parameter, field;
};
constexpr Override kOverrides[] = {
    {"response-cache-control", "Cache-Control"},
    {"response-content-disposition", "Content-Disposition"},
    {"response-content-encoding", "Content-Encoding"},
    {"response-content-language", "Content-Language"},
    {"response-content-type", "Content-Type"},
    {"response-expires", "Expires"},
};

// aws-chunked is how the body travelled, not what the object is.
std::string without_aws_chunked(std::string_view encoding) {
  if (!to_lower(encoding).contains("aws-chunked")) return std::string(encoding);
  std::string out;
  while (!encoding.empty()) {
    std::size_t comma = std::min(encoding.find(','), encoding.size());
    std::string_view item = encoding.substr(0, comma);
    encoding.remove_prefix(std::min(comma + 1, encoding.size()));
    item = trim(item);
    if (item.empty() || equal_without_case(item, "aws-chunked")) continue;
    if (!out.empty()) out += ",";
    out += item;
  }
  return out;
}

Result<> check_offered(const http::Fields& fields) {
  TRY(check_no_customer_key(fields));
  for (std::string_view name : kNotOffered)
    if (fields.find(name)) return refuse("NotImplemented", {{"Header", std::string(name)}});
  for (const auto& [name, value] : fields.all())
    if (to_lower(name).starts_with("x-amz-grant-")) return refuse("AccessControlListNotSupported");
  std::string_view acl = fields.get("x-amz-acl");
  if (!acl.empty() && acl != "private" && acl != "bucket-owner-full-control")
    return refuse("AccessControlListNotSupported");
  std::string_view storage_class = fields.get("x-amz-storage-class");
  if (!storage_class.empty() && storage_class != "STANDARD") return refuse("InvalidStorageClass");
  std::string_view encryption = fields.get("x-amz-server-side-encryption");
  // Everything is encrypted at rest, with keys of the tenant.
  if (!encryption.empty() && encryption != "AES256")
    return refuse("NotImplemented", {{"Header", "x-amz-server-side-encryption"}});
  if (!fields.get("x-amz-tagging").empty())
    return refuse("NotImplemented", {{"Header", "x-amz-tagging"}});
  return {};
}

}  // namespace

Result<> check_no_customer_key(const http::Fields& fields) {
  for (const auto& [name, value] : fields.all()) {
    std::string lowered = to_lower(name);
    if (lowered.starts_with("x-amz-server-side-encryption-customer-") ||
        lowered.starts_with("x-amz-copy-source-server-side-encryption-customer-"))
      return refuse("NotImplemented", {{"Header", std::move(lowered)}});
  }
  return {};
}

Result<objects::PutRequest> read_object_fields(const http::Fields& fields) {
  TRY(check_offered(fields));
  objects::PutRequest put;
  put.content_type = fields.get("content-type");
  if (put.content_type.empty()) put.content_type = "binary/octet-stream";
  for (std::string_view name : kKept) {
    std::string value(fields.get(name));
    if (name == "content-encoding") value = without_aws_chunked(value);
    if (!value.empty()) put.headers.emplace(name, std::move(value));
  }
  std::size_t size = 0;
  for (const auto& [name, value] : fields.all()) {
    std::string lowered = to_lower(name);
    if (!lowered.starts_with(kMetadataPrefix)) continue;
    std::string own = lowered.substr(kMetadataPrefix.size());
    size += own.size() + value.size();
    auto [place, is_new] = put.metadata.emplace(std::move(own), value);
    if (!is_new) place->second.append(",").append(value);
  }
  if (size > kMetadataMax) return refuse("MetadataTooLarge");
  return put;
}

Result<objects::PutRequest> read_put_request(const Call& call, const Payload& payload) {
  TRY(objects::PutRequest put, read_object_fields(call.request.fields));
  TRY(put.conditions, read_write_conditions(call.request.fields));
  put.size = payload.size();
  put.md5 = payload.md5();
  put.sha256 = payload.sha256();
  return put;
}

void add_stored_fields(http::Response& response, std::string_view etag, const Payload& payload) {
  response.fields.add("ETag", quoted(etag));
  response.fields.add("x-amz-server-side-encryption", "AES256");
  if (!payload.has_checksum()) return;
  auto [name, value] = payload.checksum_field();
  response.fields.add(std::move(name), std::move(value));
}

void add_object_fields(http::Response& response, const objects::ObjectInfo& info) {
  response.fields.add("ETag", quoted(info.etag));
  response.fields.add("Last-Modified", format_http(info.modified));
  response.fields.add("Accept-Ranges", "bytes");
  response.fields.add("Content-Type", info.content_type);
  for (const auto& [name, value] : info.headers)
    if (!name.starts_with(kChecksumPrefix)) response.fields.add(name, value);
  for (const auto& [name, value] : info.metadata)
    response.fields.add(std::string(kMetadataPrefix) + name, value);
  response.fields.add("x-amz-server-side-encryption", "AES256");
  if (info.parts > 0) response.fields.add("x-amz-mp-parts-count", std::to_string(info.parts));
}

void add_checksum_fields(http::Response& response, const http::Request& request,
                         const std::optional<KeptChecksum>& checksum) {
  if (!equal_without_case(request.fields.get("x-amz-checksum-mode"), "ENABLED")) return;
  if (!checksum) return;
  response.fields.add(std::string(header_of(checksum->kind)), checksum->value);
  response.fields.add(std::string(kChecksumType), std::string(name_of(checksum->type)));
}

Result<> check_overrides(const Call& call) {
  if (!is_anonymous(call)) return {};
  for (const auto& [parameter, field] : kOverrides)
    if (call.request.parameter(parameter))
      return refuse_with("InvalidRequest",
                         "Request specific response headers cannot be used for anonymous GET "
                         "requests.");
  return {};
}

void apply_overrides(http::Response& response, const http::Request& request) {
  for (const auto& [parameter, field] : kOverrides)
    if (auto value = request.parameter(parameter))
      response.fields.set(std::string(field), std::string(*value));
}

std::string quoted(std::string_view etag) {
  return "\"" + std::string(etag) + "\"";
}

}  // namespace belfry::s3
