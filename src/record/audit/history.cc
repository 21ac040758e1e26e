#include "audit/history.h"

#include "tile_path.h"
#include "tree.h"

#include <algorithm>

namespace belfry::audit {

Task<bool> begins_with(Ledger& ledger, TenantId tenant, Earlier earlier) {
  if (earlier.size == 0) co_return true;
  CO_TRY(const Checkpoint now, co_await ledger.checkpoint(tenant));
  if (now.size < earlier.size) co_return false;
  // The path of its last leaf in the tree of that size leads to the root of that tree as the tiles
  // have it now.
  const std::uint64_t last = earlier.size - 1;
  const auto width = unsigned(last % kTileWidth) + 1;
  const TilePath place{Resource::kTile, {0, last / kTileWidth}, width};
  CO_TRY(const Buffer tile, co_await ledger.tile(tenant, place.text()));
  if (tile.size() < width * sizeof(Hash)) co_return false;
  Hash leaf;
  std::ranges::copy(View(tile).subspan((width - 1) * sizeof(Hash), sizeof(Hash)), leaf.begin());
  CO_TRY(const Hashes path, co_await ledger.inclusion_proof(tenant, last, earlier.size));
  co_return path_proves(leaf, last, earlier.size, path, earlier.root);
}

}  // namespace belfry::audit
