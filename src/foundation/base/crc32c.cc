#include "base/crc32c.h"

#include <isa-l/crc.h>

#include <algorithm>

namespace belfry {

// The library neither inverts nor writes; it counts octets in an int.
std::uint32_t crc32c(View bytes, std::uint32_t previous) {
  constexpr std::size_t kAtOnce = std::size_t{1} << 30;
  std::uint32_t state = ~previous;
  while (!bytes.empty()) {
    const View part = bytes.first(std::min(bytes.size(), kAtOnce));
    auto* octets = const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(part.data()));
    state = crc32_iscsi(octets, int(part.size()), state);
    bytes = bytes.subspan(part.size());
  }
  return ~state;
}

}  // namespace belfry
