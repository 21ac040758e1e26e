// The ledger: for each tenant an append-only log of encrypted, committed leaves, an RFC 6962 tree
// over them in the C2SP tlog-tiles layout, and checkpoints signed as C2SP signed notes.
//
// Leaves of all tenants become durable in one journal (record/segments, Stream::kLedger), one sync
// a batch; their order there is their order in the trees. Tiles and checkpoints follow within a
// second. A start goes on from a savepoint, up to which those files are durable on three disks and
// the journal is not needed; what is younger is made again from it. docs/formats/{leaf,journal}.md.
//
// Invariants
//  1. An acknowledged leaf is in the journal on three disks, or in files on three disks, once (by
//     its id).
//  2. A checkpoint never covers what is not durable, and never forks: each one extends the last.
//  3. Plaintext of an event is never written down.
#pragma once

#include "audit/event.h"
#include "audit/hash.h"
#include "audit/query.h"
#include "base/bytes.h"
#include "base/id.h"
#include "base/result.h"
#include "crypto/key_store.h"
#include "runtime/clock.h"
#include "runtime/random.h"
#include "runtime/task.h"
#include "segments/store.h"

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace belfry::audit {

using LeafId = std::array<std::byte, 16>;

// The log of the rounds that commit to all tenants' checkpoints (docs/formats/root_log.md):
// nobody's events are in it.
inline constexpr TenantId kRootLog{0};

// A finished leaf: what may be written down. `octets` are the entry of the tree
// (docs/formats/leaf.md).
struct Leaf {
  TenantId tenant;
  LeafId id{};
  Buffer octets;

  // For commit records of other modules.
  Buffer encode() const;
  static Result<Leaf> decode(View encoded);
};

struct Receipt {
  TenantId tenant;
  std::uint64_t index = 0;  // in the tenant's log
};

struct Checkpoint {
  std::uint64_t size = 0;
  Hash root{};
  std::string note;  // the signed note
};

class Ledger {
 public:
  virtual ~Ledger() = default;

  // Encrypts and commits to `event` under the tenant's key of the month. CPU only, any thread; the
  // first call in a month may wait for the key store.
  // Errors: retry (no key), invalid (larger than a leaf).
  virtual Result<Leaf> seal(TenantId tenant, const Event& event) = 0;

  // Makes leaves durable (invariant 1). A leaf whose id is in the log already is acknowledged with
  // its old index.
  // Errors: retry ("audit.unavailable"): callers answer 503.
  virtual Task<std::vector<Receipt>> append(std::vector<Leaf> leaves) = 0;

  // Takes leaves that ride in commit records of `source` (the object engine). The caller may forget
  // records up to the sequence that `source_watermark` says.
  virtual Task<> append_from_source(std::vector<Leaf> leaves,
                                    segments::Sequence complete_up_to) = 0;
  virtual segments::Sequence source_watermark() = 0;

  // seal() and append().
  virtual Task<Receipt> record(TenantId tenant, const Event& event) = 0;

  // For reads and denials at full rate: joins the tenant's open segment leaf, durable within 200
  // ms. After a crash the log shows the gap. Errors: retry when the backlog is full.
  virtual Result<> record_read(TenantId tenant, Event event) = 0;
  // False: the backlog is over its limit or the journal fails; writes must answer 503.
  virtual bool healthy() = 0;

  // A page of events, found through the index and read from their leaves; ends within the query's
  // time.
  virtual Task<QueryPage> query(TenantId tenant, const Query& query) = 0;
  // The newest signed checkpoint, after making one that covers all that is durable.
  virtual Task<Checkpoint> checkpoint(TenantId tenant) = 0;
  // Audit path of a leaf in the tree of `size` (RFC 6962, 2.1.1).
  virtual Task<std::vector<Hash>> inclusion_proof(TenantId tenant, std::uint64_t index,
                                                  std::uint64_t size) = 0;
  // That the tree of `old_size` begins the one of `size` (RFC 6962, 2.1.2).
  virtual Task<std::vector<Hash>> consistency_proof(TenantId tenant, std::uint64_t old_size,
                                                    std::uint64_t size) = 0;
  // The tenants that have a log, and its size; kRootLog is not among them.
  virtual std::vector<std::pair<TenantId, std::uint64_t>> sizes() = 0;
  // "checkpoint", "destroyed", or of the tlog-tiles layout: "tile/0/000", "tile/entries/000.p/17".
  virtual Task<Buffer> tile(TenantId tenant, const std::string& path) = 0;
  // The origin line of the tenant's checkpoints, and the verifier key of the note
  // ("name+hash+key").
  virtual std::string origin(TenantId tenant) = 0;
  virtual std::string verifier_key() = 0;
  // Of the root log's checkpoints: its name is their origin.
  virtual std::string root_verifier_key() = 0;
  // The tenant's month keys, for `belfry verify` to open leaves: (key id, hexadecimal).
  virtual std::vector<std::pair<crypto::KeyId, std::string>> month_keys(TenantId tenant) = 0;

  // Deletes the entry bundles, on every disk, of which each leaf's key is destroyed, beginning with
  // the oldest: hashes and proofs stay. A start does not make them again. Nobody reads them from
  // here on; their files, and the journal's octets, go with the savepoint that this asks for. Safe
  // to repeat.
  virtual Task<> delete_destroyed() = 0;

  virtual Task<> close() = 0;
};

struct Options {
  std::string provider;  // name in origin lines: "belfry.example/tenant/1"
  segments::Placement placement;
  // Where tiles and checkpoints are written on each of three disks (docs/formats/journal.md). The
  // ledger publishes no sooner than their calls return: give it those of segments::Store::disk().
  std::vector<std::shared_ptr<Disk>> tile_disks;
  // A thread for each of them, so that they are written beside one another; none: on `pool`, one
  // after the other.
  std::shared_ptr<Pool> tile_pool;
  std::shared_ptr<Pool> pool;
  // Where queries run and the index is made, which may take long; none: on `pool`.
  std::shared_ptr<Pool> reading_pool;
  std::size_t backlog_leaves_max = 100'000;
  // Octets of leaves that are kept in memory although files have them. Twice as many are held by a
  // start while it reads the journal.
  std::size_t kept_octets_max = std::size_t{16} << 20;
  // Octets of leaves besides, that wait for their files: more means that no disk takes them, and
  // writes answer 503.
  std::size_t unwritten_octets_max = std::size_t{64} << 20;
  // After so many octets of leaves there is a savepoint, a start begins there, and the journal up
  // to there goes. Each costs a few MiB, and some KiB for each log.
  Bytes savepoint_after = 256_MiB;
  // How long every copy of every file may go unread.
  Duration mend_period = std::chrono::days(14);
};

// The record up to which a disk makes up for the journal, 0 if it has no savepoint: of the disks
// that there are, those that say most are to be tile disks. Blocks.
segments::Sequence savepoint_on(Disk& disk);

// Reads the journal from the last savepoint on, completes tiles, signs where the last run stopped.
// Errors: corrupt ("audit.history_changed") when a signed checkpoint does not match the journal;
// corrupt ("audit.savepoint_lost") when the journal was pruned and no disk says what it told.
Task<std::unique_ptr<Ledger>> open_ledger(Executor executor, Clock& clock, Random& random,
                                          segments::Store& store, crypto::KeyStore& keys,
                                          Options options);

}  // namespace belfry::audit
