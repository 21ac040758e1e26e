// Reviews of rights: each is confirmed by somebody else, or it ends.
#include "iam/reviews.h"

#include "world.h"

namespace belfry::iam {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;

class ReviewsTest : public testing::TestWithParam<database::Engine> {
 protected:
  ReviewsTest() {
    reader_ = make_user("reader", Role::kReader);
    member_ = make_user("member", Role::kMember);
    auto made = world_.wait(iam_.profiles().create_profile(
        admin_, "Files",
        R"({"Statement": {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}})"));
    EXPECT_TRUE(made);
    files_ = made->id;
    EXPECT_TRUE(world_.wait(iam_.profiles().give_profile(admin_, files_, {.user = reader_})));
  }

  UserId make_user(const std::string& name, Role role) {
    auto made =
        world_.wait(iam_.create_user(admin_, kFirstCustomer, name, "", role, kGoodPassword));
    EXPECT_TRUE(made) << made.error().describe();
    return made ? made->id : UserId{};
  }
  Review open(const NewReview& wanted) {
    auto opened = world_.wait(reviews_.open(admin_, wanted));
    EXPECT_TRUE(opened) << opened.error().describe();
    return opened.value_or(Review{});
  }
  std::vector<ReviewItem> items(ReviewId id) {
    auto found = world_.wait(reviews_.list_items(world_.customer(), id, {}));
    EXPECT_TRUE(found) << found.error().describe();
    return found ? found->things : std::vector<ReviewItem>{};
  }
  ReviewItem item_of(ReviewId id, const std::string& holder, const std::string& name) {
    for (ReviewItem& item : items(id))
      if (item.grant.holder == holder && item.grant.name == name) return item;
    ADD_FAILURE() << holder << " " << name;
    return {};
  }
  std::string decide(const Principal& by, ReviewId review, const ReviewItem& item, bool keep) {
    return message_of(world_.wait(reviews_.decide(by, review, item.id, keep, "looked at")));
  }
  std::string may(const std::string& user, std::string_view action = "s3:PutObject") {
    const Principal by = world_.enter(user, kGoodPassword);
    return message_of(iam_.authorize(by, action, {"arn:aws:s3:::b/a", kFirstCustomer},
                                     {.time = world_.clock.now()}));
  }
  void turn() {
    auto turned = world_.wait(reviews_.turn());
    EXPECT_TRUE(turned) << turned.error().describe();
  }

