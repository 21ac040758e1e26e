// Looking after the logs' files, which the journal cannot make again once it is pruned: every copy
// is read and compared with the tree, and a bad one is replaced from another disk.
#include "ledger_core.h"

#include <algorithm>

namespace belfry::audit {

namespace {

// Bundles at a time: a disk that turns has other things to do.
constexpr int kAtOnce = 16;

}  // namespace

Result<unsigned> Core::mend_tile(TenantId tenant, TilePlace place) {
  const auto above = unsigned(place.index % kTileWidth);
  TRY(const Hashes parent,
      tile_hashes(tenant, {place.level + 1, place.index / kTileWidth}, above + 1));
  const auto good = [&](View octets) {
    const auto hashes = parse_tile(octets);
    return hashes && hashes->size() == kTileWidth && tile_root(*hashes) == parent[above];
  };
  return files_.mend(tenant, TilePath{Resource::kTile, place}.text(), good);
}

Result<unsigned> Core::mend_bundle(TenantId tenant, std::uint64_t index, unsigned width) {
  TRY(const Hashes hashes, tile_hashes(tenant, {0, index}, width));
  const auto good = [&](View octets) {
    const auto entries = split_bundle(octets);
    return entries && std::ranges::equal(*entries, hashes, {}, leaf_hash);
  };
  const TilePath path{Resource::kEntries, {0, index}, width};
  auto mended = files_.mend(tenant, path.text(), good);
  std::unique_lock lock(mutex_);
  if (index >= logs_[tenant].removed()) return mended;
  lock.unlock();
  // It was removed meanwhile.
  files_.remove(tenant, path.text());
  return 0;
}

// The tiles that the bundle is the last one of.
Result<unsigned> Core::mend_above(TenantId tenant, std::uint64_t bundle) {
  unsigned mended = 0;
  TilePlace place{0, bundle};
  while (place.index % kTileWidth == kTileWidth - 1) {
    place = {place.level + 1, place.index / kTileWidth};
    TRY(unsigned more, mend_tile(tenant, place));
    mended += more;
  }
  return mended;
}

// One that has rotted is replaced by the next.
bool Core::are_savepoints_whole() {
  for (std::size_t disk = 0; disk < files_.disk_count(); ++disk) {
    auto octets = files_.read_savepoint(disk);
    if (octets ? !decode_savepoint(*octets) : saved_ != 0) return false;
  }
  return true;
}

// False: that was all. A bundle that no disk has is passed over: whoever reads it is told.
bool Core::mend_next() {
  auto& [tenant, bundle] = mended_;
  bool is_full = false, is_deleted = false, is_removed = false;
  {
    std::lock_guard lock(mutex_);
    const auto found = logs_.lower_bound(tenant);
    if (found == logs_.end()) return false;
    if (found->first != tenant) mended_ = {found->first, 0};
    is_full = (bundle + 1) * kTileWidth <= found->second.entries_from();
    is_deleted = bundle < found->second.deleted();
    is_removed = bundle < found->second.removed();
  }
  if (!is_full) {
    mended_ = {{tenant.value + 1}, 0};
    return true;
  }
  if (bundle == 0) {
    std::lock_guard publishing(publishing_);
    std::ignore = compare_told(tenant);
  }
  std::ignore = mend_above(tenant, bundle);
  std::ignore = mend_tile(tenant, {0, bundle});
  if (!is_deleted) std::ignore = mend_bundle(tenant, bundle, kTileWidth);
  // What a disk did not let go at the time.
  if (is_removed)
    files_.remove(tenant, TilePath{Resource::kEntries, {0, bundle}, kTileWidth}.text());
  ++bundle;
  return true;
}

void Core::mend_some() {
  if (clock_.monotonic() < mend_again_) return;
  for (int i = 0; i < kAtOnce && !stopping_; ++i) {
    if (mend_next()) continue;
    mended_ = {};
    mend_again_ = clock_.monotonic() + options_.mend_period;
    const bool whole = are_savepoints_whole();
    std::lock_guard lock(mutex_);
    save_wanted_ |= !whole;
    return;
  }
}

}  // namespace belfry::audit
