// Runs and their rows in the state database (migrations/6001_measure_runs.sql). Everything blocks.
#pragma once

#include "evidence.h"
#include "measures/measures.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace belfry::measures {

// Kept of each measure: the newest runs, and the newest that did not pass.
inline constexpr std::size_t kRunsKept = 5;
inline constexpr std::size_t kOtherThanPassKept = 20;

struct Run {
  std::int64_t id = 0;
  Evaluation evaluation;
  std::vector<Salt> salts;  // one a row
  std::string definition_sha256;
};

struct KeptRun {
  std::int64_t id = 0;
  Status status;
  std::string rows_root_hex;
};

struct KeptRow {
  EvaluatedRow row;
  Salt salt{};
  std::uint64_t position = 0;
};

// Writes the run and forgets what need not be kept.
Result<> save_run(database::Database& database, const Run& run);
// The newest run of each measure.
Result<std::map<std::string, KeptRun>> newest_runs(database::Database& database);
// Rows of a run, failing ones first; of one tenant, or of all.
Result<std::vector<EvaluatedRow>> rows_of(database::Database& database, std::int64_t run,
                                          std::optional<TenantId> tenant, std::size_t limit);
// All rows of a run in the order of its tree.
Result<std::vector<KeptRow>> tree_rows(database::Database& database, std::int64_t run);

}  // namespace belfry::measures
