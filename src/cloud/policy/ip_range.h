// Networks in CIDR notation (RFC 4632, RFC 4291 section 2.3).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace belfry::policy {

struct IpRange {
  std::array<std::uint8_t, 16> address = {};  // IPv4 in its mapped form, ::ffff:0:0/96
  unsigned bits = 128;

  // "203.0.113.0/24", "2001:db8::/32", or one address. Bits behind the prefix are passed over.
  static std::optional<IpRange> parse(std::string_view text);

  // Never a network of the other family: "::/0" holds no address of IPv4.
  bool contains(const IpRange& other) const;
  bool is_ipv4() const;
};

}  // namespace belfry::policy
