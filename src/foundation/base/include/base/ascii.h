// Letters, digits and space of ASCII, whatever the locale: what protocols are written in.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace belfry {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
constexpr bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
constexpr bool is_alphanumeric(char c) {
  return is_lower(c) || is_upper(c) || is_digit(c);
}

constexpr char to_lower(char c) {
  return is_upper(c) ? static_cast<char>(c + ('a' - 'A')) : c;
}
inline std::string to_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = to_lower(c);
  return out;
}
constexpr bool equal_without_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, {}, [](char c) { return to_lower(c); }, [](char c) { return to_lower(c); });
}

// The value of a hexadecimal digit in either case; -1 for anything else.
constexpr int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Without what of `space` stands before and behind: blanks and tabs as in a field of HTTP
// (RFC 9110, section 5.6.3).
constexpr std::string_view trim(std::string_view text, std::string_view space = " \t") {
  text.remove_prefix(std::min(text.find_first_not_of(space), text.size()));
  return text.substr(0, text.find_last_not_of(space) + 1);  // npos + 1 is 0
}
inline constexpr std::string_view kXmlSpace = " \t\r\n";

}  // namespace belfry
