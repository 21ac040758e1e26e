#include "tenant_log.h"

#include "base/ensure.h"

#include <algorithm>

namespace belfry::audit {

namespace {

// Of a bundle that a savepoint has: whatever is left of the journal may have its leaves.
constexpr segments::Sequence kAnyRecord = 1;

}  // namespace

TenantLog::TenantLog(SavedLog saved, Timestamp written)
    : edge_(std::move(saved.edge)),
      entries_from_(edge_.size()),
      published_(edge_.size()),
      deleted_(saved.deleted),
      removed_(saved.removed) {
  // Those before count for nothing but that they are older.
  const Timestamp oldest = saved.bundles.empty() ? written : saved.bundles.front().written;
  bundles_.assign(deleted_, {oldest, kAnyRecord, 0});
  for (const SavedBundle& bundle : saved.bundles)
    bundles_.push_back({bundle.written, kAnyRecord, bundle.octets});
}

SavedLog TenantLog::save(TenantId tenant, segments::Sequence savepoint) {
  hold(savepoint, size());
  SavedLog saved{.tenant = tenant, .deleted = deleted_, .removed = removed_, .edge = edge_};
  for (std::size_t i = deleted_; i < bundles_.size(); ++i)
    saved.bundles.push_back({bundles_[i].written, std::uint32_t(bundles_[i].octets)});
  return saved;
}

std::vector<std::uint64_t> TenantLog::held() const {
  std::vector<std::uint64_t> sizes;
  sizes.reserve(held_.size());
  for (const auto& [savepoint, size] : held_) sizes.push_back(size);
  return sizes;
}

std::vector<std::uint64_t> TenantLog::release_all_but(
    const std::set<segments::Sequence>& savepoints) {
  std::set<std::uint64_t> released, kept;
  std::erase_if(held_, [&](const auto& one) {
    const bool goes = !savepoints.contains(one.first);
    (goes ? released : kept).insert(one.second);
    return goes;
  });
  std::erase_if(released, [&](std::uint64_t size) { return kept.contains(size); });
  return {released.begin(), released.end()};
}

void TenantLog::add(Entry entry, Timestamp written, segments::Sequence sequence) {
  if (edge_.size() % kTileWidth == 0)
    bundles_.push_back(
        {bundles_.empty() ? written : std::max(bundles_.back().written, written), sequence});
  bundles_.back().written = std::max(bundles_.back().written, written);
  std::vector<FullTile> filled;
  edge_.add(leaf_hash(*entry), filled);
  for (FullTile& tile : filled) tiles_.emplace(tile.place, std::move(tile.hashes));
  octets_ += entry->size();
  bundles_.back().octets += entry->size();
  entries_.push_back(std::move(entry));
}

Publication TenantLog::publication(TenantId tenant) const {
  return {tenant, size(), edge_.root(), edge_.partial(), tiles_, entries_from_, entries_, held()};
}

void TenantLog::published(const Publication& done, Forget forget) {
  for (const auto& [place, hashes] : done.tiles) tiles_.erase(place);
  const std::uint64_t full = done.size - done.size % kTileWidth;
  const std::uint64_t until =
      std::max(entries_from_, forget == Forget::kEverything ? done.size : full);
  const auto count = std::ptrdiff_t(until - entries_from_);
  for (std::ptrdiff_t i = 0; i < count; ++i) octets_ -= entries_[std::size_t(i)]->size();
  entries_.erase(entries_.begin(), entries_.begin() + count);
  if (entries_.empty()) entries_.shrink_to_fit();
  entries_from_ = until;
}

const Hashes* TenantLog::unpublished(TilePlace place) const {
  auto found = tiles_.find(place);
  return found == tiles_.end() ? nullptr : &found->second;
}

BundleState TenantLog::bundle(std::uint64_t index) const {
  const std::uint64_t first = index * kTileWidth;
  const std::uint64_t last = std::min(first + kTileWidth, size());
  ENSURE(entries_from_ < first + kTileWidth && first < last);
  BundleState state{.entries_from = entries_from_};
  const std::uint64_t held_from = std::max(first, entries_from_);
  state.entries.assign(entries_.begin() + std::ptrdiff_t(held_from - entries_from_),
                       entries_.begin() + std::ptrdiff_t(last - entries_from_));
  if (held_from == first) return state;
  const Hashes* full = unpublished({0, index});
  ENSURE(full || last == size());
  const Hashes& hashes = full ? *full : edge_.partial()[0];
  state.stored.assign(hashes.begin(), hashes.begin() + std::ptrdiff_t(held_from - first));
  return state;
}

void TenantLog::restore(std::vector<Entry> entries) {
  ENSURE(entries.size() == entries_from_ % kTileWidth);
  for (const Entry& entry : entries) octets_ += entry->size();
  entries_from_ -= entries.size();
  entries_.insert(entries_.begin(), std::make_move_iterator(entries.begin()),
                  std::make_move_iterator(entries.end()));
  // Its files are made again.
  published_ = ~std::uint64_t{0};
}

}  // namespace belfry::audit
