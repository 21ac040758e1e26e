// What an engine must do: keep blobs, replicated and checksummed, and an ordered index of entries
// that is updated atomically. The embedded engine (record/segments and RocksDB) and RADOS are two
// of it; one conformance suite (test/engine_conformance.h) passes on both.
//
// The atomic unit is a **group**: all entries of one (bucket, key). RADOS has atomic operations on
// one object only, so nothing above may need more. What must follow a commit (the audit leaf) rides
// in the commit itself and is drained from an outbox.
//
// An engine sees ciphertext and opaque values only.
//
// Invariants
//  1. A commit is acknowledged when it is durable on every copy its placement asks for.
//  2. A commit applies whole or not at all, and only if its expectation holds at that moment.
//  3. A reader sees every commit acknowledged before it began.
//  4. A blob lives while an entry names it, and until readers that opened it are done.
//  5. The leaf of an acknowledged commit reaches the ledger, exactly once, crashes included.
#pragma once

#include "audit/ledger.h"
#include "base/bytes.h"
#include "base/id.h"
#include "base/result.h"
#include "runtime/task.h"
#include "segments/store.h"

#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace belfry::objects {

using segments::Sequence;

// Entries of a group, by what they are; each kind has an order of its own. In a record, a kind that
// a reader does not know is skipped when bit 7 is clear and refused when it is set.
enum class EntryKind : std::uint8_t {
  kBucket = 1,  // bucket zero holds the registry: key = bucket name
  kObject = 2,  // the object under the key (versions come later: suffix = inverted sequence)
  kUpload = 3,  // suffix = upload id
  kPart = 4,    // suffix = upload id, then the part's number in two octets, big-endian
};

// A small blob inside the body of a commit record.
struct RecordBlob {
  segments::Position record;
  std::uint32_t offset = 0;  // in the record's body
  std::uint32_t length = 0;
  auto operator<=>(const RecordBlob&) const = default;
};

// Where a blob's octets are.
using Blob = std::variant<segments::FilePosition, RecordBlob>;

struct Entry {
  BucketId bucket;
  std::string key;
  EntryKind kind;
  std::string suffix;
  Sequence sequence = 0;      // of the commit that wrote it
  segments::Position record;  // of that commit
  Buffer value;               // opaque: metadata and envelope
  std::vector<Blob> blobs;
};

// What becomes of the blobs of an entry that is removed or replaced: released, unless an entry that
// the same commit writes names them (Complete does: the parts' blobs become the object's).
enum class OldBlobs { kRelease, kKeep };

struct Change {
  enum class Kind : std::uint8_t {
    kPut = 1,     // writes the entry
    kRemove = 2,  // removes it, if it is there
    kRemovePrefix =
        3,  // removes every entry of the group and kind whose suffix starts with `suffix`
  };
  Kind what = Kind::kPut;
  EntryKind kind = EntryKind::kObject;
  std::string suffix;
  Buffer value;             // of kPut
  std::vector<Blob> blobs;  // of kPut
  // Of kPut: when not empty it rides in the commit record and becomes the entry's last blob.
  Buffer inline_blob;
  OldBlobs old_blobs = OldBlobs::kRelease;
};

// What must be true of an entry of the group when the commit applies.
struct Expectation {
  enum class Kind { kAbsent, kPresent, kSequence } what = Kind::kPresent;
  EntryKind kind = EntryKind::kObject;
  std::string suffix;
  Sequence sequence = 0;  // of kSequence
};

struct Commit {
  BucketId bucket;
  std::string key;
  std::vector<Expectation> expect;  // all of them
  std::vector<Change> changes;      // of one group, applied together in this order
  segments::Placement placement;
  std::optional<audit::Leaf> leaf;
};

// How much of each entry a scan gives: kHead is without blobs, and of the value the first
// kHeadLength octets. Enough for listings, whose entries may name 10,000 blobs each.
enum class EntryExtent { kWhole, kHead };
inline constexpr std::size_t kHeadLength = 4096;

