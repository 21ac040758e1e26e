// One tenant's log in memory: the right edge of its tree, and what is not yet in files.
#pragma once

#include "audit/ledger.h"
#include "base/time.h"
#include "tree.h"

#include <algorithm>
#include <map>
#include <memory>
#include <vector>

namespace belfry::audit {

using Entry = std::shared_ptr<const Buffer>;

// What a publication writes to files.
struct Publication {
  TenantId tenant;
  std::uint64_t size = 0;
  Hash root{};
  std::vector<Hashes> partial;
  std::map<TilePlace, Hashes> tiles;  // full
  std::uint64_t entries_from = 0;     // a multiple of 256
  std::vector<Entry> entries;         // the last ones a partial bundle
};

// Not thread-safe: the ledger's lock is held around each call.
class TenantLog {
 public:
  void add(Entry entry, Timestamp written) {
    std::vector<FullTile> filled;
    if (edge_.size() % kTileWidth == 0)
      written_.push_back(written_.empty() ? written : std::max(written_.back(), written));
    written_.back() = std::max(written_.back(), written);
    edge_.add(leaf_hash(*entry), filled);
    for (FullTile& tile : filled) tiles_.emplace(tile.place, std::move(tile.hashes));
    octets_ += entry->size();
    entries_.push_back(std::move(entry));
  }

  const Edge& edge() const { return edge_; }
  std::uint64_t size() const { return edge_.size(); }
  bool dirty() const { return published_ != size(); }
  // Octets of entries in memory.
  std::size_t octets() const { return octets_; }
  // No event of this bundle or an older one is younger, unless the clock was wrong: leaves are
  // written after what they tell of.
  Timestamp written(std::uint64_t bundle) const { return written_[bundle]; }

  Publication publication(TenantId tenant) const {
    return {tenant, size(), edge_.root(), edge_.partial(), tiles_, entries_from_, entries_};
  }

  // Forgets what is in files now.
  void published(const Publication& done, bool all) {
    for (const auto& [place, hashes] : done.tiles) tiles_.erase(place);
    const std::uint64_t until = done.size - done.size % kTileWidth;
    const auto count = std::ptrdiff_t(until - entries_from_);
    for (std::ptrdiff_t i = 0; i < count; ++i) octets_ -= entries_[std::size_t(i)]->size();
    entries_.erase(entries_.begin(), entries_.begin() + count);
    entries_from_ = until;
    if (all) published_ = done.size;
  }

  // The hashes of a full tile that is in no file yet, or null.
  const Hashes* unpublished(TilePlace place) const {
    auto found = tiles_.find(place);
    return found == tiles_.end() ? nullptr : &found->second;
  }
  std::uint64_t entries_from() const { return entries_from_; }
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  Edge edge_;
  std::map<TilePlace, Hashes> tiles_;
  std::uint64_t entries_from_ = 0;
  std::vector<Entry> entries_;
  std::size_t octets_ = 0;
  std::vector<Timestamp> written_;  // of each bundle, never falling
  std::uint64_t published_ = 0;
};

}  // namespace belfry::audit
