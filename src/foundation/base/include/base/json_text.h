// JSON as it may come in: what RFC 8259 leaves to the reader (section 4: the same name twice) would
// let two readers see two documents.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace belfry {

struct JsonFault {
  enum class Kind { kNotJson, kTooDeep, kNameTwice };
  Kind kind;
  std::string name;  // that stands twice in one object
};

// Nothing: `text` is one JSON value in UTF-8 without a name twice in any object, of at most
// `depth_max` levels (a bare value has none).
std::optional<JsonFault> fault_of_json(std::string_view text, std::size_t depth_max);

}  // namespace belfry
