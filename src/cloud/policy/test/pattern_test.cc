#include "pattern.h"

#include "map_facts.h"

#include <gtest/gtest.h>

namespace belfry::policy {
namespace {

using testing::MapFacts;

bool matches(std::string_view pattern, std::string_view text, const MapFacts& facts = {}) {
  auto compiled = Pattern::compile(pattern, Wildcards::kMeant, Variables::kMeant);
  EXPECT_TRUE(compiled) << pattern;
  return compiled && compiled->matches(text, KnownFacts(facts));
}

TEST(Pattern, WildcardsStandForAnyRunAndAnyOne) {
  EXPECT_TRUE(matches("", ""));
  EXPECT_FALSE(matches("", "a"));
  EXPECT_TRUE(matches("*", ""));
  EXPECT_TRUE(matches("logs*", "logs")) << "a star matches nothing too";
  EXPECT_TRUE(matches("a*b*c", "aXbYbZc"));
  EXPECT_FALSE(matches("a*b*c", "aXcYb"));
  EXPECT_TRUE(matches("*/key", "a/b/key"));
  EXPECT_TRUE(matches("?", "x"));
  EXPECT_FALSE(matches("?", ""));
  EXPECT_FALSE(matches("?", "xy"));
  EXPECT_TRUE(matches("a?c", "a/c"));
  EXPECT_FALSE(matches("ab", "AB"));
  EXPECT_TRUE(matches("*a?b", "aab aXb"));
}

TEST(Pattern, AQuestionMarkIsOneCharacterOfUtf8) {
  EXPECT_TRUE(matches("caf?", "caf\xC3\xA9"));
  EXPECT_TRUE(matches("?", "\xF0\x9F\x94\x94"));
  EXPECT_FALSE(matches("??", "\xC3\xA9"));
}

TEST(Pattern, HasAFewSignsAtMost) {
  std::string pattern, stars(1000, '*');
  for (int i = 0; i < 33; ++i) pattern += "*a";
  auto refused = Pattern::compile(pattern, Wildcards::kMeant, Variables::kMeant);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message(), "policy.too_many_signs");
  EXPECT_TRUE(matches("a" + stars + "b", "ab")) << "many stars are one";
}

TEST(Pattern, VariablesStandForFacts) {
  const MapFacts facts(MapFacts::Map{{"aws:username", {"anna"}}, {"many", {"a", "b"}}});
  EXPECT_TRUE(matches("home/${aws:username}/*", "home/anna/x", facts));
  EXPECT_TRUE(matches("home/${AWS:UserName}/*", "home/anna/x", facts));
  EXPECT_FALSE(matches("home/${aws:username}/*", "home/bert/x", facts));
  EXPECT_FALSE(matches("home/${aws:nothing}", "home/", facts));
  EXPECT_TRUE(matches("home/${aws:nothing, 'all'}", "home/all", facts));
  EXPECT_TRUE(matches("home/${aws:username, 'all'}", "home/anna", facts));
  EXPECT_FALSE(matches("${many}", "a", facts)) << "which of them is not told";
  EXPECT_TRUE(matches("${*}${?}${$}", "*?$"));
  EXPECT_FALSE(matches("${*}", "x"));
}

TEST(Pattern, AFactsOwnStarIsAStar) {
  const MapFacts facts(MapFacts::Map{{"aws:username", {"*"}}});
  EXPECT_TRUE(matches("home/${aws:username}", "home/*", facts));
  EXPECT_FALSE(matches("home/${aws:username}", "home/anna", facts));
}

TEST(Pattern, RefusesWhatIsNoVariable) {
  for (const char* text : {"${", "${}", "${a b}", "${a, b}", "${a, 'b}", "x${,'a'}", "${a"}) {
    auto compiled = Pattern::compile(text, Wildcards::kMeant, Variables::kMeant);
    ASSERT_FALSE(compiled) << text;
    EXPECT_EQ(compiled.error().message(), "policy.bad_variable");
    EXPECT_TRUE(Pattern::compile(text, Wildcards::kMeant, Variables::kLiteral));
  }
}

TEST(Pattern, KnowsWhatItCovers) {
  const auto covers = [](std::string_view pattern, std::string_view prefix) {
    return Pattern::compile(pattern, Wildcards::kMeant, Variables::kMeant)->covers(prefix);
  };
  EXPECT_TRUE(covers("*", "iam:"));
  EXPECT_TRUE(covers("ia*", "iam:"));
  EXPECT_TRUE(covers("iam:**", "iam:"));
  EXPECT_FALSE(covers("iam:", "iam:"));
  EXPECT_FALSE(covers("iam:Get*", "iam:"));
  EXPECT_FALSE(covers("iam:?*", "iam:"));
}

}  // namespace
}  // namespace belfry::policy
