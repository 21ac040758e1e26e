// What the provider's staff did on customers' data, by the customers' own logs: each is followed to
// its end, and what it tells kept with the number of the intervention that it names.
#include "iam/iam.h"
#include "log_facts.h"

namespace belfry::provider {
namespace {

using database::Transaction;

constexpr Duration kReadLimit = std::chrono::seconds(10);
constexpr Duration kKept = std::chrono::days(31);
// Of one customer at a time, and of all of those with more to read; what is left comes the next
// time, and until then its facts age. A page takes no longer than a query's time: where no index is
// yet, all that waits for the facts about logs waits for this.
constexpr int kPagesMax = 20, kPagesOfAllMax = 100;
constexpr std::size_t kPage = 1'000;

// "nadia"; of what is no user's the ARN from there on.
std::string name_in(const std::string& arn, const std::string& staff) {
  constexpr std::string_view kUser = "user/";
  const std::string rest = arn.substr(staff.size());
  return rest.starts_with(kUser) ? rest.substr(kUser.size()) : rest;
}

Result<> add_accesses(Transaction& transaction, TenantId tenant, const StaffAccesses& accesses) {
  for (const auto& [place, span] : accesses) {
    const auto& [staff, bucket, intervention] = place;
    TRY(transaction.execute(
        "INSERT INTO staff_access (tenant_id, staff, bucket, intervention_id, requests, first_us, "
        "last_us) VALUES (:tenant_id, :staff, :bucket, :intervention_id, :requests, :first_us, "
        ":last_us) ON CONFLICT (tenant_id, staff, bucket, intervention_id) DO UPDATE SET "
        "requests = staff_access.requests + :requests, "
        "first_us = CASE WHEN staff_access.first_us < :first_us THEN staff_access.first_us "
        "ELSE :first_us END, "
        "last_us = CASE WHEN staff_access.last_us > :last_us THEN staff_access.last_us "
        "ELSE :last_us END",
        {{"tenant_id", tenant.value},
         {"staff", staff},
         {"bucket", bucket},
         {"intervention_id", intervention},
         {"requests", span.requests},
         {"first_us", span.first_us},
         {"last_us", span.last_us}}));
  }
  return {};
}

}  // namespace

Task<std::vector<LogReading>> LogFacts::read_readings(Readings of) {
  co_return co_await runtime::blocking(*pool_, [&]() -> Result<std::vector<LogReading>> {
    std::vector<LogReading> readings;
    TRY(database_.read(kReadLimit, [&](Transaction& transaction) -> Result<> {
      TRY(readings, find_readings(transaction, of));
      return {};
    }));
    return readings;
  });
}

Task<LogFacts::Followed> LogFacts::follow_staff(const LogReading& reading) {
  const std::string staff = "arn:aws:iam::" + iam::account_of(iam::kProviderTenant) + ":";
  audit::Query query;
  query.actor = staff + "*";
  query.action = "s3:*";
  query.outcome = audit::Outcome::kSuccess;
  query.order = audit::Order::kOldestFirst;
  query.cursor = reading.from;
  query.limit = kPage;
  Followed followed{.reading = reading, .next = reading.from};
  for (int page = 0; page < kPagesMax && !followed.is_at_end; ++page) {
    CO_TRY(const audit::QueryPage found, co_await ledger_.query(reading.tenant, query));
    for (const audit::LoggedEvent& event : found.events)
      if (const auto line = access_in(event.ocsf))
        followed.accesses[{name_in(line->actor, staff), line->bucket, line->intervention_id}].add(
            line->at_us);
    followed.is_at_end = !found.stopped_early && found.events.size() < kPage;
    if (found.next) query.cursor = found.next;
    ++followed.pages;
  }
  followed.next = query.cursor.value_or(reading.from);
  co_return followed;
}

Task<> LogFacts::compare_staff(Timestamp now) {
  CO_TRY(const auto readings, co_await read_readings(Readings::kOfStaff));
  Result<> outcome;
  std::vector<Followed> all;
  all.reserve(readings.size());
  int more_pages = 0;
  for (const LogReading& reading : readings) {
    if (more_pages >= kPagesOfAllMax) break;
    auto followed = co_await follow_staff(reading);
    if (!followed) {
      if (outcome) outcome = std::unexpected(followed.error());
      continue;
    }
    more_pages += followed->is_at_end ? followed->pages - 1 : followed->pages;
    all.push_back(std::move(*followed));
  }
  CO_TRY(co_await runtime::blocking(*pool_, [&]() -> Result<> {
    return database_.write([&](Transaction& transaction) -> Result<> {
      for (const Followed& followed : all) {
        TRY(const bool is_new, move_on(transaction, Readings::kOfStaff, followed.reading,
                                       followed.next, followed.is_at_end ? to_us(now) : 0));
        // Else another one read the same lines meanwhile, and counted them.
        if (is_new) TRY(add_accesses(transaction, followed.reading.tenant, followed.accesses));
      }
      TRY(transaction.execute("DELETE FROM staff_access WHERE last_us < :before_us",
                              {{"before_us", to_us(now - kKept)}}));
      return {};
    });
  }));
  co_return outcome;
}

}  // namespace belfry::provider
