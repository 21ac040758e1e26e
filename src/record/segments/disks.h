// The disks of a store: which may be used, and which three a new set gets.
//
// State of a disk: good -> failed (an I/O error) or absent (its folder is gone); both -> good only
// through admit(), after Recovery brought its copies up to date (invariant 5 of store.h).
#pragma once

#include "format.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace belfry::segments {

struct StoreMember;

// One disk. Fields without a lock never change after opening; `identity` changes with admissions.
class StoreDevice {
 public:
  StoreDisk info;
  std::shared_ptr<Pool> pool;
  unsigned index = 0;  // in Options.disks: the ordinal of syncs that concern this disk alone

  bool good() const { return health_.load() == DiskHealth::kGood; }
  DiskHealth health() const { return health_.load(); }
  Disk& disk() const { return *info.disk; }
  std::string reason() const;
  DiskIdentity identity() const;
  std::string device() const;
  Timestamp since() const;  // of its present health

  // Room as last measured, less what was written since: none before that. Does not wait.
  Disk::Space space() const { return {Bytes{total_.load()}, Bytes{free_.load()}}; }
  void wrote(std::uint64_t octets);
  // Asks the disk, unless it was asked within `age`. Blocks.
  void measure(Monotonic now, Duration age);

  void set(DiskHealth health, std::string reason, Timestamp now);
  void admit(const DiskIdentity& identity, std::string device, Timestamp now);

 private:
  mutable std::mutex mutex_;
  std::atomic<DiskHealth> health_ = DiskHealth::kAbsent;
  std::string reason_;
  DiskIdentity identity_;
  std::string device_;
  Timestamp since_;
  std::atomic<std::uint64_t> total_ = 0, free_ = 0;
  std::atomic<Monotonic> measured_ = Monotonic{};
};

// How full a disk is, and how much of the store lies on it already.
struct Load {
  StoreDevice* device;
  Disk::Space space;
  std::size_t sets;
};

// Disks for `count` more copies beside those in `kept`, so that all together keep to `placement`;
// the least loaded first. Empty if there is no such choice. `loads` are the candidates: good, with
// room, none of `kept`.
std::vector<StoreDevice*> choose_disks(const Placement& placement,
                                       const std::vector<StoreDevice*>& kept,
                                       std::vector<Load> loads);

// Reads the identity of `device`, or takes an empty disk into use.
// Errors: invalid ("segments.wrong_disk", "segments.later_version"), corrupt
// ("segments.identity_lost": it holds sets but does not say whose), those of the disk.
Result<DiskIdentity> identify(StoreDevice& device, Random& random);
Result<> write_identity(StoreDevice& device, const DiskIdentity& identity);

}  // namespace belfry::segments