// Entries of one bucket and kind in the order of key, then suffix, octet by octet.
struct ScanRequest {
  BucketId bucket;
  EntryKind kind = EntryKind::kObject;
  std::string prefix;                   // only keys that start with it
  std::optional<std::string> only_key;  // only this key
  std::string suffix_prefix;            // with only_key: only suffixes that start with it
  std::string from, from_suffix;        // where to start
  bool after = false;                   // exclude exactly (from, from_suffix)
  std::size_t limit = 1000;
  // A page ends with the entry that reaches it, counted as the entries are kept, whatever of them
  // is given.
  Bytes octets_max = 4_MiB;
  EntryExtent extent = EntryExtent::kWhole;
};
struct ScanPage {
  std::vector<Entry> entries;
  bool more = false;  // after the last one
};

// Counts of one replica set, kept in the index batch. An object counts once, in the set of its
// commit record, so that the sum over all sets is the number of objects.
struct SetCounts {
  SetId set;
  std::uint64_t objects = 0;
  Bytes stored;  // blobs of all entries, each once
  auto operator<=>(const SetCounts&) const = default;
};

// An entry that a damaged copy belongs to.
struct DamagedEntry {
  Entry entry;
  segments::Damage damage;
};

class Engine {
 public:
  virtual ~Engine() = default;

  // Once it has begun it completes even if the coroutine is cancelled.
  // Errors: conflict ("engine.expectation") when `expect` does not hold; retry
  // ("engine.ledger_backlog") when the ledger is too far behind; those of segments::Store. After
  // retry the outcome may still show after a restart.
  virtual Task<Sequence> commit(Commit commit) = 0;
  virtual Task<std::optional<Entry>> find(BucketId bucket, const std::string& key, EntryKind kind,
                                          const std::string& suffix) = 0;
  virtual Task<ScanPage> scan(const ScanRequest& request) = 0;

  virtual Task<std::unique_ptr<segments::FileWriter>> create_file(
      const segments::Placement& placement) = 0;
  // Drops a finished file that no entry came to name. Safe to repeat.
  virtual Task<> discard(const segments::FilePosition& file) = 0;
  virtual Task<Buffer> read_record_blob(const RecordBlob& blob) = 0;
  // As segments::Store::read_file.
  virtual Task<std::size_t> read_file(const segments::FilePosition& file, std::uint64_t offset,
                                      MutableView out, DiskId suspect = {}) = 0;
  // As segments::Store::open_copy; for engines whose files are elsewhere there is none.
  virtual Task<std::shared_ptr<const segments::FileCopy>> open_copy(
      const segments::FilePosition& file) {
    static_cast<void>(file);
    co_return nullptr;
  }
  // Keeps the files of `entry` until the last copy of the result is gone, even if the entry is
  // deleted. Nothing when the entry has been replaced or removed already: find it again.
  virtual std::shared_ptr<void> pin(const Entry& entry) = 0;
  // Every copy of the entry's record and blobs, read now.
  virtual Task<std::vector<segments::Copy>> where(const Entry& entry) = 0;

  virtual Task<std::vector<SetCounts>> counts() = 0;
  // Counts again from the index; must agree with counts().
  virtual Task<std::vector<SetCounts>> recount() = 0;
  virtual Task<std::vector<DamagedEntry>> damaged(std::size_t limit) = 0;
  // Objects and parts whose record or a blob lies in `set`, each once, in the order in which they
  // lie there; also of a set whose disks are all away.
  virtual Task<std::vector<Entry>> entries_of(SetId set, std::size_t limit) = 0;
  virtual Task<> close() = 0;
};

class Index;

struct EmbeddedOptions {
  std::string index_path;        // RocksDB; made again from the segments when it is gone
  std::shared_ptr<Index> index;  // when set, used instead (simulation)
  std::shared_ptr<Pool> pool;    // runs what may block on the index
  std::function<void(double fraction)> rebuild_progress;
  std::size_t backlog_leaves_max = 50'000;  // leaves not drained yet; more: commits answer retry
};

// Replays what the index misses, sends outbox leaves that the ledger misses, collects orphans.
// `store` and `ledger` outlive the engine; close() the engine before it is destroyed.
// Errors: corrupt ("engine.unknown_record") for a commit that a newer version wrote.
Task<std::unique_ptr<Engine>> open_embedded_engine(Executor executor, Clock& clock,
                                                   segments::Store& store, audit::Ledger& ledger,
                                                   EmbeddedOptions options);

}  // namespace belfry::objects
