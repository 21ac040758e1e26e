// Staff on a customer's data, and users without a right, as it should not be.
#include "iam/interventions.h"
#include "prepared_provider.h"

#include <gmock/gmock.h>

namespace belfry::measures_broken {
namespace {

using testing::ElementsAre;

constexpr const char* kObject = "/documents/small-0";

TEST_F(MeasuresBroken, StaffByAnInterventionThatNobodyApproved) {
  iam::Interventions& interventions = provider().iam().interventions();
  const UserId staff = create_user(iam::kProviderTenant, "nadia", iam::Role::kReader).id;
  const iam::Principal nadia = enrol(sign_in("nadia"));
  const auto made = must(provider().iam().create_access_key(nadia, staff));
  const prober::Key key{made.key.id, made.secret};
  create_user(iam::kProviderTenant, "ines", iam::Role::kProviderAdministrator);
  const iam::Principal ines = enrol(sign_in("ines"));
  const iam::NewIntervention reads{.tenant = iam::kFirstCustomer,
                                   .actions = {"s3:GetObject"},
                                   .bucket = kBucket,
                                   .reason = "ticket 7",
                                   .duration = std::chrono::hours(1)};
  const auto wait_for_reads = [&](std::size_t count) {
    wait_until([&] {
      const audit::Query by_staff{.actor = "arn:aws:iam::000000000001:user/nadia",
                                  .action = "s3:GetObject",
                                  .outcome = audit::Outcome::kSuccess};
      const auto found = must(provider().ledger().query(iam::kFirstCustomer, by_staff));
      return found.events.size() == count;
    });
  };
  EXPECT_EQ(verdict("S01-P-04"), "pass") << testing::PrintToString(failing("S01-P-04"));
  const auto asked = must(interventions.ask(nadia, reads));
  EXPECT_EQ(get(key, kObject), 404);
  must(interventions.approve(ines, asked.id, "agreed"));
  EXPECT_EQ(get(key, kObject), 200);
  wait_for_reads(1);
  EXPECT_EQ(verdict("S01-P-04"), "pass") << testing::PrintToString(failing("S01-P-04"));
  must(interventions.end(nadia, asked.id));
  must(interventions.ask(nadia, reads));
  EXPECT_EQ(get(key, kObject), 404);

  // Who got at the state database approves its own: the program believes what is there.
  stop();
  tamper(data(),
         "UPDATE intervention SET state = 'open', decided_by_user_id = staff_user_id, decided_us = "
         "requested_us, expires_us = requested_us + 3600000000 WHERE state = 'pending'");
  start();
  EXPECT_EQ(get(key, kObject), 200);
  wait_for_reads(2);
  EXPECT_EQ(verdict("S01-P-04"), "fail");
  EXPECT_THAT(failing("S01-P-04"),
              ElementsAre("user nadia: 2 requests of the provider's staff in 31 days, 1 of them "
                          "without a valid intervention; of its break-glass, 0 reports are "
                          "overdue"));
  const auto own = must(provider().measures().last_of("S01-P-04", iam::kFirstCustomer, 10));
  EXPECT_EQ(own.rows.size(), 2u) << "the customer sees it";
}

TEST_F(MeasuresBroken, BreakGlassThatNobodyReportedOn) {
  iam::Interventions& interventions = provider().iam().interventions();
  for (const char* name : {"ines", "paul"})
    create_user(iam::kProviderTenant, name, iam::Role::kProviderAdministrator);
  const iam::Principal ines = enrol(sign_in("ines")), paul = enrol(sign_in("paul"));
  const auto opened = must(interventions.break_glass(ines, {.tenant = iam::kFirstCustomer,
                                                            .actions = {},
                                                            .reason = "the harbour is on fire",
                                                            .duration = std::chrono::hours(1)}));
  must(interventions.approve(paul, opened.id, "go"));
  clock().jump(std::chrono::hours(72));
  EXPECT_EQ(verdict("S01-P-04"), "pass") << testing::PrintToString(failing("S01-P-04"));
  clock().jump(std::chrono::hours(2));
  EXPECT_EQ(verdict("S01-P-04"), "fail");
  EXPECT_THAT(failing("S01-P-04"),
              ElementsAre("user ines: 0 requests of the provider's staff in 31 days, 0 of them "
                          "without a valid intervention; of its break-glass, 1 report is overdue"));
  must(interventions.report(ines, opened.id, "put it out"));
  EXPECT_EQ(verdict("S01-P-04"), "pass");
}

TEST_F(MeasuresBroken, UserLetInWithoutARight) {
  const UserId user = create_user(iam::kFirstCustomer, "ines", iam::Role::kMember).id;
  const auto made = must(provider().iam().create_access_key(sign_in("ines"), user));
  clock().jump(std::chrono::minutes(1));
  EXPECT_EQ(get({made.key.id, made.secret}, kObject), 200);
  wait_until([&] {
    const audit::Query reads{.action = "s3:GetObject"};
    return !must(provider().ledger().query(iam::kFirstCustomer, reads)).events.empty();
  });
  clock().jump(std::chrono::minutes(4));
  EXPECT_EQ(verdict("S01-P-04"), "pass") << testing::PrintToString(failing("S01-P-04"));
  // Its right ended, by the record of rights, before it was let in.
  stop();
  tamper(data(), "UPDATE iam_grant SET ended_us = since_us + 1000000 WHERE holder = 'ines'");
  start();
  EXPECT_EQ(verdict("S01-P-04"), "fail");
  EXPECT_THAT(failing("S01-P-04"),
              ElementsAre("tenant Demonstration: of 1 own user let in within 24 hours and looked "
                          "at, 1 held no right at that instant"));
}

TEST_F(MeasuresBroken, BucketOpenedBehindTheLogsBack) {
  const iam::Principal owner = sign_in_first("customer");
  open_bucket(kBucket);
  EXPECT_EQ(get_unsigned(kObject), 403) << "the tenant's block";
  must(provider().iam().public_access().set_block(owner, policy::kNothingBlocked));
  EXPECT_EQ(get_unsigned(kObject), 200);
  const auto wait_for_visits = [&](std::size_t count) {
    wait_until([&] {
      const audit::Query visits{
          .actor = "anonymous", .action = "s3:GetObject", .outcome = audit::Outcome::kSuccess};
      return must(provider().ledger().query(iam::kFirstCustomer, visits)).events.size() == count;
    });
  };
  wait_for_visits(1);
  clock().jump(std::chrono::minutes(4));
  EXPECT_EQ(verdict("S01-P-04"), "pass") << testing::PrintToString(failing("S01-P-04"));
  must(provider().iam().public_access().set_block(owner, {}));
  EXPECT_EQ(get_unsigned(kObject), 403) << "at once";

  // Who got at the state database lifts the block again: the program believes what is there.
  stop();
  tamper(data(), "UPDATE tenant SET restrict_public_buckets = 0");
  start();
  clock().jump(std::chrono::minutes(1));
  EXPECT_EQ(get_unsigned(kObject), 200);
  wait_for_visits(2);
  clock().jump(std::chrono::minutes(4));
  EXPECT_EQ(verdict("S01-P-04"), "fail");
  EXPECT_THAT(failing("S01-P-04"),
              ElementsAre("bucket documents: 2 requests without a signature in 24 hours, 1 of them "
                          "when the bucket was not open to everybody"));
}

}  // namespace
}  // namespace belfry::measures_broken
