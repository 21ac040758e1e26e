// The ledger's state and its five workers. All share `mutex_`; nobody holds it while waiting.
//
//   append(), record_read()  ->  queue  -> writer:    one record a batch to the journal, in order,
//                                                     then the trees
//                            segments   -> flusher:   seals what readers left, every 50 ms
//                                          publisher: files of what changed, every 250 ms
//                                          indexer:   the search index, behind the others
//                                          saver:     savepoints, after which the journal is
//                                          pruned,
//                                                     and looking after the files that it was for
//
// A batch that the journal refused stays at the head of the queue until it is taken: it may be in
// the journal all the same, and what came after it would have another index after the next start.
#pragma once

#include "audit/ledger.h"
#include "journal.h"
#include "leaf.h"
#include "note.h"
#include "runtime/signal.h"
#include "search_index.h"
#include "tenant_log.h"
#include "tile_files.h"
#include "tile_path.h"

#include <atomic>
#include <deque>
#include <map>
#include <mutex>
#include <set>

namespace belfry::audit {

struct Batch;

// Entries behind their lengths, as tlog-tiles has them: sixteen bits, big-endian.
Buffer bundle_octets(std::span<const Entry> entries);
// The entries of a bundle; nothing if it is malformed.
std::optional<std::vector<View>> split_bundle(View octets);

// The hashes of a tile; nothing if it is malformed.
std::optional<Hashes> parse_tile(View octets);
// The names of the partial bundles that end logs of these sizes within a bundle.
std::vector<std::string> widths_in(std::uint64_t bundle, std::span<const std::uint64_t> sizes);

using Receipts = Result<std::vector<Receipt>>;

// One call's wish, until it is in the journal.
struct Pending {
  std::vector<Leaf> leaves;
  std::optional<segments::Sequence> source_complete_up_to;
  std::vector<TenantId> reading;
  bool closes = false;
  std::size_t octets = 0;                   // of the leaves; enqueue() counts
  std::shared_ptr<Promise<Receipts>> done;  // null: nobody waits
};

class Core {
 public:
  Core(Clock& clock, Random& random, segments::Store& store, crypto::KeyStore& keys,
       Options options);

  // ledger_core.cc
  Result<> load_signer();
  Result<Buffer> seal(LeafType type, TenantId tenant, View plain, LeafId& id);
  Task<std::vector<Receipt>> submit(Pending pending);
  Result<> enqueue(Pending pending);
  Result<> record_read(TenantId tenant, const Event& event);
  bool healthy();
  segments::Sequence source_watermark();
  std::string origin(TenantId tenant) const;
  // One for all tenants' checkpoints, another for the root log's, whose name is its origin.
  const VerifierKey& verifier_key(TenantId tenant) const {
    return tenant == kRootLog ? root_verifier_key_ : verifier_key_;
  }

  // ledger_writer.cc
  static boost::asio::awaitable<void> run_writer(std::shared_ptr<Core> core);
  static boost::asio::awaitable<void> run_flusher(std::shared_ptr<Core> core);
  enum class Due { kOld, kAll };
  Result<> flush_segments(Due due);
  void apply(JournalRecord record, segments::Sequence sequence);

  // ledger_publish.cc
  static boost::asio::awaitable<void> run_publisher(std::shared_ptr<Core> core);
  // Full bundles and tiles; the partial bundle too; and what a checkpoint needs, with it.
  enum class Extent { kFull, kEntries, kAll };
  Result<> publish(TenantId tenant, Extent extent, TileFiles::Present present);
  // Those that changed and whose last publication is long enough ago; that changed; or each. While
  // memory fills, the full bundles of the others too.
  enum class Which { kRested, kDirty, kEach };
  Result<> publish_all(Which which, TileFiles::Present present);
  // Writes to files what more than half of `octets_max` octets of entries hold, the largest logs
  // first, and forgets it.
  Result<> make_room(std::size_t octets_max);
  std::size_t held_octets();
  Checkpoint checkpoint(TenantId tenant);
  void delete_destroyed(TenantId tenant);
  // The note that says up to where entries are destroyed, on every disk; of each log that has one.
  Result<> tell_destroyed();
  Result<Buffer> destroyed_note(TenantId tenant);

