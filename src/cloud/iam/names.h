// Names that people give to things.
#pragma once

#include "base/text_encoding.h"

#include <algorithm>
#include <string_view>

namespace belfry::iam {

// At most 100 octets of UTF-8 without control characters, and no blanks at either end.
inline bool is_display_name(std::string_view name) {
  constexpr std::size_t kOctetsMax = 100;
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  return !name.empty() && name.size() <= kOctetsMax && is_utf8(name) && name.front() != ' ' &&
         name.back() != ' ' && std::ranges::none_of(name, is_control);
}

}  // namespace belfry::iam
