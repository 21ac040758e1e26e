#include "vault_format.h"

#include "base/text_encoding.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace belfry::audit {
namespace {

Buffer counting(std::size_t length, unsigned from) {
  Buffer octets(length);
  for (std::size_t i = 0; i < length; ++i) octets[i] = std::byte(from + i);
  return octets;
}

VaultNonce nonce() {
  VaultNonce nonce;
  std::ranges::copy(counting(nonce.size(), 0xa0), nonce.begin());
  return nonce;
}

crypto::Key hold_key() {
  return {{42}, {7}, crypto::KeyPurpose::kHold, 1, from_us(1'767'225'600'000'000), counting(32, 0)};
}

// What docs/formats/vault.md describes octet by octet.
HoldTerms golden_terms() {
  HoldTerms terms{.reason = "court order 12",
                  .by = {{1}, {5}, "berta"},
                  .placed = from_us(1'767'225'600'000'001)};
  terms.filter.from = from_us(1'767'000'000'000'000);
  terms.filter.actor = "ada";
  terms.filter.resource = "arn:aws:s3:::photos/";
  terms.filter.outcome = Outcome::kFailure;
  terms.filter.event_class = 6003;
  terms.filter.details = {{"policy", "none"}};
  return terms;
}

VaultPiece golden_piece() {
  return {.from = {3, 0},
          .until = {300, 2},
          .events_before = 9,
          .leaves = {{17, {0, 4}, counting(100, 1), counting(32, 64)},
                     {299, {0}, counting(110, 2), counting(32, 96)}}};
}

Buffer golden(const std::string& name) {
  std::ifstream in(std::string(std::getenv("BELFRY_SOURCE")) + "/docs/formats/golden/vault/" + name,
                   std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  return to_buffer(text);
}

TEST(VaultFormat, TheGoldenFilesAreWrittenAndReadToThisDay) {
  EXPECT_EQ(to_hex(golden("hold-1")), to_hex(encode_terms(hold_key(), golden_terms(), nonce())));
  EXPECT_EQ(to_hex(golden("piece-1")), to_hex(encode_piece(hold_key(), golden_piece(), nonce())));
  const HoldTerms terms = decode_terms(hold_key(), golden("hold-1")).value();
  EXPECT_EQ(to_hex(encode_terms(hold_key(), terms, nonce())), to_hex(golden("hold-1")));
  EXPECT_EQ(terms.reason, "court order 12");
  EXPECT_EQ(terms.by.name, "berta");
  EXPECT_EQ(terms.filter.event_class, 6003u);
  EXPECT_FALSE(terms.filter.until);
  const VaultPiece piece = decode_piece(hold_key(), golden("piece-1")).value();
  EXPECT_EQ(to_hex(encode_piece(hold_key(), piece, nonce())), to_hex(golden("piece-1")));
  EXPECT_EQ(piece.events(), 3u);
  EXPECT_EQ(piece.leaves[0].parts, (std::vector<std::uint32_t>{0, 4}));
}

TEST(VaultFormat, EveryFlippedBitAndEveryCutIsRefused) {
  const Buffer octets = encode_piece(hold_key(), golden_piece(), nonce());
  for (std::size_t bit = 0; bit < octets.size() * 8; ++bit) {
    Buffer changed = octets;
    changed[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    ASSERT_FALSE(decode_piece(hold_key(), changed)) << bit;
    ASSERT_FALSE(is_whole_vault_file(changed)) << bit;
  }
  for (std::size_t length = 0; length < octets.size(); ++length)
    ASSERT_FALSE(decode_piece(hold_key(), View(octets).first(length))) << length;
}

// A file in the folder of another hold, or under another key, is none of it.
TEST(VaultFormat, AFileBelongsToOneHold) {
  const Buffer octets = encode_terms(hold_key(), golden_terms(), nonce());
  const auto refused = [&](auto change) {
    crypto::Key key = hold_key();
    change(key);
    auto terms = decode_terms(key, octets);
    return !terms && terms.error().message() == "audit.vault_malformed";
  };
  EXPECT_TRUE(refused([](crypto::Key& key) { key.id.value = 43; }));
  EXPECT_TRUE(refused([](crypto::Key& key) { key.tenant.value = 8; }));
  EXPECT_TRUE(refused([](crypto::Key& key) { key.secret[0] ^= std::byte{1}; }));
  EXPECT_FALSE(decode_piece(hold_key(), octets)) << "terms are no piece";
}

}  // namespace
}  // namespace belfry::audit
