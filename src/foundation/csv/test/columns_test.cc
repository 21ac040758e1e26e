#include "csv/columns.h"

#include <gtest/gtest.h>

namespace belfry::csv {
namespace {

constexpr std::string_view kKnown[] = {"name", "place", "year"};

std::string refusal(std::string_view text) {
  const auto lines = parse(text);
  EXPECT_TRUE(lines);
  const auto columns = Columns::read(*lines, kKnown);
  return columns ? "" : columns.error().message();
}

TEST(Columns, AreFoundByNameWhereverTheyStand) {
  const auto lines = parse(" Year ,NAME\n1984, Rosa \n,Ida\n1985\n1,2,3\n");
  ASSERT_TRUE(lines);
  const auto columns = Columns::read(*lines, kKnown);
  ASSERT_TRUE(columns) << columns.error().describe();
  EXPECT_EQ(columns->find(lines->at(1), 0), "Rosa");
  EXPECT_EQ(columns->find(lines->at(1), 1), std::nullopt);
  EXPECT_EQ(columns->find(lines->at(2), 2), "");
  EXPECT_EQ(columns->find(lines->at(3), 0), "") << "the line ends before it";
  EXPECT_TRUE(columns->check(lines->at(3)));
  EXPECT_EQ(columns->check(lines->at(4)).error().message(), "csv.too_many_cells");
}

TEST(Columns, AreRefusedWhenAnyIsNotKnownTwiceOrMissing) {
  EXPECT_EQ(refusal("name\n"), "");
  EXPECT_EQ(refusal(""), "csv.no_columns");
  EXPECT_EQ(refusal("place\n"), "csv.no_columns");
  EXPECT_EQ(refusal("name,salary\n"), "csv.unknown_column");
  EXPECT_EQ(refusal("name,Name\n"), "csv.column_twice");
}

}  // namespace
}  // namespace belfry::csv
