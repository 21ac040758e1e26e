#include "audit/retention.h"

#include "base/ensure.h"

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
  // A month ends with the first of the next one.
  const std::uint32_t before = crypto::month_of(now) - months_kept;
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
  co_return months.size();
}

}  // namespace belfry::audit
