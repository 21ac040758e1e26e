// Leaves on their way from commit records to the ledger, and up to which sequence every commit is
// finished: what the index's cursor and the ledger's watermark may say.
#pragma once

#include "audit/ledger.h"
#include "segments/store.h"

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <vector>

namespace belfry::objects {

using segments::Sequence;

// Safe to use from any thread.
class Outbox {
 public:
  // A commit that may have a record but is not in the index yet. Its sequence is not known before
  // it is durable, but it is greater than `floor`, the last durable one when it began.
  using Ticket = std::multiset<Sequence>::iterator;
  Ticket begin(Sequence floor);
  // The commit came to nothing.
  void abandon(Ticket ticket);
  // The commit is applied.
  void finish(Ticket ticket, Sequence sequence, std::optional<audit::Leaf> leaf);
  // A leaf found again by replay, which has seen everything up to `sequence`.
  void replayed(Sequence sequence, std::optional<audit::Leaf> leaf);

  // The greatest sequence so that every commit up to it is finished, once `own` are too, whose
  // greatest is `sequence`.
  Sequence finished_with(std::span<const Ticket> own, Sequence sequence);

  struct Batch {
    std::vector<Sequence> sequences;
    std::vector<audit::Leaf> leaves;  // in the order of sequences
    Sequence complete_up_to = 0;      // once these are in the ledger
  };
  // The oldest leaves, which stay until `drained`.
  Batch oldest(std::size_t limit);
  void drained(const Batch& batch);
  std::size_t waiting();

 private:
  std::mutex mutex_;
  std::multiset<Sequence> begun_;
  std::map<Sequence, audit::Leaf> leaves_;
  Sequence highest_ = 0;  // finished
};

}  // namespace belfry::objects
