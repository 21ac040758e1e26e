// The disks of a store: which may be used, and which three a new set gets.
//
// State of a disk:
//
//   good --failed(): an error, or its watch found it silent--> failed --+
//    | ^--admit()--------------------------------------------------------+
//    | |                                                                 |
//    +-+--failed() or inspect(): its folder is gone--> absent -----------+
//
// A disk that was silent returns by itself when all its calls have come back without an error, one
// that failed by an error when an operator says so (readmit()), an absent one when it is there. The
// sets that name it are in repair before admit(), and until its copies are what the others are
// (invariant 5 of store.h).
//
// What a call that hangs does late: the watch admits nothing to the disk until all calls have
// returned, so it comes before the disk is admitted and its sets are brought up to date, and the
// recovery sees what it left. A batch that was cut elsewhere meanwhile has the lower epoch there; a
// segment, file or descriptor of late is one that the others do not have, or of a generation below
// theirs. A process that dies meanwhile leaves nothing else: its successor starts without the disk.
#pragma once

#include "format.h"
#include "runtime/disk_watch.h"

#include <atomic>
#include <bitset>
#include <map>
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
  // For work that waits for several disks; that of this disk alone runs on the watch.
  std::shared_ptr<Pool> pool;
  std::shared_ptr<DiskWatch> watch;  // null: its calls are waited for without end
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

  // Whether a file's folder was made durable here since the disk was admitted.
  bool has_shard(SetId set, const FileId& file) const;
  void note_shard(SetId set, const FileId& file);

  void set(DiskHealth health, std::string reason, Timestamp now);
  // False: it was not good, and stays as it is.
  bool leave_good(DiskHealth health, std::string reason, Timestamp now);
  void admit(const DiskIdentity& identity, std::string device, Timestamp now);

  // Runs `work`, then `settle`; the latter at once when the disk is or becomes silent, and then
  // `work` may run on: it owns what it touches. There is a bound to what the caller has queued.
  void run(std::move_only_function<void()> work,
           std::move_only_function<void(Result<> outcome)> settle);
  // Runs `f`, which owns what it touches, and waits.
  template <class F>
  std::invoke_result_t<F> within(F f) {
    return watch ? watch->within(std::move(f)) : f();
  }
  template <class F>
  boost::asio::awaitable<std::invoke_result_t<F>> wait_for(F f) {
    if (watch) co_return co_await watch->wait_for(std::move(f));
    co_return co_await runtime::blocking(*pool, std::move(f));
  }

  // How often it was silent: it returns later each time.
  std::atomic<unsigned> silences = 0;
  // It failed by an error: an operator says when it may return.
  std::atomic<bool> has_erred = false;

 private:
  mutable std::mutex mutex_;
  std::atomic<DiskHealth> health_ = DiskHealth::kAbsent;
  std::string reason_;
  DiskIdentity identity_;
  std::string device_;
  Timestamp since_;
  std::map<SetId, std::bitset<256>> shards_;  // by the first octet of the file
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
