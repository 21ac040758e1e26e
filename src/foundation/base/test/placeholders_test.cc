#include "base/placeholders.h"

#include <gtest/gtest.h>

namespace belfry {
namespace {

std::string filled(std::string_view pattern) {
  return fill_placeholders(pattern, [](std::string_view name) -> std::optional<std::string> {
    if (name == "empty") return "";
    if (name == "braces") return "{empty}";
    if (name == "a|b") return "x";
    return std::nullopt;
  });
}

TEST(Placeholders, StandForTheirValues) {
  EXPECT_EQ(filled("<{a|b}><{empty}>"), "<x><>");
  EXPECT_EQ(filled("{braces}"), "{empty}") << "a value is no pattern";
}

TEST(Placeholders, WithoutAValueStayVisible) {
  for (std::string_view same : {"", "plain", "{unknown}", "a {} b", "{", "}", "open {a|b", "} {"})
    EXPECT_EQ(filled(same), same);
}

}  // namespace
}  // namespace belfry
