#include "xml_reader.h"

#include "base/ascii.h"
#include "checksum.h"
#include "conditions.h"
#include "errors.h"

#include <pugixml.hpp>

#include <charconv>
#include <cstring>

namespace belfry::s3 {
namespace {

std::string_view local_name(const pugi::xml_node& node) {
  std::string_view name = node.name();
  return name.substr(name.find(':') + 1);  // npos + 1 is 0
}

// The text of a node without children elements.
Result<std::string> text_of(const pugi::xml_node& node) {
  std::string text;
  for (pugi::xml_node child : node.children()) {
    if (child.type() == pugi::node_element) return refuse("MalformedXML");
    text += child.value();
  }
  return text;
}

// Parses `xml` and gives its root, which is named `root`.
Result<pugi::xml_node> parse(pugi::xml_document& document, std::string_view xml,
                             std::string_view root) {
  // Space is part of a key; document types are neither read nor expanded.
  constexpr unsigned kOptions = pugi::parse_cdata | pugi::parse_escapes | pugi::parse_ws_pcdata;
  if (xml.find('\0') != xml.npos) return refuse("MalformedXML");
  auto parsed = document.load_buffer(xml.data(), xml.size(), kOptions, pugi::encoding_utf8);
  pugi::xml_node node = document.document_element();
  if (!parsed || local_name(node) != root || node.next_sibling()) return refuse("MalformedXML");
  return node;
}

// One that cannot be read is not passed over: the object would be deleted without it.
Result<> read_condition(const pugi::xml_node& node, objects::RemoveConditions& conditions) {
  std::string_view name = local_name(node);
  if (name != "ETag" && name != "Size" && name != "LastModifiedTime") return {};
  TRY(std::string whole, text_of(node));
  std::string_view text = trim(whole, kXmlSpace);
  if (name == "ETag") {
    conditions.if_match = std::string(unquoted(text));
    return {};
  }
  if (name == "Size") {
    std::uint64_t size = 0;
    auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (ec != std::errc() || end != text.data() + text.size()) return refuse("MalformedXML");
    conditions.if_size = Bytes{size};
    return {};
  }
  auto time = parse_http(text);
  if (!time) time = parse_rfc3339(text);
  if (!time) return refuse("MalformedXML");
  conditions.if_modified = std::chrono::floor<std::chrono::seconds>(*time);
  return {};
}

Result<DeleteRequest::Object> read_object(const pugi::xml_node& node) {
  DeleteRequest::Object object;
  for (pugi::xml_node child : node.children()) {
    if (child.type() != pugi::node_element) continue;
    if (local_name(child) == "Key") {
      TRY(object.key, text_of(child));
    } else if (local_name(child) == "VersionId") {
      TRY(object.version, text_of(child));
    } else {
      TRY(read_condition(child, object.conditions));
    }
  }
  if (object.key.empty()) return refuse("MalformedXML");
  return object;
}

// Those of one part go to `checksums`.
Result<objects::PartReference> read_part(const pugi::xml_node& node, objects::Headers& checksums) {
  constexpr std::string_view kChecksum = "Checksum";
  objects::PartReference part;
  for (pugi::xml_node child : node.children()) {
    if (child.type() != pugi::node_element) continue;
    TRY(std::string whole, text_of(child));
    std::string_view text = trim(whole, kXmlSpace);
    if (local_name(child) == "PartNumber") {
      auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), part.number);
      if (ec != std::errc() || end != text.data() + text.size()) return refuse("MalformedXML");
    } else if (local_name(child) == "ETag") {
      part.etag = unquoted(text);
    } else if (local_name(child).starts_with(kChecksum)) {
      auto kind = algorithm_named(local_name(child).substr(kChecksum.size()));
      if (kind) checksums.emplace(header_of(*kind), text);
    }
  }
  if (part.number == 0 || part.number > kPartNumberMax || part.etag.empty())
    return refuse("MalformedXML");
  return part;
}

