#include "crypto/password.h"

#include <gtest/gtest.h>

namespace belfry::crypto {
namespace {

TEST(Password, VerifiesThePublishedHash) {
  // From the reference implementation's tests (phc-winner-argon2, test.c, version 0x13).
  const std::string published =
      "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
  EXPECT_TRUE(verify_password("password", published));
  EXPECT_FALSE(verify_password("Password", published));
}

TEST(Password, HashesWithASaltOfItsOwn) {
  auto random = make_system_random();
  const std::string first = hash_password("correct horse battery", *random);
  const std::string second = hash_password("correct horse battery", *random);
  EXPECT_TRUE(first.starts_with("$argon2id$v=19$m=19456,t=2,p=1$")) << first;
  EXPECT_NE(first, second);
  EXPECT_TRUE(verify_password("correct horse battery", first));
  EXPECT_FALSE(verify_password("correct horse batter", first));
}

TEST(Password, MalformedHashesMatchNothing) {
  for (const char* text : {"", "$argon2id$", "plain", "$argon2i$v=19$m=65536,t=2,p=1$c29t$AAAA"})
    EXPECT_FALSE(verify_password("password", text)) << text;
}

Timestamp at(std::int64_t seconds) {
  return Timestamp(std::chrono::seconds(seconds));
}

TEST(Totp, MatchesRfc6238) {
  // Appendix B, the last six of the eight digits.
  const View secret = as_view("12345678901234567890");
  EXPECT_EQ(totp_at(secret, 59 / 30), "287082");
  EXPECT_EQ(totp_at(secret, 1111111109 / 30), "081804");
  EXPECT_EQ(totp_at(secret, 20000000000 / 30), "353130");
}

TEST(Totp, AcceptsNeighboursOnceAndNothingElse) {
  const View secret = as_view("12345678901234567890");
  const std::int64_t step = 1111111109 / 30;
  const Timestamp now = at(1111111109);
  EXPECT_EQ(verify_totp(secret, totp_at(secret, step), now, 0), step);
  EXPECT_EQ(verify_totp(secret, totp_at(secret, step - 1), now, 0), step - 1);
  EXPECT_EQ(verify_totp(secret, totp_at(secret, step + 1), now, 0), step + 1);
  EXPECT_EQ(verify_totp(secret, totp_at(secret, step - 2), now, 0), std::nullopt);
  EXPECT_EQ(verify_totp(secret, totp_at(secret, step + 2), now, 0), std::nullopt);
  EXPECT_EQ(verify_totp(secret, totp_at(secret, step), now, step), std::nullopt) << "replayed";
  EXPECT_EQ(verify_totp(secret, "", now, 0), std::nullopt);
  EXPECT_EQ(verify_totp(secret, totp_at(secret, step) + "0", now, 0), std::nullopt);
}

}  // namespace
}  // namespace belfry::crypto
