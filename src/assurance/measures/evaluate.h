// Runs one check on one snapshot: no evidence, no history.
#pragma once

#include "catalogue.h"
#include "measures/measures.h"

namespace belfry::measures {

// At most this many rows: beyond, the verdict is `error`, as nobody could read them.
inline constexpr std::size_t kRowsMax = 20'000;

// Blocks. Whatever goes wrong becomes a verdict: an unreadable database is `error`. The rows are in
// the order of the evidence (tenant, subject, status, reason).
Evaluation evaluate(database::Database& database, const Definition& definition, Timestamp now);

}  // namespace belfry::measures
