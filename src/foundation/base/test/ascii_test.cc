#include "base/ascii.h"

#include <gtest/gtest.h>

namespace belfry {
namespace {

TEST(Ascii, KnowsItsClassesAndNoOthers) {
  for (int i = -128; i < 128; ++i) {
    char c = static_cast<char>(i);
    EXPECT_EQ(is_digit(c), std::string_view("0123456789").contains(c)) << i;
    EXPECT_EQ(is_alphanumeric(c), i >= 0 && std::isalnum(i) != 0) << i;
    EXPECT_EQ(to_lower(c), i >= 0 ? char(std::tolower(i)) : c) << i;
    EXPECT_EQ(hex_digit(c) >= 0, i >= 0 && std::isxdigit(i) != 0) << i;
  }
  EXPECT_EQ(hex_digit('f'), 15);
  EXPECT_EQ(hex_digit('A'), 10);
}

TEST(Ascii, ComparesWithoutCase) {
  EXPECT_EQ(to_lower("Content-MD5 É"), "content-md5 É");
  EXPECT_TRUE(equal_without_case("ETag", "etAG"));
  EXPECT_FALSE(equal_without_case("ETag", "ETag "));
  EXPECT_FALSE(equal_without_case("@", "`"));
}

TEST(Ascii, TrimsOnlyWhatItIsTold) {
  EXPECT_EQ(trim(" \t a b\t "), "a b");
  EXPECT_EQ(trim("\ra\r"), "\ra\r");
  EXPECT_EQ(trim("\r\n a \n", kXmlSpace), "a");
  EXPECT_EQ(trim(""), "");
  EXPECT_EQ(trim("  "), "");
}

}  // namespace
}  // namespace belfry
