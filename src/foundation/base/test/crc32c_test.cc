#include "base/crc32c.h"

#include <gtest/gtest.h>

namespace belfry {
namespace {

// RFC 3720, appendix B.4.
TEST(Crc32c, MatchesPublishedVectors) {
  EXPECT_EQ(crc32c(Buffer(32, std::byte{0})), 0x8A9136AAu);
  EXPECT_EQ(crc32c(Buffer(32, std::byte{0xFF})), 0x62A8AB43u);
  EXPECT_EQ(crc32c(as_view("123456789")), 0xE3069283u);
}

TEST(Crc32c, ContinuesOverPieces) {
  EXPECT_EQ(crc32c(as_view("56789"), crc32c(as_view("1234"))), crc32c(as_view("123456789")));
}

// A bit at a time, as the polynomial says.
std::uint32_t bitwise(View bytes) {
  std::uint32_t state = ~0u;
  for (std::byte octet : bytes) {
    state ^= std::to_integer<std::uint32_t>(octet);
    for (int bit = 0; bit < 8; ++bit) state = state >> 1 ^ (state & 1 ? 0x82F63B78u : 0);
  }
  return ~state;
}

TEST(Crc32c, IsTheSameOfAnyLengthAndAlignment) {
  Buffer octets(20'000);
  for (std::size_t i = 0; i < octets.size(); ++i) octets[i] = std::byte(i * i >> 3);
  for (std::size_t length = 0; length < 1200; ++length) {
    const View part = View(octets).subspan(length % 17, length);
    EXPECT_EQ(crc32c(part), bitwise(part)) << length;
    EXPECT_EQ(crc32c(part.subspan(length / 3), crc32c(part.first(length / 3))), bitwise(part));
  }
  EXPECT_EQ(crc32c(octets), bitwise(octets));
}

}  // namespace
}  // namespace belfry
