// RFC 6962 trees (section 2.1) in the tiles of C2SP tlog-tiles: 256 hashes of one level each.
#pragma once

#include "audit/ledger.h"
#include "base/bytes.h"
#include "base/result.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace belfry::audit {

inline constexpr unsigned kTileWidth = 256;

Hash leaf_hash(View leaf);
Hash node_hash(const Hash& left, const Hash& right);

// Where a tile is: `level` counts tiles, not tree levels.
struct TilePlace {
  unsigned level = 0;
  std::uint64_t index = 0;
  auto operator<=>(const TilePlace&) const = default;
};

using Hashes = std::vector<Hash>;

struct FullTile {
  TilePlace place;
  Hashes hashes;
};

// The right edge of a growing tree: its partial tiles, from which root and next tiles follow. At
// most 255 hashes a level.
class Edge {
 public:
  Edge() = default;
  // As it was, with what partial() said.
  Edge(std::uint64_t size, std::vector<Hashes> partial)
      : size_(size), partial_(std::move(partial)) {}
  // Adds a leaf; tiles that it fills are appended to `filled`.
  void add(const Hash& leaf, std::vector<FullTile>& filled);
  std::uint64_t size() const { return size_; }
  // The root of the tree; of the empty one SHA-256 of nothing.
  Hash root() const;
  // The partial tile of each level, from 0; empty ones among them.
  const std::vector<Hashes>& partial() const { return partial_; }

 private:
  std::uint64_t size_ = 0;
  std::vector<Hashes> partial_;
};

// The root of a full tile.
Hash tile_root(const Hashes& hashes);

// Gives at least `width` hashes of a tile. Errors are passed on.
using TileSource = std::function<Result<Hashes>(TilePlace place, unsigned width)>;

// The root of the first `size` leaves.
Result<Hash> root_of(std::uint64_t size, const TileSource& tiles);
// The audit path of leaf `index` in the tree of `size` leaves (RFC 6962, 2.1.1). Errors: invalid
// ("audit.no_such_leaf").
Result<Hashes> audit_path(std::uint64_t index, std::uint64_t size, const TileSource& tiles);
// Whether `path` proves that `leaf` has `index` in the tree of `size` leaves with `root`.
bool path_proves(const Hash& leaf, std::uint64_t index, std::uint64_t size, const Hashes& path,
                 const Hash& root);

// Proves that the tree of `old_size` leaves begins the one of `size` (RFC 6962, 2.1.2); empty when
// the first is empty or both are the same. `old_size` is at most `size`.
Result<Hashes> consistency_path(std::uint64_t old_size, std::uint64_t size,
                                const TileSource& tiles);
bool path_extends(std::uint64_t old_size, const Hash& old_root, std::uint64_t size,
                  const Hashes& path, const Hash& root);

}  // namespace belfry::audit
