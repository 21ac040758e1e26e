#include "ip_range.h"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <string>

namespace belfry::policy {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

std::optional<IpRange> IpRange::parse(std::string_view text) {
  const auto slash = text.find('/');
  const std::string address(text.substr(0, slash));
  if (address.contains('\0')) return std::nullopt;
  IpRange range;
  unsigned bits_max = 128, bits_before = 0;
  if (inet_pton(AF_INET, address.c_str(), range.address.data() + kMapped.size()) == 1) {
    std::ranges::copy(kMapped, range.address.begin());
    bits_max = 32;
    bits_before = 96;
  } else if (inet_pton(AF_INET6, address.c_str(), range.address.data()) != 1) {
    return std::nullopt;
  }
  unsigned bits = bits_max;
  if (slash != std::string_view::npos) {
    const std::string_view length = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), bits);
    if (error != std::errc() || end != length.data() + length.size() || bits > bits_max)
      return std::nullopt;
  }
  range.bits = bits + bits_before;
  return range;
}

bool IpRange::contains(const IpRange& other) const {
  if (other.bits < bits || other.is_ipv4() != is_ipv4()) return false;
  const unsigned whole = bits / 8, rest = bits % 8;
  if (!std::equal(address.begin(), address.begin() + whole, other.address.begin())) return false;
  if (rest == 0) return true;
  const auto mask = std::uint8_t(0xff << (8 - rest));
  return (address[whole] & mask) == (other.address[whole] & mask);
}

bool IpRange::is_ipv4() const {
  return bits >= 96 && std::equal(kMapped.begin(), kMapped.end(), address.begin());
}

}  // namespace belfry::policy
