// Requests that were served against the log: each that was remembered has its line there.
#include "access_lines.h"
#include "log_facts.h"

#include <map>
#include <set>
#include <tuple>

namespace belfry::provider {
namespace {

using database::Transaction;
using Protocol = AccessSamples::Protocol;

// A line of a read is durable within moments; so long is waited for it before it counts as missing.
constexpr Duration kSettle = std::chrono::minutes(2);
constexpr Duration kKept = std::chrono::hours(48);
constexpr Duration kMargin = std::chrono::seconds(2);
// What is refused over REST is told when that was found out.
constexpr Duration kMarginOfRest = std::chrono::seconds(10);
// Of one comparison. A minute of 25,000 requests a second has 1,500 pages: what is looked for is at
// its beginning, which is the end of what is gone through.
constexpr int kMinutesMax = 10, kPagesMax = 2'000;
constexpr std::size_t kPage = 1'000;

// "...","request_id":"0123"..."
std::string request_in(std::string_view ocsf) {
  constexpr std::string_view kName = R"("request_id":")";
  const std::size_t at = ocsf.find(kName);
  if (at == ocsf.npos) return "";
  const std::string_view rest = ocsf.substr(at + kName.size());
  return std::string(rest.substr(0, rest.find('"')));
}

using Users = std::map<UserId, AccessSpan>;

// Who was let in, by those lines.
Users let_in(const std::vector<audit::LoggedEvent>& lines) {
  Users users;
  for (const audit::LoggedEvent& event : lines) {
    const auto line = access_in(event.ocsf);
    if (line && line->allowed && line->user && !line->assumed) users[line->user].add(line->at_us);
  }
  return users;
}

Result<> keep_users(Transaction& transaction, TenantId tenant, Timestamp hour, const Users& users) {
  for (const auto& [user, span] : users)
    TRY(transaction.execute(
        "INSERT INTO user_access (tenant_id, user_id, hour_us, requests, first_us, last_us) VALUES "
        "(:tenant_id, :user_id, :hour_us, :requests, :first_us, :last_us) "
        "ON CONFLICT (user_id, hour_us) DO UPDATE SET "
        "requests = user_access.requests + :requests, "
        "first_us = CASE WHEN user_access.first_us < :first_us THEN user_access.first_us "
        "ELSE :first_us END, "
        "last_us = CASE WHEN user_access.last_us > :last_us THEN user_access.last_us "
        "ELSE :last_us END",
        {{"tenant_id", tenant.value},
         {"user_id", user.value},
         {"hour_us", to_us(hour)},
         {"requests", span.requests},
         {"first_us", span.first_us},
         {"last_us", span.last_us}}));
  return {};
}

struct Counts {
  std::int64_t served = 0, compared = 0, found = 0;
};
struct Compared {
  Counts of_s3, of_rest;
  Users users{};
};

Result<> keep_counts(Transaction& transaction, TenantId tenant, Timestamp hour,
                     const Compared& compared) {
  TRY(transaction.execute(
      "INSERT INTO access_sample (tenant_id, hour_us, requests, compared, found, rest_requests, "
      "rest_compared, rest_found) VALUES (:tenant_id, :hour_us, :requests, :compared, :found, "
      ":rest_requests, :rest_compared, :rest_found) "
      "ON CONFLICT (tenant_id, hour_us) DO UPDATE SET "
      "requests = access_sample.requests + :requests, "
      "compared = access_sample.compared + :compared, "
      "found = access_sample.found + :found, "
      "rest_requests = access_sample.rest_requests + :rest_requests, "
      "rest_compared = access_sample.rest_compared + :rest_compared, "
      "rest_found = access_sample.rest_found + :rest_found",
      {{"tenant_id", tenant.value},
       {"hour_us", to_us(hour)},
       {"requests", compared.of_s3.served},
       {"compared", compared.of_s3.compared},
       {"found", compared.of_s3.found},
       {"rest_requests", compared.of_rest.served},
       {"rest_compared", compared.of_rest.compared},
       {"rest_found", compared.of_rest.found}}));
  return {};
}

}  // namespace

Task<std::vector<audit::LoggedEvent>> LogFacts::find_requests(TenantId tenant,
                                                              const Wanted& wanted) {
  std::set<std::string> missing = wanted.requests;
  audit::Query query;
  query.from = wanted.first - wanted.margin;
  query.until = wanted.last + wanted.margin;
  query.action = wanted.service + ":*";
  query.limit = kPage;
  std::vector<audit::LoggedEvent> found;
  for (int page = 0; page < kPagesMax && !missing.empty(); ++page) {
    CO_TRY(audit::QueryPage lines, co_await ledger_.query(tenant, query));
    for (audit::LoggedEvent& line : lines.events)
      if (missing.erase(request_in(line.ocsf)) > 0) found.push_back(std::move(line));
    if (!lines.next) break;
    query.cursor = lines.next;
  }
  co_return found;
}

Task<> LogFacts::compare_access(Timestamp now) {
  for (int i = 0; i < kMinutesMax; ++i) {
    auto minute = samples_.take(now - kSettle);
    if (!minute) break;
    auto compared = co_await compare_minute(*minute);
    if (!compared) {
      samples_.give_back(std::move(*minute));
      co_return compared;
    }
  }
  co_return Result<>();
}

Task<> LogFacts::compare_minute(const AccessSamples::Minute& minute) {
  std::map<std::tuple<TenantId, Protocol, std::string>, Wanted> wanted;
  for (const AccessSamples::Sample& sample : minute.samples) {
    Wanted& those = wanted[{sample.tenant, sample.protocol, sample.service}];
    if (those.requests.empty())
      those = {.service = sample.service,
               .requests = {},
               .first = sample.at,
               .last = sample.at,
               .margin = sample.protocol == Protocol::kS3 ? kMargin : kMarginOfRest};
    those.first = std::min(those.first, sample.at);
    those.last = std::max(those.last, sample.at);
    those.requests.insert(sample.request_id);
  }
  std::map<TenantId, Compared> by_tenant;
  for (const auto& [tenant, requests] : minute.requests) by_tenant[tenant].of_s3.served = requests;
  for (const auto& [tenant, requests] : minute.read_over_rest)
    by_tenant[tenant].of_rest.served = requests;
  for (const auto& [whose, those] : wanted) {
    const auto& [tenant, protocol, service] = whose;
    CO_TRY(const auto found, co_await find_requests(tenant, those));
    Compared& compared = by_tenant[tenant];
    Counts& counts = protocol == Protocol::kS3 ? compared.of_s3 : compared.of_rest;
    counts.compared += std::int64_t(those.requests.size());
    counts.found += std::int64_t(found.size());
    if (protocol == Protocol::kS3) compared.users = let_in(found);
  }
  const Timestamp hour = std::chrono::floor<std::chrono::hours>(minute.begun);
  co_return co_await runtime::blocking(*pool_, [&]() -> Result<> {
    return database_.write([&](Transaction& transaction) -> Result<> {
      for (const auto& [tenant, compared] : by_tenant) {
        TRY(keep_counts(transaction, tenant, hour, compared));
        TRY(keep_users(transaction, tenant, hour, compared.users));
      }
      for (const char* table : {"access_sample", "user_access"})
        TRY(transaction.execute("DELETE FROM " + std::string(table) + " WHERE hour_us < :before_us",
                                {{"before_us", to_us(hour - kKept)}}));
      return {};
    });
  });
}

}  // namespace belfry::provider
