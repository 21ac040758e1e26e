// The records that the ledger keeps in the journal (record/segments, Stream::kLedger):
// docs/formats/journal.md.
#pragma once

#include "audit/ledger.h"
#include "base/result.h"
#include "base/time.h"
#include "segments/store.h"

#include <deque>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace belfry::audit {

inline constexpr segments::RecordType kLeavesRecord = segments::kCriticalRecord | 1;
// The ledger was closed: what comes later is another run. A reader may skip it.
inline constexpr segments::RecordType kClosedRecord = 2;
// Three disks have a savepoint: records up to the one that it names may be missing.
inline constexpr segments::RecordType kSavepointRecord = segments::kCriticalRecord | 3;

struct JournalRecord {
  Timestamp written;
  // All leaves of the source's records up to this sequence are in this record or an earlier one.
  std::optional<segments::Sequence> source_complete_up_to;
  // Tenants whose reads are logged in segments from now on in this run.
  std::vector<TenantId> reading;
  std::vector<Leaf> leaves;
};

// The body of a kClosedRecord.
Buffer encode_closed_record(Timestamp written);

// The body of a kSavepointRecord.
struct SavepointRecord {
  Timestamp written;
  segments::Sequence sequence = 0;
};
Buffer encode_savepoint_record(const SavepointRecord& record);
// Errors: as of decode_journal_record().
Result<SavepointRecord> decode_savepoint_record(View body);

Buffer encode_journal_record(const JournalRecord& record);
// Errors: corrupt ("audit.journal_malformed"), invalid ("audit.journal_unknown": a later version).
Result<JournalRecord> decode_journal_record(View body);

struct LeafIdHash {
  std::size_t operator()(const LeafId& id) const;
};

// The ids of the newest distinct leaves of the journal, over all tenants. A leaf whose id is among
// them is a duplicate: part of the format, because indices depend on it.
class RecentLeaves {
 public:
  static constexpr std::size_t kCount = 131'072;

  // The receipt of the leaf with that id, if it is among them.
  const Receipt* find(const LeafId& id) const;
  void add(const LeafId& id, Receipt receipt);
  // All of them, the oldest first.
  std::vector<std::pair<LeafId, Receipt>> all() const { return {order_.begin(), order_.end()}; }

 private:
  std::deque<std::pair<LeafId, Receipt>> order_;
  std::unordered_map<LeafId, const Receipt*, LeafIdHash> receipts_;  // in `order_`
};

}  // namespace belfry::audit
