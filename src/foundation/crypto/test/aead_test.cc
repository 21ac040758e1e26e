#include "crypto/aead.h"

#include "gcm.h"
#include "hexadecimal.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace belfry::crypto {
namespace {

struct Vector {
  const char *key, *nonce, *associated, *plain, *sealed;
};

// Test cases 13, 14 and 16 of "The Galois/Counter Mode of Operation", which NIST published with
// SP 800-38D.
const Vector kVectors[] = {
    {"0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000",
     "", "", "530f8afbc74536b9a963b4f1c4cb738b"},
    {"0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000",
     "", "00000000000000000000000000000000",
     "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"},
    {"feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
     "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449"
     "a6b525b16aedf5aa0de657ba637b39",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056"
     "828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"}};

TEST(Aead, MatchesThePublishedVectors) {
  for (const Vector& vector : kVectors) {
    Buffer sealed =
        seal(hex(vector.key), hex(vector.nonce), hex(vector.associated), hex(vector.plain));
    EXPECT_EQ(to_hex(sealed), vector.sealed);
    auto plain = open(hex(vector.key), hex(vector.nonce), hex(vector.associated), sealed);
    EXPECT_EQ(to_hex(plain.value()), vector.plain);
  }
}

// Whoever moves a disk to another processor reads it there.
TEST(Aead, BothLibrariesWriteTheSameOctets) {
  const Gcm* fast = ipsec_mb_gcm();
#if defined(__x86_64__)
  const bool has_instructions = __builtin_cpu_supports("aes");
#else
  const bool has_instructions = false;
#endif
  ASSERT_EQ(fast != nullptr, has_instructions) << "the library fails its own test";
  // Where OpenSSL's is the only one, the other tests try it.
  if (fast == nullptr) return;
  Buffer octets(40'000);
  for (std::size_t i = 0; i < octets.size(); ++i) octets[i] = std::byte(i * 7 + i / 256);
  for (std::size_t size : {0, 1, 15, 16, 17, 255, 256, 257, 700, 4096, 4099, 39'000})
    for (std::size_t associated : {0, 1, 16, 40, 700}) {
      const GcmMessage message{View(octets).first(kKeyLength),
                               View(octets).subspan(50, kNonceLength),
                               View(octets).subspan(77, associated)};
      const View plain = View(octets).subspan(13, size);
      Buffer one(size), other(size), one_tag(kTagLength), other_tag(kTagLength);
      fast->seal(message, plain, one, one_tag);
      openssl_gcm().seal(message, plain, other, other_tag);
      ASSERT_EQ(one, other) << size << " " << associated;
      ASSERT_EQ(one_tag, other_tag) << size << " " << associated;
      ASSERT_TRUE(fast->open(message, other, other_tag, other));
      ASSERT_TRUE(openssl_gcm().open(message, one, one_tag, one));
      ASSERT_TRUE(std::ranges::equal(one, plain) && one == other) << size << " " << associated;
      one_tag[15] ^= std::byte{1};
      ASSERT_FALSE(fast->open(message, other, one_tag, other));
      ASSERT_FALSE(openssl_gcm().open(message, one, one_tag, one));
    }
}

TEST(Aead, OpensInPlace) {
  const Buffer key(kKeyLength, std::byte{1}), nonce(kNonceLength, std::byte{2});
  const Buffer plain(100'000, std::byte{3});
  Buffer octets = seal(key, nonce, {}, plain);
  const MutableView begin = MutableView(octets).first(plain.size());
  ASSERT_TRUE(open_into(key, nonce, {}, octets, begin));
  EXPECT_TRUE(std::ranges::equal(begin, plain));
  octets = seal(key, nonce, {}, plain);
  octets[50'000] ^= std::byte{1};
  EXPECT_FALSE(open_into(key, nonce, {}, octets, MutableView(octets).first(plain.size())));
  EXPECT_TRUE(std::ranges::all_of(View(octets).first(plain.size()),
                                  [](std::byte octet) { return octet == std::byte{0}; }));
}

TEST(Aead, RefusesEveryFlippedBit) {
  const Vector& vector = kVectors[2];
  const Buffer key = hex(vector.key), nonce = hex(vector.nonce);
  const Buffer associated = hex(vector.associated), sealed = hex(vector.sealed);
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    Buffer changed = sealed;
    changed[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    auto outcome = open(key, nonce, associated, changed);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().message(), "crypto.not_authentic");
  }
  EXPECT_FALSE(open(key, nonce, {}, sealed));
  EXPECT_FALSE(open(key, nonce, associated, View(sealed).first(15)));
  EXPECT_TRUE(open(key, nonce, associated, sealed)) << "a refusal must leave no state behind";
}

}  // namespace
}  // namespace belfry::crypto
