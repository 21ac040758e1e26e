// Between rows of the tables and the types of reviews.h.
#include "access_service.h"
#include "base/ensure.h"
#include "review_service.h"
#include "rows.h"

#include <algorithm>
#include <iterator>

namespace belfry::iam {
namespace {

constexpr std::string_view kScopes[] = {"all", "privileged", "profile"};
constexpr std::string_view kDecisions[] = {"pending", "keep", "remove", "unconfirmed", "gone"};

}  // namespace

std::string_view name_of(ReviewScope scope) {
  return kScopes[std::size_t(scope)];
}

std::optional<ReviewScope> review_scope_named(std::string_view name) {
  const auto* found = std::ranges::find(kScopes, name);
  if (found == std::end(kScopes)) return std::nullopt;
  return ReviewScope(found - std::begin(kScopes));
}

std::string_view name_of(ReviewDecision decision) {
  return kDecisions[std::size_t(decision)];
}

std::string resource_of(ReviewId id) {
  return "belfry:review/" + id.text();
}

const std::string kReviewColumns =
    "r.*, (SELECT count(*) FROM access_review_item i WHERE i.review_id = r.id) AS items, "
    "(SELECT count(*) FROM access_review_item i WHERE i.review_id = r.id AND "
    "i.decision = 'pending') AS pending, "
    "(SELECT count(*) FROM access_review_item i WHERE i.review_id = r.id AND i.alarm <> '') "
    "AS alarms";

Review review_of(const Row& row) {
  const auto scope = review_scope_named(row.text("scope"));
  ENSURE(scope.has_value());  // only the program writes it
  return {.id = ReviewId{row.integer("id")},
          .tenant = TenantId{row.integer("tenant_id")},
          .name = row.text("name"),
          .scope = *scope,
          .profile = ProfileId{row.integer("profile_id")},
          .opened_by = UserId{row.integer("opened_by_user_id")},
          .opened = from_us(row.integer("opened_us")),
          .due = from_us(row.integer("due_us")),
          .repeat_days = row.integer("repeat_days"),
          .completed = optional_time(row, "completed_us"),
          .items = std::size_t(row.integer("items")),
          .pending = std::size_t(row.integer("pending")),
          .alarms = std::size_t(row.integer("alarms"))};
}

const std::string kItemQuery =
    "SELECT " + std::string(kGrantColumns) +
    ", i.id AS item_id, i.last_used_us, i.decision, i.reason, i.decided_by_user_id, i.decided_us, "
    "i.applied_us, i.alarm, (SELECT x.name FROM iam_user x WHERE x.id = i.decided_by_user_id) "
    "AS decided_by_name FROM access_review_item i JOIN iam_grant g ON g.id = i.grant_id WHERE ";

ReviewItem item_of(const Row& row) {
  const auto* decision = std::ranges::find(kDecisions, row.text("decision"));
  ENSURE(decision != std::end(kDecisions));  // only the program writes it
  return {.id = ReviewItemId{row.integer("item_id")},
          .grant = grant_of(row),
          .last_used = optional_time(row, "last_used_us"),
          .decision = ReviewDecision(decision - std::begin(kDecisions)),
          .reason = row.text("reason"),
          .decided_by = UserId{row.integer("decided_by_user_id")},
          .decided_by_name = row.is_null("decided_by_name") ? "" : row.text("decided_by_name"),
          .decided = optional_time(row, "decided_us"),
          .applied = optional_time(row, "applied_us"),
          .alarm = row.text("alarm")};
}

}  // namespace belfry::iam
