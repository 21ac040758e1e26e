#include "base/result.h"

#include <gtest/gtest.h>

namespace belfry {
namespace {

Result<int> half_of(int number) {
  if (number % 2 != 0)
    return fail(Code::kInvalid, "number.odd", {{"number", std::to_string(number)}});
  return number / 2;
}

template <class A, class B>
Result<int> first_half_of(A a, B) {
  return half_of(int(a));
}

Result<int> quarter_of(int number) {
  TRY(int half, half_of(number));
  TRY(auto quarter, first_half_of<int, long>(half, 3));
  TRY(half_of(quarter * 2));
  return quarter;
}

TEST(Result, TryPassesValuesOn) {
  EXPECT_EQ(quarter_of(12).value(), 3);
}

TEST(Result, TryReturnsTheFirstError) {
  auto result = quarter_of(6);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code(), Code::kInvalid);
  EXPECT_EQ(result.error().argument("number"), "3");
  EXPECT_EQ(result.error().describe(), "invalid number.odd number=3");
}

}  // namespace
}  // namespace belfry
