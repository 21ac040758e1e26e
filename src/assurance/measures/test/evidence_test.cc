#include "evidence.h"

#include "base/text_encoding.h"

#include <gtest/gtest.h>

namespace belfry::measures {
namespace {

std::vector<crypto::Digest> leaves(std::size_t count) {
  std::vector<crypto::Digest> out;
  out.reserve(count);
  for (std::size_t i = 0; i < count; ++i)
    out.push_back(leaf_hash(Salt{std::byte(i)}, {"server-" + std::to_string(i), true, "", {}}));
  return out;
}

TEST(Tree, OfNothingIsTheHashOfNothing) {
  EXPECT_EQ(to_hex(tree_root({})),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Tree, EveryPathLeadsToTheRoot) {
  for (std::size_t size = 1; size <= 20; ++size) {
    auto all = leaves(size);
    for (std::size_t i = 0; i < size; ++i) {
      auto path = tree_path(all, i);
      EXPECT_EQ(root_from(all[i], i, size, path), tree_root(all)) << size << " " << i;
      crypto::Digest other = all[i];
      other[0] ^= std::byte{1};
      EXPECT_NE(root_from(other, i, size, path), tree_root(all));
    }
  }
}

// Computed apart, with Python's hashlib, from docs/formats/measure.md.
TEST(Leaf, HasItsFixedForm) {
  Salt salt{};
  salt.fill(std::byte{0x11});
  EvaluatedRow row{"par1-s1", false, "2 supplies, all on par1-segment-a", TenantId{7}};
  EXPECT_EQ(to_hex(leaf_hash(salt, row)),
            "bb9ade2635eff2d8d7a28a4866ea92488ad6c2f0d41132679b4ceb4133dec26c");
}

TEST(Leaf, DependsOnEveryField) {
  Salt salt{};
  EvaluatedRow row{"a", true, "b", TenantId{1}};
  auto before = leaf_hash(salt, row);
  for (const EvaluatedRow& other :
       {EvaluatedRow{"ab", true, "", TenantId{1}}, EvaluatedRow{"a", false, "b", TenantId{1}},
        EvaluatedRow{"a", true, "c", TenantId{1}}, EvaluatedRow{"a", true, "b", TenantId{2}}})
    EXPECT_NE(leaf_hash(salt, other), before);
  salt[15] = std::byte{1};
  EXPECT_NE(leaf_hash(salt, row), before);
}

}  // namespace
}  // namespace belfry::measures
