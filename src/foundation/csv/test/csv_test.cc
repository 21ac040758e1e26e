#include "csv/csv.h"

#include <gtest/gtest.h>

namespace belfry::csv {
namespace {

std::string joined(std::string_view text) {
  auto lines = parse(text);
  if (!lines) return lines.error().describe();
  std::string out;
  for (const Line& line : *lines) {
    out += std::to_string(line.number) + ":";
    for (const std::string& cell : line.cells) out += "[" + cell + "]";
  }
  return out;
}

TEST(Csv, ReadsWhatSpreadsheetsWrite) {
  EXPECT_EQ(joined("a,b\nc,d"), "1:[a][b]2:[c][d]");
  EXPECT_EQ(joined("\xef\xbb\xbf"
                   "a,b\r\nc,\r\n\r\n"),
            "1:[a][b]2:[c][]");
  EXPECT_EQ(joined("a;b\nx,y;\"z;\"\n"), "1:[a][b]2:[x,y][z;]");
  EXPECT_EQ(joined("a,b\n\"x\ny\",\"say \"\"hi\"\"\"\nc,d\n"),
            "1:[a][b]2:[x\ny][say \"hi\"]4:[c][d]");
  EXPECT_EQ(joined(""), "");
}

TEST(Csv, NamesTheLineThatIsNone) {
  EXPECT_EQ(joined("a,b\nx\"y,z\n"), "invalid csv.bad_line line=2");
  EXPECT_EQ(joined("a,b\n\"x\"y\n"), "invalid csv.bad_line line=2");
  EXPECT_EQ(joined("a\n\"never ends\n"), "invalid csv.bad_line line=3");
  EXPECT_EQ(joined("a\rb\n"), "invalid csv.bad_line line=1");
  EXPECT_EQ(joined("\xff"), "invalid csv.not_utf8");
  EXPECT_EQ(joined(std::string_view("a\0b", 3)), "invalid csv.not_utf8");
}

TEST(Csv, WritesWhatItReads) {
  const std::vector<std::string> cells = {"", "a,b", "say \"hi\"", "x\ny", "plain", ""};
  auto read = parse("h,h\r\n" + line_of(cells));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->at(1).cells, cells);
}

TEST(Csv, KnowsWhoseFaultAnErrorIs) {
  const auto is_fault = [](const char* message) {
    return is_fault_of_file(Error(Code::kInvalid, message), "people");
  };
  EXPECT_TRUE(is_fault("csv.bad_line"));
  EXPECT_TRUE(is_fault("people.bad_date"));
  EXPECT_FALSE(is_fault("peoples.bad_date"));
  EXPECT_FALSE(is_fault("database.unavailable"));
}

TEST(Csv, KnowsWhatSpreadsheetsReckon) {
  for (const char* text : {"=1", "+1", "-1", "@x"}) EXPECT_TRUE(is_formula(text)) << text;
  for (const char* text : {"", "a=1", "1-1"}) EXPECT_FALSE(is_formula(text)) << text;
  EXPECT_TRUE(is_plain("two words", 9));
  for (const char* text : {"", " a", "a ", "a\nb", "\x7f", "\xff", "ten octets"})
    EXPECT_FALSE(is_plain(text, 9)) << text;
  for (const char* text : {"\xC2\x85", "a\xC2\x9F", "a\xE2\x80\xA8z",
                           "\xE2\x80\xAE"
                           "cba",
                           "a\xE2\x81\xA9",
                           "\xC2\xA0"
                           "a",
                           "a\xE2\x80\xAF",
                           "\xEF\xBB\xBF"
                           "a"})
    EXPECT_FALSE(is_plain(text, 9)) << text;
  for (const char* text :
       {"\xC3\xA9t\xC3\xA9", "a\xC2\xA0z", "\xC2\xAB", "\xE2\x80\x94", "a\xE2\x80\x8F b"})
    EXPECT_TRUE(is_plain(text, 9)) << text;
}

}  // namespace
}  // namespace belfry::csv
