// One tenant's log in memory: the right edge of its tree, and entries that are not yet in files.
//
// Invariants
//  1. Entries before `entries_from()` are in files: in bundles that are full, and, unless it is a
//     multiple of 256, in the partial bundle that ends there.
//     Full bundles before `deleted()` are in no file any more, or will not be once a savepoint
//     says so: those before `removed()` are gone.
//  2. The hash of every entry of the bundle that holds `entries_from()` is in memory, so that what
//     is read back is checked.
//  3. Savepoints on some disk need the partial bundles of the sizes in `held()`: they stay in
//  files.
#pragma once

#include "audit/ledger.h"
#include "base/time.h"
#include "destroyed.h"
#include "savepoint.h"
#include "segments/store.h"
#include "tree.h"

#include <map>
#include <memory>
#include <span>
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
  std::uint64_t entries_from = 0;
  std::vector<Entry> entries;  // the last ones a partial bundle
  std::vector<std::uint64_t> held;
};

// What of a bundle is where.
struct BundleState {
  std::uint64_t entries_from = 0;  // of the log
  Hashes stored;                   // of the first entries, which are in a partial bundle
  std::vector<Entry> entries;      // the others
};

// Not thread-safe: the ledger's lock is held around each call.
class TenantLog {
 public:
  TenantLog() = default;
  // As a savepoint has it, and in files. `written`: no leaf of it is younger.
  TenantLog(SavedLog saved, Timestamp written);

  // `sequence` is that of the journal's record.
  void add(Entry entry, Timestamp written, segments::Sequence sequence);

  const Edge& edge() const { return edge_; }
  std::uint64_t size() const { return edge_.size(); }
  bool dirty() const { return published_ != size(); }
  bool has_full_bundle() const { return size() / kTileWidth != entries_from_ / kTileWidth; }
  // Octets of entries in memory.
  std::size_t octets() const { return octets_; }
  // No event of this bundle or an older one is younger, unless the clock was wrong: leaves are
  // written after what they tell of.
  Timestamp written(std::uint64_t bundle) const { return bundles_[bundle].written; }
  // Octets of the bundle's entries, wherever they are.
  std::size_t octets(std::uint64_t bundle) const { return bundles_[bundle].octets; }
  // The bundle's leaves are in records of the journal from this one on.
  segments::Sequence since(std::uint64_t bundle) const { return bundles_[bundle].since; }

  Publication publication(TenantId tenant) const;
  // Forgets what is in files now: full bundles and tiles, and with kEverything the entries of the
  // partial bundle too.
  enum class Forget { kFull, kEverything };
  void published(const Publication& done, Forget forget);
  // A checkpoint covers so many leaves; the next one is not needed before `rested`.
  void signed_up_to(std::uint64_t size, Monotonic rested) {
    published_ = size;
    rested_ = rested;
  }
  std::uint64_t published() const { return published_; }
  Monotonic rested() const { return rested_; }

  // The hashes of a full tile that is in no file yet, or null.
  const Hashes* unpublished(TilePlace place) const;
  std::uint64_t entries_from() const { return entries_from_; }
  // Of a bundle that is not wholly in files.
  BundleState bundle(std::uint64_t index) const;
  // Bundles before this one are deleted: no key opens any of their leaves.
  std::uint64_t deleted() const { return deleted_; }
  void deleted_up_to(std::uint64_t bundle) { deleted_ = bundle; }
  // What a signed note says of them, which it says before they are. It may say more: an earlier run
  // went further. It never takes anything back.
  const Destroyed& told() const { return told_; }
  void tell(const Destroyed& destroyed) {
    if (destroyed.leaves > told_.leaves) told_ = destroyed;
  }
  std::uint64_t removed() const { return removed_; }
  void removed_up_to(std::uint64_t bundle) { removed_ = bundle; }

  // The log as a savepoint of that sequence will have it. From here on what that needs of the files
  // is held, once they have it.
  SavedLog save(TenantId tenant, segments::Sequence savepoint);
  // A savepoint that some disk has was of this size.
  void hold(segments::Sequence savepoint, std::uint64_t size) { held_[savepoint] = size; }
  // Of savepoints that no disk has any more. The sizes that nobody holds now.
  std::vector<std::uint64_t> release_all_but(const std::set<segments::Sequence>& savepoints);
  std::vector<std::uint64_t> held() const;
  // The entries before `entries_from()` of its bundle, which are in no file any more.
  void restore(std::vector<Entry> entries);

 private:
  struct Bundle {
    Timestamp written;  // never falling
    segments::Sequence since;
    std::size_t octets = 0;
  };

  Edge edge_;
  std::map<TilePlace, Hashes> tiles_;
  std::uint64_t entries_from_ = 0;
  std::vector<Entry> entries_;
  std::size_t octets_ = 0;
  std::vector<Bundle> bundles_;
  std::uint64_t published_ = 0;
  std::uint64_t deleted_ = 0, removed_ = 0;
  Destroyed told_;
  std::map<segments::Sequence, std::uint64_t> held_;
  Monotonic rested_{};
};

}  // namespace belfry::audit
