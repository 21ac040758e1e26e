#include "tree.h"

#include "crypto/hash.h"
#include "tile_path.h"

#include <gtest/gtest.h>

#include <bit>
#include <map>

namespace belfry::audit {
namespace {

Hash leaf(std::uint64_t index) {
  return leaf_hash(as_view("leaf " + std::to_string(index)));
}

// RFC 6962, 2.1, word by word.
Hash plain_root(std::uint64_t begin, std::uint64_t end) {
  if (begin == end) return crypto::sha256({});
  if (end - begin == 1) return leaf(begin);
  const std::uint64_t left = std::bit_ceil(end - begin) / 2;
  return node_hash(plain_root(begin, begin + left), plain_root(begin + left, end));
}

// A tree whose filled tiles are kept.
struct Kept {
  Edge edge;
  std::map<TilePlace, Hashes> tiles;

  void grow(std::uint64_t size) {
    while (edge.size() < size) {
      std::vector<FullTile> filled;
      edge.add(leaf(edge.size()), filled);
      for (FullTile& tile : filled) tiles[tile.place] = std::move(tile.hashes);
    }
  }
  TileSource source() const {
    return [this](TilePlace place, unsigned width) -> Result<Hashes> {
      auto found = tiles.find(place);
      Hashes hashes = found != tiles.end() ? found->second : edge.partial()[place.level];
      if (hashes.size() < width) return fail(Code::kNotFound, "test.no_tile");
      return hashes;
    };
  }
};

TEST(Edge, HasTheRootOfRfc6962AtEachSize) {
  Kept kept;
  for (std::uint64_t size = 0; size <= 600; ++size) {
    kept.grow(size);
    ASSERT_EQ(kept.edge.root(), plain_root(0, size)) << size;
    ASSERT_EQ(root_of(size, kept.source()).value(), kept.edge.root()) << size;
  }
}

TEST(Edge, FillsTilesOfEveryLevel) {
  Kept kept;
  kept.grow(70'000);
  // The example of tlog-tiles: 273 full tiles and one of width 112, one of level 1 and 17 hashes,
  // one hash of level 2.
  EXPECT_EQ(kept.tiles.size(), 274u);
  EXPECT_EQ(kept.edge.partial()[0].size(), 112u);
  EXPECT_EQ(kept.edge.partial()[1].size(), 17u);
  EXPECT_EQ(kept.edge.partial()[2].size(), 1u);
  EXPECT_EQ(kept.edge.root(), plain_root(0, 70'000));
}

TEST(AuditPath, ProvesEachLeafAndNoOther) {
  Kept kept;
  kept.grow(600);
  for (std::uint64_t size : {1u, 2u, 3u, 255u, 256u, 257u, 511u, 600u}) {
    const Hash root = plain_root(0, size);
    for (std::uint64_t index = 0; index < size; index += index < 8 ? 1 : 31) {
      const Hashes path = audit_path(index, size, kept.source()).value();
      ASSERT_TRUE(path_proves(leaf(index), index, size, path, root)) << index << " of " << size;
      ASSERT_FALSE(path_proves(leaf(index + 1), index, size, path, root));
      if (size > 1) ASSERT_FALSE(path_proves(leaf(index), (index + 1) % size, size, path, root));
      Hashes longer = path;
      longer.push_back(root);
      ASSERT_FALSE(path_proves(leaf(index), index, size, longer, root));
    }
    EXPECT_FALSE(audit_path(size, size, kept.source()));
  }
}

TEST(TilePath, IsWrittenAndReadAsTlogTilesHasIt) {
  const TilePath large{Resource::kTile, {2, 1'234'067}};
  EXPECT_EQ(large.text(), "tile/2/x001/x234/067");
  const TilePath partial{Resource::kEntries, {0, 1000}, 17};
  EXPECT_EQ(partial.text(), "tile/entries/x001/000.p/17");
  EXPECT_EQ(partial.partial_folder(), "tile/entries/x001/000.p");
  const TilePath destroyed{.resource = Resource::kDestroyed};
  for (const TilePath& path : {large, partial, TilePath{}, destroyed}) {
    const TilePath read = parse_tile_path(path.text()).value();
    EXPECT_EQ(read.text(), path.text());
    EXPECT_EQ(read.place, path.place);
  }
  for (const char* text : {"",
                           "tile",
                           "tile/",
                           "tile/0",
                           "tile/0/",
                           "tile/0/0",
                           "tile/0/000.p/0",
                           "tile/0/000.p/256",
                           "tile/0/000.p/01",
                           "tile/0/x000/001",
                           "tile/64/000",
                           "tile/00/000",
                           "tile/0/000/001",
                           "tile/0/x001",
                           "tile/entries/..",
                           "tile/0/000.p",
                           "checkpoint/",
                           "tile/-1/000",
                           "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
                           "destroyed/"})
    EXPECT_FALSE(parse_tile_path(text)) << text;
}

}  // namespace
}  // namespace belfry::audit
