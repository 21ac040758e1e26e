// Any octets: a tree or faults, never a crash, and never more depth than allowed.
#include "base/ensure.h"
#include "yaml/document.h"
#include "yaml/reader.h"

#include <cstddef>
#include <cstdint>

namespace {

int depth_of(const belfry::yaml::Node& node) {
  int depth = 0;
  for (const auto& item : node.items) depth = std::max(depth, depth_of(item));
  for (const auto& entry : node.entries) depth = std::max(depth, depth_of(entry.value));
  return depth + (node.items.empty() && node.entries.empty() ? 0 : 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  belfry::yaml::Parsed parsed = belfry::yaml::parse(text, {.size_max = belfry::Bytes{1 << 16}});
  ENSURE(depth_of(parsed.root) <= 24);
  belfry::yaml::MapReader reader(parsed.root, "file", parsed.faults);
  reader.integer("memory_gib", belfry::yaml::Presence::kRequired, {1, 100});
  reader.texts("paths", belfry::yaml::Presence::kOptional, {0, 3});
  reader.finish();
  return 0;
}
