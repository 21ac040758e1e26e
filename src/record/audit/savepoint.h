// What a start needs of the journal up to one of its records, so that it begins behind that and the
// records before it can go: docs/formats/journal.md, "Savepoints".
#pragma once

#include "audit/ledger.h"
#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "tree.h"

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

namespace belfry::audit {

struct SavedBundle {
  Timestamp written;
  std::uint32_t octets = 0;
};

// A log of which files have the leaves that `edge` covers: full bundles from `removed` on, and the
// partial bundle that ends it.
struct SavedLog {
  TenantId tenant;
  std::uint64_t counted = 0;  // leaves in records up to the savepoint's; `edge` may have more
  std::uint64_t deleted = 0, removed = 0;  // TenantLog says what they are
  Edge edge;
  std::vector<SavedBundle> bundles;  // from the one numbered `deleted` on
};

struct Savepoint {
  segments::Sequence sequence = 0;  // the journal is needed from behind this record on
  Timestamp last_written;
  segments::Sequence source_watermark = 0;
  std::set<TenantId> reading;                      // told since the last record of a run's end
  std::vector<std::pair<LeafId, Receipt>> recent;  // of RecentLeaves, the oldest first
  std::vector<SavedLog> logs;
};

// Writes one log by log, so that what a log needs is in memory once. The `logs` of `head` are not
// written, but those that are added.
class SavepointEncoder {
 public:
  explicit SavepointEncoder(const Savepoint& head);
  void add(const SavedLog& log);
  // The file's octets.
  Buffer finish();

 private:
  Buffer octets_;
  std::uint32_t logs_ = 0;
};

// Errors: corrupt ("audit.savepoint_malformed"), invalid ("audit.savepoint_unknown": a later
// version).
Result<Savepoint> decode_savepoint(View octets);

// How many octets at the front of the file tell its sequence.
inline constexpr std::size_t kSavepointHead = 8 + 2 + 2 + 8;
// 0: they are no savepoint's.
segments::Sequence savepoint_sequence(View head);

}  // namespace belfry::audit
