// The embedded engine: commits are records of the segments, the index remembers them.
//
//   commit: lock the group -> check expectations -> append the record -> apply to the index
//           -> answer; the leaf goes on to the ledger by itself
//
// Commits that become durable while others are applied go into the index together: the thread that
// applies takes all that wait, the others go on with something else.
//
// Invariants
//  1. The lock of a group is held from the check of its expectations until its commit is applied.
//  2. A commit whose append failed without saying whether the record is durable is **unresolved**:
//     before anything else happens to its group, it is appended again until it is durable. So the
//     live index and one made again from the segments never differ.
//  3. Cursor and watermark stay below every commit that is begun and not applied (Outbox).
//  4. What the index does not name is absent only while the index has all: when sets are away whose
//     commits it may lack, an entry that is not found and a scan answer retry (`incomplete_`). An
//     entry that is found may then be older than one on a disk that is away.
//  5. Files are removed only when no entry names them, the commit that made it so is durable, and
//     nobody reads them.
#pragma once

#include "embedded/outbox.h"
#include "embedded/pins.h"
#include "embedded/table.h"
#include "lock_table.h"
#include "runtime/signal.h"

#include <atomic>
#include <deque>
#include <memory>

namespace belfry::objects {

class Core : public std::enable_shared_from_this<Core> {
 public:
  Core(Executor executor, Clock& clock, segments::Store& store, audit::Ledger& ledger,
       EmbeddedOptions options, std::shared_ptr<Index> index);

  // Replay, the outbox, orphans; then the background coroutines run until `close`.
  Task<> open();
  Task<> close();

  Task<Sequence> commit(Commit commit);
  Task<std::optional<Entry>> find(BucketId bucket, const std::string& key, EntryKind kind,
                                  const std::string& suffix);
  Task<ScanPage> scan(ScanRequest request);
  Task<Buffer> read_record_blob(RecordBlob blob);
  Task<std::size_t> read_file(segments::FilePosition file, std::uint64_t offset, MutableView out,
                              DiskId suspect);
  std::shared_ptr<void> pin(const Entry& entry);
  Task<std::vector<segments::Copy>> where(Entry entry);
  Task<std::vector<SetCounts>> recount();
  Task<std::vector<DamagedEntry>> damaged(std::size_t limit);
  Task<std::vector<Entry>> entries_of(SetId set, std::size_t limit);

  segments::Store& store() { return store_; }
  Table& table() { return table_; }

 private:
  struct Pending;
  using Unresolved = std::map<std::uint64_t, std::shared_ptr<Pending>>;

  Task<Sequence> commit_whole(Commit commit);
  Task<> check(const Commit& commit);
  Task<Sequence> write(std::shared_ptr<Pending> pending);
  Task<Sequence> apply(std::shared_ptr<Pending> pending);
  void apply_waiting();
  void apply_together(const std::vector<std::shared_ptr<Pending>>& together);
  Result<Sequence> applied(Pending& pending, const Table::Durable& durable);
  void keep_unresolved(const std::shared_ptr<Pending>& pending);
  Task<> resolve(std::uint64_t group);
  std::vector<std::uint64_t> unresolved_groups();
  void note_written(std::size_t octets);

  // replay.cc
  struct Replay;
  Task<> bring_up_to_date();
  Task<> check_index();
  Result<> hold_what_is_away();
  Result<> release_what_is_here();
  Task<> replay();
  void find_what_is_behind(Replay& replay);
  Task<> replay_some(Replay& replay);
  Result<> replay_record(Replay& replay, const segments::Record& record);
  std::vector<DiskId> disks_away();
  bool may_hide_sets();
  bool is_everything_here();
  std::unexpected<Error> incomplete();
  Error explain(SetId set, Error error);

  Task<> drain_all();

  boost::asio::awaitable<void> drain();
  boost::asio::awaitable<void> remove_files();
  boost::asio::awaitable<void> resolve_all();
  Task<> damaged_by(const segments::Damage& damage, std::size_t limit,
                    std::vector<DamagedEntry>& out);

  Executor executor_;
  Clock& clock_;
  segments::Store& store_;
  audit::Ledger& ledger_;
  EmbeddedOptions options_;
  Table table_;
  LockTable locks_;
  Outbox outbox_;
  Pins pins_;

  bool incomplete_ = false;  // decided by open()
  std::atomic<bool> closing_ = false;
  std::atomic<std::uint64_t> octets_since_flush_ = 0;
  Signal leaves_waiting_, files_waiting_, unresolved_waiting_;
  std::vector<std::shared_ptr<Promise<bool>>> background_;

  std::mutex applying_mutex_;  // of the two that follow
  std::vector<std::shared_ptr<Pending>> to_apply_;
  bool applying_ = false;

  std::mutex mutex_;  // of what follows
  std::deque<segments::FilePosition> files_to_remove_;
  Unresolved unresolved_;
};

}  // namespace belfry::objects
