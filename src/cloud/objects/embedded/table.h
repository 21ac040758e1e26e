// The entries, what names which blob, and the counts, as keys of the index; and how a commit
// changes them.
//
// Invariants
//  1. Whatever batch boundary the index falls back to, replaying from its cursor leads to the same
//     state: a change that a later one has overtaken does nothing.
//  2. An entry, the locations that name it and the counts change in one batch.
//  3. The cursor is written with a batch only when every commit up to it is in this batch or an
//     earlier one.
#pragma once

#include "embedded/bucket_cache.h"
#include "embedded/commit_record.h"
#include "objects/index.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <vector>

namespace belfry::objects {

class Table {
 public:
  explicit Table(std::shared_ptr<Index> index) : index_(std::move(index)) {}

  // Reads cursor and counts, and what is held.
  Result<> load();
  // Empties everything; of what is held nothing is applied any more.
  Result<> clear();
  Sequence cursor() const { return cursor_; }
  // Whether records of that set were ever applied.
  bool covers(SetId set);
  std::vector<SetId> covered();

  // Where the index stopped for a set that is away: its records up to `cursor` are applied, its
  // leaves up to `watermark` sent. `whole`: it has no other records.
  struct Held {
    Sequence cursor = 0, watermark = 0;
    bool whole = false;
  };
  // Stands for all sets that the index has never heard of.
  static constexpr SetId kUnheard{0};
  std::map<SetId, Held> held();
  // Keeps what is held of the set already.
  Result<> hold(SetId set, Held held);
  Result<> release(SetId set);

  // Says in the index, until `forget_whole`, that it has every commit there is.
  Result<> mark_whole();
  bool was_whole() const { return whole_; }
  // Durably, before the first commit.
  Result<> forget_whole();

  // A durable commit on its way into the index.
  struct Durable {
    const DecodedCommit& commit;
    Sequence sequence;
    segments::Position record;  // that holds it
    // After apply(): the files that no entry names any more, or why the commit is not in the index.
    Result<std::vector<segments::FilePosition>> released;
  };
  // Writes commits of different groups in one batch. `cursor` is asked before the batch is written,
  // when `released` tells already which commits are in it.
  void apply(std::span<Durable> commits, const std::function<Sequence()>& cursor);

  Result<std::optional<Entry>> find(BucketId bucket, std::string_view key, EntryKind kind,
                                    std::string_view suffix, IndexRead read);
  Result<ScanPage> scan(const ScanRequest& request, IndexRead read);
  // Whether `entry` is still what the index has; `then` runs before another commit applies.
  bool if_current(const Entry& entry, const std::function<void()>& then);

  bool names_file(const segments::FilePosition& file);
  // The entries with a blob or their commit in that place; a record of length zero: in its segment
  // from its offset on.
  Result<std::vector<Entry>> named_by(const segments::FilePosition& file, std::size_t limit);
  Result<std::vector<Entry>> named_by(const segments::Position& record, std::size_t limit);

  // The objects and parts with their commit or a blob in that set, each once.
  Result<std::vector<Entry>> lying_in(SetId set, std::size_t limit);

  std::vector<SetCounts> counts();
  Result<std::vector<SetCounts>> recount();
  Result<> flush(Index::Wait wait) { return index_->flush(wait); }

 private:
  struct Applying;
  Result<> change(Applying& work);
  Result<> put(Applying& work, const Change& change);
  Result<> remove(Applying& work, const Change& change);
  Result<> remove_prefix(Applying& work, const Change& change);
  Result<std::optional<Entry>> current(const std::string& index_key);
  void forget(Applying& work, const std::string& index_key, const Entry& entry, OldBlobs old_blobs);
  Result<std::vector<Entry>> entries_at(const std::string& from, const std::string& until,
                                        std::size_t limit,
                                        std::string_view (*name)(std::string_view));

  std::shared_ptr<Index> index_;
  BucketCache buckets_;
  std::mutex mutex_;  // one commit is applied at a time
  Sequence cursor_ = 0;
  std::map<SetId, SetCounts> counts_;
  std::map<SetId, Held> held_;
  bool whole_ = false;  // as loaded
};

}  // namespace belfry::objects