  // ledger_query.cc
  static boost::asio::awaitable<void> run_indexer(std::shared_ptr<Core> core);
  Result<QueryPage> query(TenantId tenant, const Query& query);
  // No event of the leaf's bundle or of an older one is younger.
  Timestamp written(TenantId tenant, std::uint64_t leaf);

  // ledger_read.cc
  Result<Hashes> tile_hashes(TenantId tenant, TilePlace place, unsigned width);
  Result<std::vector<Entry>> bundle(TenantId tenant, std::uint64_t index);
  Result<std::vector<Entry>> read_bundle(TenantId tenant, const TilePath& path,
                                         const Hashes& hashes);
  Result<Buffer> tile(TenantId tenant, const std::string& path);
  std::uint64_t size_of(TenantId tenant);
  std::vector<std::pair<TenantId, std::uint64_t>> sizes();

  // ledger_savepoint.cc
  static boost::asio::awaitable<void> run_saver(std::shared_ptr<Core> core);
  // False: not every tile disk has it, and nothing was pruned.
  static boost::asio::awaitable<bool> save(std::shared_ptr<Core> core);

  // ledger_restore.cc
  static Task<> restore(std::shared_ptr<Core> core, TenantId tenant);

  // ledger_open.cc
  static Task<> recover(std::shared_ptr<Core> core);
  static Task<> record_gaps(std::shared_ptr<Core> core, std::set<TenantId> tenants,
                            Timestamp since);

  Clock& clock() { return clock_; }
  Pool& pool() { return *options_.pool; }
  Pool& reading_pool() { return options_.reading_pool ? *options_.reading_pool : pool(); }
  SearchIndex& index() { return index_; }
  Random& random() { return random_; }
  crypto::KeyStore& keys() { return keys_; }

  // Lifecycle.
  void stop();
  boost::asio::awaitable<void> stopped();
  Task<> close();

 private:
  friend struct Recovery;

  std::optional<Batch> next_batch();
  boost::asio::awaitable<bool> commit(Batch& batch);
  boost::asio::awaitable<bool> write_closed(const Batch& batch);
  void reject_waiters(Batch& batch);
  Result<crypto::Key> month_key(TenantId tenant);
  bool has_room_locked() const;
  Result<> publish_job(Publication job, Extent extent, TileFiles::Present present);
  bool is_crowded();
  bool is_crowded_locked() const { return held_octets_ > options_.kept_octets_max / 2; }
  Result<> complete(Publication& job);
  Result<> write_entries(const Publication& job, Extent extent, TileFiles::Present present);
  Result<> write_tiles(const Publication& job, TileFiles::Present present);
  Result<> write_checkpoint(const Publication& job, TileFiles::Present present);
  bool is_destroyed(std::span<const Entry> bundle);
  // Of the bundles that the job would write those that no key opens: all before the one it gives.
  Result<std::uint64_t> delete_destroyed(const Publication& job);
  void delete_up_to(TenantId tenant, std::uint64_t bundle);
  std::uint64_t first_readable(TenantId tenant, std::uint64_t bundle, std::uint64_t bundles_max);
  // With `publishing_` held.
  Result<> tell_destroyed(TenantId tenant, std::uint64_t bundle);
  Result<> compare_told(TenantId tenant);
  Result<> write_told(TenantId tenant, const Destroyed& told, TileFiles::Present present);
  void remove_obsolete(const Publication& job, Extent extent);
  using Segments = std::map<TenantId, std::deque<Buffer>>;  // of each tenant the oldest first
  Segments take_due_segments(Due due);
  Result<> seal_segments(TenantId tenant, std::deque<Buffer>& segments);
  void keep_unsealed(TenantId tenant, std::deque<Buffer> segments);
  LogReader log_reader();
  // What a savepoint under way covers.
  struct Saving {
    Savepoint head;
    std::map<TenantId, std::uint64_t> counted;
    std::size_t octets = 0;  // of leaves since the one before
    struct Size {
      TenantId tenant;
      std::uint64_t size, deleted, removed;
    };
    std::vector<Size> sizes;
    std::shared_ptr<const Buffer> file;
  };
  bool is_save_due();
  Result<> write_savepoint(Saving& saving);
  void begin_saving(Saving& saving);
  void end_saving(const Saving& saving, const Result<>& outcome);
  Result<SavedLog> save_log(TenantId tenant, segments::Sequence savepoint);
  Result<> save_on(std::size_t disk, const Saving& saving);
  Result<> bring_up_all(const Saving& saving);
  Result<> bring_up(const Saving::Size& log);
  void release_held(const Saving& saving);
  void remove_deleted(const Saving::Size& log);
  // Each bundle with its tile, on every disk.
  Result<unsigned> mend_tile(TenantId tenant, TilePlace place);
  Result<unsigned> mend_bundle(TenantId tenant, std::uint64_t index, unsigned width);
  Result<unsigned> mend_above(TenantId tenant, std::uint64_t bundle);
  void mend_some();
  bool mend_next();
  bool are_savepoints_whole();

