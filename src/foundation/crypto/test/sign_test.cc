#include "crypto/sign.h"

#include "hexadecimal.h"

#include <gtest/gtest.h>

namespace belfry::crypto {
namespace {

struct Vector {
  const char *seed, *key, *message, *signature;
};

// RFC 8032, 7.1, tests 1 and 2.
const Vector kVectors[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9"
     "b46bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f1"
     "1d8c387b2eaeb4302aeeb00d291612bb0c00"}};

TEST(Sign, MatchesRfc8032) {
  for (const Vector& vector : kVectors) {
    const PublicKey key = public_key_of(hex(vector.seed));
    EXPECT_EQ(to_hex(key), vector.key);
    const Signature signature = sign(hex(vector.seed), hex(vector.message));
    EXPECT_EQ(to_hex(signature), vector.signature);
    EXPECT_TRUE(verify(key, hex(vector.message), signature));
  }
}

TEST(Verify, RefusesWhatWasChanged) {
  const PublicKey key = public_key_of(hex(kVectors[1].seed));
  const Signature signature = sign(hex(kVectors[1].seed), as_view("message"));
  EXPECT_FALSE(verify(key, as_view("messagf"), signature));
  EXPECT_FALSE(verify(public_key_of(hex(kVectors[0].seed)), as_view("message"), signature));
  EXPECT_FALSE(verify(key, as_view("message"), View(signature).first(63)));
  Signature changed = signature;
  changed[40] ^= std::byte{1};
  EXPECT_FALSE(verify(key, as_view("message"), changed));
}

}  // namespace
}  // namespace belfry::crypto
