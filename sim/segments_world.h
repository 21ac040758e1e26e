// The segments store on six simulated disks, used by several clients until its power is cut.
#pragma once

#include "runtime/signal.h"
#include "runtime/simulation.h"
#include "segments/store.h"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace belfry::sim {

class SegmentsWorld {
 public:
  enum class Disks {
    kStay,
    kComeAndGo,  // one may be away for a run, or emptied; sets are healed meanwhile
  };
  explicit SegmentsWorld(std::uint64_t seed, Disks disks = Disks::kStay);
  ~SegmentsWorld();

  // Opens the store and lets the clients work until they are done or the power is cut.
  void work();
  // Cuts the power somewhere in the next `work`.
  void cut_within(std::uint64_t operations) {
    world_.cut_power_after(1 + world_.choose(operations));
  }
  // After a cut: what the property demands, as sentences; empty if it holds. Leaves the store open.
  std::vector<std::string> check();

  Simulation& world() { return world_; }
  std::size_t acknowledged() const { return records_.size() + files_.size(); }

 private:
  struct Item {
    std::string body;
    std::vector<DiskId> disks;
  };

  Task<> open();
  void move_disks();
  Task<> run_clients();
  boost::asio::awaitable<void> client(unsigned number, unsigned* left, Signal* done);
  boost::asio::awaitable<void> append(std::string body);
  boost::asio::awaitable<void> write_file(std::string body);
  boost::asio::awaitable<void> read_back();
  boost::asio::awaitable<void> tend();
  std::string make_body(unsigned client);
  std::vector<DiskId> disks_of(SetId set);

  void check_each_disk(std::vector<std::string>& broken);
  Task<> check_store(std::vector<std::string>& broken);
  Task<> check_copies(std::vector<std::string>& broken);

  Simulation world_;
  const Disks mode_;
  std::vector<std::shared_ptr<SimulatedDisk>> disks_;
  std::optional<std::size_t> away_;  // of `disks_`, in this run
  std::unique_ptr<segments::Store> store_;
  bool whole_ = false;  // every set has all its copies, and nothing was written since
  std::uint64_t bodies_ = 0;
  std::set<std::string> attempted_;  // bodies of records
  std::map<segments::Position, Item> records_;
  std::map<segments::FilePosition, Item> files_;
  std::vector<std::string> wrong_reads_;
};

}  // namespace belfry::sim
