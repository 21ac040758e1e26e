// GetObjectAttributes: what is known of an object and its parts, without its octets.
#include "base/ascii.h"
#include "errors.h"
#include "events.h"
#include "list_parameters.h"
#include "object_fields.h"
#include "route.h"
#include "upload_checksum.h"
#include "xml_writer.h"

#include <algorithm>
#include <charconv>
#include <set>

namespace belfry::s3 {
namespace {

constexpr std::string_view kAttributes[] = {"ETag", "Checksum", "ObjectParts", "StorageClass",
                                            "ObjectSize"};

struct AttributesAsked {
  std::set<std::string_view> names;
  std::uint32_t parts_after = 0;
  std::size_t parts_max = kListMax;
};

template <class T>
Result<T> read_number(const http::Fields& fields, std::string_view name, T otherwise) {
  auto text = fields.find(name);
  if (!text) return otherwise;
  T number = 0;
  auto [end, ec] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (ec != std::errc() || end != text->data() + text->size())
    return refuse_with("InvalidArgument", std::string(name) + " is not a number.");
  return number;
}

Result<AttributesAsked> read_attributes_asked(const http::Fields& fields) {
  AttributesAsked asked;
  for (const auto& [name, value] : fields.all()) {
    if (!equal_without_case(name, "x-amz-object-attributes")) continue;
    for (std::string_view rest = value; !rest.empty();) {
      std::size_t comma = std::min(rest.find(','), rest.size());
      const auto* known = std::ranges::find(kAttributes, trim(rest.substr(0, comma)));
      if (known == std::end(kAttributes))
        return refuse_with("InvalidArgument", "Invalid attribute name specified.");
      asked.names.insert(*known);
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  if (asked.names.empty())
    return refuse_with("InvalidArgument",
                       "The x-amz-object-attributes header specifying the attributes to be "
                       "retrieved is either missing or empty");
  TRY(asked.parts_max, read_number(fields, "x-amz-max-parts", kListMax));
  asked.parts_max = std::min(asked.parts_max, kListMax);
  TRY(asked.parts_after, read_number(fields, "x-amz-part-number-marker", std::uint32_t{0}));
  return asked;
}

void write_parts(XmlWriter& xml, const objects::ObjectInfo& info, const AttributesAsked& asked) {
  auto first = std::ranges::upper_bound(info.part_extents, asked.parts_after, {},
                                        &objects::ObjectInfo::PartExtent::number);
  auto left = static_cast<std::size_t>(info.part_extents.end() - first);
  std::size_t count = std::min(left, asked.parts_max);
  xml.open("ObjectParts");
  xml.element("PartsCount", info.parts);
  xml.element("PartNumberMarker", asked.parts_after);
  xml.element("MaxParts", asked.parts_max);
  xml.element("IsTruncated", count > 0 && count < left);
  if (count > 0) xml.element("NextPartNumberMarker", (first + std::ptrdiff_t(count) - 1)->number);
  for (auto part = first; part != first + std::ptrdiff_t(count); ++part) {
    xml.open("Part");
    xml.element("PartNumber", part->number);
    xml.element("Size", part->size.count);
    if (auto checksum = kept_checksum(part->headers)) write_checksum(xml, *checksum);
    xml.close("Part");
  }
  xml.close("ObjectParts");
}

std::string write_attributes(const objects::ObjectInfo& info, const AttributesAsked& asked) {
  XmlWriter xml;
  xml.open_root("GetObjectAttributesResponse");
  if (asked.names.contains("ETag")) xml.element("ETag", info.etag);
  auto checksum = kept_checksum(info.headers);
  if (asked.names.contains("Checksum") && checksum) {
    xml.open("Checksum");
    write_checksum(xml, *checksum);
    xml.element("ChecksumType", name_of(checksum->type));
    xml.close("Checksum");
  }
  if (asked.names.contains("ObjectParts") && info.parts > 0) write_parts(xml, info, asked);
  if (asked.names.contains("StorageClass")) xml.element("StorageClass", "STANDARD");
  if (asked.names.contains("ObjectSize")) xml.element("ObjectSize", info.size.count);
  xml.close("GetObjectAttributesResponse");
  return xml.take();
}

}  // namespace

Task<> get_object_attributes(Call& call) {
  CO_TRY(check_version(call.request));
  CO_TRY(check_no_customer_key(call.request.fields));
  CO_TRY(authorize(call, "s3:GetObject", call.bucket, call.key));
  CO_TRY(AttributesAsked asked, read_attributes_asked(call.request.fields));
  CO_TRY(objects::ObjectInfo info, co_await call.service.store.head(call.bucket, call.key));
  CO_TRY(record_read(call));
  call.response.fields.add("Last-Modified", format_http(info.modified));
  co_return co_await answer_xml(call, write_attributes(info, asked));
}

}  // namespace belfry::s3
