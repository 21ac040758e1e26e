// The ledger with its journal and its key store on simulated disks, used by several clients until
// its power is cut.
#pragma once

#include "audit/ledger.h"
#include "crypto/key_store.h"
#include "runtime/signal.h"
#include "runtime/simulation.h"
#include "segments/store.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace belfry::sim {

class LedgerWorld {
 public:
  explicit LedgerWorld(std::uint64_t seed);
  ~LedgerWorld();

  // Opens everything and lets the clients work until they are done or the power is cut.
  void work();
  // Cuts the power somewhere in the next `work`.
  void cut_within(std::uint64_t operations) {
    world_.cut_power_after(1 +
                           world_.choose(course_ == Course::kShort ? operations : 5 * operations));
  }
  // After a cut: what the property demands, as sentences; empty if it holds.
  std::vector<std::string> check();

  Simulation& world() { return world_; }
  std::size_t acknowledged() const { return acknowledged_; }
  // How often the checks met these.
  struct Met {
    std::size_t savepoints = 0;    // on a tile disk, behind which the journal may be pruned
    std::size_t pruned = 0;        // a journal without its first record
    std::size_t full_bundles = 0;  // a log of a savepoint that has some
    std::size_t lost_disks = 0;
  };
  const Met& met() const { return met_; }

 private:
  // What must be true of one tenant's log.
  struct Expected {
    std::map<std::uint64_t, std::string> leaves;  // resource by index: acknowledged
    std::set<std::string> attempted;              // resources of events and reads
    std::vector<std::string> reads;               // of this run, not acknowledged
    std::map<std::uint64_t, audit::Hash> roots;   // of checkpoints that were given out, by size
    std::size_t gaps = 0;                         // told by the log already
  };
  // What a log shows.
  struct Shown {
    std::vector<std::string> resources;  // of each leaf of one event; empty for reads
    std::map<std::string, unsigned> times;
    std::size_t gaps = 0;
  };

  Task<> open_store();
  Task<> open();
  void close();
  Task<> run_clients();
  boost::asio::awaitable<void> client(unsigned number, unsigned* left, Signal* done);
  boost::asio::awaitable<void> append(TenantId tenant, bool from_source);
  boost::asio::awaitable<void> take_checkpoint(TenantId tenant);
  void read_something(TenantId tenant);
  std::string make_resource(TenantId tenant);
  audit::Event event_of(std::string resource);
  void use(crypto::KeyId key) { used_.insert(key); }

  void check_key_disks(std::vector<std::string>& broken);
  void check_descriptors(std::vector<std::string>& broken);
  Task<segments::Sequence> pruned_up_to();
  bool check_tile_disk(SimulatedDisk& disk, segments::Sequence pruned,
                       std::vector<std::string>& broken);
  void lose_a_disk(const std::vector<SimulatedDisk*>& whole);
  Task<> check_log(TenantId tenant, std::vector<std::string>& broken);
  Task<Shown> read_log(TenantId tenant, std::uint64_t size);
  Task<> check_roots(TenantId tenant, std::uint64_t size, std::vector<std::string>& broken);

  Simulation world_;
  std::vector<std::shared_ptr<SimulatedDisk>> disks_, key_disks_;
  std::shared_ptr<SimulatedDisk> seal_disk_;
  std::unique_ptr<crypto::KeyStore> keys_;
  std::unique_ptr<segments::Store> store_;
  std::unique_ptr<audit::Ledger> ledger_;

  // Bundles are filled; or little happens; or segments are filled, and go.
  enum class Course { kBulk, kShort, kLong };
  unsigned steps_of_client() const { return course_ == Course::kShort ? 6 : 30; }
  Course course_ = Course::kShort;
  bool ended_well_ = true;  // the run before: nothing of it may be missing
  std::uint64_t resources_ = 0;
  segments::Sequence source_ = 0, source_acknowledged_ = 0;
  std::size_t acknowledged_ = 0;
  Met met_;
  std::set<const Disk*> lost_;  // and not brought up to date since
  std::map<TenantId, Expected> expected_;
  std::set<crypto::KeyId> used_;  // something was sealed or signed with them
};

}  // namespace belfry::sim
