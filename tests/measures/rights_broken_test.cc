// Rights that came, stay or go as they should not: made through the product, as people make them.
#include "iam/access.h"
#include "iam/interventions.h"
#include "iam/people.h"
#include "iam/reviews.h"
#include "prepared_provider.h"

#include <gmock/gmock.h>

namespace belfry::measures_broken {
namespace {

using std::chrono::days;
using std::chrono::hours;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(MeasuresBroken, RightThatNobodyApproved) {
  EXPECT_EQ(verdict("S07-P-03"), "no_data") << "the founder has its right from nobody";
  iam::Iam& iam = provider().iam();
  const iam::Principal founder = sign_in_first("admin");
  create_user(iam::kProviderTenant, "oleg", iam::Role::kReader);
  const iam::Principal oleg = sign_in("oleg");
  const iam::AccessRequest asked = ask_for_role(oleg, iam::Role::kOperator, hours(8));
  EXPECT_EQ(verdict("S07-P-03"), "no_data") << "nothing is granted yet";
  must(iam.access().approve(founder, asked.id, "as agreed"));
  EXPECT_EQ(verdict("S07-P-03"), "pass") << testing::PrintToString(failing("S07-P-03"));

  // The provider's rule leaves to one person what is not privileged.
  const iam::User nadia = must(iam.create_user(founder, iam::kProviderTenant, "nadia", "",
                                               iam::Role::kMember, kUserPassword));
  EXPECT_EQ(verdict("S07-P-03"), "fail");
  EXPECT_THAT(failing("S07-P-03"),
              ElementsAre("right user/nadia/role/member: without an approved request of that right "
                          "from before it was given"));
  must(iam.people().delete_user(founder, nadia.id));
  EXPECT_EQ(verdict("S07-P-03"), "pass");

  // Who made the account may be who asked by it.
  const iam::User olga = must(iam.create_user(founder, iam::kProviderTenant, "olga", "",
                                              iam::Role::kReader, kUserPassword));
  const iam::AccessRequest own = ask_for_role(sign_in("olga"), iam::Role::kOperator, hours(8));
  EXPECT_TRUE(must(iam.access().approve(founder, own.id, "as agreed")).approved_by_own_account);
  EXPECT_THAT(failing("S07-P-03"),
              ElementsAre("right user/olga/role/operator: approved by who may have both accounts: "
                          "one gave the other its account, and nobody else could decide"));
  must(iam.people().delete_user(founder, olga.id));
  EXPECT_EQ(verdict("S07-P-03"), "pass");

  // The same of a role to be assumed.
  const iam::AssumableRole crew = must(iam.roles().create_role(
      founder, "crew",
      R"({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",
          "Principal": {"AWS": "arn:aws:iam::000000000001:user/oleg"}}})",
      hours(1)));
  const iam::Profile files = must(iam.profiles().create_profile(
      founder, "Files",
      R"({"Statement": {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}})"));
  EXPECT_EQ(verdict("S07-P-03"), "pass") << "it gives nothing yet";
  must(iam.roles().give_profile(founder, crew.id, files.id));
  EXPECT_THAT(failing("S07-P-03"),
              ElementsAre("right role/crew/profile/Files: without an approved request of that "
                          "right from before it was given"));
  must(iam.roles().withdraw_profile(founder, crew.id, files.id));
  EXPECT_EQ(verdict("S07-P-03"), "pass");

  // The right is held on, past the program and its record.
  stop();
  tamper(data(), "UPDATE iam_user SET role_until_us = role_until_us + 1 WHERE name = 'oleg'");
  start();
  EXPECT_THAT(failing("S07-P-03"),
              ElementsAre("right user/oleg/role/operator: held without a record of who gave it, or "
                          "for longer than the record says"));
}

TEST_F(MeasuresBroken, RightThatOutlivesItsEnd) {
  EXPECT_EQ(verdict("S07-P-04"), "no_data");
  create_user(iam::kProviderTenant, "oleg", iam::Role::kReader);
  const auto asked = ask_for_role(sign_in("oleg"), iam::Role::kOperator, hours(8));
  must(provider().iam().access().approve(sign_in_first("admin"), asked.id, ""));
  EXPECT_EQ(verdict("S07-P-04"), "no_data");
  EXPECT_EQ(verdict("S07-P-13"), "fail") << "privileged, and without a second factor";

  // It counts no longer, though nobody has taken it away.
  clock().jump(hours(9));
  EXPECT_EQ(verdict("S07-P-04"), "pass");
  EXPECT_EQ(verdict("S07-P-13"), "pass");
  clock().jump(hours(24));
  EXPECT_EQ(verdict("S07-P-04"), "fail");
  EXPECT_THAT(failing("S07-P-04"), ElementsAre("right user/oleg/role/operator: expired 25 hours "
                                               "ago, not cleared away"));
  must(provider().iam().access().turn());
  EXPECT_EQ(verdict("S07-P-04"), "pass");

  stop();
  tamper(data(), "UPDATE iam_user SET role = 'operator' WHERE name = 'oleg'");
  start();
  EXPECT_EQ(verdict("S07-P-04"), "fail");
  EXPECT_THAT(failing("S07-P-04"),
              ElementsAre("right user/oleg/role/operator: ended 25 hours ago, still held"));
}

