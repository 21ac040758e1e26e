#include "open_tenants.h"

#include <utility>

namespace belfry::iam {
namespace {

constexpr Duration kFreshFor = std::chrono::seconds(3);
constexpr Duration kReadLimit = std::chrono::seconds(5);

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
    TRY(auto rows, transaction.query("SELECT id FROM tenant WHERE restrict_public_buckets = 0"));
    for (const database::Row& row : rows) open.insert(TenantId{row.integer("id")});
    return {};
  });
  std::unique_lock lock(mutex_);
  open_ = done ? std::move(open) : std::unordered_set<TenantId>();
  read_ = done ? std::optional(now) : std::nullopt;
  return done;
}

}  // namespace belfry::iam
