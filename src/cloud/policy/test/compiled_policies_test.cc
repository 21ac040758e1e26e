#include "policy/compiled_policies.h"

#include <gtest/gtest.h>

namespace belfry::policy {
namespace {

std::string document(int number, std::size_t padding = 0) {
  return R"({"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b)" +
         std::to_string(number) + "\"}}" + std::string(padding, ' ');
}

TEST(CompiledPolicies, KeepsWhatIsAskedFor) {
  CompiledPolicies compiled(Kind::kIdentity);
  const PolicyPtr first = *compiled.find(document(0));
  for (int i = 1; i < 100; ++i) {
    ASSERT_TRUE(compiled.find(document(i, 15'000)));
    EXPECT_EQ(*compiled.find(document(0)), first) << i;
  }
  const PolicyPtr other = *compiled.find(document(1, 15'000));
  for (int i = 100; i < 200; ++i) ASSERT_TRUE(compiled.find(document(i, 15'000)));
  EXPECT_NE(*compiled.find(document(1, 15'000)), other) << "nobody asked for it meanwhile";
}

TEST(CompiledPolicies, GivesTheErrorOfWhatDoesNotCompile) {
  CompiledPolicies compiled(Kind::kIdentity);
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(compiled.find("{}").error().message(), "policy.no_statement");
}

}  // namespace
}  // namespace belfry::policy
