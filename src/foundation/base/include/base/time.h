// Points in time: microseconds since the Unix epoch, UTC, which is also how they are stored.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace belfry {

using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;
using Duration = std::chrono::microseconds;

inline std::int64_t to_us(Timestamp time) {
  return time.time_since_epoch().count();
}
inline Timestamp from_us(std::int64_t us) {
  return Timestamp(Duration(us));
}

// "2026-03-01T12:30:05.123Z" (RFC 3339), with milliseconds.
std::string format_rfc3339(Timestamp time);
// RFC 3339 in UTC or with an offset; fractions to the microsecond. Nothing if malformed.
std::optional<Timestamp> parse_rfc3339(std::string_view text);

// "20260301T123005Z" (ISO 8601 basic), as Signature Version 4 writes it.
std::string format_basic(Timestamp time);
std::optional<Timestamp> parse_basic(std::string_view text);

// "Sun, 01 Mar 2026 12:30:05 GMT" (IMF-fixdate, RFC 9110 section 5.6.7).
std::string format_http(Timestamp time);
std::optional<Timestamp> parse_http(std::string_view text);

}  // namespace belfry
