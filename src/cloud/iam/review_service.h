// The implementation of `Reviews`: reviews.cc, review_turn.cc, review_rows.cc.
#pragma once

#include "core.h"
#include "grants.h"
#include "iam/reviews.h"

#include <string>

namespace belfry::iam {

class ReviewService : public Reviews {
 public:
  explicit ReviewService(Core& core) : core_(core) {}

  Task<Review> open(const Principal& by, const NewReview& wanted) override;
  Task<Listing<Review>> list_reviews(const Principal& by, Page page) override;
  Task<Review> find_review(const Principal& by, ReviewId id) override;
  Task<Listing<ReviewItem>> list_items(const Principal& by, ReviewId id, Page page) override;
  Task<ReviewItem> decide(const Principal& by, ReviewId review, ReviewItemId item, bool keep,
                          const std::string& reason) override;
  Task<> turn() override;

 private:
  struct Verdict {
    ReviewDecision decision;
    std::string reason;
    UserId by{};
  };

  Result<ReviewId> insert_review(Transaction& transaction, const Principal& by,
                                 const NewReview& wanted);
  Result<std::int64_t> insert_items(Transaction& transaction, TenantId tenant, ReviewId review,
                                    const NewReview& wanted);
  Result<Review> read_review(Transaction& transaction, const Principal& by, ReviewId id);
  Result<ReviewItem> read_item(Transaction& transaction, ReviewId review, ReviewItemId item);
  // Writes a verdict down; ends the right where it says so, and completes the review with its last
  // item. What was ended.
  Result<std::optional<Right>> settle(Transaction& transaction, const Principal& by,
                                      ReviewId review, const ReviewItem& item,
                                      const Verdict& verdict);
  Result<> end_right(Transaction& transaction, const Right& right, const Verdict& verdict,
                     bool is_lasting_role);
  Result<bool> is_last_administrator(Transaction& transaction, const Grant& grant);
  Result<> complete(Transaction& transaction, const Principal& by, ReviewId review);
  Result<> warn(Transaction& transaction);
  Result<> open_again(Transaction& transaction);
  Result<std::vector<Right>> close_due(Transaction& transaction);

  Core& core_;
};

std::string resource_of(ReviewId id);
// The columns that review_of reads, of `access_review r`.
extern const std::string kReviewColumns;
Review review_of(const Row& row);
// A query of items with their grants, up to its WHERE: `access_review_item i`, `iam_grant g`.
extern const std::string kItemQuery;
ReviewItem item_of(const Row& row);

}  // namespace belfry::iam
