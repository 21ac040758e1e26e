// From where changes of users and rights came, by the customers' own logs: each is followed to its
// end, and counted is how many lines say it.
#include "log_facts.h"

namespace belfry::provider {
namespace {

using database::Transaction;

constexpr Duration kKept = std::chrono::days(31);
// Of one customer at a time, and of all; what is left comes the next time, and until then its facts
// age.
constexpr int kPagesMax = 20, kPagesOfAllMax = 100;
constexpr std::size_t kPage = 1'000;

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

Task<LogFacts::FollowedChanges> LogFacts::follow_changes(const LogReading& reading, Timestamp now) {
  audit::Query query;
  query.from = now - kKept;
  query.event_class = std::uint32_t(audit::EventClass::kUserManagement);
  query.outcome = audit::Outcome::kSuccess;
  query.order = audit::Order::kOldestFirst;
  query.cursor = reading.from;
  query.limit = kPage;
  FollowedChanges followed{.reading = reading, .next = reading.from, .changes = {}};
  for (int page = 0; page < kPagesMax && !followed.is_at_end; ++page) {
    CO_TRY(const audit::QueryPage found, co_await ledger_.query(reading.tenant, query));
    for (const audit::LoggedEvent& event : found.events) {
      const auto line = access_in(event.ocsf);
      if (!line) continue;
      ChangesOfDay& day =
          followed.changes[std::chrono::floor<std::chrono::days>(from_us(line->at_us))];
      ++day.changes;
      day.sourced += line->tells_source ? 1 : 0;
    }
    followed.is_at_end = !found.stopped_early && found.events.size() < kPage;
    if (found.next) query.cursor = found.next;
    ++followed.pages;
  }
  followed.next = query.cursor.value_or(reading.from);
  co_return followed;
}

Task<> LogFacts::compare_sources(Timestamp now) {
  CO_TRY(const auto readings, co_await read_readings(Readings::kOfChanges));
  Result<> outcome;
  std::vector<FollowedChanges> all;
  all.reserve(readings.size());
  int more_pages = 0;
  for (const LogReading& reading : readings) {
    if (more_pages >= kPagesOfAllMax) break;
    auto followed = co_await follow_changes(reading, now);
    if (!followed) {
      if (outcome) outcome = std::unexpected(followed.error());
      continue;
    }
    more_pages += followed->is_at_end ? followed->pages - 1 : followed->pages;
    all.push_back(std::move(*followed));
  }
  CO_TRY(co_await runtime::blocking(*pool_, [&]() -> Result<> {
    return database_.write([&](Transaction& transaction) -> Result<> {
      for (const FollowedChanges& followed : all) {
        TRY(const bool is_new, move_on(transaction, Readings::kOfChanges, followed.reading,
                                       followed.next, followed.is_at_end ? to_us(now) : 0));
        // Else another one read the same lines meanwhile, and counted them.
        if (is_new) TRY(add_changes(transaction, followed.reading.tenant, followed.changes));
      }
      TRY(transaction.execute("DELETE FROM change_source WHERE day_us < :before_us",
                              {{"before_us", to_us(now - kKept)}}));
      return {};
    });
  }));
  co_return outcome;
}

}  // namespace belfry::provider
