#include "iam/terms.h"

#include "world.h"

namespace belfry::iam {
namespace {

class TermsTest : public testing::TestWithParam<database::Engine> {
 protected:
  Terms& terms() { return world_.iam->terms(); }
  auto publish(const Principal& by, const std::string& version, Duration in) {
    return world_.wait(
        terms().publish_terms(by, version, "Be kind.", "Soyez aimable.", world_.clock.now() + in));
  }

  World world_{GetParam()};
};
BELFRY_ON_BOTH_ENGINES(TermsTest);

TEST_P(TermsTest, HoldSessionsUntilTheyAreAcceptedAndLeavePrograms) {
  const Principal admin = world_.admin();
  auto token = world_.wait(world_.iam->create_api_token(world_.customer(), "program", {}));
  ASSERT_TRUE(token);
  ASSERT_TRUE(publish(admin, "2026-1", std::chrono::days(1)));
  EXPECT_FALSE(world_.customer().terms_due);
  world_.clock.advance(std::chrono::days(1));
  const Principal customer = world_.customer();
  EXPECT_TRUE(customer.terms_due);
  EXPECT_EQ(message_of(world_.wait(world_.iam->list_users(customer, kFirstCustomer, {}))),
            "iam.terms_due");
  EXPECT_EQ(message_of(world_.iam->authorize(customer, "s3:GetObject", {"b", kFirstCustomer}, {})),
            "iam.terms_due");
  EXPECT_TRUE(world_.wait(world_.iam->find_user(customer, customer.user)));
  auto program = world_.wait(world_.iam->authenticate_token(token->secret));
  EXPECT_TRUE(world_.wait(world_.iam->list_users(*program, kFirstCustomer, {})));
  EXPECT_EQ(message_of(world_.wait(terms().accept_terms(*program, "2026-1"))),
            "iam.session_needed");
  EXPECT_FALSE(world_.wait(terms().own_terms(customer))->at(0).accepted);
  ASSERT_TRUE(world_.wait(terms().accept_terms(customer, "2026-1")));
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:AcceptTerms");
  ASSERT_TRUE(world_.wait(terms().accept_terms(customer, "2026-1")));
  EXPECT_EQ(world_.ledger.count("iam:AcceptTerms"), 1u);
  EXPECT_TRUE(world_.wait(terms().own_terms(customer))->at(0).accepted);
  EXPECT_FALSE(world_.customer().terms_due);
}

TEST_P(TermsTest, ANewVersionIsAcceptedBeforeOrAfterItIsInForce) {
  const Principal admin = world_.admin();
  ASSERT_TRUE(publish(admin, "2026-1", {}));
  ASSERT_TRUE(publish(admin, "2026-2", std::chrono::hours(1)));
  const Principal customer = world_.customer();
  EXPECT_EQ(world_.wait(terms().own_terms(customer))->size(), 2u);
  ASSERT_TRUE(world_.wait(terms().accept_terms(customer, "2026-2")));
  EXPECT_TRUE(world_.customer().terms_due);
  world_.clock.advance(std::chrono::hours(1));
  EXPECT_FALSE(world_.customer().terms_due);
  EXPECT_EQ(message_of(world_.wait(terms().accept_terms(customer, "2026-1"))), "iam.terms_missing");
  EXPECT_EQ(message_of(world_.wait(terms().accept_terms(customer, "2030"))), "iam.terms_missing");
}

TEST_P(TermsTest, TheProviderAlonePublishesAndWritesNothingIntoThePast) {
  const Principal admin = world_.admin();
  EXPECT_EQ(message_of(publish(world_.customer(), "2026-1", {})), "iam.terms_missing");
  EXPECT_EQ(message_of(publish(admin, "2026-1", -std::chrono::hours(1))), "iam.terms_in_the_past");
  for (Timestamp never : {Timestamp::max(), world_.clock.now() + std::chrono::days(5 * 366)})
    EXPECT_EQ(message_of(world_.wait(terms().publish_terms(admin, "2026-1", "a", "b", never))),
              "iam.terms_too_late");
  EXPECT_EQ(message_of(publish(admin, "a/b", {})), "iam.bad_terms_version");
  EXPECT_EQ(
      message_of(world_.wait(terms().publish_terms(admin, "2026-1", "", "x", world_.clock.now()))),
      "iam.bad_terms_text");
  ASSERT_TRUE(publish(admin, "2026-1", {}));
  EXPECT_EQ(message_of(publish(admin, "2026-1", std::chrono::hours(1))), "iam.terms_exist");
  EXPECT_TRUE(world_.wait(terms().own_terms(admin))->at(0).terms.french == "Soyez aimable.");
}

}  // namespace
}  // namespace belfry::iam
