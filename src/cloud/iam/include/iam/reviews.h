// Reviews of rights: campaigns in which somebody else confirms each right, or it ends.
#pragma once

#include "iam/access.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::iam {

using ReviewId = Id<struct ReviewTag>;
using ReviewItemId = Id<struct ReviewItemTag>;

enum class ReviewScope { kAll, kPrivileged, kProfile };
std::string_view name_of(ReviewScope scope);
std::optional<ReviewScope> review_scope_named(std::string_view name);

struct NewReview {
  std::string name;
  ReviewScope scope = ReviewScope::kAll;
  std::optional<ProfileId> profile{};  // of the scope kProfile
  std::vector<UserId> reviewers{};     // administrators; empty: every one of the tenant
  std::int64_t due_days = 30;          // 1 to 180
  std::int64_t repeat_days = 0;        // from opening to opening, more than due_days; 0: once
};

struct Review {
  ReviewId id;
  TenantId tenant;
  std::string name;
  ReviewScope scope;
  ProfileId profile;  // zero: none
  UserId opened_by;   // zero: it was due again
  Timestamp opened, due;
  std::int64_t repeat_days = 0;
  std::optional<Timestamp> completed;
  std::size_t items = 0, pending = 0, alarms = 0;
};

enum class ReviewDecision { kPending, kKeep, kRemove, kUnconfirmed, kGone };
std::string_view name_of(ReviewDecision decision);

struct ReviewItem {
  ReviewItemId id;
  Grant grant;  // as it was given
  // When the holder was last seen, or the role last assumed, before the campaign.
  std::optional<Timestamp> last_used;
  ReviewDecision decision;
  std::string reason;
  UserId decided_by;  // zero: nobody
  std::string decided_by_name;
  std::optional<Timestamp> decided;
  std::optional<Timestamp> applied;  // since when the right is not held any more, by this review
  std::string alarm;                 // last_administrator: it was not removed; or empty
};

// Of the caller's own tenant. Each right that is held when a campaign opens is an item; a boundary
// takes away and is none. Of a role to be assumed each profile is one, and whom it trusts: without
// that it trusts nobody, and its sessions end. What is removed ends at once: a role for good cannot
// be missing, so its user falls back to a reader, and a reader is suspended. The last administrator
// is never removed. Every call is safe from any thread and leaves an audit event with its change.
class Reviews {
 public:
  virtual ~Reviews() = default;

  // Errors: invalid ("iam.bad_review"), not_found ("iam.profile_missing"), conflict
  // ("iam.no_reviewer", "iam.review_too_large", "iam.too_many_reviews").
  virtual Task<Review> open(const Principal& by, const NewReview& wanted) = 0;
  virtual Task<Listing<Review>> list_reviews(const Principal& by, Page page) = 0;  // newest first
  virtual Task<Review> find_review(const Principal& by, ReviewId id) = 0;
  virtual Task<Listing<ReviewItem>> list_items(const Principal& by, ReviewId id, Page page) = 0;
  // By a reviewer whose right it is not, nor a right of a role that trusts it by name. Errors:
  // denied ("iam.own_right", "iam.not_a_reviewer"), conflict ("iam.item_decided",
  // "iam.last_administrator").
  virtual Task<ReviewItem> decide(const Principal& by, ReviewId review, ReviewItemId item,
                                  bool keep, const std::string& reason) = 0;
  // Warns before the end, removes after it what nobody decided, opens what is due again. To be
  // called again and again.
  virtual Task<> turn() = 0;
};

}  // namespace belfry::iam
