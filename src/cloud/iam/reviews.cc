// Opening reviews of rights, and deciding their items.
#include "access_service.h"
#include "base/text_encoding.h"
#include "names.h"
#include "paging.h"
#include "review_service.h"
#include "role_grants.h"
#include "rows.h"

#include <algorithm>
#include <set>

namespace belfry::iam {
namespace {

constexpr std::int64_t kDueDaysMax = 180, kRepeatDaysMax = 366;
// Of one campaign, and open ones of a tenant: work for people.
constexpr std::int64_t kItemsMax = 10'000, kOpenMax = 50;
constexpr std::size_t kReviewersMax = 100, kReasonMax = 1000;

Error review_missing(ReviewId id) {
  return Error(Code::kNotFound, "iam.review_missing", {{"review", id.text()}});
}

bool is_sound(const NewReview& wanted) {
  const bool has_profile = wanted.scope == ReviewScope::kProfile;
  return is_display_name(wanted.name) && wanted.profile.has_value() == has_profile &&
         wanted.reviewers.size() <= kReviewersMax && wanted.due_days >= 1 &&
         wanted.due_days <= kDueDaysMax && wanted.repeat_days <= kRepeatDaysMax &&
         (wanted.repeat_days == 0 || wanted.repeat_days > wanted.due_days);
}

}  // namespace

Result<std::int64_t> ReviewService::insert_items(Transaction& transaction, TenantId tenant,
                                                 ReviewId review, const NewReview& wanted) {
  // A role to be assumed may have become privileged since, or its profile.
  const std::string privileged =
      " AND (g.privileged = 1 OR (g.assumable_role_id <> 0 AND EXISTS (SELECT 1 FROM "
      "role_profile h JOIN iam_profile p ON p.id = h.profile_id WHERE p.privileged = 1 AND "
      "h.role_id = g.assumable_role_id AND (g.kind = 'trust' OR h.profile_id = g.profile_id))))";
  const std::string narrower = wanted.scope == ReviewScope::kPrivileged ? privileged
                               : wanted.scope == ReviewScope::kProfile
                                   ? " AND g.profile_id = :profile_id"
                                   : "";
  TRY(auto rows,
      transaction.query(
          "SELECT g.id, u.last_sign_in_us, "
          "(SELECT max(k.last_used_us) FROM access_key k WHERE k.user_id = g.user_id) AS key_us, "
          "(SELECT max(s.last_seen_us) FROM iam_session s WHERE s.user_id = g.user_id) AS seen_us, "
          "(SELECT r.last_assumed_us FROM assumable_role r WHERE r.id = g.assumable_role_id) AS "
          "assumed_us "
          "FROM iam_grant g LEFT JOIN iam_user u ON u.id = g.user_id WHERE "
          "g.tenant_id = :tenant_id AND g.ended_us IS NULL AND g.kind <> 'boundary' AND "
          "(g.expires_us IS NULL OR g.expires_us > :now_us)" +
              narrower + " ORDER BY g.id LIMIT :limit",
          {{"tenant_id", tenant.value},
           {"profile_id", wanted.profile.value_or(ProfileId{}).value},
           {"now_us", to_us(core_.clock.now())},
           {"limit", kItemsMax + 1}}));
  if (std::int64_t(rows.size()) > kItemsMax)
    return fail(Code::kConflict, "iam.review_too_large", {{"maximum", std::to_string(kItemsMax)}});
  for (const Row& row : rows) {
    std::optional<Timestamp> last_used;
    for (const char* column : {"last_sign_in_us", "key_us", "seen_us", "assumed_us"})
      if (const auto seen = optional_time(row, column)) last_used = std::max(last_used, seen);
    TRY(transaction.execute(
        "INSERT INTO access_review_item (id, review_id, tenant_id, grant_id, last_used_us, "
        "decision, reason, decided_by_user_id, alarm) VALUES (:id, :review_id, :tenant_id, "
        ":grant_id, :last_used_us, 'pending', '', 0, '')",
        {{"id", core_.random.id()},
         {"review_id", review.value},
         {"tenant_id", tenant.value},
         {"grant_id", row.integer("id")},
         {"last_used_us", time_or_null(last_used)}}));
  }
  return std::int64_t(rows.size());
}

Result<ReviewId> ReviewService::insert_review(Transaction& transaction, const Principal& by,
                                              const NewReview& wanted) {
  const ReviewId id{core_.random.id()};
  const Timestamp now = core_.clock.now();
  const std::optional<Timestamp> next =
      wanted.repeat_days == 0 ? std::nullopt
                              : std::optional(now + std::chrono::days(wanted.repeat_days));
  TRY(transaction.execute(
      "INSERT INTO access_review (id, tenant_id, name, scope, profile_id, opened_by_user_id, "
      "opened_us, due_us, repeat_days, next_us) VALUES (:id, :tenant_id, :name, :scope, "
      ":profile_id, :by_id, :now_us, :due_us, :repeat_days, :next_us)",
      {{"id", id.value},
       {"tenant_id", by.tenant.value},
       {"name", wanted.name},
       {"scope", std::string(name_of(wanted.scope))},
       {"profile_id", wanted.profile.value_or(ProfileId{}).value},
       {"by_id", by.user.value},
       {"now_us", to_us(now)},
       {"due_us", to_us(now + std::chrono::days(wanted.due_days))},
       {"repeat_days", wanted.repeat_days},
       {"next_us", time_or_null(next)}}));
  for (const UserId reviewer : std::set<UserId>(wanted.reviewers.begin(), wanted.reviewers.end()))
    TRY(transaction.execute(
        "INSERT INTO access_reviewer (review_id, user_id, tenant_id) VALUES "
        "(:review_id, :user_id, :tenant_id)",
        {{"review_id", id.value}, {"user_id", reviewer.value}, {"tenant_id", by.tenant.value}}));
  TRY(const std::int64_t items, insert_items(transaction, by.tenant, id, wanted));
  TRY(core_.trail.changed(transaction, by.tenant, by,
                          {"iam:OpenReview",
                           resource_of(id),
                           {{"name", wanted.name},
                            {"scope", std::string(name_of(wanted.scope))},
                            {"items", std::to_string(items)}}}));
  if (items == 0) TRY(complete(transaction, by, id));
  return id;
}

Task<Review> ReviewService::open(const Principal& by, const NewReview& wanted) {
  CO_TRY(core_.check(by, "iam:OpenReview", {"belfry:review/*", by.tenant},
                     Error(Code::kDenied, "iam.denied")));
  if (!is_sound(wanted)) co_return fail(Code::kInvalid, "iam.bad_review");
  CO_TRY(core_.check_fresh(by, "iam:OpenReview", "belfry:review/*"));
  co_return co_await core_.write<Review>([&](Transaction& transaction) -> Result<Review> {
    TRY(auto open, transaction.query("SELECT count(*) AS n FROM access_review WHERE tenant_id = "
                                     ":tenant_id AND completed_us IS NULL",
                                     {{"tenant_id", by.tenant.value}}));
    if (open[0].integer("n") >= kOpenMax)
      return fail(Code::kConflict, "iam.too_many_reviews", {{"maximum", std::to_string(kOpenMax)}});
    if (wanted.profile) {
      TRY(auto rows,
          transaction.query("SELECT id FROM iam_profile WHERE id = :id AND "
                            "tenant_id = :tenant_id",
                            {{"id", wanted.profile->value}, {"tenant_id", by.tenant.value}}));
      if (rows.empty())
        return fail(Code::kNotFound, "iam.profile_missing", {{"profile", wanted.profile->text()}});
    }
    for (const UserId reviewer : wanted.reviewers) {
      TRY(auto rows, transaction.query("SELECT u.id FROM iam_user u WHERE u.id = :id AND " +
                                           std::string(kAdministrators),
                                       {{"id", reviewer.value},
                                        {"tenant_id", by.tenant.value},
                                        {"now_us", to_us(core_.clock.now())}}));
      if (rows.empty())
        return fail(Code::kConflict, "iam.no_reviewer", {{"user", reviewer.text()}});
    }
    TRY(const ReviewId id, insert_review(transaction, by, wanted));
    return read_review(transaction, by, id);
  });
}

Result<Review> ReviewService::read_review(Transaction& transaction, const Principal& by,
                                          ReviewId id) {
  TRY(auto rows, transaction.query("SELECT " + kReviewColumns +
                                       " FROM access_review r WHERE r.id = :id AND "
                                       "r.tenant_id = :tenant_id",
                                   {{"id", id.value}, {"tenant_id", by.tenant.value}}));
  if (rows.empty()) return std::unexpected(review_missing(id));
  TRY(core_.check(by, "iam:GetReview", {resource_of(id), by.tenant}, review_missing(id)));
  return review_of(rows[0]);
}

Task<Review> ReviewService::find_review(const Principal& by, ReviewId id) {
  co_return co_await core_.read<Review>(
      [&](Transaction& transaction) { return read_review(transaction, by, id); });
}

Task<Listing<Review>> ReviewService::list_reviews(const Principal& by, Page page) {
  using List = Listing<Review>;
  CO_TRY(const TimeKey after, read_time_key(page.after));
  CO_TRY(core_.check(by, "iam:GetReview", {"belfry:review/*", by.tenant},
                     Error(Code::kDenied, "iam.denied")));
  co_return co_await core_.read<List>([&](Transaction& transaction) -> Result<List> {
    TRY(auto rows,
        transaction.query(
            "SELECT " + kReviewColumns + " FROM access_review r WHERE r.tenant_id = :tenant_id" +
                (page.after.empty() ? ""
                                    : " AND (r.opened_us < :after_us OR (r.opened_us = :after_us "
                                      "AND r.id < :after_id))") +
                " ORDER BY r.opened_us DESC, r.id DESC LIMIT :limit",
            {{"tenant_id", by.tenant.value},
             {"after_us", after.us},
             {"after_id", id_of(after)},
             {"limit", rows_of(page)}}));
    std::vector<Review> reviews;
    reviews.reserve(rows.size());
    for (const Row& row : rows) reviews.push_back(review_of(row));
    return page_of(std::move(reviews), page,
                   [](const Review& review) { return text_of(review.opened, review.id.text()); });
  });
}

Task<Listing<ReviewItem>> ReviewService::list_items(const Principal& by, ReviewId id, Page page) {
  using List = Listing<ReviewItem>;
  CO_TRY(const TimeKey after, read_time_key(page.after));
  co_return co_await core_.read<List>([&](Transaction& transaction) -> Result<List> {
    TRY(read_review(transaction, by, id));
    TRY(auto rows,
        transaction.query(
            kItemQuery + "i.review_id = :review_id AND i.id > :after_id "
                         "ORDER BY i.id LIMIT :limit",
            {{"review_id", id.value}, {"after_id", id_of(after)}, {"limit", rows_of(page)}}));
    std::vector<ReviewItem> items;
    items.reserve(rows.size());
    for (const Row& row : rows) items.push_back(item_of(row));
    return page_of(std::move(items), page, [](const ReviewItem& item) {
      return text_of(item.grant.since, item.id.text());
    });
  });
}

Result<ReviewItem> ReviewService::read_item(Transaction& transaction, ReviewId review,
                                            ReviewItemId item) {
  TRY(auto rows, transaction.query(kItemQuery + "i.review_id = :review_id AND i.id = :id",
                                   {{"review_id", review.value}, {"id", item.value}}));
  if (rows.empty()) return fail(Code::kNotFound, "iam.item_missing", {{"item", item.text()}});
  return item_of(rows[0]);
}

Task<ReviewItem> ReviewService::decide(const Principal& by, ReviewId review, ReviewItemId id,
                                       bool keep, const std::string& reason) {
  if (reason.size() > kReasonMax || !is_utf8(reason) || reason.contains('\0'))
    co_return fail(Code::kInvalid, "iam.bad_reason");
  std::optional<Right> ended;
  auto decided =
      co_await core_.write<ReviewItem>([&](Transaction& transaction) -> Result<ReviewItem> {
        TRY(const Review found, read_review(transaction, by, review));
        TRY(core_.check(by, "iam:DecideReview", {resource_of(review), by.tenant},
                        review_missing(review)));
        TRY(const ReviewItem item, read_item(transaction, review, id));
        TRY(auto reviewers,
            transaction.query("SELECT count(*) AS n, COALESCE(sum(CASE WHEN user_id = :by_id THEN "
                              "1 ELSE 0 END), 0) AS own FROM access_reviewer WHERE "
                              "review_id = :review_id",
                              {{"by_id", by.user.value}, {"review_id", review.value}}));
        if (reviewers[0].integer("n") > 0 && reviewers[0].integer("own") == 0)
          return fail(Code::kDenied, "iam.not_a_reviewer");
        TRY(const bool is_named, is_named_by(transaction, item.grant.assumable, by));
        if (item.grant.user == by.user || is_named) return fail(Code::kDenied, "iam.own_right");
        if (found.completed || item.decision != ReviewDecision::kPending ||
            found.due <= core_.clock.now())
          return fail(Code::kConflict, "iam.item_decided");
        TRY(core_.check_fresh(by, "iam:DecideReview", resource_of(review)));
        TRY(const bool is_last, is_last_administrator(transaction, item.grant));
        if (!keep && is_last) return fail(Code::kConflict, "iam.last_administrator");
        TRY(ended,
            settle(transaction, by, review, item,
                   {keep ? ReviewDecision::kKeep : ReviewDecision::kRemove, reason, by.user}));
        return read_item(transaction, review, id);
      });
  if (decided && ended) forget(core_, *ended);
  co_return decided;
}

}  // namespace belfry::iam
