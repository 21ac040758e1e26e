#include "round.h"

#include "audit/root_proof.h"
#include "note.h"
#include "tree.h"

#include <gtest/gtest.h>

#include <set>

namespace belfry::audit {
namespace {

std::vector<std::string> texts_of(std::size_t count) {
  std::vector<std::string> texts;
  texts.reserve(count);
  for (std::size_t i = 0; i < count; ++i)
    texts.push_back(checkpoint_text("belfry.example/tenant/" + std::to_string(i), i + 1, {}));
  return texts;
}

TEST(RoundTest, OpensToEachCheckpointAndToNoOther) {
  auto random = make_seeded_random(4);
  for (std::size_t count : {std::size_t{1}, std::size_t{3}, std::size_t{256}, std::size_t{257}}) {
    const auto texts = texts_of(count);
    const Round round = make_round(texts, *random);
    ASSERT_EQ(round.openings.size(), count);
    std::set<std::uint64_t> slots;
    for (std::size_t i = 0; i < count; ++i) {
      slots.insert(round.openings[i].slot);
      ASSERT_TRUE(opens(round.openings[i], texts[i], round.leaf.octets)) << i;
      ASSERT_FALSE(opens(round.openings[i], texts[(i + 1) % count] + "x", round.leaf.octets));
      Opening other = round.openings[i];
      other.salt[0] ^= std::byte{1};
      ASSERT_FALSE(opens(other, texts[i], round.leaf.octets));
      other = round.openings[i];
      other.slot ^= 1;
      ASSERT_FALSE(opens(other, texts[i], round.leaf.octets));
    }
    EXPECT_EQ(slots.size(), count) << "a slot has one checkpoint";
  }
}

// Whoever has no opening learns nothing: same length, and no octet that the checkpoint decides.
TEST(RoundTest, TellsNeitherWhoseNorHowManyNorHowLarge) {
  auto random = make_seeded_random(4);
  const Round one = make_round(texts_of(1), *random), many = make_round(texts_of(200), *random);
  EXPECT_EQ(one.leaf.octets.size(), many.leaf.octets.size());
  EXPECT_EQ(one.openings[0].path.size(), many.openings[0].path.size());
  const Round again = make_round(texts_of(1), *random);
  EXPECT_NE(slots_root(one.leaf.octets).value(), slots_root(again.leaf.octets).value())
      << "the same checkpoint gives another leaf each time: it cannot be guessed";
}

TEST(RoundTest, RefusesOtherLeaves) {
  auto random = make_seeded_random(4);
  Buffer leaf = make_round(texts_of(1), *random).leaf.octets;
  EXPECT_TRUE(slots_root(leaf));
  leaf.push_back({});
  EXPECT_EQ(slots_root(leaf).error().message(), "audit.leaf_malformed");
  leaf.resize(20);
  EXPECT_EQ(slots_root(leaf).error().message(), "audit.leaf_malformed");
  leaf = make_round(texts_of(1), *random).leaf.octets;
  leaf[1] = std::byte{1};
  EXPECT_EQ(slots_root(leaf).error().message(), "audit.leaf_unknown");
}

TEST(ConsistencyTest, HoldsForEachPairOfSizesAndForNoOther) {
  std::vector<Hash> leaves(70);
  auto random = make_seeded_random(9);
  for (Hash& leaf : leaves) random->fill(leaf);
  const TileSource tiles = [&](TilePlace, unsigned) -> Result<Hashes> { return leaves; };
  for (std::uint64_t size = 0; size <= leaves.size(); ++size)
    for (std::uint64_t old_size = 0; old_size <= size; ++old_size) {
      const Hash root = root_of(size, tiles).value(), old_root = root_of(old_size, tiles).value();
      Hashes path = consistency_path(old_size, size, tiles).value();
      ASSERT_TRUE(path_extends(old_size, old_root, size, path, root)) << old_size << " " << size;
      Hash other = root;
      other[3] ^= std::byte{1};
      if (old_size > 0) {
        ASSERT_FALSE(path_extends(old_size, old_root, size, path, other));
        ASSERT_FALSE(path_extends(old_size, other, size, path, root));
      }
      path.push_back(other);
      ASSERT_FALSE(path_extends(old_size, old_root, size, path, root));
      path.pop_back();
      if (path.empty()) continue;
      path.pop_back();
      ASSERT_FALSE(path_extends(old_size, old_root, size, path, root)) << old_size << " " << size;
    }
  EXPECT_FALSE(consistency_path(71, 70, tiles));
}

TEST(RootProofTest, ComesBackFromItsText) {
  RootProof proof;
  proof.checkpoint = "a\n1\nb\n\n";
  proof.slot = 7;
  proof.slots = 256;
  proof.slot_path = {Hash{std::byte{1}}, Hash{}};
  proof.leaf = Buffer(50, std::byte{2});
  proof.index = 9;
  proof.path = {Hash{std::byte{3}}};
  proof.root_checkpoint = "note";
  proof.root_key = "k";
  proof.witness_keys = {"w"};
  const std::string text = proof.encode();
  EXPECT_EQ(RootProof::decode(text).value().encode(), text);
  for (const std::string& bad :
       {std::string(""), std::string("[]"), std::string("{}"), text.substr(0, text.size() - 1)})
    EXPECT_EQ(RootProof::decode(bad).error().message(), "audit.root_proof_malformed") << bad;
  for (const auto& [from, to] :
       {std::pair{"\"slot\": 7", "\"slot\": -7"}, std::pair{"\"slot\": 7", "\"slot\": \"7\""},
        std::pair{"\"index\": 9", "\"index\": 9.5"}, std::pair{"\"w\"", "null"}}) {
    std::string changed = text;
    changed.replace(changed.find(from), std::string_view(from).size(), to);
    EXPECT_FALSE(RootProof::decode(changed)) << to;
  }
}

}  // namespace
}  // namespace belfry::audit
