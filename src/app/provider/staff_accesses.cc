// What the provider's staff did on customers' data, by the customers' own logs: each is followed to
// its end, and what it tells kept with the number of the intervention that it names.
#include "access_lines.h"
#include "iam/iam.h"
#include "log_facts.h"

#include <map>
#include <tuple>

namespace belfry::provider {
namespace {

using database::Row;
using database::Transaction;

constexpr Duration kReadLimit = std::chrono::seconds(10);
constexpr Duration kKept = std::chrono::days(31);
constexpr std::int64_t kTenantsMax = 10'000;
// Of one customer at a time; what is left comes the next time, and until then the facts age.
constexpr int kPagesMax = 20;
constexpr std::size_t kPage = 1'000;

// Whose name, in which bucket, by which intervention.
using Accesses = std::map<std::tuple<std::string, std::string, std::int64_t>, AccessSpan>;

// "nadia"; of what is no user's the ARN from there on.
std::string name_in(const std::string& arn, const std::string& staff) {
  constexpr std::string_view kUser = "user/";
  const std::string rest = arn.substr(staff.size());
  return rest.starts_with(kUser) ? rest.substr(kUser.size()) : rest;
}

Result<> add_accesses(Transaction& transaction, TenantId tenant, const Accesses& accesses) {
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
                                       "WHERE t.kind <> 'provider' ORDER BY t.id LIMIT :limit",
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

Task<> LogFacts::follow_staff(Timestamp now, Reading reading) {
  const std::string staff = "arn:aws:iam::" + iam::account_of(iam::kProviderTenant) + ":";
  audit::Query query;
  query.actor = staff + "*";
  query.action = "s3:*";
  query.outcome = audit::Outcome::kSuccess;
  query.order = audit::Order::kOldestFirst;
  query.cursor = reading.from;
  query.limit = kPage;
  Accesses accesses;
  bool is_at_end = false;
  for (int page = 0; page < kPagesMax && !is_at_end; ++page) {
    CO_TRY(const audit::QueryPage found, co_await ledger_.query(reading.tenant, query));
    for (const audit::LoggedEvent& event : found.events)
      if (const auto line = access_in(event.ocsf))
        accesses[{name_in(line->actor, staff), line->bucket, line->intervention_id}].add(
            line->at_us);
    is_at_end = !found.stopped_early && found.events.size() < kPage;
    if (found.next) query.cursor = found.next;
  }
  const audit::Position next = query.cursor.value_or(reading.from);
  co_return co_await runtime::blocking(*pool_, [&]() -> Result<> {
    return database_.write([&](Transaction& transaction) -> Result<> {
      const database::Parameters parameters = {{"tenant_id", reading.tenant.value},
                                               {"from_leaf", std::int64_t(reading.from.leaf)},
                                               {"from_part", std::int64_t(reading.from.part)},
                                               {"leaf", std::int64_t(next.leaf)},
                                               {"part", std::int64_t(next.part)},
                                               {"observed_us", is_at_end ? to_us(now) : 0}};
      TRY(const std::int64_t moved,
          transaction.execute(
              "INSERT INTO log_reading (tenant_id, leaf, part, observed_at_us) VALUES (:tenant_id, "
              ":leaf, :part, :observed_us) "
              "ON CONFLICT (tenant_id) DO UPDATE SET leaf = :leaf, part = :part, observed_at_us = "
              "CASE WHEN log_reading.observed_at_us > :observed_us "
              "THEN log_reading.observed_at_us ELSE :observed_us END "
              "WHERE log_reading.leaf = :from_leaf AND log_reading.part = :from_part",
              parameters));
      // Another one read the same lines meanwhile, and counted them.
      if (moved == 0) return {};
      return add_accesses(transaction, reading.tenant, accesses);
    });
  });
}

Task<> LogFacts::compare_staff(Timestamp now) {
  CO_TRY(const std::vector<Reading> readings, co_await read_readings());
  Result<> outcome;
  for (const Reading& reading : readings) {
    auto followed = co_await follow_staff(now, reading);
    if (outcome && !followed) outcome = std::move(followed);
  }
  CO_TRY(co_await runtime::blocking(*pool_, [&]() -> Result<> {
    return database_.write([&](Transaction& transaction) -> Result<> {
      TRY(transaction.execute("DELETE FROM staff_access WHERE last_us < :before_us",
                              {{"before_us", to_us(now - kKept)}}));
      return {};
    });
  }));
  co_return outcome;
}

}  // namespace belfry::provider
