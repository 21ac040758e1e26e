// The record of what was held, and ending it: by hand, and by time.
#include "access_service.h"
#include "delegated.h"
#include "paging.h"
#include "rows.h"

#include <algorithm>

namespace belfry::iam {
namespace {

// Rows of one transaction of `turn`, and transactions of one turn: others write in between.
constexpr std::int64_t kBatch = 100;
constexpr int kBatchesMax = 100;

Error grant_missing(GrantId id) {
  return Error(Code::kNotFound, "iam.grant_missing", {{"grant", id.text()}});
}

std::vector<audit::Detail> details_of(const Grant& grant) {
  return {
      {"kind", std::string(name_of(grant.kind))}, {"holder", grant.holder}, {"name", grant.name}};
}

}  // namespace

Task<Listing<Grant>> AccessService::list_grants(const Principal& by, std::optional<UserId> user,
                                                Which which, Page page) {
  using List = Listing<Grant>;
  CO_TRY(const TimeKey after, read_time_key(page.after));
  co_return co_await core_.read<List>([&](Transaction& transaction) -> Result<List> {
    if (user) {
      TRY(const User found, iam::find_user(transaction, *user));
      TRY(check_over(core_, transaction, by, "iam:ListGrants", found, DelegatedAct::kSee));
    } else {
      TRY(core_.check(by, "iam:ListGrants", {"belfry:grant/*", by.tenant},
                      grant_missing(GrantId{})));
    }
    TRY(auto rows,
        transaction.query(
            "SELECT " + std::string(kGrantColumns) +
                " FROM iam_grant g WHERE g.tenant_id = :tenant_id" +
                (user ? " AND g.user_id = :user_id" : "") +
                (which == Which::kCurrent ? " AND g.ended_us IS NULL AND (g.expires_us IS NULL OR "
                                            "g.expires_us > :now_us)"
                                          : "") +
                (page.after.empty() ? ""
                                    : " AND (g.since_us < :after_us OR (g.since_us = :after_us "
                                      "AND g.id < :after_id))") +
                " ORDER BY g.since_us DESC, g.id DESC LIMIT :limit",
            {{"tenant_id", by.tenant.value},
             {"user_id", user.value_or(UserId{}).value},
             {"now_us", to_us(core_.clock.now())},
             {"after_us", after.us},
             {"after_id", id_of(after)},
             {"limit", rows_of(page)}}));
    std::vector<Grant> grants;
    grants.reserve(rows.size());
    for (const Row& row : rows) grants.push_back(grant_of(row));
    return page_of(std::move(grants), page,
                   [](const Grant& grant) { return text_of(grant.since, grant.id.text()); });
  });
}

Task<> AccessService::revoke(const Principal& by, GrantId id) {
  CO_TRY(const Right ended,
         co_await core_.write<Right>([&](Transaction& transaction) -> Result<Right> {
           TRY(auto rows, transaction.query("SELECT " + std::string(kGrantColumns) +
                                                " FROM iam_grant g WHERE g.id = :id AND "
                                                "g.tenant_id = :tenant_id",
                                            {{"id", id.value}, {"tenant_id", by.tenant.value}}));
           if (rows.empty()) return std::unexpected(grant_missing(id));
           const Grant grant = grant_of(rows[0]);
           TRY(core_.check(by, "iam:RevokeGrant", {resource_of(id), by.tenant}, grant_missing(id)));
           const Timestamp now = core_.clock.now();
           if (grant.ended || (grant.expires && *grant.expires <= now))
             return fail(Code::kConflict, "iam.grant_ended");
           // A user always has a role, and a boundary's end would give more.
           if (grant.kind == RightKind::kBoundary ||
               (grant.kind == RightKind::kRole && !grant.expires))
             return fail(Code::kConflict, "iam.lasting_role");
           TRY(core_.check_fresh(by, "iam:RevokeGrant", resource_of(id)));
           Right right = right_of(grant);
           TRY(const std::int64_t taken,
               take_away(transaction, right, {.reason = "withdrawn", .by = by.user, .at = now}));
           if (taken == 0) return fail(Code::kConflict, "iam.grant_ended");
           TRY(core_.trail.changed(transaction, by.tenant, by,
                                   {"iam:RevokeGrant", resource_of(id), details_of(grant)}));
           return right;
         }));
  forget(core_, ended);
  co_return Result<>();
}

Result<std::vector<Right>> AccessService::end_expired(Transaction& transaction) {
  TRY(auto rows, transaction.query("SELECT " + std::string(kGrantColumns) +
                                       " FROM iam_grant g WHERE g.ended_us IS NULL AND "
                                       "g.expires_us <= :now_us ORDER BY g.expires_us LIMIT :limit",
                                   {{"now_us", to_us(core_.clock.now())}, {"limit", kBatch}}));
  std::vector<Right> ended;
  for (const Row& row : rows) {
    const Grant grant = grant_of(row);
    const Right right = right_of(grant);
    const Ending ending{.reason = "expired", .at = *grant.expires};
    TRY(const std::int64_t taken, take_away(transaction, right, ending));
    // Whatever removed the row left the record open: it is closed all the same.
    if (taken == 0) {
      TRY(end_grants(transaction, right, ending));
    }
    TRY(core_.trail.changed(transaction, grant.tenant, system_in(grant.tenant),
                            {"iam:RightExpired", resource_of(grant.id), details_of(grant)}));
    ended.push_back(right);
  }
  return ended;
}

Result<std::int64_t> AccessService::let_lapse(Transaction& transaction) {
  const Timestamp now = core_.clock.now();
  TRY(auto rows, transaction.query("SELECT r.id, r.tenant_id, r.kind, r.holder, r.name FROM "
                                   "access_request r WHERE r.state = 'pending' AND "
                                   "r.pending_until_us <= :now_us LIMIT :limit",
                                   {{"now_us", to_us(now)}, {"limit", kBatch}}));
  for (const Row& row : rows) {
    TRY(
        transaction.execute("UPDATE access_request SET state = 'lapsed', "
                            "decided_us = pending_until_us WHERE id = :id",
                            {{"id", row.integer("id")}}));
    const TenantId tenant{row.integer("tenant_id")};
    TRY(core_.trail.changed(transaction, tenant, system_in(tenant),
                            {"iam:RequestLapsed",
                             resource_of(RequestId{row.integer("id")}),
                             {{"kind", row.text("kind")},
                              {"holder", row.text("holder")},
                              {"name", row.text("name")}}}));
  }
  if (!rows.empty()) TRY(forget_asked_delegations(transaction));
  return std::int64_t(rows.size());
}

Task<> AccessService::turn() {
  for (int batch = 0; batch < kBatchesMax; ++batch) {
    // Most turns find nothing, and then write nothing.
    CO_TRY(const bool is_due,
           co_await core_.read<bool>([&](Transaction& transaction) -> Result<bool> {
             TRY(auto rows,
                 transaction.query(
                     "SELECT (SELECT count(*) FROM iam_grant g WHERE g.ended_us IS NULL "
                     "AND g.expires_us <= :now_us) + (SELECT count(*) FROM access_request r "
                     "WHERE r.state = 'pending' AND r.pending_until_us <= :now_us) AS n",
                     {{"now_us", to_us(core_.clock.now())}}));
             return rows[0].integer("n") > 0;
           }));
    if (!is_due) break;
    CO_TRY(const auto ended, co_await core_.write<std::vector<Right>>(
                                 [&](Transaction& transaction) -> Result<std::vector<Right>> {
                                   TRY(let_lapse(transaction));
                                   return end_expired(transaction);
                                 }));
    for (const Right& right : ended) forget(core_, right);
  }
  co_return Result<>();
}

}  // namespace belfry::iam
