#include "key_file.h"

#include "hexadecimal.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace belfry::crypto {
namespace {

const Buffer kMaster = hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
const Buffer kNonce = hex("a0a1a2a3a4a5a6a7a8a9aaab");

StoredKey key(std::int64_t id, KeyPurpose purpose, std::uint32_t version) {
  return {{{id},
           {7},
           purpose,
           version,
           from_us(1'767'225'600'000'000),
           Buffer(kKeyLength, static_cast<std::byte>(id))},
          true};
}

// The file that docs/formats/keystore.md describes octet by octet.
KeyFile golden() {
  KeyFile file{5, {key(1, KeyPurpose::kObjects, 1), key(2, KeyPurpose::kAuditMonth, 24312)}};
  file.keys[1].confirmed = false;
  file.keys.push_back(key(3, KeyPurpose::kObjects, 2));
  file.keys[2].destroyed = true;
  file.keys[2].key.secret.clear();
  return file;
}

void expect_equal(const KeyFile& a, const KeyFile& b) {
  EXPECT_EQ(a.generation, b.generation);
  ASSERT_EQ(a.keys.size(), b.keys.size());
  for (std::size_t i = 0; i < a.keys.size(); ++i) {
    EXPECT_EQ(a.keys[i].key.id, b.keys[i].key.id);
    EXPECT_EQ(a.keys[i].key.tenant, b.keys[i].key.tenant);
    EXPECT_EQ(a.keys[i].key.purpose, b.keys[i].key.purpose);
    EXPECT_EQ(a.keys[i].key.version, b.keys[i].key.version);
    EXPECT_EQ(a.keys[i].key.created, b.keys[i].key.created);
    EXPECT_EQ(a.keys[i].key.secret, b.keys[i].key.secret);
    EXPECT_EQ(a.keys[i].confirmed, b.keys[i].confirmed);
    EXPECT_EQ(a.keys[i].destroyed, b.keys[i].destroyed);
  }
}

TEST(KeyFile, TheGoldenFileIsWrittenAndReadToThisDay) {
  const std::string path =
      std::string(std::getenv("BELFRY_SOURCE")) + "/docs/formats/golden/keystore/keystore-1";
  std::ifstream in(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  EXPECT_EQ(to_hex(as_view(text)), to_hex(encode_key_file(golden(), kMaster, kNonce)));
  expect_equal(decode_key_file(as_view(text), kMaster).value(), golden());
}

TEST(KeyFile, EveryFlippedBitIsRefused) {
  const Buffer octets = encode_key_file(golden(), kMaster, kNonce);
  for (std::size_t bit = 0; bit < octets.size() * 8; ++bit) {
    Buffer changed = octets;
    changed[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    ASSERT_FALSE(decode_key_file(changed, kMaster)) << bit;
  }
  for (std::size_t length = 0; length < octets.size(); ++length)
    ASSERT_FALSE(decode_key_file(View(octets).first(length), kMaster)) << length;
}

TEST(KeyFile, AnotherMasterKeyIsNamed) {
  const Buffer octets = encode_key_file(golden(), kMaster, kNonce);
  EXPECT_EQ(decode_key_file(octets, Buffer(32, std::byte{1})).error().message(),
            "keystore.other_master_key");
}

TEST(KeyFile, MergingLosesNoKeyAndRevivesNone) {
  KeyFile one{3, {key(1, KeyPurpose::kObjects, 1), key(2, KeyPurpose::kObjects, 2)}};
  KeyFile other{9, {key(2, KeyPurpose::kObjects, 2), key(4, KeyPurpose::kObjects, 3)}};
  one.keys[0].confirmed = false;
  other.keys[0].destroyed = true;
  other.keys[0].key.secret.clear();
  for (const KeyFile& merged : {merge(one, other), merge(other, one)}) {
    EXPECT_EQ(merged.generation, 9u);
    ASSERT_EQ(merged.keys.size(), 3u);
    for (const StoredKey& stored : merged.keys) {
      EXPECT_EQ(stored.destroyed, stored.key.id.value == 2);
      EXPECT_EQ(stored.key.secret.empty(), stored.key.id.value == 2);
      EXPECT_EQ(stored.confirmed, stored.key.id.value != 1);
    }
  }
}

}  // namespace
}  // namespace belfry::crypto
