// The object store with its real engine and segments on a simulated machine: six disks of six
// servers on two sites, an index that loses what it likes when the power is cut, a ledger that
// keeps everything.
#pragma once

#include "objects/store.h"
#include "objects_testing/fakes.h"
#include "objects_testing/memory_index.h"
#include "runtime/simulation.h"

#include <memory>
#include <vector>

namespace belfry::objects::testing {

class Machine {
 public:
  explicit Machine(std::uint64_t seed);
  ~Machine();

  // Errors: those of a power cut meanwhile, among others; `stop` it then.
  Result<> start();
  // Ends everything in order, or as far as that goes when the power is off.
  void stop();
  // After `stop`: the index as a crash could have left it, any older batch boundary or none.
  void lose_index(std::size_t batches_kept);
  std::size_t index_batches() { return index_->batches(); }
  // After `stop`: the power is back.
  void power_on() { world_.power_on(); }

  // Runs until `task` has ended.
  template <class T>
  Result<T> run(Task<T> task) {
    return world_.run(std::move(task));
  }

  // Puts itself between the engine and the segments; set before `start`.
  using Wrap =
      std::function<std::unique_ptr<segments::Store>(std::unique_ptr<segments::Store> real)>;
  void wrap_segments(Wrap wrap) { wrap_ = std::move(wrap); }

  // These disks are not there at the next `start`.
  void take_away(std::vector<DiskId> disks) { away_ = std::move(disks); }

  Simulation& world() { return world_; }
  segments::Store& segments() { return *segments_; }
  Engine& engine() { return *engine_; }
  Store& store() { return *store_; }
  MemoryLedger& ledger() { return ledger_; }
  MemoryKeys& keys() { return keys_; }
  std::vector<std::shared_ptr<SimulatedDisk>>& disks() { return disks_; }
  std::vector<segments::StoreDisk> store_disks();

 private:
  Task<> open();

  Simulation world_;
  std::vector<std::shared_ptr<SimulatedDisk>> disks_;
  MemoryLedger ledger_;
  MemoryKeys keys_;
  std::shared_ptr<MemoryIndex> index_ = std::make_shared<MemoryIndex>();
  Wrap wrap_;
  std::vector<DiskId> away_;
  std::unique_ptr<segments::Store> segments_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Store> store_;
};

}  // namespace belfry::objects::testing
