// The tables audit_witness and audit_root_checkpoint.
#pragma once

#include "audit/root_log.h"
#include "database/database.h"

#include <string>
#include <vector>

namespace belfry::audit {

struct CosignedCheckpoint {
  std::uint64_t size = 0;
  std::string note;  // empty: none yet
};

struct WitnessRecord {
  std::vector<WitnessState> witnesses;
  CosignedCheckpoint cosigned;
};

Result<WitnessRecord> read_witnesses(database::Database& database);
// Replaces the rows: witnesses that are no longer named go, but for those that gave an alarm.
Result<> write_witnesses(database::Database& database, const WitnessRecord& record, Timestamp now);

}  // namespace belfry::audit
