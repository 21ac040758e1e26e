// CRC-32C (Castagnoli), as RFC 3720 appendix B.4 and SSE 4.2 compute it.
#pragma once

#include "base/bytes.h"

#include <cstdint>

namespace belfry {

// The checksum of what `previous` covered followed by `bytes`; start with 0.
std::uint32_t crc32c(View bytes, std::uint32_t previous = 0);

}  // namespace belfry
