// One replicated store over the disks of a provider, with two users: objects and the audit ledger.
//
// It keeps **replica sets**: disks chosen together by a placement policy that hold the same bytes.
// A set has append-only **segments** of records (group commit: one sync a disk a batch) and
// write-once
// **files** for what is too large for a record. docs/formats/segment.md has every byte of it.
//
// Invariants
//  1. A record or file is acknowledged only when it is durable on every disk of its set.
//  2. The disks of a set satisfy its policy; a set that misses a disk takes no writes until it is
//     healed to another eligible disk.
//  3. A position never changes: healing copies segments and files to the same place on another
//  disk.
//  4. The disks of a set are those of the highest generation of its descriptor that any disk holds.
//  5. After an error of a sync nothing is written to that disk again before it is readmitted.
//  6. Sequences grow along each segment, across its successors, and over restarts.
//
// All functions may be called from any thread of the executor given to open_store().
#pragma once

#include "base/bytes.h"
#include "base/id.h"
#include "base/result.h"
#include "base/time.h"
#include "runtime/blocking.h"
#include "runtime/clock.h"
#include "runtime/disk.h"
#include "runtime/random.h"
#include "runtime/task.h"

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace belfry::segments {

// A disk as the topology describes it. Disks on one block device count as one, unless `simulated`.
struct StoreDisk {
  DiskId id;
  std::string name;  // "par1-s1-d1"
  ServerId server;
  SiteId site;
  std::string path;  // for people; the bytes go through `disk`
  bool simulated = false;
  std::shared_ptr<Disk> disk;  // null: not present
};

// Where copies must lie. The default is the annex's.
struct Placement {
  unsigned copies = 3;
  unsigned servers_min = 3;
  unsigned sites_min = 2;
  std::vector<SiteId> sites_allowed;  // empty: all
  auto operator<=>(const Placement&) const = default;
};

// What an append is for. Disks that are full but for their reserve take only what releases more
// than it takes, and the ledger's events of that.
enum class Purpose { kStore, kRelease };

// Users of the store: their sets are apart.
enum class Stream : std::uint16_t { kObjects = 1, kLedger = 2 };

using Sequence = std::uint64_t;

struct Position {
  SetId set;
  std::uint32_t segment = 0;
  std::uint32_t offset = 0;  // of the record's header, from the start of the segment
  std::uint32_t length = 0;  // of header and body
  auto operator<=>(const Position&) const = default;
};

// What a reader that does not know the type does: bit 15 clear, skip the record; set, refuse the
// stream ("segments.unknown_record").
using RecordType = std::uint16_t;
inline constexpr RecordType kCriticalRecord = 0x8000;

struct Record {
  Sequence sequence;
  RecordType type;
  View body;
  Position position;
};

// What a visitor of replay() answers to a type that it does not know.
// Errors: corrupt ("segments.unknown_record").
Result<> pass_over_unknown(const Record& record);

struct Appended {
  Sequence sequence;
  Position position;
};

using FileId = std::array<std::byte, 16>;

struct FilePosition {
  SetId set;
  FileId file{};
  Bytes size;
  auto operator<=>(const FilePosition&) const = default;
};

// A file being written to all disks of its set. Not thread-safe. Destroyed unfinished, it is gone.
class FileWriter {
 public:
  virtual ~FileWriter() = default;
  virtual Task<> write(View bytes) = 0;
  // After success the file is durable under its name on every disk of the set (invariant 1). Until
  // a record names it, it is an orphan (`collect_orphans`).
  virtual Task<FilePosition> finish() = 0;
};

// One copy of a file, held open by a reader that checks by itself what it reads. It outlives the
// file's name, not the store. Safe to use from any thread.
class FileCopy {
 public:
  virtual ~FileCopy() = default;
  // Fills the parts, one after another, with the content from `offset` if the system has it in
  // memory; does not block.
  virtual bool read_cached(std::uint64_t offset, std::span<const MutableView> parts) const = 0;
  // Waits for the disk. Null: it does not answer, or has less.
  virtual Task<std::shared_ptr<std::byte[]>> read(std::uint64_t offset,
                                                  std::size_t length) const = 0;
};

enum class CopyState { kHealthy, kMissing, kCorrupt, kUnchecked };

// One copy of a record or file, as `where` finds it now by reading it.
struct Copy {
  DiskId disk;
  std::string path;  // of the file on the machine that holds it
  CopyState state;
};

enum class DiskHealth { kGood, kFailed, kAbsent };

struct DiskStatus {
  DiskId disk;
  DiskHealth health;
  std::string reason;  // of kFailed and kAbsent
  Bytes used, free, total;
  Timestamp last_scrub;  // of its oldest set; epoch: never
  // It failed by an error, and not all that it holds was compared since: Options::unproven.
  bool unproven = false;
};

// Facts of a set for the measures.
struct SetStatus {
  SetId set;
  Stream stream;
  Placement placement;
  std::uint64_t generation;
  std::vector<DiskId> disks;
  std::vector<DiskId> missing;  // of `disks`
  Bytes stored;                 // on each disk
  std::uint64_t files = 0, segments = 0;
  Timestamp last_scrub;       // epoch: never
  std::uint64_t damaged = 0;  // copies found corrupt or missing and not repaired
};

// A damaged copy, until it is repaired.
struct Damage {
  SetId set;
  DiskId disk;
  bool is_file;
  Position position;  // of a record; zero length: a span that no record could be read from
  FilePosition file;
  CopyState state;
  Timestamp found;
};

struct ScrubReport {
  std::uint64_t sets = 0, records = 0, files = 0;
  Bytes read;
  std::vector<Damage> found;
  std::uint64_t repaired = 0;
};

// What healing, scrubbing and recovery did, for the ledger.
struct Happening {
  enum class Kind {
    kDiskFailed,
    kDiskReturned,
    kSetHealed,
    kCopyCorrupt,
    kCopyRepaired,
    kTailCompleted,
    kTailCut,
    kDataLost
  };
  Kind kind;
  SetId set;
  DiskId disk;    // concerned
  DiskId target;  // healed to
  std::string detail;
};

// How far a reader has come in each set; starts empty. Replay goes on after it.
using Cursor = std::map<SetId, Sequence>;

struct Options {
  std::vector<StoreDisk> disks;
  Bytes segment_size = 1_GiB;
  // Space that a batch makes behind itself when it comes to where its segment has none yet: those
  // that follow only overwrite, and their syncs need no change of the file system's own. At most a
  // sixteenth of a segment; zero: none.
  Bytes space_ahead = 4_MiB;
  // Disks that were so when the store was open last. A start takes them back, and their sets are
  // compared as readmit() does it, by the background work, before they take appends.
  std::vector<DiskId> unproven;
  unsigned open_sets = 2;         // that take appends at once, for each stream and placement
  Bytes space_reserve = 256_MiB;  // kept free on each disk for deletes and healing
  Duration scrub_period = std::chrono::days(14);
  Duration heal_after = std::chrono::seconds(10);  // an absent or failed disk's sets heal then
  // A call of a disk that takes longer has hung: the disk is failed, and nobody waits for it any
  // more. Long enough for a sync behind gigabytes of others. Zero: a call is waited for without
  // end, for disks that are simulated.
  Duration hang_limit = std::chrono::seconds(60);
  bool background = true;  // scrub and heal by themselves; tests call them
  std::function<void(const Happening&)> on_happening;
  // The real thing gives one pool a disk; a simulation an inline one for all.
  std::function<std::shared_ptr<Pool>(DiskId)> pool_for;
};

class Store {
 public:
  virtual ~Store() = default;

  // Appends one record; returns when invariant 1 holds. Concurrent appends share syncs. When a disk
  // fails underway, the record is appended again to a set that can take it.
  // Errors: retry ("segments.no_disks": too few eligible disks, argument "policy"), exhausted
  // ("segments.full": but for the reserve), invalid (larger than a quarter of a segment).
  virtual Task<Appended> append(Stream stream, const Placement& placement, RecordType type,
                                std::vector<Buffer> body, Purpose purpose) = 0;

  // The body of a record, from the first copy whose checksum matches; other copies found bad are
  // noted and repaired. Errors: corrupt (no good copy), not_found.
  virtual Task<Buffer> read(Position position) = 0;

  // Errors: as append().
  virtual Task<std::unique_ptr<FileWriter>> create_file(Stream stream,
                                                        const Placement& placement) = 0;
  // Octets from `offset`, at most `out.size()`, checked by 4 MiB block when a whole block is read
  // and repaired as `read` does. `suspect` names a disk whose bytes failed the caller's own check.
  virtual Task<std::size_t> read_file(const FilePosition& file, std::uint64_t offset,
                                      MutableView out, DiskId suspect = {}) = 0;
  // Null: a copy is missing, or none can be opened now: read_file() finds out, and mends it.
  virtual Task<std::shared_ptr<const FileCopy>> open_copy(const FilePosition& file) = 0;
  // Not durable by itself: a crash may bring the file back as an orphan. While the set is repaired
  // it is put off to the end of that. Errors: retry ("segments.busy"): so many are put off that it
  // is left as an orphan, for the next start to collect.
  virtual Task<> remove_file(const FilePosition& file) = 0;

  // Gives every record after `from` to `visit`, all sets merged by sequence. Records of unknown
  // type are given too. `visit` failing ends it.
  virtual Task<> replay(Stream stream, const Cursor& from,
                        std::function<Result<>(const Record&)> visit) = 0;
  // Removes, from every disk, the segments of `stream` all of whose records have sequences up to
  // `last`: nobody reads them any more. Of each set the newest segment that has records stays. Not
  // durable by itself: after a crash some may be there again, for another call. A set that misses a
  // disk or is being repaired keeps its segments for now. From the first time on no release opens
  // the set that does not know of this. Returns how many went.
  virtual Task<std::uint64_t> forget(Stream stream, Sequence last) = 0;
  // Removes files of `stream` older than this process that `is_used` does not know.
  virtual Task<std::uint64_t> collect_orphans(Stream stream,
                                              std::function<bool(const FilePosition&)> is_used) = 0;
  // No record has a higher sequence, also of those on disks that are away; those to come have.
  virtual Sequence last_sequence() = 0;

  virtual Task<std::vector<Copy>> where(Position position) = 0;
  virtual Task<std::vector<Copy>> where(const FilePosition& file) = 0;

  // Reads every byte of the sets on `disk` (all disks: zero id), compares checksums, repairs from
  // the good copies.
  virtual Task<ScrubReport> scrub(DiskId disk, std::function<void(double fraction)> progress) = 0;
  // Brings sets that miss a disk back to full strength on another eligible disk.
  // Returns how many could be; the others wait for a disk.
  virtual Task<std::uint64_t> heal() = 0;
  // Looks again at which disks are there: one that vanished is absent, one that came back is
  // brought up to date before it counts.
  // So does one that failed because it did not answer, once all its calls have returned.
  virtual Task<> inspect_disks() = 0;
  // Takes a disk back that failed by an error, or sooner than it would return by itself. What it
  // holds is compared with the other copies, read from the disk, before its sets take appends: a
  // failed sync may have lost pages that the system still shows. Takes as long as reading it all.
  // Safe to repeat. Errors: conflict ("segments.disk_good"), retry ("segments.disk_absent",
  // "disk.silent": a call still hangs; the disk's own), invalid and corrupt as at the start.
  virtual Task<> readmit(DiskId disk) = 0;

  // The disk as the store uses it, for what else lies on it: calls come back within `hang_limit`,
  // and one that does not return fails the disk. Null: it is not present. Outlives the store.
  virtual std::shared_ptr<Disk> disk(DiskId disk) = 0;

  virtual std::vector<DiskStatus> disks() = 0;
  virtual std::vector<SetStatus> sets() = 0;
  virtual std::vector<Damage> damages() = 0;
  // Sets on the disks whose descriptor no disk that is here can tell. What they name must be kept.
  virtual std::vector<SetId> unreadable_sets() = 0;

  // Ends the background work; appends fail from now on. Must have ended before the store is
  // destroyed, unless nothing runs on its executor any more. Syncs nothing: what was acknowledged
  // is durable anyway.
  virtual Task<> close() = 0;
};

// Recovers what is on the disks, then serves. Tails that are on fewer disks than the set's are
// completed or cut before this returns. The store keeps to `executor`.
// Errors: corrupt ("segments.unknown_record"), invalid (a disk belongs to another provider).
Task<std::unique_ptr<Store>> open_store(Executor executor, Clock& clock, Random& random,
                                        Options options);

}  // namespace belfry::segments
