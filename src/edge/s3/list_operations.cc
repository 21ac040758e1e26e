// ListObjects, both versions, and ListObjectVersions.
#include "base/text_encoding.h"
#include "errors.h"
#include "events.h"
#include "list_parameters.h"
#include "object_fields.h"
#include "route.h"

#include <charconv>

namespace belfry::s3 {
namespace {

void write_owner(XmlWriter& xml, TenantId tenant) {
  xml.open("Owner");
  xml.element("ID", owner_id(tenant));
  xml.element("DisplayName", "tenant-" + tenant.text());
  xml.close("Owner");
}

enum class Owners { kShown, kHidden };

// What listings say of an object, after its key.
void write_facts(XmlWriter& xml, const objects::ObjectInfo& info) {
  xml.element("LastModified", format_rfc3339(info.modified));
  xml.element("ETag", quoted(info.etag));
  xml.element("Size", info.size.count);
  xml.element("StorageClass", "STANDARD");
}

void write_page(XmlWriter& xml, const Call& call, const ListParameters& asked,
                const objects::ListPage& page, Owners owners) {
  for (const objects::ObjectInfo& info : page.objects) {
    xml.open("Contents");
    xml.element("Key", asked.encoded(info.key));
    write_facts(xml, info);
    if (owners == Owners::kShown) write_owner(xml, call.bucket.tenant);
    xml.close("Contents");
  }
  write_common_prefixes(xml, asked, page.common_prefixes);
}

void write_asked(XmlWriter& xml, const Call& call, const ListParameters& asked, bool truncated) {
  xml.element("Name", call.bucket.name);
  xml.element("Prefix", asked.encoded(asked.list.prefix));
  if (!asked.list.delimiter.empty()) xml.element("Delimiter", asked.encoded(asked.list.delimiter));
  if (asked.url_encoded) xml.element("EncodingType", "url");
  xml.element("MaxKeys", asked.list.limit);
  xml.element("IsTruncated", truncated);
}

Task<objects::ListPage> read_page(Call& call, const ListParameters& asked) {
  objects::ListPage page;
  if (asked.list.limit > 0) {
    CO_TRY(page, co_await call.service.store.list(call.bucket, asked.list));
  }
  CO_TRY(record_read(call, {{"prefix", asked.list.prefix}}));
  co_return page;
}

}  // namespace

std::string ListParameters::encoded(std::string_view key) const {
  return url_encoded ? percent_encode(key, Slash::kKeep) : std::string(key);
}

Result<std::size_t> read_limit(const http::Request& request, std::string_view parameter) {
  std::string_view text = request.parameter(parameter).value_or("");
  if (text.empty()) return kListMax;
  std::int64_t limit = 0;
  auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (ec != std::errc() || end != text.data() + text.size() || limit < 0 ||
      limit > std::numeric_limits<std::int32_t>::max())
    return refuse("InvalidArgument",
                  {{"Message", "Argument " + std::string(parameter) +
                                   " must be an integer between 0 and 2147483647"},
                   {"ArgumentName", std::string(parameter)},
                   {"ArgumentValue", std::string(text)}});
  return std::min<std::size_t>(static_cast<std::size_t>(limit), kListMax);
}

Result<ListParameters> read_list_parameters(const http::Request& request,
                                            std::string_view limit_parameter) {
  ListParameters asked;
  asked.list.prefix = request.parameter("prefix").value_or("");
  asked.list.delimiter = request.parameter("delimiter").value_or("");
  std::string_view encoding = request.parameter("encoding-type").value_or("");
  if (!encoding.empty() && encoding != "url")
    return refuse("InvalidArgument", {{"Message", "Invalid Encoding Method specified in Request"},
                                      {"ArgumentName", "encoding-type"},
                                      {"ArgumentValue", std::string(encoding)}});
  asked.url_encoded = !encoding.empty();
  TRY(asked.list.limit, read_limit(request, limit_parameter));
  return asked;
}

void write_common_prefixes(XmlWriter& xml, const ListParameters& asked,
                           const std::vector<std::string>& prefixes) {
  for (const std::string& prefix : prefixes) {
    xml.open("CommonPrefixes");
    xml.element("Prefix", asked.encoded(prefix));
    xml.close("CommonPrefixes");
  }
}

std::string owner_id(TenantId tenant) {
  return to_hex(crypto::sha256(as_view("belfry tenant " + tenant.text())));
}

Task<> list_objects_v1(Call& call) {
  CO_TRY(ListParameters asked, read_list_parameters(call.request, "max-keys"));
  asked.list.after = call.request.parameter("marker").value_or("");
  CO_TRY(objects::ListPage page, co_await read_page(call, asked));
  XmlWriter xml;
  xml.open_root("ListBucketResult");
  write_asked(xml, call, asked, page.truncated);
  xml.element("Marker", asked.encoded(asked.list.after));
  // Without a delimiter clients go on from the last key; giving it always harms nobody.
  if (page.truncated) xml.element("NextMarker", asked.encoded(page.next));
  write_page(xml, call, asked, page, Owners::kShown);
  xml.close("ListBucketResult");
  co_return co_await answer_xml(call, xml.take());
}

Task<> list_objects_v2(Call& call) {
  CO_TRY(ListParameters asked, read_list_parameters(call.request, "max-keys"));
  std::string_view start_after = call.request.parameter("start-after").value_or("");
  auto token = call.request.parameter("continuation-token");
  asked.list.after = start_after;
  if (token) {
    auto decoded = from_base64(*token);
    if (!decoded)
      co_return refuse_with("InvalidArgument", "The continuation token provided is incorrect");
    // An empty one continues nothing.
    if (!decoded->empty()) asked.list.after = as_text(*decoded);
  }
  CO_TRY(objects::ListPage page, co_await read_page(call, asked));
  XmlWriter xml;
  xml.open_root("ListBucketResult");
  write_asked(xml, call, asked, page.truncated);
  xml.element("KeyCount", page.objects.size() + page.common_prefixes.size());
  if (token) xml.element("ContinuationToken", *token);
  if (page.truncated) xml.element("NextContinuationToken", to_base64(as_view(page.next)));
  if (!start_after.empty()) xml.element("StartAfter", asked.encoded(start_after));
  bool owners = call.request.parameter("fetch-owner") == "true";
  write_page(xml, call, asked, page, owners ? Owners::kShown : Owners::kHidden);
  xml.close("ListBucketResult");
  co_return co_await answer_xml(call, xml.take());
}

// Of a bucket without versioning: each object is its only version, whose id is "null".
Task<> list_versions(Call& call) {
  CO_TRY(ListParameters asked, read_list_parameters(call.request, "max-keys"));
  asked.list.after = call.request.parameter("key-marker").value_or("");
  std::string_view after_version = call.request.parameter("version-id-marker").value_or("");
  if (!after_version.empty() && asked.list.after.empty())
    co_return refuse_with("InvalidArgument",
                          "A version-id marker cannot be specified without a key marker.");
  CO_TRY(objects::ListPage page, co_await read_page(call, asked));
  XmlWriter xml;
  xml.open_root("ListVersionsResult");
  write_asked(xml, call, asked, page.truncated);
  xml.element("KeyMarker", asked.encoded(asked.list.after));
  xml.element("VersionIdMarker", after_version);
  if (page.truncated) {
    xml.element("NextKeyMarker", asked.encoded(page.next));
    // A common prefix has no version.
    bool is_prefix = page.objects.empty() || page.objects.back().key != page.next;
    if (!is_prefix) xml.element("NextVersionIdMarker", "null");
  }
  for (const objects::ObjectInfo& info : page.objects) {
    xml.open("Version");
    xml.element("Key", asked.encoded(info.key));
    xml.element("VersionId", "null");
    xml.element("IsLatest", true);
    write_facts(xml, info);
    write_owner(xml, call.bucket.tenant);
    xml.close("Version");
  }
  write_common_prefixes(xml, asked, page.common_prefixes);
  xml.close("ListVersionsResult");
  co_return co_await answer_xml(call, xml.take());
}

}  // namespace belfry::s3
