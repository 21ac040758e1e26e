// Which octets a GET asks for (RFC 9110, section 14), and whether it still wants them (If-Range,
// section 13.1.5). For every handler that serves octets.
#pragma once

#include "base/bytes.h"
#include "http/server.h"

#include <string>
#include <string_view>
#include <variant>

namespace belfry::http {

// First and last octet, both included.
struct OctetRange {
  std::uint64_t first = 0, last = 0;
  std::uint64_t length() const { return last - first + 1; }
};
struct Unsatisfiable {};
// Nothing: the whole, because none is asked for or the field is to be passed over (malformed,
// another unit, several ranges). Unsatisfiable: answer 416 with `content_range(size)`.
using RangeAnswer = std::variant<std::monostate, OctetRange, Unsatisfiable>;

// The Range field of something of `size` octets. The range lies inside it.
RangeAnswer read_range(std::string_view field, Bytes size);

// The range that `fields` ask for, unless an If-Range names another representation than that of
// `etag` (without quotes, strong). A date never holds: two changes within its second would be taken
// for one, and a part of each joined.
RangeAnswer range_of(const Fields& fields, Bytes size, std::string_view etag);

// The Content-Range field of a 206: "bytes 2-4/10"; and of a 416: "bytes */10".
std::string content_range(OctetRange range, Bytes size);
std::string content_range(Bytes size);

}  // namespace belfry::http
