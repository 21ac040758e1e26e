// Test vectors are published in hexadecimal.
#pragma once

#include "base/text_encoding.h"

namespace belfry::crypto {

inline Buffer hex(std::string_view text) {
  return from_hex(text).value();
}

}  // namespace belfry::crypto
