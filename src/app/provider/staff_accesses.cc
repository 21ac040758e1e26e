// What the provider's staff did on customers' data, by the customers' own logs: each is followed to
// its end, and what it tells kept with the number of the intervention that it names.
#include "iam/iam.h"
#include "log_facts.h"

namespace belfry::provider {
namespace {

using database::Row;
using database::Transaction;

constexpr Duration kReadLimit = std::chrono::seconds(10);
constexpr Duration kKept = std::chrono::days(31);
constexpr std::int64_t kTenantsMax = 10'000;
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

// Where the next reading of a log begins; false: it did not begin this one at `from` any more.
Result<bool> move_on(Transaction& transaction, TenantId tenant, audit::Position from,
                     audit::Position next, std::int64_t observed_us) {
  TRY(const std::int64_t moved,
      transaction.execute(
          "INSERT INTO log_reading (tenant_id, leaf, part, observed_at_us) VALUES (:tenant_id, "
          ":leaf, :part, :observed_us) ON CONFLICT (tenant_id) DO UPDATE SET leaf = :leaf, "
          "part = :part, observed_at_us = CASE WHEN log_reading.observed_at_us > :observed_us "
          "THEN log_reading.observed_at_us ELSE :observed_us END "
          "WHERE log_reading.leaf = :from_leaf AND log_reading.part = :from_part",
          {{"tenant_id", tenant.value},
           {"from_leaf", std::int64_t(from.leaf)},
           {"from_part", std::int64_t(from.part)},
           {"leaf", std::int64_t(next.leaf)},
           {"part", std::int64_t(next.part)},
           {"observed_us", observed_us}}));
  return moved > 0;
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

Task<std::vector<LogFacts::Reading>> LogFacts::read_readings() {
  co_return co_await runtime::blocking(*pool_, [this]() -> Result<std::vector<Reading>> {
    std::vector<Reading> readings;
    TRY(database_.read(kReadLimit, [&](Transaction& transaction) -> Result<> {
      TRY(auto rows, transaction.query("SELECT t.id, COALESCE(r.leaf, 0) AS leaf, "
                                       "COALESCE(r.part, 0) AS part FROM tenant t "
                                       "LEFT JOIN log_reading r ON r.tenant_id = t.id "
                                       "WHERE t.kind <> 'provider' ORDER BY "
                                       "COALESCE(r.observed_at_us, 0), t.id LIMIT :limit",
                                       {{"limit", kTenantsMax}}));
      for (const Row& row : rows)
        readings.push_back(
            {TenantId{row.integer("id")},
             {std::uint64_t(row.integer("leaf")), std::uint32_t(row.integer("part"))}});
      return {};
    }));
    return readings;
  });
}

Task<LogFacts::Followed> LogFacts::follow_staff(const Reading& reading) {
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
  CO_TRY(const std::vector<Reading> readings, co_await read_readings());
  Result<> outcome;
  std::vector<Followed> all;
  all.reserve(readings.size());
  int more_pages = 0;
  for (const Reading& reading : readings) {
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
        TRY(const bool is_new, move_on(transaction, followed.reading.tenant, followed.reading.from,
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
