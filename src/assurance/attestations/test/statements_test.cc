// The texts: complete, in two languages, and the same for as long as they have their number.
#include "attestations/statements.h"

#include "base/text_encoding.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

namespace belfry::attestations {
namespace {

TEST(Statements, AreOneATopicInTwoLanguages) {
  ASSERT_EQ(catalogue().size(), kTopics.size());
  for (std::size_t i = 0; i < kTopics.size(); ++i) {
    const Statement& statement = catalogue()[i];
    EXPECT_EQ(statement.topic, kTopics[i]);
    EXPECT_EQ(topic_named(name_of(statement.topic)), statement.topic);
    EXPECT_NE(statement.english, statement.french);
    for (const std::string& text : {statement.english, statement.french}) {
      EXPECT_TRUE(is_utf8(text));
      EXPECT_EQ(std::ranges::count(text, '\n'), 2) << text;
      EXPECT_TRUE(text.contains("\n\n")) << text;
    }
  }
  EXPECT_FALSE(topic_named("weather"));
}

// What was signed is known by these: a changed text takes the next version, and a new line here.
TEST(Statements, NeverChangeUnderTheirNumber) {
  const std::map<std::string, std::string> kGolden = {
      {"access_management 1", "dd6565857e47b32fa0871720a37082d3eac2d7731568c726599ef7de017c5837"},
      {"guest_access 1", "7a8f4ccdfe5b372de565e1b2d54e2cfe5f95f4246251164b7d85b9fb981c0280"},
      {"staff 1", "019ba31b826e7cdbf5f7b4385a48b0be7e3c6b0447223aba9b5a2a6452ef9a13"},
      {"skills 1", "c27502604d0ca6db5e015cc64b3d10f8efad91bd634848d18ae98803a252dedf"},
      {"instructions 1", "0916104095e073bff4b24ccdb1132d20ebbd7feaacbc95c7252635c1ef1fca6e"},
  };
  std::map<std::string, std::string> now;
  for (const Statement& statement : catalogue())
    now[std::string(name_of(statement.topic)) + " " + std::to_string(statement.version)] =
        sha256_of(statement);
  EXPECT_EQ(now, kGolden);
}

TEST(Statements, HashesTellWhereATextEnds) {
  const Statement one{Topic::kStaff, 1, "ab", "c"}, other{Topic::kStaff, 1, "a", "bc"};
  EXPECT_NE(sha256_of(one), sha256_of(other));
}

}  // namespace
}  // namespace belfry::attestations