// The text of the child `name`, without outer space; empty if there is none.
Result<std::string> child_text(const pugi::xml_node& node, std::string_view name) {
  for (pugi::xml_node child : node.children())
    if (local_name(child) == name) {
      TRY(std::string text, text_of(child));
      return std::string(trim(text, kXmlSpace));
    }
  return std::string();
}

pugi::xml_node child_named(const pugi::xml_node& node, std::string_view name) {
  for (pugi::xml_node child : node.children())
    if (local_name(child) == name) return child;
  return {};
}

}  // namespace

Result<bool> grants_owner_alone(std::string_view xml, std::string_view owner) {
  pugi::xml_document document;
  TRY(pugi::xml_node root, parse(document, xml, "AccessControlPolicy"));
  pugi::xml_node list = child_named(root, "AccessControlList");
  if (!list) return refuse("MalformedXML");
  std::size_t grants = 0;
  for (pugi::xml_node grant : list.children()) {
    if (local_name(grant) != "Grant") continue;
    ++grants;
    TRY(std::string permission, child_text(grant, "Permission"));
    TRY(std::string grantee, child_text(child_named(grant, "Grantee"), "ID"));
    if (permission != "FULL_CONTROL" || grantee != owner) return false;
  }
  return grants > 0;
}

Result<DeleteRequest> read_delete_request(std::string_view xml) {
  pugi::xml_document document;
  TRY(pugi::xml_node root, parse(document, xml, "Delete"));
  DeleteRequest request;
  for (pugi::xml_node child : root.children()) {
    if (local_name(child) == "Object") {
      TRY(auto object, read_object(child));
      if (request.objects.size() == kDeleteKeysMax) return refuse("MalformedXML");
      request.objects.push_back(std::move(object));
    } else if (local_name(child) == "Quiet") {
      TRY(std::string quiet, text_of(child));
      request.quiet = trim(quiet, kXmlSpace) == "true";
    }
  }
  if (request.objects.empty()) return refuse("MalformedXML");
  return request;
}

Result<CompleteRequest> read_complete_request(std::string_view xml) {
  pugi::xml_document document;
  TRY(pugi::xml_node root, parse(document, xml, "CompleteMultipartUpload"));
  CompleteRequest request;
  auto& parts = request.parts;
  for (pugi::xml_node child : root.children()) {
    if (local_name(child) != "Part") continue;
    TRY(auto part, read_part(child, request.checksums.emplace_back()));
    if (parts.size() == kPartNumberMax) return refuse("MalformedXML");
    if (!parts.empty() && parts.back().number >= part.number) return refuse("InvalidPartOrder");
    parts.push_back(std::move(part));
  }
  if (parts.empty()) return refuse("MalformedXML");
  return request;
}

Result<std::string> read_location(std::string_view xml) {
  if (trim(xml, kXmlSpace).empty()) return std::string();
  pugi::xml_document document;
  TRY(pugi::xml_node root, parse(document, xml, "CreateBucketConfiguration"));
  for (pugi::xml_node child : root.children())
    if (local_name(child) == "LocationConstraint") {
      TRY(std::string region, text_of(child));
      return std::string(trim(region, kXmlSpace));
    }
  return std::string();
}

Result<policy::PublicAccessBlock> read_public_access_block(std::string_view xml) {
  pugi::xml_document document;
  TRY(pugi::xml_node root, parse(document, xml, "PublicAccessBlockConfiguration"));
  policy::PublicAccessBlock block = policy::kNothingBlocked;
  for (pugi::xml_node child : root.children()) {
    if (child.type() != pugi::node_element) continue;
    const auto* setting = std::ranges::find(policy::kPublicAccessSettings, local_name(child),
                                            &policy::PublicAccessSetting::element);
    if (setting == policy::kPublicAccessSettings.end()) return refuse("MalformedXML");
    TRY(const std::string whole, text_of(child));
    const std::string text = to_lower(trim(whole, kXmlSpace));
    if (text != "true" && text != "false") return refuse("MalformedXML");
    block.*setting->flag = text == "true";
  }
  return block;
}

}  // namespace belfry::s3
