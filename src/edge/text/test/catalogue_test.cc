#include "text/catalogue.h"

#include <gtest/gtest.h>

namespace belfry::text {
namespace {

TEST(Catalogue, WordsAMessageInBothLanguages) {
  Error error(Code::kInvalid, "certificate.bad_name", {{"name", "a b"}});
  EXPECT_EQ(text(error, Language::kEnglish), "\"a b\" is no DNS name or IP address. Correct it.");
  EXPECT_EQ(text(error, Language::kFrench),
            "« a b » n'est ni un nom DNS ni une adresse IP. Corrigez-le.");
}

TEST(Catalogue, GivesTheIdOfAnUnknownMessage) {
  Error error(Code::kInvalid, "nowhere.listed", {{"a", "1"}, {"b", "2"}});
  EXPECT_EQ(text(error, Language::kFrench), "nowhere.listed a=1 b=2");
}

TEST(Catalogue, ReadsNoPlaceholdersInValues) {
  Error error(Code::kInvalid, "certificate.bad_name", {{"name", "{name}"}});
  EXPECT_EQ(text(error, Language::kEnglish),
            "\"{name}\" is no DNS name or IP address. Correct it.");
}

TEST(Catalogue, WordsAnArgumentThatIsAMessage) {
  Error error(Code::kInvalid, "topology.missing",
              {{"kind", "topology.kind.power_segment"}, {"name", "topology.kind.server"}});
  EXPECT_EQ(
      text(error, Language::kEnglish),
      "No power segment is called `topology.kind.server`: declare it, or refer to one that is.");
  EXPECT_NE(text(error, Language::kFrench).find("« segment électrique »"), std::string::npos);
  error = Error(Code::kInvalid, "topology.missing", {{"kind", "tower"}, {"name", "a"}});
  EXPECT_NE(text(error, Language::kEnglish).find("No tower is called"), std::string::npos);
}

TEST(Catalogue, KeepsThePlaceholderOfAMissingArgument) {
  Error error(Code::kInvalid, "certificate.bad_name");
  EXPECT_NE(text(error, Language::kEnglish).find("{name}"), std::string::npos);
}

TEST(PreferredLanguage, FollowsTheWeights) {
  EXPECT_EQ(preferred_language(""), Language::kEnglish);
  EXPECT_EQ(preferred_language("fr"), Language::kFrench);
  EXPECT_EQ(preferred_language("fr-CH, en;q=0.9"), Language::kFrench);
  EXPECT_EQ(preferred_language("en-GB,en;q=0.9,fr;q=0.8"), Language::kEnglish);
  EXPECT_EQ(preferred_language("de, FR;q=0.5"), Language::kFrench);
  EXPECT_EQ(preferred_language("fr;q=0"), Language::kEnglish);
  EXPECT_EQ(preferred_language("*, fr;q=0.5"), Language::kEnglish);
  EXPECT_EQ(preferred_language("fro"), Language::kEnglish);
}

}  // namespace
}  // namespace belfry::text
