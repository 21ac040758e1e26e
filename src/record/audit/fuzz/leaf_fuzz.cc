// A leaf, its form in commit records, and a segment's plaintext, from any octets.
#include "leaf.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace belfry;
  const View octets = std::as_bytes(std::span(data, size));
  static_cast<void>(audit::open_leaf(octets, Buffer(32, std::byte{3})));
  if (auto leaf = audit::Leaf::decode(octets)) {
    const Buffer again = leaf->encode();
    if (!std::ranges::equal(again, octets)) std::abort();
  }
  auto events = audit::events_of(audit::LeafType::kSegment, octets);
  if (!events) return 0;
  Buffer plain;
  for (std::string_view event : *events) audit::add_to_segment(plain, event);
  if (!std::ranges::equal(plain, octets)) std::abort();
  return 0;
}