TEST_F(MeasuresBroken, StaffThatCanComeAsACustomer) {
  // The first start made the demonstration's customer, and wrote its password down.
  EXPECT_EQ(verdict("S07-P-06"), "fail");
  EXPECT_THAT(failing("S07-P-06"), ElementsAre("user customer: has the password that the provider "
                                               "gave it: whoever knows that comes in"));
  iam::Iam& iam = provider().iam();
  const iam::Principal customer = sign_in_first("customer");
  must(iam.change_password(customer, password_of_first("customer"), kUserPassword));
  EXPECT_EQ(verdict("S07-P-06"), "pass");

  create_user(iam::kProviderTenant, "ines", iam::Role::kReader, "ines@belfry.example");
  EXPECT_EQ(verdict("S07-P-06"), "pass");
  create_user(iam::kFirstCustomer, "moreau", iam::Role::kMember, "Ines@belfry.example");
  EXPECT_EQ(verdict("S07-P-06"), "fail");
  EXPECT_THAT(failing("S07-P-06"),
              ElementsAre("user ines: 1 account at customers' under the same address"));
  suspend(iam::kFirstCustomer, "moreau");
  EXPECT_EQ(verdict("S07-P-06"), "pass");

  // As it should be reached: for some hours, approved by another, and seen by the customer.
  const iam::Principal ines = sign_in("ines");
  const auto asked = must(iam.interventions().ask(ines, {.tenant = iam::kFirstCustomer,
                                                         .actions = {"s3:GetObject"},
                                                         .reason = "a restore that failed",
                                                         .duration = hours(2)}));
  must(iam.interventions().approve(sign_in_first("admin"), asked.id, ""));
  EXPECT_EQ(verdict("S07-P-06"), "pass");
  const auto own = must(provider().measures().last_of("S07-P-06", iam::kFirstCustomer, 100));
  EXPECT_THAT(own.rows,
              ElementsAre(testing::Field(&measures::EvaluatedRow::subject, "user customer")))
      << "not what its administrators alone know";
  EXPECT_THAT(check("S07-P-06").rows, Contains(testing::Field(&measures::EvaluatedRow::subject,
                                                              "intervention " + asked.id.text())));
}

TEST_F(MeasuresBroken, RightsThatNobodyReviews) {
  EXPECT_EQ(verdict("S07-P-08"), "no_data") << "none is due yet";
  clock().jump(days(91));
  EXPECT_EQ(verdict("S07-P-08"), "fail");
  EXPECT_THAT(failing("S07-P-08"), ElementsAre("scope privileged: none completed for 91 days"));

  create_user(iam::kProviderTenant, "ines", iam::Role::kProviderAdministrator);
  const iam::Principal ines = enrol(sign_in("ines"));
  const iam::Principal founder = sign_in_first("admin");
  iam::Reviews& reviews = provider().iam().reviews();
  const iam::Review first = must(reviews.open(
      founder, {.name = "Spring", .scope = iam::ReviewScope::kPrivileged, .due_days = 7}));
  EXPECT_EQ(first.items, 2u);
  EXPECT_EQ(verdict("S07-P-08"), "fail") << "opened, not completed";
  keep_all(founder, ines, first.id);
  EXPECT_EQ(verdict("S07-P-08"), "pass") << testing::PrintToString(failing("S07-P-08"));

  const iam::Review second = must(reviews.open(founder, {.name = "All", .due_days = 7}));
  EXPECT_EQ(verdict("S07-P-08"), "pass") << "there is time";
  clock().jump(days(8));
  EXPECT_EQ(verdict("S07-P-08"), "fail");
  const std::string undecided =
      "review " + second.id.text() + ": 2 of 2 items decided by nobody before the end";
  EXPECT_THAT(failing("S07-P-08"), ElementsAre(undecided));
  // What nobody decided is taken away, as far as it can be: nobody has decided it for that.
  must(reviews.turn());
  EXPECT_THAT(failing("S07-P-08"), ElementsAre(undecided));
  // The last administrator's right stays, and nobody confirmed it.
  clock().jump(days(6));
  EXPECT_THAT(failing("S07-P-08"), ElementsAre("review " + second.id.text() +
                                               ": 1 of 2 items to be removed, and held still"));
}

TEST_F(MeasuresBroken, CustomerThatReviewsNothing) {
  EXPECT_EQ(verdict("S07-C-05"), "no_data") << "none is due yet";
  clock().jump(days(181));
  const std::string missing =
      "tenant Demonstration: no review of all rights completed for 181 days";
  EXPECT_EQ(verdict("S07-C-05"), "fail");
  EXPECT_THAT(failing("S07-C-05"), ElementsAre(missing));

  create_user(iam::kFirstCustomer, "ines", iam::Role::kTenantAdministrator);
  const iam::Principal ines = enrol(sign_in("ines"));
  const iam::Principal customer = sign_in_first("customer");
  const auto review = must(provider().iam().reviews().open(customer, {.name = "Spring"}));
  EXPECT_EQ(verdict("S07-C-05"), "fail") << "opened, not completed";
  keep_all(customer, ines, review.id);
  EXPECT_EQ(verdict("S07-C-05"), "pass");
  EXPECT_THAT(must(provider().measures().last_of("S07-C-05", TenantId{3}, 100)).rows, IsEmpty());
  clock().jump(days(181));
  EXPECT_THAT(failing("S07-C-05"), ElementsAre(missing));
}

}  // namespace
}  // namespace belfry::measures_broken
