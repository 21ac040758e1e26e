#include "csv.h"

#include <gtest/gtest.h>

namespace belfry::people {
namespace {

std::string joined(std::string_view text) {
  auto lines = parse_csv(text);
  if (!lines) return lines.error().describe();
  std::string out;
  for (const CsvLine& line : *lines) {
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
  EXPECT_EQ(joined("a,b\nx\"y,z\n"), "invalid people.bad_csv line=2");
  EXPECT_EQ(joined("a,b\n\"x\"y\n"), "invalid people.bad_csv line=2");
  EXPECT_EQ(joined("a\n\"never ends\n"), "invalid people.bad_csv line=3");
  EXPECT_EQ(joined("a\rb\n"), "invalid people.bad_csv line=1");
  EXPECT_EQ(joined("\xff"), "invalid people.not_utf8");
  EXPECT_EQ(joined(std::string_view("a\0b", 3)), "invalid people.not_utf8");
}

TEST(Csv, WritesWhatItReads) {
  const std::vector<std::string> cells = {"", "a,b", "say \"hi\"", "x\ny", "plain", ""};
  auto read = parse_csv("h,h\r\n" + csv_line(cells));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->at(1).cells, cells);
}

}  // namespace
}  // namespace belfry::people
