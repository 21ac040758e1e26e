#include "base/json_text.h"

#include <gtest/gtest.h>

namespace belfry {
namespace {

using Kind = JsonFault::Kind;

std::optional<Kind> kind_of(std::string_view text, std::size_t depth_max = 4) {
  const auto fault = fault_of_json(text, depth_max);
  return fault ? std::optional(fault->kind) : std::nullopt;
}

TEST(JsonText, PlainValuesHaveNoFault) {
  for (const char* text : {"1", "\"a\"", "[]", "{}", R"({"a":{"b":1},"b":[{"a":1},{"a":2}]})"})
    EXPECT_EQ(kind_of(text), std::nullopt) << text;
}

TEST(JsonText, ANameTwiceInOneObjectIsTold) {
  const auto fault = fault_of_json(R"({"a":1,"b":{"c":1,"d":2,"c":3}})", 4);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->kind, Kind::kNameTwice);
  EXPECT_EQ(fault->name, "c");
}

TEST(JsonText, TheSameNameSpeltWithEscapesIsTheSame) {
  EXPECT_EQ(kind_of(R"({"a":1,"\u0061":2})"), Kind::kNameTwice);
}

TEST(JsonText, WhatIsNoJsonIsTold) {
  for (const char* text : {"", "{", "[1,]", "{\"a\":1} x", "\"\xff\"", "{\"a\":1,\"a\":}"})
    EXPECT_EQ(kind_of(text), Kind::kNotJson) << text;
}

TEST(JsonText, DepthIsBounded) {
  EXPECT_EQ(kind_of("[[[[]]]]"), std::nullopt);
  EXPECT_EQ(kind_of("[[[[[]]]]]"), Kind::kTooDeep);
  EXPECT_EQ(kind_of(std::string(100'000, '['), 16), Kind::kTooDeep);
}

}  // namespace
}  // namespace belfry
