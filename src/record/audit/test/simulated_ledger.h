// A ledger with its store and keys on simulated disks, of which tests harm some.
#pragma once

#include "audit/ledger.h"
#include "crypto/key_store.h"
#include "runtime/simulation.h"
#include "segments/store.h"

#include <memory>
#include <utility>
#include <vector>

namespace belfry::audit {

class SimulatedLedger {
 public:
  Simulation& world() { return world_; }
  Ledger& ledger() { return *ledger_; }
  template <class T>
  Result<T> run(Task<T> task) {
    return world_.run(std::move(task));
  }

 protected:
  static constexpr std::int64_t kStoreDisks = 6;

  SimulatedLedger(std::uint64_t seed, std::int64_t disks) : world_(seed) {
    for (std::int64_t i = 0; i < disks; ++i) disks_.push_back(world_.add_disk());
  }
  ~SimulatedLedger() = default;

  // The first six disks are the store's, the first three of them the tiles'; the keys are on the
  // three from `first_key_disk` on.
  Result<> open(std::size_t first_key_disk, Bytes segment_size, Options options) {
    segments::Options store;
    for (std::int64_t i = 1; i <= kStoreDisks; ++i)
      store.disks.push_back(
          {{i}, "d" + std::to_string(i), {i}, {i % 2 + 1}, "", false, disks_[std::size_t(i - 1)]});
    store.segment_size = segment_size;
    store.space_reserve = 1_MiB;
    store.background = false;
    store.hang_limit = {};
    store.pool_for = [this](DiskId) { return world_.pool(); };
    std::vector<Disk*> key_disks;
    key_disks.reserve(3);
    for (std::size_t i = 0; i < 3; ++i) key_disks.push_back(disks_[first_key_disk + i].get());
    TRY(keys_,
        crypto::open_key_store(key_disks, Buffer(32, std::byte{5}), {*seal_disk_, "master.months"},
                               world_.clock(), world_.random()));
    TRY(store_, run(segments::open_store(world_.executor(), world_.clock(), world_.random(),
                                         std::move(store))));
    options.provider = "belfry.example";
    options.tile_disks = {disks_[0], disks_[1], disks_[2]};
    options.pool = world_.pool();
    TRY(ledger_, run(open_ledger(world_.executor(), world_.clock(), world_.random(), *store_,
                                 *keys_, std::move(options))));
    return {};
  }
  void close() {
    if (ledger_) std::ignore = run(ledger_->close());
    ledger_.reset();
    if (store_) std::ignore = run(store_->close());
    world_.settle();
    store_.reset();
    keys_.reset();
  }

  Simulation world_;
  std::vector<std::shared_ptr<SimulatedDisk>> disks_;
  std::shared_ptr<SimulatedDisk> seal_disk_ = world_.add_disk();  // the machine's own
  std::unique_ptr<crypto::KeyStore> keys_;
  std::unique_ptr<segments::Store> store_;
  std::unique_ptr<Ledger> ledger_;
};

}  // namespace belfry::audit
