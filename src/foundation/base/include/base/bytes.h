// Octets and how many of them.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace belfry {

// A number of octets, never bits or blocks.
struct Bytes {
  std::uint64_t count = 0;

  constexpr auto operator<=>(const Bytes&) const = default;
  constexpr Bytes operator+(Bytes other) const { return {count + other.count}; }
  constexpr Bytes& operator+=(Bytes other) { return count += other.count, *this; }
};

constexpr Bytes operator""_B(unsigned long long n) {
  return {n};
}
constexpr Bytes operator""_KiB(unsigned long long n) {
  return {n << 10};
}
constexpr Bytes operator""_MiB(unsigned long long n) {
  return {n << 20};
}
constexpr Bytes operator""_GiB(unsigned long long n) {
  return {n << 30};
}

using Buffer = std::vector<std::byte>;
using View = std::span<const std::byte>;
using MutableView = std::span<std::byte>;

inline View as_view(std::string_view text) {
  return std::as_bytes(std::span(text));
}
inline std::string_view as_text(View bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Buffer to_buffer(View bytes) {
  return {bytes.begin(), bytes.end()};
}
inline Buffer to_buffer(std::string_view text) {
  return to_buffer(as_view(text));
}

}  // namespace belfry
