#include "crypto/hash.h"

#include "hexadecimal.h"

#include <gtest/gtest.h>

namespace belfry::crypto {
namespace {

TEST(Hash, MatchesThePublishedVectors) {
  // FIPS 180-4 examples; RFC 1321, A.5; RFC 3174, 7.3.
  EXPECT_EQ(to_hex(sha256(as_view("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(sha256({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(md5(as_view("message digest"))), "f96b697d7cb7938d525a2f31aaf161d0");
  Hasher sha1(Algorithm::kSha1);
  sha1.update(as_view("abc"));
  EXPECT_EQ(to_hex(sha1.finish()), "a9993e364706816aba3e25717850c26c9cd0d89d");
}

TEST(Hash, PiecesGiveTheSameDigestAsTheWhole) {
  Hasher hasher(Algorithm::kSha256);
  for (int round = 0; round < 2; ++round) {
    hasher.update(as_view("a"));
    hasher.update({});
    hasher.update(as_view("bc"));
    EXPECT_EQ(to_hex(hasher.finish()), to_hex(sha256(as_view("abc"))));
  }
  EXPECT_EQ(to_hex(hasher.finish()), to_hex(sha256({})));
}

TEST(Hmac, MatchesRfc4231) {
  EXPECT_EQ(to_hex(hmac_sha256(Buffer(20, std::byte{0x0b}), as_view("Hi There"))),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(to_hex(hmac_sha256(Buffer(131, std::byte{0xaa}),
                               as_view("Test Using Larger Than Block-Size Key - Hash Key First"))),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Hmac, AnEmptyKeyIsAKey) {
  ASSERT_NE(hmac_sha256(as_view("other"), as_view("")), hmac_sha256({}, {}));
  EXPECT_EQ(to_hex(hmac_sha256({}, {})),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(Hkdf, MatchesRfc5869) {
  const Buffer key(22, std::byte{0x0b});
  EXPECT_EQ(
      to_hex(hkdf_sha256(key, hex("000102030405060708090a0b0c"), hex("f0f1f2f3f4f5f6f7f8f9"), 42)),
      "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  EXPECT_EQ(to_hex(hkdf_sha256(key, {}, {}, 42)),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

TEST(EqualConstantTime, ComparesAll) {
  EXPECT_TRUE(equal_constant_time(as_view("same"), as_view("same")));
  EXPECT_FALSE(equal_constant_time(as_view("same"), as_view("samf")));
  EXPECT_FALSE(equal_constant_time(as_view("same"), as_view("sam")));
  EXPECT_TRUE(equal_constant_time({}, {}));
}

}  // namespace
}  // namespace belfry::crypto
