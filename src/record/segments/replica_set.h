// One replica set: its segments, and the group commit of its records.
//
// State of appends:
//
//      closed --open()--> idle <--> writing (a batch is on its way to the disks)
//                 \          \        |  \--start_batch()--> growing (the next segment is made)
//                  \          \       v                          |
//                   <---------- fail_batch() <--------------------
//
// A batch is over when each disk has written it or is silent. What a silent one writes of it late
// is of a batch that was cut: disks.h says why that does no harm.
//
// Invariants
//  1. At most one batch is under way (`busy_`), so only the last one of a segment can be torn.
//  2. A record's append resumes after its batch is durable on every member, or after it is certain
//     that it is in no batch that recovery will complete.
//  3. Zeros are written, beside a batch, only from `space_end` on, and no batch goes there, and no
//     other segment begins, before they are (`making_space_`).
//  4. `queue_` holds at most kQueueMax octets.
#pragma once

#include "disks.h"
#include "file_claims.h"
#include "open_files.h"
#include "recovery.h"

#include <deque>
#include <functional>
#include <set>

namespace belfry::segments {

// An append that waits for its batch; it lives in the frame of the coroutine that waits.
struct PendingAppend {
  enum class Outcome { kWaiting, kDone, kAgain, kFailed };

  RecordType type = 0;
  // Shared with a batch that a disk still writes when nobody waits for it any more.
  std::shared_ptr<const std::vector<Buffer>> body;
  std::uint32_t length = 0;  // of the body
  std::uint32_t body_crc = 0;
  Appended appended{};
  Outcome outcome = Outcome::kWaiting;
  std::optional<Error> error;  // of kFailed
  std::move_only_function<void()> resume;
  Executor executor;  // of the coroutine
};

// What sets share.
struct SetContext {
  Clock& clock;
  Random& random;
  Notes& notes;
  Bytes segment_size;
  Bytes space_reserve, space_ahead;
  OpenFiles& open_files;
  std::atomic<Sequence>& next_sequence;
  std::atomic<Sequence>& last_durable;
  // A set has begun another segment: time to change over to another set.
  std::function<void(SetId)> segment_filled;
};

class ReplicaSet : public std::enable_shared_from_this<ReplicaSet> {
 public:
  static constexpr std::uint64_t kQueueMax = 64 << 20;
  static constexpr std::uint64_t kBatchMax = 4 << 20;
  static constexpr std::size_t kPutOffMax = 100'000;

  ReplicaSet(SetContext& context, Descriptor descriptor, std::vector<StoreDevice*> members,
             RecoveredSet recovered);

  SetId id() const { return id_; }
  Stream stream() const { return stream_; }
  const Placement& placement() const { return placement_; }
  Descriptor descriptor() const;
  std::vector<StoreDevice*> members() const;  // by ordinal; null: unknown disk
  // Another one at each call: two attempts to heal never write the same.
  std::uint64_t next_generation();
  // Every member is good.
  bool complete() const;
  // Closed for repair, and not renewed: a repair is under way, or has failed.
  bool in_repair() const;

  // From now on appends are taken, if the set is complete. Blocks. Errors: those of the disks.
  Result<> open();
  bool takes_appends() const;
  std::uint64_t queued() const;
  enum class Closing {
    kRetire,  // another set takes its turn; files under way may still be published
    kRepair,  // nothing changes on the disks until end_repair()
  };
  // Takes no appends until opened again. What is under way ends first; `drained` is called then.
  void close(Closing closing, std::move_only_function<void()> drained);
  // While a file is published on `devices`, the set is not repaired. False: its disks are not those
  // any more, or not good.
  bool begin_publishing(const std::vector<StoreDevice*>& devices);
  void end_publishing();
  // Whether a file may be removed now, on the disks of `members()`.
  enum class Removing {
    kNow,
    kPutOff,   // a repair is under way, whose end returns the file
    kRefused,  // the same, and kPutOffMax wait for its end already
  };
  Removing begin_removing(const FileId& file);
  void end_removing();
  // The segments all of whose records are up to `last`, but for the newest that has any: the caller
  // tells all members that they may be gone, takes them out of the set with forget(), removes their
  // files, and ends with end_removing() if there are any. None while the set is repaired.
  std::vector<std::uint32_t> begin_forgetting(Sequence last);
  void tell_pruned(const Descriptor& told);
  void forget(const std::vector<std::uint32_t>& numbers);
  // Queues the append, or resumes it with kAgain or kFailed. `append` may be gone on return.
  void enqueue(PendingAppend& append);

