#include "audit/retention.h"

#include "base/ensure.h"

#include <algorithm>
#include <map>
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

}  // namespace

Task<std::uint64_t> destroy_old_months(Ledger& ledger, crypto::KeyStore& keys, Clock& clock,
                                       std::shared_ptr<Pool> pool, unsigned months_kept) {
  ENSURE(months_kept >= kMonthsKeptMin);
  const Timestamp now = clock.now();
  // A month ends with the first of the next one. Before month 0 there is none.
  const std::uint32_t before =
      lived_through_last_month(keys, now) ? crypto::month_of(now) - months_kept : 0;
  const auto months = keys.months_before(before);
  std::map<TenantId, std::string> going;
  for (const auto& [tenant, month] : months) {
    std::string& text = going[tenant];
    text += (text.empty() ? "" : ", ") + month_text(month);
  }
  for (const auto& [tenant, text] : going)
    CO_TRY(co_await ledger.record(tenant, destruction_of(tenant, text, now)));
  // Without a month too: a destruction that a disk kept open is ended.
  CO_TRY(co_await runtime::blocking(*pool, [&] { return keys.destroy_months_before(before); }));
  CO_TRY(co_await ledger.delete_destroyed());
  co_return months.size();
}

}  // namespace belfry::audit
