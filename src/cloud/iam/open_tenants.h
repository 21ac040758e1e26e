// Which tenants honour public policies of their buckets, in memory, so that a decision never waits.
#pragma once

#include "base/id.h"
#include "base/time.h"
#include "database/database.h"
#include "runtime/clock.h"

#include <mutex>
#include <optional>
#include <shared_mutex>
#include <unordered_set>

namespace belfry::iam {

// A tenant that is not known to is closed, and so is one that is suspended. Safe to use from any
// thread.
class OpenTenants {
 public:
  bool is_open(TenantId tenant) const;
  // Whether it was read within the last 3 s.
  bool is_fresh(Monotonic now) const;
  // Reads the table, and holds what is there: readings come one after another, so that what was
  // read before a change never replaces what was read after it. When it fails, all are closed until
  // it succeeds. Blocks.
  Result<> read(database::Database& database, Monotonic now);
  // The same unless it is fresh: of many who ask at once, one reads. Blocks.
  Result<> keep_up(database::Database& database, Monotonic now);

 private:
  Result<> read_alone(database::Database& database, Monotonic now);

  std::mutex reading_;
  mutable std::shared_mutex mutex_;  // of what follows
  std::unordered_set<TenantId> open_;
  std::optional<Monotonic> read_;
};

}  // namespace belfry::iam