  // Replaces members and state after healing. Only while closed and drained.
  void renew(Descriptor descriptor, std::vector<StoreDevice*> members, RecoveredSet recovered);
  // Of a disk that lagged behind: the tails are settled, or all that it holds is compared too.
  enum class Check { kTails, kEverything };
  // Disks that came back and what is to be done about them: until a repair has succeeded.
  using Returned = std::map<DiskId, Check>;
  void expect(DiskId returned, Check check);
  Returned returned() const;
  // A repair begins: it heeds those of them that are good by now.
  void heed_returned();
  // It has given this disk all.
  void heed(DiskId disk);
  enum class Repair {
    kDone,    // the set may be opened again, unless others have come back since it began
    kFailed,  // it stays as it is until it is repaired
  };
  // Returns the files whose removal was put off.
  [[nodiscard]] std::vector<FileId> end_repair(Repair outcome);

  std::map<std::uint32_t, SegmentInfo> segments() const;
  std::optional<SegmentInfo> segment(std::uint32_t number) const;
  // Octets of the segments on each disk.
  Bytes stored() const;
  // A copy of a segment, open while it is in use. Blocks.
  Result<std::shared_ptr<File>> segment_file(unsigned ordinal, std::uint32_t number);
  // The same if it is open already, or null. Does not block.
  std::shared_ptr<File> opened_segment_file(unsigned ordinal, std::uint32_t number) const;
  void forget_files();
  FileClaims& claims() { return claims_; }

 private:
  struct Batch;
  struct Making;
  struct Active {
    SegmentInfo* info = nullptr;
    std::vector<std::shared_ptr<File>> files;
    std::uint64_t space_end = 0;  // up to there the files have space
  };

  enum class Fit {
    kBatch,
    kNone,         // nothing waits
    kSegmentFull,  // not even the first record fits
    kLater,        // when space has been made
  };

  void start_batch();
  Fit fill_batch(Batch& batch);
  void dispatch(std::shared_ptr<Batch> batch);
  static Result<> write_batch(Batch& batch, unsigned ordinal);
  void finish_batch(const std::shared_ptr<Batch>& batch);
  void fail_batch(const std::shared_ptr<Batch>& batch);
  void drop_queue(std::vector<PendingAppend*> again);
  void grow();
  Result<std::vector<std::shared_ptr<File>>> create_segment_files(const SegmentHeader& header);
  std::uint64_t space_to_make(std::uint64_t from) const;
  std::shared_ptr<Making> plan_space();
  void make_space(std::shared_ptr<Making> making);
  void space_made(const Making& making);
  bool is_drained() const { return !busy_ && !making_space_ && (!copying_ || changing_ == 0); }
  void end_changing();

  SetContext& context_;
  const SetId id_;
  const Stream stream_;
  const Placement placement_;
  FileClaims claims_;

  mutable std::mutex mutex_;
  Descriptor descriptor_;
  std::vector<StoreDevice*> members_;
  std::map<std::uint32_t, SegmentInfo> segments_;
  std::uint64_t opened_for_ = 0;  // changes with the members: older files are not theirs
  std::optional<ChainPoint> tail_;
  std::uint32_t next_number_ = 0;  // the least that a new segment may have
  Active active_;
  std::uint64_t generation_ = 0;  // the highest ever tried
  bool open_ = false;
  bool busy_ = false;
  bool making_space_ = false;
  bool awaits_space_ = false;  // whoever owns `busy_`
  bool repairing_ = false;     // from the start of a repair until one is done
  Returned returned_;
  std::set<DiskId> heeded_;  // of these
  bool copying_ = false;     // while one is under way
  unsigned changing_ = 0;    // files being published or removed
  std::vector<FileId> put_off_;
  std::deque<PendingAppend*> queue_;
  std::uint64_t queued_ = 0;
  std::vector<std::move_only_function<void()>> drained_;
};

}  // namespace belfry::segments
