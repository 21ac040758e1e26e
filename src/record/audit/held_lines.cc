#include "audit/held_lines.h"

#include "base/json_text.h"
#include "base/text_encoding.h"

#include <nlohmann/json.hpp>

namespace belfry::audit {
namespace {

using nlohmann::json;

constexpr std::size_t kDepthMax = 32;
constexpr std::size_t kPartsMax = 65'536;

std::unexpected<Error> bad() {
  return fail(Code::kCorrupt, "audit.held_line");
}

std::optional<std::uint64_t> number_in(const json& value, const char* name) {
  const auto field = value.find(name);
  if (field == value.end() || !field->is_number_unsigned()) return std::nullopt;
  return field->get<std::uint64_t>();
}

std::optional<Buffer> octets_in(const json& value, const char* name) {
  const auto field = value.find(name);
  if (field == value.end() || !field->is_string()) return std::nullopt;
  return from_hex(field->get<std::string>());
}

const json* list_in(const json& value, const char* name) {
  const auto field = value.find(name);
  return field != value.end() && field->is_array() && field->size() <= kPartsMax ? &*field
                                                                                 : nullptr;
}

Result<HeldLine> last_line(const json& value) {
  HeldLine line;
  const auto leaves = number_in(value, "leaves"), events = number_in(value, "events");
  const auto hold = value.find("hold");
  if (!leaves || !events || hold == value.end() || !hold->is_string()) return bad();
  line.count = {*leaves, *events, number_in(value, "looked_at").value_or(0)};
  line.hold = hold->get<std::string>();
  // What has no hold's number would be taken for a whole log.
  const bool is_number = line.hold.find_first_not_of("0123456789") == line.hold.npos;
  return line.hold.empty() || !is_number ? bad() : Result<HeldLine>(std::move(line));
}

}  // namespace

Result<std::string> held_line(const HeldLeaf& leaf) {
  TRY(const auto events, leaf.events());
  std::string parts, told;
  for (const LoggedEvent& event : events) {
    const std::string part = std::to_string(event.part);
    parts += (parts.empty() ? "" : ",") + part;
    told += (told.empty() ? "{\"part\":" : ",{\"part\":") + part + ",\"ocsf\":" + event.ocsf + "}";
  }
  return "{\"index\":" + std::to_string(leaf.index) + ",\"leaf\":\"" + to_hex(leaf.octets) +
         "\",\"key\":\"" + to_hex(leaf.key) + "\",\"parts\":[" + parts + "],\"events\":[" + told +
         "]}";
}

std::string last_held_line(HoldId hold, const HeldCount& count) {
  return "{\"complete\":true,\"leaves\":" + std::to_string(count.leaves) +
         ",\"events\":" + std::to_string(count.events) +
         ",\"looked_at\":" + std::to_string(count.looked_at) + ",\"hold\":\"" + hold.text() + "\"}";
}

Result<HeldLine> parse_held_line(std::string_view text) {
  if (text.size() > kHeldLineMax || fault_of_json(text, kDepthMax)) return bad();
  const json value = json::parse(text, nullptr, false);
  if (!value.is_object()) return bad();
  if (value.contains("complete")) return last_line(value);
  HeldLine line;
  HeldLeaf leaf;
  const auto index = number_in(value, "index");
  auto octets = octets_in(value, "leaf"), key = octets_in(value, "key");
  const json *parts = list_in(value, "parts"), *events = list_in(value, "events");
  if (!index || !octets || !key || !parts || !events || key->size() != 32) return bad();
  leaf.index = *index;
  leaf.octets = std::move(*octets);
  leaf.key = std::move(*key);
  for (const json& part : *parts) {
    if (!part.is_number_unsigned() || part.get<std::uint64_t>() >= kPartsMax) return bad();
    leaf.parts.push_back(part.get<std::uint32_t>());
  }
  for (const json& event : *events) {
    const auto part = event.is_object() ? number_in(event, "part") : std::nullopt;
    if (!part || *part >= kPartsMax || !event.contains("ocsf")) return bad();
    line.events.push_back({leaf.index, std::uint32_t(*part),
                           event["ocsf"].dump(-1, ' ', false, json::error_handler_t::replace)});
  }
  line.leaf = std::move(leaf);
  return line;
}

}  // namespace belfry::audit
