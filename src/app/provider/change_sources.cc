// From where changes of users and rights came, by the customers' own logs: each is followed to its
// end, and counted is how many lines say it.
#include "log_facts.h"

#include <map>

namespace belfry::provider {
namespace {

using database::Transaction;

constexpr Duration kKept = std::chrono::days(31);
constexpr const char* kForget = "DELETE FROM change_source WHERE day_us < :before_us";

Result<> add_changes(Transaction& transaction, TenantId tenant, const ChangesByDay& changes) {
  for (const auto& [day, counted] : changes)
    TRY(transaction.execute(
        "INSERT INTO change_source (tenant_id, day_us, changes, sourced) VALUES (:tenant_id, "
        ":day_us, :changes, :sourced) ON CONFLICT (tenant_id, day_us) DO UPDATE SET "
        "changes = change_source.changes + :changes, sourced = change_source.sourced + :sourced",
        {{"tenant_id", tenant.value},
         {"day_us", to_us(day)},
         {"changes", counted.changes},
         {"sourced", counted.sourced}}));
  return {};
}

}  // namespace

Task<> LogFacts::compare_sources(Timestamp now) {
  audit::Query query;
  query.from = now - kKept;
  query.event_class = std::uint32_t(audit::EventClass::kUserManagement);
  query.outcome = audit::Outcome::kSuccess;
  std::map<TenantId, ChangesByDay> changes;
  const auto take = [&](TenantId tenant, const audit::LoggedEvent& event) {
    const auto line = access_in(event.ocsf);
    if (!line) return;
    ChangesOfDay& day =
        changes[tenant][std::chrono::floor<std::chrono::days>(from_us(line->at_us))];
    ++day.changes;
    day.sourced += line->tells_source ? 1 : 0;
  };
  const auto add = [&](Transaction& transaction, TenantId tenant) {
    return add_changes(transaction, tenant, changes[tenant]);
  };
  auto followed = co_await follow_all({Readings::kOfChanges, std::move(query), take, add}, now);
  CO_TRY(co_await forget(kForget, now - kKept));
  co_return followed;
}

}  // namespace belfry::provider