  Clock& clock_;
  Random& random_;
  segments::Store& store_;
  crypto::KeyStore& keys_;
  const Options options_;
  TileFiles files_;
  SearchIndex index_;
  VerifierKey verifier_key_, root_verifier_key_;
  Buffer signer_seed_;

  std::mutex months_mutex_;
  std::map<TenantId, crypto::Key> months_;  // under months_mutex_

  std::mutex mutex_;
  // All under mutex_.
  std::map<TenantId, TenantLog> logs_;
  std::size_t held_octets_ = 0;  // of entries, in all logs
  std::set<TenantId> lost_;      // whose partial bundle is on no disk any more
  RecentLeaves recent_;
  segments::Sequence source_watermark_ = 0;
  segments::Sequence applied_ = 0;  // the last record that the trees have
  Timestamp last_written_;
  std::set<TenantId> open_reads_;  // told to the journal since the last end of a run
  segments::Sequence saved_ = 0;   // of the savepoint that each tile disk should have; 0: none
  bool may_be_saved_ = false;      // some disk may have a savepoint
  bool save_wanted_ = false;
  std::size_t unsaved_octets_ = 0;  // of leaves since then
  Monotonic save_again_{};
  Duration save_pause_ = std::chrono::minutes(1);  // after the next failure
  std::deque<Pending> queue_;
  std::size_t queued_leaves_ = 0, queued_octets_ = 0;
  struct OpenSegment {
    Buffer plain;
    Monotonic opened;
  };
  std::map<TenantId, OpenSegment> open_segments_;
  std::deque<std::pair<TenantId, Buffer>> closed_segments_;
  // Of tenants whose key could not be had: these alone wait for it.
  struct Unsealed {
    std::deque<Buffer> segments;
    Monotonic again;  // when it is tried next
  };
  std::map<TenantId, Unsealed> unsealed_;
  std::set<TenantId> reading_;  // told to the journal in this run
  bool failing_ = false;
  bool reads_closed_ = false;
  bool closing_ = false;

  std::mutex publishing_;  // one publication at a time
  std::mutex flushing_;    // one flush at a time, so that segments keep their order
  std::atomic<bool> stopping_ = false;
  Signal work_;
  Promise<bool> writer_done_, flusher_done_, publisher_done_, indexer_done_, saver_done_;

  // Where looking after the files goes on: the saver's alone.
  std::pair<TenantId, std::uint64_t> mended_{};
  Monotonic mend_again_{};
};

}  // namespace belfry::audit
