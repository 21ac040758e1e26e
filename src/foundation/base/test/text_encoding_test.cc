#include "base/text_encoding.h"

#include <gtest/gtest.h>

namespace belfry {
namespace {

// RFC 4648, section 10.
TEST(TextEncoding, MatchesPublishedVectors) {
  EXPECT_EQ(to_base64(as_view("foob")), "Zm9vYg==");
  EXPECT_EQ(to_base64(as_view("foobar")), "Zm9vYmFy");
  EXPECT_EQ(to_base32(as_view("fooba")), "MZXW6YTB");
  EXPECT_EQ(to_hex(as_view("foobar")), "666f6f626172");
}

TEST(TextEncoding, WritesBase64OfUrlsWithoutPadding) {
  const Buffer bytes = {std::byte(0xfb), std::byte(0xff), std::byte(0x01)};
  EXPECT_EQ(to_base64url(bytes), "-_8B");
  EXPECT_EQ(to_base64url(View(bytes).first(1)), "-w");
  for (std::size_t length = 0; length <= bytes.size(); ++length)
    EXPECT_EQ(from_base64url(to_base64url(View(bytes).first(length))),
              to_buffer(View(bytes).first(length)));
  for (const char* wrong : {"+/8B", "-w==", "-x", "-", "-_8\n"})
    EXPECT_FALSE(from_base64url(wrong)) << wrong;
}

TEST(TextEncoding, ReadsWhatItWrote) {
  Buffer bytes;
  for (int i = 0; i < 257; ++i) {
    EXPECT_EQ(from_hex(to_hex(bytes)), bytes);
    EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
    EXPECT_EQ(from_base32(to_base32(bytes)), bytes);
    bytes.push_back(std::byte(i * 37));
  }
}

TEST(TextEncoding, RefusesMalformedText) {
  EXPECT_FALSE(from_hex("abc"));
  EXPECT_FALSE(from_hex("zz"));
  EXPECT_FALSE(from_base64("Zm9vY"));
  EXPECT_FALSE(from_base64("Zm9v!A=="));
  EXPECT_FALSE(from_base64("Zm9vYh=="));  // bits left over
  EXPECT_FALSE(percent_decode("a%2"));
  EXPECT_FALSE(percent_decode("%zz"));
}

TEST(TextEncoding, PercentEncodesAsSignaturesDo) {
  EXPECT_EQ(percent_encode("a b/é+~", Slash::kKeep), "a%20b/%C3%A9%2B~");
  EXPECT_EQ(percent_encode("a/b", Slash::kEncode), "a%2Fb");
  EXPECT_EQ(percent_decode("a%20b%2f%C3%A9+"), "a b/é+");
}

TEST(TextEncoding, TellsUtf8) {
  EXPECT_TRUE(is_utf8("aé€😀"));
  EXPECT_FALSE(is_utf8("\xC0\xAF"));          // overlong
  EXPECT_FALSE(is_utf8("\xED\xA0\x80"));      // surrogate
  EXPECT_FALSE(is_utf8("\xF4\x90\x80\x80"));  // past U+10FFFF
  EXPECT_FALSE(is_utf8("\xE2\x82"));          // cut short
}

}  // namespace
}  // namespace belfry
