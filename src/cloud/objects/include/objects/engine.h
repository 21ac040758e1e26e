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

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace belfry::objects {

using segments::Sequence;

// Entries of a group, by what they are; each kind has an order of its own.
enum class EntryKind : std::uint8_t {
  kBucket = 1,  // bucket zero holds the registry: key = bucket name
  kObject = 2,  // the object under the key (versions come later: suffix = inverted sequence)
  kUpload = 3,  // suffix = upload id
  kPart = 4,    // suffix = upload id, then the part's number in two octets, big-endian
};

// Where a blob's octets are: in the commit record itself, or in a file.
using BlobPosition = std::variant<segments::Position, segments::FilePosition>;

struct Entry {
  BucketId bucket;
  std::string key;
  EntryKind kind;
  std::string suffix;
  Sequence sequence = 0;  // of the commit that wrote it
  Buffer value;           // opaque: metadata and envelope
  std::vector<segments::FilePosition> files;
  // The small blob that rode in the commit record.
  std::optional<segments::Position> inline_blob;
  std::uint32_t inline_length = 0;
};

// What becomes of the files of an entry that is removed or replaced.
enum class Files { kRelease, kKeep };

struct Change {
  EntryKind kind;
  std::string suffix;
  std::optional<Buffer> value;  // nothing: remove the entry
  std::vector<segments::FilePosition> files;
  Buffer inline_blob;
  Files old_files = Files::kRelease;
};

// What must be true of the first change's entry when the commit applies.
struct Expectation {
  enum class Kind { kAny, kAbsent, kPresent, kSequence } kind = Kind::kAny;
  Sequence sequence = 0;  // of kSequence
};

struct Commit {
  BucketId bucket;
  std::string key;
  Expectation expect;
  std::vector<Change> changes;  // of one group, applied together
  segments::Placement placement;
  std::optional<audit::Leaf> leaf;
};

struct ScanRequest {
  BucketId bucket;
  EntryKind kind;
  std::string from;    // key (and suffix for parts) to start at
  bool after = false;  // exclude `from` itself
  std::string prefix;  // only keys that start with it
  std::size_t limit = 1000;
};

// Counts of one replica set's objects, merged in the index batch.
struct SetCounts {
  SetId set;
  std::uint64_t objects = 0;
  Bytes stored;
};

// An entry that a damaged copy belongs to.
struct DamagedEntry {
  Entry entry;
  segments::Damage damage;
};

class Engine {
 public:
  virtual ~Engine() = default;

  // Errors: conflict ("engine.expectation") when `expect` does not hold; those of segments::Store.
  virtual Task<Sequence> commit(Commit commit) = 0;
  virtual Task<std::optional<Entry>> find(BucketId bucket, const std::string& key, EntryKind kind,
                                          const std::string& suffix) = 0;
  // In order of key, then suffix.
  virtual Task<std::vector<Entry>> scan(const ScanRequest& request) = 0;

  virtual Task<std::unique_ptr<segments::FileWriter>> create_file(
      const segments::Placement& placement) = 0;
  virtual Task<Buffer> read_inline(const Entry& entry) = 0;
  virtual Task<std::size_t> read_file(const segments::FilePosition& file, std::uint64_t offset,
                                      MutableView out, DiskId suspect = {}) = 0;
  // Keeps the files of an entry while it is being read, even if it is deleted meanwhile.
  virtual std::shared_ptr<void> pin(const Entry& entry) = 0;
  virtual Task<std::vector<segments::Copy>> where(const Entry& entry) = 0;

  virtual Task<std::vector<SetCounts>> counts() = 0;
  // Counts again from the index; must agree with counts().
  virtual Task<std::vector<SetCounts>> recount() = 0;
  virtual Task<std::vector<DamagedEntry>> damaged(std::size_t limit) = 0;
  virtual Task<> close() = 0;
};

struct EmbeddedOptions {
  std::string index_path;  // RocksDB; made again from the segments when it is gone
  std::shared_ptr<Pool> pool;
  std::function<void(double fraction)> rebuild_progress;
};

// Replays what the index misses, sends outbox leaves that the ledger misses, collects orphans.
Task<std::unique_ptr<Engine>> open_embedded_engine(Executor executor, Clock& clock,
                                                   segments::Store& store, audit::Ledger& ledger,
                                                   EmbeddedOptions options);

}  // namespace belfry::objects
