// The page that explains policies to customers (docs/operations/policies.md) says what is so.
#include "policy/policy.h"
#include "policy/public_access.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::policy {
namespace {

constexpr std::string_view kArn = "arn:aws:s3:::harbour";

struct Example {
  std::string heading;  // behind the fence: "json", "json refused policy.public"
  std::string document;
};

std::vector<Example> examples_of_page() {
  const char* source = std::getenv("BELFRY_SOURCE");
  std::ifstream page(std::string(source ? source : ".") + "/docs/operations/policies.md");
  std::vector<Example> examples;
  bool is_inside = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("```")) {
      if (!is_inside) examples.push_back({line.substr(3), ""});
      is_inside = !is_inside;
    } else if (is_inside) {
      examples.back().document += line + "\n";
    }
  }
  EXPECT_FALSE(is_inside);
  return examples;
}

TEST(Documentation, ExamplesCompileAndRefusedOnesAreRefused) {
  constexpr std::string_view kRefused = "json refused ";
  int compiled_count = 0, refused_count = 0;
  for (const Example& example : examples_of_page()) {
    auto compiled = compile_bucket_policy(example.document, kArn);
    if (compiled && example.heading.ends_with("policy.public"))
      if (auto held = check_block(**compiled, {}); !held) compiled = std::unexpected(held.error());
    if (example.heading.starts_with(kRefused)) {
      ASSERT_FALSE(compiled) << example.document;
      EXPECT_EQ(compiled.error().message(), example.heading.substr(kRefused.size()));
      ++refused_count;
    } else {
      EXPECT_EQ(example.heading, "json");
      EXPECT_TRUE(compiled) << compiled.error().describe() << "\n" << example.document;
      ++compiled_count;
    }
  }
  EXPECT_EQ(compiled_count, 4);
  EXPECT_EQ(refused_count, 3);
}

}  // namespace
}  // namespace belfry::policy
