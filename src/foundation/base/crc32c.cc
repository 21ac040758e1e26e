#include "base/crc32c.h"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace belfry {
namespace {

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ (value & 1 ? 0x82F63B78u : 0);
    table[i] = value;
  }
  return table;
}

std::uint32_t portable(std::uint32_t state, View bytes) {
  static constexpr auto table = make_table();
  for (std::byte b : bytes)
    state = state >> 8 ^ table[(state ^ std::to_integer<std::uint32_t>(b)) & 0xFF];
  return state;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t hardware(std::uint32_t state, View bytes) {
  std::uint64_t wide = state;
  while (bytes.size() >= 8) {
    std::uint64_t word;
    std::memcpy(&word, bytes.data(), 8);
    wide = _mm_crc32_u64(wide, word);
    bytes = bytes.subspan(8);
  }
  auto narrow = static_cast<std::uint32_t>(wide);
  for (std::byte b : bytes) narrow = _mm_crc32_u8(narrow, std::to_integer<std::uint8_t>(b));
  return narrow;
}
#endif

}  // namespace

std::uint32_t crc32c(View bytes, std::uint32_t previous) {
#if defined(__x86_64__)
  static const bool has_instruction = __builtin_cpu_supports("sse4.2");
  if (has_instruction) return ~hardware(~previous, bytes);
#endif
  return ~portable(~previous, bytes);
}

}  // namespace belfry
