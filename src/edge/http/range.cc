#include "http/range.h"

#include "base/ascii.h"

#include <charconv>
#include <limits>
#include <optional>

namespace belfry::http {
namespace {

// A number too large for us is larger than anything there is.
std::optional<std::uint64_t> read_number(std::string_view text) {
  std::uint64_t number = 0;
  auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || end != text.data() + text.size() || ec == std::errc::invalid_argument)
    return std::nullopt;
  if (ec == std::errc::result_out_of_range) return std::numeric_limits<std::uint64_t>::max();
  return number;
}

}  // namespace

RangeAnswer read_range(std::string_view field, Bytes size) {
  constexpr std::string_view kUnit = "bytes=";
  field = trim(field);
  if (!field.starts_with(kUnit)) return std::monostate();
  field.remove_prefix(kUnit.size());
  std::size_t dash = field.find('-');
  if (dash == field.npos || field.contains(',')) return std::monostate();
  std::string_view first_text = trim(field.substr(0, dash));
  std::string_view last_text = trim(field.substr(dash + 1));
  auto first = read_number(first_text), last = read_number(last_text);
  if (first_text.empty()) {
    if (!last) return std::monostate();
    if (*last == 0 || size.count == 0) return Unsatisfiable();
    return OctetRange{size.count - std::min(*last, size.count), size.count - 1};
  }
  if (!first || (!last && !last_text.empty()) || (last && *last < *first)) return std::monostate();
  if (*first >= size.count) return Unsatisfiable();
  std::uint64_t end = last ? std::min(*last, size.count - 1) : size.count - 1;
  return OctetRange{*first, end};
}

RangeAnswer range_of(const Fields& fields, Bytes size, std::string_view etag) {
  auto field = fields.find("range");
  if (!field) return std::monostate();
  if (auto wanted = fields.find("if-range")) {
    std::string_view tag = trim(*wanted);
    bool same = tag.size() == etag.size() + 2 && tag.starts_with('"') && tag.ends_with('"') &&
                tag.substr(1, etag.size()) == etag;
    if (!same) return std::monostate();
  }
  return read_range(*field, size);
}

std::string content_range(OctetRange range, Bytes size) {
  return "bytes " + std::to_string(range.first) + "-" + std::to_string(range.last) + "/" +
         std::to_string(size.count);
}

std::string content_range(Bytes size) {
  return "bytes */" + std::to_string(size.count);
}

}  // namespace belfry::http
