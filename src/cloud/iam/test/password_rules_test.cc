#include "password_rules.h"

#include <gtest/gtest.h>

namespace belfry::iam {
namespace {

std::string check(std::string_view password,
                  PasswordOwner owner = {.name = "mvogel", .email = "m@example.org"}) {
  auto checked = check_password(password, owner);
  return checked ? "" : checked.error().message();
}

TEST(PasswordRules, AsksForLengthByRole) {
  const PasswordOwner member{.name = "x", .email = "", .privileged = false};
  const PasswordOwner administrator{.name = "x", .email = "", .privileged = true};
  const PasswordOwner with_factor{
      .name = "x", .email = "", .privileged = true, .has_second_factor = true};
  EXPECT_EQ(check("otter-canal-rpx", member), "");
  EXPECT_EQ(check("otter-canal-rp", member), "iam.password_too_short");
  EXPECT_EQ(check("otter-canal-rpx", administrator), "iam.password_too_short");
  EXPECT_EQ(check("otter-canal-rpxy", administrator), "");
  EXPECT_EQ(check("tvq8 wzn", with_factor), "");
  EXPECT_EQ(check("tvq8wzn", with_factor), "iam.password_too_short");
  EXPECT_EQ(check(std::string(513, 'q'), member), "iam.password_too_long");
}

TEST(PasswordRules, CountsCharactersNotOctets) {
  EXPECT_EQ(check("éàüöïçñøåéàüöïç"), "");                       // 15 characters, 30 octets
  EXPECT_EQ(check("éàüöïçñøåéàüöï"), "iam.password_too_short");  // 14
}

TEST(PasswordRules, RefusesKnownPasswordsAndTheirVariants) {
  for (const char* known :
       {"passwordpassword", "Password12345678", "P@ssw0rdP@ssw0rd", "motdepasse2024!!!",
        "correcthorsebatterystaple", "AdminAdminAdmin", "letmeinletmein123", "1234567890123456",
        "abcdefghijklmnopq", "qwertyuiopasdfgh", "azertyuiopqsdfgh", "aaaaaaaaaaaaaaaaa",
        "abcabcabcabcabcabc", "mvogelmvogel2024"})
    EXPECT_EQ(check(known), "iam.password_known") << known;
}

TEST(PasswordRules, RefusesWhatNamesThePerson) {
  const PasswordOwner owner{.name = "margaret.vogel.paris", .email = "margaret@example.org"};
  EXPECT_EQ(check("margaret.vogel.paris", owner), "iam.password_known");
  EXPECT_EQ(check("margaret@example.org", owner), "iam.password_known");
  EXPECT_EQ(check("margaret.vogel.paris2024", owner), "iam.password_known");
}

TEST(PasswordRules, AcceptsPassphrasesAndRandomOnes) {
  for (const char* good :
       {"seven otters carry lanterns", "hk3qv-x7z2m-pw9rt-4ndsy", "my dragon eats red bicycles",
        "Tr4velling-by-canal-in-may", "le chat dort sous le beffroi"})
    EXPECT_EQ(check(good), "") << good;
}

}  // namespace
}  // namespace belfry::iam
