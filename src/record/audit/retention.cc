#include "audit/retention.h"

#include "base/ensure.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace belfry::audit {

namespace {

// "2026-03"
std::string month_text(std::uint32_t month) {
  const std::string number = std::to_string(month % 12 + 1);
  return std::to_string(month / 12) + (number.size() == 1 ? "-0" : "-") + number;
}

// No month is shorter.
constexpr auto kMonthMin = std::chrono::days(28);

// Keys are made when their month comes: a clock that was set ahead makes none of those between, and
// one that was set to the end of a month makes that month's late.
bool lived_through_last_month(crypto::KeyStore& keys, Timestamp now) {
  const std::uint32_t month = crypto::month_of(now);
  const auto is_old = [&](const crypto::Key& key) {
    return key.version + 1 == month && now - key.created >= kMonthMin;
  };
  return std::ranges::any_of(keys.months_before(month), [&](const auto& known) {
    return known.version + 1 == month &&
           std::ranges::any_of(keys.list(known.tenant, crypto::KeyPurpose::kAuditMonth), is_old);
  });
}

Event destruction_of(TenantId tenant, const std::string& months, Timestamp now) {
  Event event;
  event.time = now;
  event.event_class = EventClass::kEntityManagement;
  event.action = "audit:DestroyMonth";
  event.actor = "system";
  event.resource = "belfry:audit/" + tenant.text();
  event.details = {{"months", months}};
  return event;
}

// The month from which on months stay; 0: all do. A month ends with the first of the next one.
std::uint32_t first_kept(crypto::KeyStore& keys, Timestamp now, unsigned months_kept) {
  ENSURE(months_kept >= kMonthsKeptMin);
  return lived_through_last_month(keys, now) ? crypto::month_of(now) - months_kept : 0;
}

}  // namespace

std::size_t count_old_months(crypto::KeyStore& keys, Clock& clock, unsigned months_kept) {
  return keys.months_before(first_kept(keys, clock.now(), months_kept)).size();
}

Task<std::uint64_t> destroy_old_months(Ledger& ledger, crypto::KeyStore& keys, Vault& vault,
                                       Clock& clock, std::shared_ptr<Pool> pool,
                                       unsigned months_kept) {
  const Timestamp now = clock.now();
  const std::uint32_t before = first_kept(keys, now, months_kept);
  const auto months = keys.months_before(before);
  std::set<TenantId> tenants;
  for (const auto& known : months) tenants.insert(known.tenant);
  // Nothing is placed until the months are gone: it would look at them too late.
  const Vault::Secured secured = co_await vault.secure(tenants);
  std::uint64_t destroyed = 0;
  std::map<TenantId, std::string> going;
  for (const auto& [tenant, month] : months) {
    if (secured.waiting.contains(tenant)) continue;
    ++destroyed;
    std::string& text = going[tenant];
    text += (text.empty() ? "" : ", ") + month_text(month);
  }
  for (const auto& [tenant, text] : going)
    CO_TRY(co_await ledger.record(tenant, destruction_of(tenant, text, now)));
  // Without a month too: a destruction that a disk kept open is ended.
  CO_TRY(co_await runtime::blocking(
      *pool, [&] { return keys.destroy_months_before(before, secured.waiting); }));
  CO_TRY(co_await ledger.delete_destroyed());
  co_return destroyed;
}

}  // namespace belfry::audit
