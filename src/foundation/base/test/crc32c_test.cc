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

}  // namespace
}  // namespace belfry
