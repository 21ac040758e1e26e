#include "http/range.h"

#include <gtest/gtest.h>

namespace belfry::http {
namespace {

std::string show(const RangeAnswer& answer) {
  if (std::holds_alternative<Unsatisfiable>(answer)) return "unsatisfiable";
  auto* range = std::get_if<OctetRange>(&answer);
  if (range == nullptr) return "all";
  return std::to_string(range->first) + "-" + std::to_string(range->last);
}

TEST(Range, FollowsTheRules) {
  struct Row {
    std::string_view field;
    std::uint64_t size;
    std::string_view expected;
  };
  for (const Row& row : std::initializer_list<Row>{
           {"bytes=0-9", 100, "0-9"},
           {"bytes=0-0", 1, "0-0"},
           {"bytes=90-200", 100, "90-99"},
           {"bytes=99-", 100, "99-99"},
           {"bytes=100-", 100, "unsatisfiable"},
           {"bytes=0-", 0, "unsatisfiable"},
           {"bytes=-1", 0, "unsatisfiable"},
           {"bytes=-0", 10, "unsatisfiable"},
           {"bytes=-10", 100, "90-99"},
           {"bytes=-1000", 100, "0-99"},
           {"bytes=5-4", 100, "all"},
           {"bytes=0-1,3-4", 100, "all"},
           {"bytes=a-b", 100, "all"},
           {"bytes=-", 100, "all"},
           {"lines=0-1", 100, "all"},
           {"bytes=18446744073709551616-", 100, "unsatisfiable"},
           {"bytes=1-99999999999999999999", 100, "1-99"},
       })
    EXPECT_EQ(show(read_range(row.field, Bytes{row.size})), row.expected) << row.field;
}

TEST(Range, HoldsOnlyForTheRepresentationItNames) {
  auto answer = [](std::string if_range) {
    Fields fields;
    fields.add("Range", "bytes=2-4");
    if (!if_range.empty()) fields.add("If-Range", std::move(if_range));
    return show(range_of(fields, 10_B, "abc"));
  };
  EXPECT_EQ(answer(""), "2-4");
  EXPECT_EQ(answer("\"abc\""), "2-4");
  EXPECT_EQ(answer("\"other\""), "all");
  EXPECT_EQ(answer("W/\"abc\""), "all");
  EXPECT_EQ(answer("abc"), "all");
  EXPECT_EQ(answer("\""), "all");
  EXPECT_EQ(answer("Sun, 01 Mar 2026 12:00:00 GMT"), "all");
  EXPECT_EQ(show(range_of({}, 10_B, "abc")), "all");
}

TEST(Range, IsToldAsItWas) {
  EXPECT_EQ(content_range({2, 4}, 10_B), "bytes 2-4/10");
  EXPECT_EQ(content_range(10_B), "bytes */10");
}

}  // namespace
}  // namespace belfry::http
