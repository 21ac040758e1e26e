// What was made against the log: each session, user, key ... has its line there.
#include "log_facts.h"

namespace belfry::provider {
namespace {

using database::Row;
using database::Transaction;

constexpr Duration kReadLimit = std::chrono::seconds(10);
// Of one comparison; the newest first, so that what is never found keeps nothing else back.
constexpr std::int64_t kMadeMax = 200;
// A line is there within moments; one that is not is looked for again so long.
constexpr Duration kLookedFor = std::chrono::hours(24);
// Between the time of a thing and that of its event: an upload of a first object may take long.
constexpr Duration kMargin = std::chrono::seconds(5);
// Pages of other lines that one search goes through.
constexpr int kPagesMax = 200;
constexpr std::size_t kPage = 1'000;

constexpr std::string_view kMade = R"(
    WITH made AS (
      SELECT 'session' AS kind, s.id, s.tenant_id, s.created_us FROM iam_session s
      UNION ALL SELECT 'user' AS kind, CAST(u.id AS TEXT) AS id, u.tenant_id, u.created_us
      FROM iam_user u
      UNION ALL SELECT 'key' AS kind, k.id, k.tenant_id, k.created_us FROM access_key k
      UNION ALL SELECT 'token' AS kind, a.id, a.tenant_id, a.created_us FROM api_token a
      UNION ALL SELECT 'profile' AS kind, CAST(p.id AS TEXT) AS id, p.tenant_id, p.created_us
      FROM iam_profile p
      UNION ALL SELECT 'group' AS kind, CAST(g.id AS TEXT) AS id, g.tenant_id, g.created_us
      FROM iam_group g
      UNION ALL SELECT 'role' AS kind, CAST(r.id AS TEXT) AS id, r.tenant_id, r.created_us
      FROM assumable_role r
      UNION ALL SELECT 'directory' AS kind, CAST(i.id AS TEXT) AS id, i.tenant_id, i.created_us
      FROM issuer i
      UNION ALL SELECT 'delegation' AS kind, CAST(d.id AS TEXT) AS id, d.tenant_id, d.created_us
      FROM delegation d
      UNION ALL SELECT 'request' AS kind, CAST(q.id AS TEXT) AS id, q.tenant_id,
             q.requested_us AS created_us
      FROM access_request q
      UNION ALL SELECT 'invitation' AS kind, v.id, v.tenant_id, v.created_us FROM invitation v
      UNION ALL SELECT 'bucket' AS kind, b.name AS id, b.tenant_id, b.created_us FROM bucket_fact b
    ))";
// Everything made since :since_us that no line was found of.
constexpr std::string_view kUnseen = R"(
    SELECT m.kind, m.id, m.tenant_id, m.created_us FROM made m
    LEFT JOIN logged_change f ON f.kind = m.kind AND f.id = m.id
    WHERE f.id IS NULL AND m.created_us > :since_us
    ORDER BY m.created_us DESC LIMIT :limit)";
// What is gone is not compared any more.
constexpr std::string_view kForget = R"(
    DELETE FROM logged_change WHERE (kind, id) NOT IN (SELECT m.kind, m.id FROM made m))";

}  // namespace

Task<std::vector<LogFacts::Made>> LogFacts::unseen_changes(Timestamp now) {
  co_return co_await runtime::blocking(*pool_, [&]() -> Result<std::vector<Made>> {
    std::vector<Made> unseen;
    TRY(database_.read(kReadLimit, [&](Transaction& transaction) -> Result<> {
      TRY(auto rows,
          transaction.query(std::string(kMade) + std::string(kUnseen),
                            {{"since_us", to_us(now - kLookedFor)}, {"limit", kMadeMax}}));
      for (const Row& row : rows)
        unseen.push_back({row.text("kind"), row.text("id"), TenantId{row.integer("tenant_id")},
                          from_us(row.integer("created_us"))});
      return {};
    }));
    return unseen;
  });
}

// A line names what it is about as its resource, or among its details, and from where that came.
Task<std::optional<std::uint64_t>> LogFacts::find_change(const Made& wanted) {
  using Found = std::optional<std::uint64_t>;
  audit::Query query;
  query.from = wanted.at - kMargin;
  query.until = wanted.at + kMargin;
  query.limit = kPage;
  for (int page = 0; page < kPagesMax; ++page) {
    CO_TRY(const audit::QueryPage found, co_await ledger_.query(wanted.tenant, query));
    for (const audit::LoggedEvent& event : found.events) {
      if (!event.ocsf.contains(wanted.id)) continue;
      if (const auto line = access_in(event.ocsf); line && line->tells_source)
        co_return event.index;
    }
    if (!found.next) co_return Found();
    query.cursor = found.next;
  }
  co_return Found();
}

Task<> LogFacts::compare_changes(Timestamp now) {
  CO_TRY(const std::vector<Made> unseen, co_await unseen_changes(now));
  std::vector<std::pair<Made, std::uint64_t>> seen;
  for (const Made& wanted : unseen) {
    CO_TRY(const auto index, co_await find_change(wanted));
    if (index) seen.emplace_back(wanted, *index);
  }
  co_return co_await runtime::blocking(*pool_, [&]() -> Result<> {
    return database_.write([&](Transaction& transaction) -> Result<> {
      const database::Parameters at_now = {{"now_us", to_us(now)}};
      for (const auto& [made, index] : seen)
        TRY(
            transaction.execute("INSERT INTO logged_change (kind, id, tenant_id, made_us, "
                                "ledger_index) VALUES (:kind, :id, :tenant_id, :made_us, "
                                ":ledger_index) ON CONFLICT (kind, id) DO NOTHING",
                                {{"kind", made.kind},
                                 {"id", made.id},
                                 {"tenant_id", made.tenant.value},
                                 {"made_us", to_us(made.at)},
                                 {"ledger_index", std::int64_t(index)}}));
      TRY(transaction.execute(std::string(kMade) + std::string(kForget)));
      TRY(
          transaction.execute("INSERT INTO log_comparison (id, first_us, observed_at_us) VALUES "
                              "(1, :now_us, :now_us) ON CONFLICT (id) DO UPDATE SET "
                              "observed_at_us = :now_us",
                              at_now));
      return {};
    });
  });
}

}  // namespace belfry::provider
