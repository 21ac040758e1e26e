// What becomes of an item of a review, and what happens by itself: warning, removing, repeating.
#include "access_service.h"
#include "review_service.h"
#include "rows.h"

namespace belfry::iam {
namespace {

constexpr auto kWarnBefore = std::chrono::days(3);
constexpr std::int64_t kBatch = 100;  // items of one transaction
constexpr int kBatchesMax = 100;      // of one turn

}  // namespace

Result<bool> ReviewService::is_last_administrator(Transaction& transaction, const Grant& grant) {
  if (grant.kind != RightKind::kRole) return false;
  const auto role = role_named(grant.name);
  const bool administers =
      role == Role::kProviderAdministrator || role == Role::kTenantAdministrator;
  // Who has no less than the least role is suspended, whatever it is for a time.
  if (!administers && role != Role::kReader) return false;
  return iam::is_last_administrator(transaction, grant.tenant, grant.user, core_.clock.now());
}

Result<> ReviewService::end_right(Transaction& transaction, const Right& right,
                                  const Verdict& verdict, bool is_lasting_role) {
  const Ending ending{.reason = "review", .by = verdict.by, .at = core_.clock.now()};
  if (!is_lasting_role) {
    TRY(take_away(transaction, right, ending));
    return {};
  }
  if (right.role == name_of(Role::kReader)) {
    // The least role that there is cannot be missing: the user may do nothing instead.
    // Not by a delegation, if it was before: no delegate readmits whom a review removed.
    TRY(
        transaction.execute("UPDATE iam_user SET active = 0, suspended_by_delegation_id = 0 WHERE "
                            "id = :id",
                            {{"id", right.user.value}}));
    TRY(core_.end_other_sessions(transaction, system_in(right.tenant), right.user));
    return {};
  }
  Right reader = right;
  reader.role = reader.name = std::string(name_of(Role::kReader));
  reader.privileged = false;
  // While another role holds for a time, it is the one below that changes.
  TRY(
      transaction.execute("UPDATE iam_user SET base_role = CASE WHEN base_role IS NULL THEN NULL "
                          "ELSE :role END, role = CASE WHEN base_role IS NULL THEN :role ELSE "
                          "role END WHERE id = :id",
                          {{"role", reader.role}, {"id", right.user.value}}));
  TRY(end_grants(transaction, right, ending));
  return record_grant(core_, transaction, reader, {.origin = "direct", .by = verdict.by});
}

Result<> ReviewService::complete(Transaction& transaction, const Principal& by, ReviewId review) {
  TRY(const std::int64_t completed,
      transaction.execute("UPDATE access_review SET completed_us = :now_us WHERE id = :id AND "
                          "completed_us IS NULL AND NOT EXISTS (SELECT 1 FROM access_review_item i "
                          "WHERE i.review_id = :id AND i.decision = 'pending')",
                          {{"now_us", to_us(core_.clock.now())}, {"id", review.value}}));
  if (completed == 0) return {};
  return core_.trail.changed(transaction, by.tenant, by,
                             {"iam:ReviewCompleted", resource_of(review), {}});
}

Result<std::optional<Right>> ReviewService::settle(Transaction& transaction, const Principal& by,
                                                   ReviewId review, const ReviewItem& item,
                                                   const Verdict& verdict) {
  const Timestamp now = core_.clock.now();
  const Right right = right_of(item.grant);
  const bool is_over = item.grant.ended || (item.grant.expires && *item.grant.expires <= now);
  const bool removes = verdict.decision != ReviewDecision::kKeep;
  ReviewDecision decision = verdict.decision;
  if (is_over && decision == ReviewDecision::kUnconfirmed) decision = ReviewDecision::kGone;
  TRY(const bool is_last, is_last_administrator(transaction, item.grant));
  const bool ends = removes && !is_over && !is_last;
  if (ends)
    TRY(end_right(transaction, right, verdict,
                  item.grant.kind == RightKind::kRole && !item.grant.expires));
  TRY(transaction.execute(
      "UPDATE access_review_item SET decision = :decision, reason = :reason, decided_by_user_id = "
      ":by_id, decided_us = :now_us, applied_us = :applied_us, alarm = :alarm WHERE id = :id",
      {{"decision", std::string(name_of(decision))},
       {"reason", verdict.reason},
       {"by_id", verdict.by.value},
       {"now_us", to_us(now)},
       {"applied_us",
        removes && !(is_last && !is_over) ? database::Value(to_us(now)) : database::Null{}},
       {"alarm", removes && is_last && !is_over ? "last_administrator" : ""},
       {"id", item.id.value}}));
  const std::string action = removes && is_last && !is_over ? "iam:ReviewAlarm"
                             : removes                      ? "iam:ReviewRemoved"
                                                            : "iam:ReviewKept";
  TRY(core_.trail.changed(transaction, item.grant.tenant, by,
                          {action,
                           resource_of(review),
                           {{"kind", std::string(name_of(item.grant.kind))},
                            {"holder", item.grant.holder},
                            {"name", item.grant.name},
                            {"decision", std::string(name_of(decision))},
                            {"reason", verdict.reason}}}));
  TRY(complete(transaction, by, review));
  return ends ? std::optional(right) : std::nullopt;
}

Result<> ReviewService::warn(Transaction& transaction) {
  const Timestamp now = core_.clock.now();
  TRY(auto rows, transaction.query("SELECT " + kReviewColumns +
                                       " FROM access_review r WHERE r.completed_us IS NULL AND "
                                       "r.warned_us IS NULL AND r.due_us <= :soon_us LIMIT :limit",
                                   {{"soon_us", to_us(now + kWarnBefore)}, {"limit", kBatch}}));
  for (const Row& row : rows) {
    const Review review = review_of(row);
    TRY(transaction.execute("UPDATE access_review SET warned_us = :now_us WHERE id = :id",
                            {{"now_us", to_us(now)}, {"id", review.id.value}}));
    TRY(core_.trail.changed(transaction, review.tenant, system_in(review.tenant),
                            {"iam:ReviewEndsSoon",
                             resource_of(review.id),
                             {{"name", review.name},
                              {"undecided", std::to_string(review.pending)},
                              {"due", format_rfc3339(review.due)}}}));
  }
  return {};
}

Result<> ReviewService::open_again(Transaction& transaction) {
  TRY(auto rows, transaction.query("SELECT " + kReviewColumns +
                                       " FROM access_review r WHERE r.next_us <= :now_us "
                                       "LIMIT :limit",
                                   {{"now_us", to_us(core_.clock.now())}, {"limit", kBatch}}));
  for (const Row& row : rows) {
    const Review before = review_of(row);
    TRY(transaction.execute("UPDATE access_review SET next_us = NULL WHERE id = :id",
                            {{"id", before.id.value}}));
    NewReview again{.name = before.name,
                    .scope = before.scope,
                    .due_days = (before.due - before.opened) / std::chrono::days(1),
                    .repeat_days = before.repeat_days};
    if (before.profile) again.profile = before.profile;
    // Whoever is no administrator any more reviews nothing; with none left, each of them does.
    TRY(auto reviewers,
        transaction.query("SELECT u.id FROM access_reviewer v JOIN iam_user u ON u.id = v.user_id "
                          "WHERE v.review_id = :review_id AND " +
                              std::string(kAdministrators),
                          {{"review_id", before.id.value},
                           {"tenant_id", before.tenant.value},
                           {"now_us", to_us(core_.clock.now())}}));
    for (const Row& reviewer : reviewers) again.reviewers.push_back(UserId{reviewer.integer("id")});
    TRY(insert_review(transaction, system_in(before.tenant), again));
  }
  return {};
}

Result<std::vector<Right>> ReviewService::close_due(Transaction& transaction) {
  TRY(auto rows,
      transaction.query("SELECT r.id, r.tenant_id, i.id AS item_id FROM access_review r JOIN "
                        "access_review_item i ON i.review_id = r.id WHERE r.completed_us IS NULL "
                        "AND r.due_us <= :now_us AND i.decision = 'pending' ORDER BY i.id "
                        "LIMIT :limit",
                        {{"now_us", to_us(core_.clock.now())}, {"limit", kBatch}}));
  std::vector<Right> ended;
  for (const Row& row : rows) {
    const ReviewId review{row.integer("id")};
    TRY(const ReviewItem item,
        read_item(transaction, review, ReviewItemId{row.integer("item_id")}));
    TRY(auto right, settle(transaction, system_in(TenantId{row.integer("tenant_id")}), review, item,
                           {ReviewDecision::kUnconfirmed, "", UserId{}}));
    if (right) ended.push_back(*right);
  }
  return ended;
}

Task<> ReviewService::turn() {
  for (int batch = 0; batch < kBatchesMax; ++batch) {
    // Most turns find nothing, and then write nothing.
    CO_TRY(
        const bool is_due, co_await core_.read<bool>([&](Transaction& transaction) -> Result<bool> {
          const Timestamp now = core_.clock.now();
          TRY(auto rows, transaction.query(
                             "SELECT count(*) AS n FROM access_review WHERE next_us <= :now_us OR "
                             "(completed_us IS NULL AND (due_us <= :now_us OR (warned_us IS NULL "
                             "AND due_us <= :soon_us)))",
                             {{"now_us", to_us(now)}, {"soon_us", to_us(now + kWarnBefore)}}));
          return rows[0].integer("n") > 0;
        }));
    if (!is_due) break;
    CO_TRY(const auto ended, co_await core_.write<std::vector<Right>>(
                                 [&](Transaction& transaction) -> Result<std::vector<Right>> {
                                   TRY(warn(transaction));
                                   TRY(open_again(transaction));
                                   return close_due(transaction);
                                 }));
    for (const Right& right : ended) forget(core_, right);
  }
  co_return Result<>();
}

}  // namespace belfry::iam