  World world_{GetParam()};
  Iam& iam_ = *world_.iam;
  Reviews& reviews_ = iam_.reviews();
  Principal admin_ = world_.customer();
  UserId reader_, member_;
  ProfileId files_;
};
BELFRY_ON_BOTH_ENGINES(ReviewsTest);

TEST_P(ReviewsTest, EachRightIsDecidedAndAppliedAtOnce) {
  const Review review = open({.name = "Spring"});
  EXPECT_EQ(review.items, 4u) << "three roles and a profile";
  const ReviewItem files = item_of(review.id, "reader", "Files");
  EXPECT_EQ(files.grant.given_by, admin_.user);
  EXPECT_EQ(may("reader"), "");
  admin_ = world_.customer();
  EXPECT_EQ(decide(admin_, review.id, files, false), "");
  EXPECT_EQ(may("reader"), "iam.denied");
  EXPECT_EQ(decide(admin_, review.id, files, true), "iam.item_decided");
  EXPECT_EQ(world_.ledger.count("iam:ReviewRemoved"), 1u);
  EXPECT_EQ(decide(admin_, review.id, item_of(review.id, "member", "member"), true), "");
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:ReviewKept");
  EXPECT_EQ(decide(admin_, review.id, item_of(review.id, "customer", "tenant_administrator"), true),
            "iam.own_right");
  const ReviewItem done = item_of(review.id, "reader", "Files");
  EXPECT_EQ(done.decision, ReviewDecision::kRemove);
  EXPECT_TRUE(done.applied);
  EXPECT_EQ(done.decided_by_name, "customer");
  EXPECT_EQ(world_.wait(reviews_.find_review(admin_, review.id))->pending, 2u);
  EXPECT_EQ(decide(world_.enter("member", kGoodPassword), review.id, done, true), "iam.denied");
}

TEST_P(ReviewsTest, WhatNobodyConfirmsEndsButForTheLastAdministrator) {
  const Review review = open({.name = "Spring", .due_days = 10});
  EXPECT_EQ(decide(admin_, review.id, item_of(review.id, "reader", "reader"), true), "");
  world_.clock.advance(days(7) + seconds(1));
  turn();
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:ReviewEndsSoon");
  turn();
  EXPECT_EQ(world_.ledger.count("iam:ReviewEndsSoon"), 1u);
  EXPECT_EQ(may("member"), "");
  EXPECT_EQ(may("reader"), "");
  world_.clock.advance(days(3));
  turn();
  EXPECT_EQ(may("reader"), "iam.denied") << "the profile is gone";
  EXPECT_EQ(may("reader", "s3:GetObject"), "") << "the role was kept";
  EXPECT_EQ(may("member"), "iam.denied");
  EXPECT_EQ(may("member", "s3:GetObject"), "") << "a reader now";
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM iam_grant WHERE end_reason = 'review'"), 2);
  const ReviewItem own = item_of(review.id, "customer", "tenant_administrator");
  EXPECT_EQ(own.decision, ReviewDecision::kUnconfirmed);
  EXPECT_EQ(own.alarm, "last_administrator");
  EXPECT_FALSE(own.applied);
  EXPECT_EQ(world_.ledger.count("iam:ReviewAlarm"), 1u);
  admin_ = world_.customer();
  const Review after = *world_.wait(reviews_.find_review(admin_, review.id));
  EXPECT_TRUE(after.completed);
  EXPECT_EQ(after.alarms, 1u);
  EXPECT_EQ(decide(admin_, review.id, own, true), "iam.own_right");
}

TEST_P(ReviewsTest, AReaderIsSuspended) {
  const Review review = open({.name = "Spring"});
  auto opened = world_.sign_in("reader", kGoodPassword);
  ASSERT_TRUE(opened);
  admin_ = world_.customer();
  EXPECT_EQ(decide(admin_, review.id, item_of(review.id, "reader", "reader"), false), "");
  EXPECT_FALSE(world_.wait(iam_.find_user(admin_, reader_))->active);
  EXPECT_EQ(message_of(world_.wait(iam_.authenticate_session(opened->secret, kHere))),
            "iam.unknown_session");
}

TEST_P(ReviewsTest, WhatEndedMeanwhileIsGone) {
  const Review review = open({.name = "Files", .scope = ReviewScope::kProfile, .profile = files_});
  EXPECT_EQ(review.items, 1u);
  ASSERT_TRUE(world_.wait(iam_.profiles().withdraw_profile(admin_, files_, {.user = reader_})));
  world_.clock.advance(days(31));
  turn();
  EXPECT_EQ(items(review.id).at(0).decision, ReviewDecision::kGone);
}

TEST_P(ReviewsTest, IsRepeated) {
  const Review first = open(
      {.name = "Quarterly", .scope = ReviewScope::kPrivileged, .due_days = 5, .repeat_days = 90});
  EXPECT_EQ(first.items, 1u) << "the administrator's role";
  world_.clock.advance(days(90));
  turn();
  turn();
  admin_ = world_.customer();
  auto found = world_.wait(reviews_.list_reviews(admin_, {}));
  ASSERT_TRUE(found);
  ASSERT_EQ(found->things.size(), 2u);
  EXPECT_EQ(found->things[0].name, "Quarterly");
  EXPECT_EQ(found->things[0].due, found->things[0].opened + days(5));
  EXPECT_FALSE(found->things[0].opened_by);
  EXPECT_EQ(found->things[0].items, 1u);
}

TEST_P(ReviewsTest, RefusesWhatIsNoReview) {
  const auto refusal = [&](const NewReview& wanted) {
    return message_of(world_.wait(reviews_.open(admin_, wanted)));
  };
  EXPECT_EQ(refusal({.name = ""}), "iam.bad_review");
  EXPECT_EQ(refusal({.name = "x", .due_days = 0}), "iam.bad_review");
  EXPECT_EQ(refusal({.name = "x", .due_days = 30, .repeat_days = 30}), "iam.bad_review");
  EXPECT_EQ(refusal({.name = "x", .scope = ReviewScope::kProfile}), "iam.bad_review");
  EXPECT_EQ(refusal({.name = "x", .reviewers = {member_}}), "iam.no_reviewer");
  EXPECT_EQ(refusal({.name = "x", .scope = ReviewScope::kProfile, .profile = ProfileId{1}}),
            "iam.profile_missing");
  const Principal member = world_.enter("member", kGoodPassword);
  EXPECT_EQ(message_of(world_.wait(reviews_.open(member, {.name = "x"}))), "iam.denied");
  world_.clock.advance(std::chrono::minutes(16));
  EXPECT_EQ(refusal({.name = "x"}), "iam.step_up_needed");
}

TEST_P(ReviewsTest, AnotherTenantsDoNotExist) {
  const Review review = open({.name = "Spring"});
  const ReviewItem item = items(review.id).at(0);
  const Principal stranger = world_.make_other("two").administrator;
  EXPECT_EQ(message_of(world_.wait(reviews_.find_review(stranger, review.id))),
            "iam.review_missing");
  EXPECT_EQ(message_of(world_.wait(reviews_.list_items(stranger, review.id, {}))),
            "iam.review_missing");
  EXPECT_EQ(decide(stranger, review.id, item, false), "iam.review_missing");
  EXPECT_TRUE(world_.wait(reviews_.list_reviews(stranger, {}))->things.empty());
  EXPECT_EQ(
      message_of(world_.wait(reviews_.open(stranger, {.name = "x", .reviewers = {admin_.user}}))),
      "iam.no_reviewer");
}

}  // namespace
}  // namespace belfry::iam
