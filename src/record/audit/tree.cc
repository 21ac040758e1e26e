#include "tree.h"

#include "base/ensure.h"
#include "crypto/hash.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>
#include <span>

namespace belfry::audit {

namespace {

constexpr unsigned kTileBits = 8;

// The root over a power of two of hashes.
Hash perfect_root(std::span<const Hash> hashes) {
  ENSURE(std::has_single_bit(hashes.size()));
  Hashes level(hashes.begin(), hashes.end());
  while (level.size() > 1) {
    for (std::size_t i = 0; i < level.size() / 2; ++i)
      level[i] = node_hash(level[2 * i], level[2 * i + 1]);
    level.resize(level.size() / 2);
  }
  return level[0];
}

// The root of leaves [begin, end); `begin` is a multiple of the smallest power of two that is not
// less than their number.
Result<Hash> range_root(std::uint64_t begin, std::uint64_t end, const TileSource& tiles) {
  const std::uint64_t count = end - begin;
  if (!std::has_single_bit(count)) {
    const std::uint64_t left = std::bit_floor(count);
    TRY(Hash a, range_root(begin, begin + left, tiles));
    TRY(Hash b, range_root(begin + left, end, tiles));
    return node_hash(a, b);
  }
  const auto height = unsigned(std::countr_zero(count));
  const unsigned level = height / kTileBits;
  const unsigned width = 1u << height % kTileBits;
  const std::uint64_t first = begin >> level * kTileBits;
  const auto offset = unsigned(first % kTileWidth);
  TRY(Hashes hashes, tiles({level, first / kTileWidth}, offset + width));
  if (hashes.size() < offset + width) return fail(Code::kCorrupt, "audit.tile_malformed");
  return perfect_root(std::span(hashes).subspan(offset, width));
}

}  // namespace

Hash leaf_hash(View leaf) {
  Buffer prefixed(1 + leaf.size());
  prefixed[0] = std::byte{0};
  if (!leaf.empty()) std::memcpy(prefixed.data() + 1, leaf.data(), leaf.size());
  return crypto::sha256(prefixed);
}

Hash node_hash(const Hash& left, const Hash& right) {
  std::array<std::byte, 65> both;
  both[0] = std::byte{1};
  std::memcpy(both.data() + 1, left.data(), 32);
  std::memcpy(both.data() + 33, right.data(), 32);
  return crypto::sha256(both);
}

Hash tile_root(const Hashes& hashes) {
  return perfect_root(hashes);
}

void Edge::add(const Hash& leaf, std::vector<FullTile>& filled) {
  Hash hash = leaf;
  const std::uint64_t index = size_++;
  for (unsigned level = 0;; ++level) {
    if (partial_.size() == level) partial_.emplace_back();
    Hashes& tile = partial_[level];
    tile.push_back(hash);
    if (tile.size() < kTileWidth) return;
    hash = tile_root(tile);
    filled.push_back({{level, index >> kTileBits * (level + 1)}, std::move(tile)});
    tile.clear();
  }
}

Hash Edge::root() const {
  std::optional<Hash> root;
  for (const Hashes& tile : partial_) {
    // From the right: the perfect subtrees that the binary digits of the width stand for.
    std::size_t end = tile.size();
    for (std::size_t width = 1; end > 0; width *= 2) {
      if ((tile.size() & width) == 0) continue;
      const Hash left = perfect_root(std::span(tile).subspan(end - width, width));
      root = root ? node_hash(left, *root) : left;
      end -= width;
    }
  }
  return root ? *root : crypto::sha256({});
}

Result<Hash> root_of(std::uint64_t size, const TileSource& tiles) {
  if (size == 0) return crypto::sha256({});
  return range_root(0, size, tiles);
}

Result<Hashes> audit_path(std::uint64_t index, std::uint64_t size, const TileSource& tiles) {
  if (index >= size)
    return fail(Code::kInvalid, "audit.no_such_leaf", {{"index", std::to_string(index)}});
  Hashes path;
  std::uint64_t begin = 0, end = size;
  while (end - begin > 1) {
    const std::uint64_t middle = begin + std::bit_ceil(end - begin) / 2;
    const bool left = index < middle;
    TRY(Hash sibling, left ? range_root(middle, end, tiles) : range_root(begin, middle, tiles));
    path.insert(path.begin(), sibling);
    (left ? end : begin) = middle;
  }
  return path;
}

// RFC 9162, 2.1.3.2.
bool path_proves(const Hash& leaf, std::uint64_t index, std::uint64_t size, const Hashes& path,
                 const Hash& root) {
  if (index >= size) return false;
  std::uint64_t node = index, last = size - 1;
  Hash hash = leaf;
  for (const Hash& sibling : path) {
    if (last == 0) return false;
    if ((node & 1) != 0 || node == last) {
      hash = node_hash(sibling, hash);
      while ((node & 1) == 0 && node != 0) node >>= 1, last >>= 1;
    } else {
      hash = node_hash(hash, sibling);
    }
    node >>= 1, last >>= 1;
  }
  return last == 0 && hash == root;
}

Result<Hashes> consistency_path(std::uint64_t old_size, std::uint64_t size,
                                const TileSource& tiles) {
  if (old_size > size)
    return fail(Code::kInvalid, "audit.no_such_leaf", {{"index", std::to_string(old_size)}});
  Hashes path;
  if (old_size == 0) return path;
  std::uint64_t begin = 0, end = size;
  while (old_size != end) {
    const std::uint64_t middle = begin + std::bit_ceil(end - begin) / 2;
    const bool left = old_size <= middle;
    TRY(Hash sibling, left ? range_root(middle, end, tiles) : range_root(begin, middle, tiles));
    path.push_back(sibling);
    (left ? end : begin) = middle;
  }
  // The old tree's last subtree, unless it is the old tree itself, whose root is known.
  if (begin != 0) {
    TRY(Hash last, range_root(begin, end, tiles));
    path.push_back(last);
  }
  std::ranges::reverse(path);
  return path;
}

// RFC 9162, 2.1.4.2.
bool path_extends(std::uint64_t old_size, const Hash& old_root, std::uint64_t size,
                  const Hashes& path, const Hash& root) {
  if (old_size > size) return false;
  if (old_size == 0) return path.empty() && old_root == crypto::sha256({});
  if (old_size == size) return path.empty() && old_root == root;
  std::uint64_t node = old_size - 1, last = size - 1;
  while ((node & 1) != 0) node >>= 1, last >>= 1;
  const bool whole = std::has_single_bit(old_size);
  if (!whole && path.empty()) return false;
  Hash old_hash = whole ? old_root : path[0], hash = old_hash;
  for (std::size_t i = whole ? 0 : 1; i < path.size(); ++i) {
    if (last == 0) return false;
    if ((node & 1) != 0 || node == last) {
      old_hash = node_hash(path[i], old_hash);
      hash = node_hash(path[i], hash);
      while ((node & 1) == 0 && node != 0) node >>= 1, last >>= 1;
    } else {
      hash = node_hash(hash, path[i]);
    }
    node >>= 1, last >>= 1;
  }
  return last == 0 && old_hash == old_root && hash == root;
}

}  // namespace belfry::audit
