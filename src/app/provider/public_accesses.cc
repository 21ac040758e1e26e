// Who came to customers' buckets without a signature, and when these were open to everybody: both
// by the customers' own logs, so that the one can be judged by the other.
#include "iam/iam.h"
#include "log_facts.h"

#include <algorithm>
#include <set>

namespace belfry::provider {
namespace {

using database::Row;
using database::Transaction;

constexpr Duration kReadLimit = std::chrono::seconds(10);
constexpr Duration kKept = std::chrono::hours(48);
constexpr std::int64_t kTenantsMax = 10'000;
// Of one log and kind of events at a time. Of settings what is left comes the next time, and until
// then its facts age. Of visits it is left out: anybody can make more of them than can be read, and
// those that are looked at are judged all the same.
constexpr int kPagesMax = 20;
constexpr std::size_t kPage = 1'000;

// What opens and closes buckets. The logs of those tenants are read for it that lifted their block,
// from then on, before the log forgets; and of those to whom anybody came all the same.
constexpr std::string_view kSettings[] = {"s3:PutBucketP*", "s3:PutPublicAccessBlock",
                                          "s3:DeleteBucket*", "s3:DeletePublicAccessBlock",
                                          "iam:SetPublicAccess"};

bool is_of_visits(const std::string& what) {
  return what == iam::anonymous().name;
}

Result<> add_visits(Transaction& transaction, TenantId tenant, const AnonymousVisits& visits) {
  for (const auto& [place, span] : visits)
    TRY(transaction.execute(
        "INSERT INTO anonymous_access (tenant_id, bucket, minute_us, requests, first_us, last_us) "
        "VALUES (:tenant_id, :bucket, :minute_us, :requests, :first_us, :last_us) "
        "ON CONFLICT (tenant_id, bucket, minute_us) DO UPDATE SET "
        "requests = anonymous_access.requests + :requests, "
        "first_us = CASE WHEN anonymous_access.first_us < :first_us "
        "THEN anonymous_access.first_us ELSE :first_us END, "
        "last_us = CASE WHEN anonymous_access.last_us > :last_us "
        "THEN anonymous_access.last_us ELSE :last_us END",
        {{"tenant_id", tenant.value},
         {"bucket", place.first},
         {"minute_us", to_us(place.second)},
         {"requests", span.requests},
         {"first_us", span.first_us},
         {"last_us", span.last_us}}));
  return {};
}

Result<> add_settings(Transaction& transaction, TenantId tenant,
                      const std::set<PublicSetting>& settings) {
  for (const PublicSetting& setting : settings)
    TRY(transaction.execute(
        "INSERT INTO public_setting (tenant_id, bucket, kind, at_us, opens) VALUES (:tenant_id, "
        ":bucket, :kind, :at_us, :opens) ON CONFLICT (tenant_id, bucket, kind, at_us, opens) "
        "DO NOTHING",
        {{"tenant_id", tenant.value},
         {"bucket", setting.bucket},
         {"kind", std::string(setting.kind == PublicSetting::Kind::kPolicy ? "policy" : "block")},
         {"at_us", setting.at_us},
         {"opens", std::int64_t(setting.opens)}}));
  return {};
}

// False: the log is not where this reading of it began any more.
Result<bool> move_on(Transaction& transaction, TenantId tenant, const std::string& what,
                     audit::Position from, audit::Position next, std::int64_t observed_us) {
  TRY(const std::int64_t moved,
      transaction.execute(
          "INSERT INTO public_reading (tenant_id, what, leaf, part, observed_at_us) VALUES "
          "(:tenant_id, :what, :leaf, :part, :observed_us) ON CONFLICT (tenant_id, what) DO UPDATE "
          "SET leaf = :leaf, part = :part, observed_at_us = CASE WHEN "
          "public_reading.observed_at_us > :observed_us THEN public_reading.observed_at_us ELSE "
          ":observed_us END WHERE public_reading.leaf = :from_leaf AND "
          "public_reading.part = :from_part",
          {{"tenant_id", tenant.value},
           {"what", what},
           {"from_leaf", std::int64_t(from.leaf)},
           {"from_part", std::int64_t(from.part)},
           {"leaf", std::int64_t(next.leaf)},
           {"part", std::int64_t(next.part)},
           {"observed_us", observed_us}}));
  return moved > 0;
}

// Of what was set, all but the last of what is too old to be asked about.
constexpr const char* kForgetSettings =
    "DELETE FROM public_setting WHERE EXISTS (SELECT 1 FROM public_setting later WHERE "
    "later.tenant_id = public_setting.tenant_id AND later.bucket = public_setting.bucket AND "
    "later.kind = public_setting.kind AND later.at_us > public_setting.at_us AND "
    "later.at_us < :before_us)";

}  // namespace

Task<std::vector<LogFacts::PublicReading>> LogFacts::read_public_readings(const std::string& what) {
  const std::string visited =
      is_of_visits(what) ? ""
                         : "AND (t.restrict_public_buckets = 0 OR "
                           "EXISTS (SELECT 1 FROM anonymous_access a WHERE a.tenant_id = t.id)) ";
  co_return co_await runtime::blocking(*pool_, [&]() -> Result<std::vector<PublicReading>> {
    std::vector<PublicReading> readings;
    TRY(database_.read(kReadLimit, [&](Transaction& transaction) -> Result<> {
      TRY(auto rows, transaction.query(
                         "SELECT t.id, COALESCE(r.leaf, 0) AS leaf, COALESCE(r.part, 0) AS "
                         "part FROM tenant t LEFT JOIN public_reading r ON r.tenant_id = t.id "
                         "AND r.what = :what WHERE t.kind <> 'provider' " +
                             visited + "ORDER BY COALESCE(r.observed_at_us, 0), t.id LIMIT :limit",
                         {{"what", what}, {"limit", kTenantsMax}}));
      for (const Row& row : rows)
        readings.push_back(
            {TenantId{row.integer("id")},
             what,
             {std::uint64_t(row.integer("leaf")), std::uint32_t(row.integer("part"))}});
      return {};
    }));
    return readings;
  });
}

Task<LogFacts::PublicFollowed> LogFacts::follow_public(const PublicReading& reading) {
  const bool visits = is_of_visits(reading.what);
  audit::Query query;
  query.actor = visits ? reading.what : "";
  query.action = visits ? "s3:*" : reading.what;
  query.outcome = audit::Outcome::kSuccess;
  query.order = audit::Order::kOldestFirst;
  query.cursor = reading.from;
  query.limit = kPage;
  PublicFollowed followed{.reading = reading, .next = reading.from, .visits = {}, .settings = {}};
  for (int page = 0; page < kPagesMax && !followed.is_at_end; ++page) {
    CO_TRY(const audit::QueryPage found, co_await ledger_.query(reading.tenant, query));
    for (const audit::LoggedEvent& event : found.events) {
      if (!visits)
        for (PublicSetting& setting : public_settings_in(event.ocsf))
          followed.settings.insert(std::move(setting));
      else if (const auto line = access_in(event.ocsf); line && is_anonymous(*line))
        followed
            .visits[{line->bucket, std::chrono::floor<std::chrono::minutes>(from_us(line->at_us))}]
            .add(line->at_us);
    }
    followed.is_at_end = !found.stopped_early && found.events.size() < kPage;
    if (found.next) query.cursor = found.next;
    if (visits && page + 1 == kPagesMax && !followed.is_at_end) {
      query.cursor = std::max(query.cursor.value_or(reading.from), {found.log_size, 0});
      followed.is_at_end = true;
    }
  }
  followed.next = query.cursor.value_or(reading.from);
  co_return followed;
}

Task<> LogFacts::keep_public(const std::vector<PublicFollowed>& all, Timestamp now) {
  co_return co_await runtime::blocking(*pool_, [&]() -> Result<> {
    return database_.write([&](Transaction& transaction) -> Result<> {
      for (const PublicFollowed& followed : all) {
        const PublicReading& reading = followed.reading;
        TRY(const bool is_new, move_on(transaction, reading.tenant, reading.what, reading.from,
                                       followed.next, followed.is_at_end ? to_us(now) : 0));
        // Else another one read the same lines meanwhile, and counted them.
        if (!is_new) continue;
        TRY(add_visits(transaction, reading.tenant, followed.visits));
        TRY(add_settings(transaction, reading.tenant, followed.settings));
      }
      const database::Parameters before = {{"before_us", to_us(now - kKept)}};
      TRY(transaction.execute("DELETE FROM anonymous_access WHERE minute_us < :before_us", before));
      TRY(transaction.execute(kForgetSettings, before));
      return {};
    });
  });
}

// Visits first: what opened a bucket was there before them.
Task<> LogFacts::compare_public(Timestamp now) {
  std::vector<std::string> kinds = {iam::anonymous().name};
  kinds.insert(kinds.end(), std::begin(kSettings), std::end(kSettings));
  Result<> outcome;
  for (const std::string& what : kinds) {
    CO_TRY(const auto readings, co_await read_public_readings(what));
    std::vector<PublicFollowed> all;
    all.reserve(readings.size());
    for (const PublicReading& reading : readings) {
      auto followed = co_await follow_public(reading);
      if (followed)
        all.push_back(std::move(*followed));
      else if (outcome)
        outcome = std::unexpected(followed.error());
    }
    CO_TRY(co_await keep_public(all, now));
  }
  co_return outcome;
}

}  // namespace belfry::provider
