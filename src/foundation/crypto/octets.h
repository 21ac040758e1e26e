// Octets as the libraries of C want them.
#pragma once

#include <cstddef>

namespace belfry::crypto {

inline unsigned char* octets(std::byte* bytes) {
  return reinterpret_cast<unsigned char*>(bytes);
}
inline const unsigned char* octets(const std::byte* bytes) {
  return reinterpret_cast<const unsigned char*>(bytes);
}

}  // namespace belfry::crypto
