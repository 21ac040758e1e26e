#include "open_tenants.h"

#include <utility>

namespace belfry::iam {
namespace {

constexpr Duration kFreshFor = std::chrono::seconds(3);
constexpr Duration kReadLimit = std::chrono::seconds(5);

// Neither suspended nor below one that is.
constexpr const char* kOpen =
    "WITH RECURSIVE stopped (id) AS (SELECT s.id FROM tenant s WHERE s.suspended_us IS NOT NULL "
    "UNION SELECT c.id FROM tenant c JOIN stopped a ON c.parent_id = a.id) "
    "SELECT t.id FROM tenant t WHERE t.restrict_public_buckets = 0 AND t.id NOT IN "
    "(SELECT id FROM stopped)";

}  // namespace

bool OpenTenants::is_open(TenantId tenant) const {
  std::shared_lock lock(mutex_);
  return open_.contains(tenant);
}

bool OpenTenants::is_fresh(Monotonic now) const {
  std::shared_lock lock(mutex_);
  return read_ && now - *read_ < kFreshFor;
}

Result<> OpenTenants::keep_up(database::Database& database, Monotonic now) {
  std::lock_guard one_after_another(reading_);
  // Who waited for another's reading has it.
  if (is_fresh(now)) return {};
  return read_alone(database, now);
}

Result<> OpenTenants::read(database::Database& database, Monotonic now) {
  std::lock_guard one_after_another(reading_);
  return read_alone(database, now);
}

Result<> OpenTenants::read_alone(database::Database& database, Monotonic now) {
  std::unordered_set<TenantId> open;
  auto done = database.read(kReadLimit, [&](database::Transaction& transaction) -> Result<> {
    open.clear();
    TRY(auto rows, transaction.query(kOpen));
    for (const database::Row& row : rows) open.insert(TenantId{row.integer("id")});
    return {};
  });
  std::unique_lock lock(mutex_);
  open_ = done ? std::move(open) : std::unordered_set<TenantId>();
  read_ = done ? std::optional(now) : std::nullopt;
  return done;
}

}  // namespace belfry::iam
