#include "key_file.h"

#include "hexadecimal.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace belfry::crypto {
namespace {

const Buffer kMaster = hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
const std::vector<Buffer> kSeals = {
    hex("404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f")};
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

// What the first two formats have.
KeyFile golden_before_holds() {
  KeyFile file{5, {key(1, KeyPurpose::kObjects, 1), key(2, KeyPurpose::kAuditMonth, 24312)}};
  file.keys[1].confirmed = false;
  file.keys.push_back(key(3, KeyPurpose::kObjects, 2));
  file.keys[2].destroyed = true;
  file.keys[2].key.secret.clear();
  return file;
}

// The file that docs/formats/keystore.md describes octet by octet.
KeyFile golden() {
  KeyFile file = golden_before_holds();
  file.keys.push_back(key(4, KeyPurpose::kHold, 1));
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

std::string golden_text(const std::string& name) {
  const std::string path =
      std::string(std::getenv("BELFRY_SOURCE")) + "/docs/formats/golden/keystore/" + name;
  std::ifstream in(path, std::ios::binary);
  return {(std::istreambuf_iterator<char>(in)), {}};
}

TEST(KeyFile, TheGoldenFileIsWrittenAndReadToThisDay) {
  const std::string text = golden_text("keystore-3");
  EXPECT_EQ(to_hex(as_view(text)), to_hex(encode_key_file(golden(), kMaster, kSeals[0], kNonce)));
  const KeyFile read = decode_key_file(as_view(text), kMaster, kSeals).value();
  expect_equal(read, golden());
  EXPECT_TRUE(read.current);
}

TEST(KeyFile, TheFirstFormatIsReadAndNotCurrent) {
  const KeyFile read = decode_key_file(as_view(golden_text("keystore-1")), kMaster, kSeals).value();
  expect_equal(read, golden_before_holds());
  EXPECT_FALSE(read.current);
  EXPECT_TRUE(decode_key_file(as_view(golden_text("keystore-1")), kMaster, {}));
}

TEST(KeyFile, TheSecondFormatIsReadAndNotCurrent) {
  const KeyFile read = decode_key_file(as_view(golden_text("keystore-2")), kMaster, kSeals).value();
  expect_equal(read, golden_before_holds());
  EXPECT_FALSE(read.current) << "it is to be written as the third";
}

TEST(KeyFile, MonthsAndHoldsStayClosedWithoutTheirSealAndAllElseOpens) {
  const Buffer octets = encode_key_file(golden(), kMaster, kSeals[0], kNonce);
  const std::vector<Buffer> others = {Buffer(32, std::byte{1}), Buffer(32, std::byte{2})};
  for (Seals seals : {Seals(), Seals(others)}) {
    const KeyFile read = decode_key_file(octets, kMaster, seals).value();
    EXPECT_EQ(read.months_closed, 2u);
    EXPECT_FALSE(read.current);
    ASSERT_EQ(read.keys.size(), 2u);
    EXPECT_EQ(read.keys[0].key.id.value, 1);
    EXPECT_EQ(read.keys[1].key.id.value, 3);
  }
  std::vector<Buffer> changing = {kSeals[0], others[0]};
  const KeyFile read = decode_key_file(octets, kMaster, changing).value();
  expect_equal(read, golden());
  EXPECT_FALSE(read.current) << "it is to be written under the next seal";
}

TEST(KeyFile, EveryFlippedBitIsRefused) {
  const Buffer octets = encode_key_file(golden(), kMaster, kSeals[0], kNonce);
  for (std::size_t bit = 0; bit < octets.size() * 8; ++bit) {
    Buffer changed = octets;
    changed[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    ASSERT_FALSE(decode_key_file(changed, kMaster, kSeals)) << bit;
  }
  for (std::size_t length = 0; length < octets.size(); ++length)
    ASSERT_FALSE(decode_key_file(View(octets).first(length), kMaster, kSeals)) << length;
}

TEST(KeyFile, AnotherMasterKeyIsNamed) {
  const Buffer octets = encode_key_file(golden(), kMaster, kSeals[0], kNonce);
  EXPECT_EQ(decode_key_file(octets, Buffer(32, std::byte{1}), kSeals).error().message(),
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
