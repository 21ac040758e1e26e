#include "reasons.h"

#include <gtest/gtest.h>

namespace belfry::measures {
namespace {

Measure measure() {
  Measure measure;
  measure.reasons = {
      {.id = "on",
       .text = {.fr = "{n} copie{n||s} sur {disk}", .en = "{n} {n|copy|copies} on {disk}"}},
      {.id = "none", .text = {.fr = "aucune copie", .en = "no copy"}}};
  return measure;
}

TEST(Reasons, AreWordedInBothLanguages) {
  Text text = reason_text(measure(), "on n=3 disk=d1");
  EXPECT_EQ(text.en, "3 copies on d1");
  EXPECT_EQ(text.fr, "3 copies sur d1");
  EXPECT_EQ(reason_text(measure(), "none").fr, "aucune copie");
  EXPECT_EQ(reason_text(measure(), "").fr, "");
}

// English counts zero among the many, French does not.
TEST(Reasons, FollowTheNumber) {
  EXPECT_EQ(reason_text(measure(), "on n=1 disk=d").en, "1 copy on d");
  EXPECT_EQ(reason_text(measure(), "on n=1 disk=d").fr, "1 copie sur d");
  EXPECT_EQ(reason_text(measure(), "on n=0 disk=d").en, "0 copies on d");
  EXPECT_EQ(reason_text(measure(), "on n=0 disk=d").fr, "0 copie sur d");
}

TEST(Reasons, TakeValuesAsTheyAre) {
  EXPECT_EQ(reason_text(measure(), "on n=2 disk=a b=c d").en, "2 copies on a b=c d");
  EXPECT_EQ(reason_text(measure(), "on n=2 disk={n} n=9").en, "2 copies on {n} n=9");
}

TEST(Reasons, OfOlderRunsAreShownAsTheyWereWritten) {
  EXPECT_EQ(reason_text(measure(), "2 supplies, all on a").fr, "2 supplies, all on a");
  EXPECT_FALSE(is_worded(measure(), "2 supplies, all on a"));
}

TEST(Reasons, AreNotWordedWithoutTheirArguments) {
  EXPECT_TRUE(is_worded(measure(), ""));
  EXPECT_TRUE(is_worded(measure(), "on n=3 disk=d1"));
  EXPECT_FALSE(is_worded(measure(), "on n=3"));
  EXPECT_FALSE(is_worded(measure(), "off"));
}

TEST(Reasons, NameTheirPlaceholders) {
  EXPECT_EQ(placeholders_of("{a} of {b|x|y}"), (std::set<std::string>{"a", "b"}));
  EXPECT_EQ(placeholders_of("plain"), std::set<std::string>{});
  for (const char* bad : {"{a", "a}", "{}", "{a|b}", "{a|b|c|d}", "{A}", "{a{b}}"})
    EXPECT_FALSE(placeholders_of(bad)) << bad;
}

TEST(Subjects, AreNamesOrKindsWithWords) {
  EXPECT_EQ(subject_text("server par1-s1").fr, "serveur par1-s1");
  EXPECT_EQ(subject_text("object b/a long key").fr, "objet b/a long key");
  EXPECT_EQ(subject_text("right user/ada/role/operator").fr, "droit user/ada/role/operator");
  EXPECT_EQ(subject_text("scope all").fr, "périmètre de tous les droits");
  EXPECT_EQ(subject_text("list arrival").fr, "liste d'arrivée");
  EXPECT_EQ(subject_text("persons Belfry").en, "people of Belfry");
  EXPECT_EQ(subject_text("scope privileged").en, "scope of privileged rights");
  EXPECT_EQ(subject_text("users Cust").fr, "utilisateurs de Cust");
  EXPECT_EQ(subject_text("par1-s1").fr, "par1-s1");
  EXPECT_TRUE(is_subject("server par1-s1"));
  EXPECT_TRUE(is_subject("par1-s1/bond0"));
  EXPECT_FALSE(is_subject("tower par1"));
  EXPECT_FALSE(is_subject(""));
}

}  // namespace
}  // namespace belfry::measures
