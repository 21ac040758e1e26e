// A machine that exists in memory alone: disks whose power can be cut, a clock that jumps, pools
// and coroutines that take turns as a seed decides. The same seed gives the same run.
//
//   Simulation world(seed);
//   SimulatedDisk& disk = world.add_disk();
//   world.cut_power_after(120);            // operations, all disks together
//   world.run(scenario(world));            // from the cut on every operation fails, so it ends
//   world.power_on();                      // the disks keep what was synced, and some of the rest
//
// All on one thread.
#pragma once

#include "runtime/blocking.h"
#include "runtime/clock.h"
#include "runtime/disk.h"
#include "runtime/random.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace belfry {

class Simulation;

// What one operation of a disk can meet.
enum class Fault { kInputOutput, kNoSpace };

// A disk with the guarantees of POSIX and no more. A write, a new size, a name or its removal is
// volatile until the sync of its file or directory. A power cut keeps of what is volatile any part:
// each sector of 512 octets and each change of a name for itself.
class SimulatedDisk : public Disk {
 public:
  explicit SimulatedDisk(Simulation& world, std::string device);
  ~SimulatedDisk() override;

  Result<std::unique_ptr<File>> open(std::string_view path, Access access) override;
  Result<std::unique_ptr<File>> create(std::string_view path) override;
  Result<std::unique_ptr<File>> create_unnamed(std::string_view directory) override;
  Result<> link(File& unnamed, std::string_view path) override;
  Result<> rename(std::string_view from, std::string_view to) override;
  Result<> remove(std::string_view path) override;
  Result<> remove_tree(std::string_view path) override;
  Result<> make_directory(std::string_view path) override;
  Result<std::vector<std::string>> list(std::string_view directory) override;
  Result<> sync_directory(std::string_view directory, SyncPoint point,
                          DiskOrdinal ordinal) override;
  Result<> sync_all(SyncPoint point, DiskOrdinal ordinal) override;
  Result<Space> space() override;
  Result<std::string> device() override;

  // The operation after `operations` more changing ones fails; a sync that fails loses for good
  // what it should have kept, though reads still show it.
  void fail_after(std::uint64_t operations, Fault fault);
  // From now on every operation fails, or every changing one.
  void fail_always();
  void set_read_only(bool read_only);
  // Whether what is read lies in memory: File::read_cached. It does unless it was set.
  void set_in_memory(bool in_memory);
  // From now on there is room for so much, what is there included: 1 GiB unless it was set.
  void set_capacity(Bytes capacity);
  // Changes one bit where the file has it, durably. False: there is no such octet.
  bool flip(std::string_view path, std::uint64_t offset, unsigned bit);
  // All is gone, as when the folder was deleted and made again.
  void erase();

 private:
  friend class Simulation;
  friend class SimulatedFile;
  struct Node;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

class SimulatedClock : public Clock {
 public:
  Timestamp now() const override { return now_; }
  Monotonic monotonic() const override {
    return Monotonic(std::chrono::nanoseconds(now_.time_since_epoch()));
  }
  boost::asio::awaitable<void> sleep(Duration duration) override;

  void advance(Duration duration);
  // To the next one who sleeps, whom it wakes. False: nobody does.
  bool advance_to_next();

 private:
  Timestamp now_{std::chrono::days(20'000)};
  std::multimap<Timestamp, std::move_only_function<void()>> sleepers_;
};

class Simulation {
 public:
  explicit Simulation(std::uint64_t seed);
  ~Simulation();

  // `device` as Disk::device() says it; empty: one of its own.
  std::shared_ptr<SimulatedDisk> add_disk(std::string device = {});
  Executor executor() { return context_.get_executor(); }
  SimulatedClock& clock() { return clock_; }
  // For the code under test. The world's own choices have another source.
  Random& random() { return *random_; }
  // Work for it runs later, in any order.
  std::shared_ptr<Pool> pool();
  std::uint64_t choose(std::uint64_t below);  // a number of the world's own source

  // Runs everything until `task` has ended.
  template <class T>
  Result<T> run(Task<T> task) {
    std::optional<Result<T>> outcome;
    boost::asio::co_spawn(context_, std::move(task),
                          [&](std::exception_ptr thrown, Result<T> result) {
                            if (thrown) std::rethrow_exception(thrown);
                            outcome.emplace(std::move(result));
                          });
    while (!outcome) step();
    return std::move(*outcome);
  }
  // Does what is left to do, without waiting for anybody's sleep.
  void settle();

  void cut_power_after(std::uint64_t operations);
  bool is_cut() const { return cut_; }
  // Decides what the cut left on each disk. Files that were open are of no use any more.
  void power_on();
  // The process died and starts again, the machine went on: nothing is lost, nothing more is
  // durable.
  void restart();
  std::uint64_t operations() const { return operations_; }

  // That sync does nothing from now on, and says that it did.
  void ignore(SyncPoint point, DiskOrdinal ordinal) { ignored_ = {point, ordinal.value}; }
  using Sync = std::pair<SyncPoint, unsigned>;
  const std::set<Sync>& syncs_seen() const { return seen_; }

 private:
  friend class SimulatedDisk;
  friend class SimulatedFile;
  class WorldPool;

  void step();
  bool run_work();
  // Counts one operation of a disk. Fails once the power is cut.
  Result<> operation();
  bool is_ignored(SyncPoint point, DiskOrdinal ordinal);

  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{
      context_.get_executor()};
  SimulatedClock clock_;
  std::unique_ptr<Random> random_, choices_;
  std::shared_ptr<WorldPool> pool_;
  std::vector<std::shared_ptr<SimulatedDisk>> disks_;
  std::uint64_t operations_ = 0;
  std::optional<std::uint64_t> cut_at_;
  bool cut_ = false;
  std::optional<Sync> ignored_;
  std::set<Sync> seen_;
};

}  // namespace belfry
