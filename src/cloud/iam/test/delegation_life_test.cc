// Delegations: who holds them, what they may list, how they begin and end.
#include "delegation_fixture.h"

namespace belfry::iam {
namespace {

using std::chrono::hours;

class DelegationLifeTest : public DelegationTest {};
BELFRY_ON_BOTH_ENGINES(DelegationLifeTest);

TEST_P(DelegationLifeTest, AnInvitationDiesWithItsDelegation) {
  const Principal head = head_of_ward();
  const std::string withdrawn = secret_of(world_.wait(iam_.people().invite(head, guest())));
  const std::string kept = secret_of(world_.wait(iam_.people().invite(head, guest())));
  auto listed = world_.wait(iam_.people().list_invitations(head, kFirstCustomer, {}));
  ASSERT_EQ(listed->things.size(), 2u);
  // An administrator that sends it again answers for it.
  std::string answered;
  for (const Invitation& each : listed->things)
    if (answered.empty())
      answered = secret_of(world_.wait(iam_.people().send_again(world_.customer(), each.id)));
  EXPECT_EQ(outcome(delegations().end_delegation(world_.customer(), ward_delegation_)), "");
  EXPECT_EQ(accept(withdrawn), "iam.invitation_unknown");
  EXPECT_EQ(accept(kept), "iam.invitation_unknown");
  EXPECT_EQ(accept(answered), "");
}

TEST_P(DelegationLifeTest, AnInvitationGivesNothingThatBecamePrivileged) {
  const Principal head = head_of_ward();
  NewInvitation wanted = guest();
  wanted.profiles = {files_};
  const std::string secret = secret_of(world_.wait(iam_.people().invite(head, wanted)));
  ASSERT_TRUE(
      world_.wait(profiles().change_profile(world_.customer(), files_, std::string(kReadLog))));
  EXPECT_EQ(accept(secret), "iam.invitation_unknown");
  EXPECT_EQ(outcome(iam_.people().open_invitation(secret)), "iam.invitation_unknown");
  EXPECT_EQ(invite(head, wanted), "iam.delegated_privilege") << "nor is another sent";
}

TEST_P(DelegationLifeTest, WhatBecamePrivilegedDropsOut) {
  const Principal head = head_of_ward();
  const Principal admin = world_.customer();
  ASSERT_TRUE(world_.wait(profiles().change_profile(admin, files_, std::string(kReadLog))));
  EXPECT_EQ(give(head, files_, nurse_), "iam.delegated_privilege");
  EXPECT_EQ(outcome(profiles().give_profile(admin, files_, {.user = {}, .group = theatre_})), "");
  EXPECT_EQ(outcome(profiles().add_member(head, theatre_, nurse_)), "iam.delegated_privilege");
  auto found = world_.wait(delegations().find_delegation(admin, ward_delegation_));
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->profiles.at(0).privileged);
  EXPECT_TRUE(found->groups.at(0).privileged);
  // Who is privileged by it is not looked after any more.
  EXPECT_EQ(give(admin, files_, nurse_), "");
  expect_out_of_reach(head, nurse_);
  EXPECT_EQ(outcome(iam_.find_user(head, nurse_)), "iam.denied");
}

TEST_P(DelegationLifeTest, NothingPrivilegedIsListed) {
  const ProfileId log = make_profile("Log", kReadLog);
  NewDelegation wanted = ward();
  wanted.profiles = {log};
  EXPECT_EQ(refusal(wanted), "iam.privileged_in_delegation");
  wanted = ward();
  ASSERT_EQ(outcome(profiles().give_profile(admin_, log, {.user = {}, .group = theatre_})), "");
  EXPECT_EQ(refusal(wanted), "iam.privileged_in_delegation");
  wanted.groups.clear();
  ASSERT_EQ(outcome(profiles().give_profile(admin_, log, {.user = {}, .group = ward_})), "");
  EXPECT_EQ(refusal(wanted), "iam.privileged_in_delegation") << "the unit itself";
  wanted = ward();
  wanted.role_max = Role::kTenantAdministrator;
  EXPECT_EQ(refusal(wanted), "iam.bad_delegation");
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM delegation"), 0);
}

TEST_P(DelegationLifeTest, AGroupIsAUnitOrARightNeverBoth) {
  NewDelegation wanted = ward();
  wanted.groups = {ward_};
  EXPECT_EQ(refusal(wanted), "iam.unit_is_right");
  delegate(ward());
  NewDelegation of_theatre{.delegate = outsider_, .unit = theatre_, .role_max = Role::kReader};
  EXPECT_EQ(refusal(of_theatre), "iam.unit_is_right");
  NewDelegation into_ward{.delegate = outsider_,
                          .unit = make_group("Yard"),
                          .acts = {kGive},
                          .role_max = Role::kReader,
                          .groups = {ward_}};
  EXPECT_EQ(refusal(into_ward), "iam.unit_is_right");
}

TEST_P(DelegationLifeTest, ADelegateIsPrivileged) {
  const Principal before = head();
  delegate(ward());
  EXPECT_TRUE(world_.wait(iam_.find_user(world_.customer(), head_user_))->privileged);
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM iam_session WHERE ended_us IS NULL AND "
                         "user_id = " +
                         head_user_.text()),
            0)
      << "it signs in anew";
  // Without a factor it does nothing.
  NewDelegation wanted{.delegate = outsider_,
                       .unit = make_group("Yard"),
                       .acts = {kInvite},
                       .role_max = Role::kReader};
  delegate(wanted);
  const Principal without = world_.enter("outsider", kGoodPassword);
  EXPECT_EQ(invite(without, guest({wanted.unit})), "iam.second_factor_needed");
  EXPECT_EQ(message_of(iam_.authorize(without, "s3:GetObject", {"arn:aws:s3:::b/a", kFirstCustomer},
                                      {.time = world_.clock.now()})),
            "iam.second_factor_needed");
  // A stale one changes nothing.
  const Principal stale = head();
  world_.clock.advance(std::chrono::minutes(16));
  EXPECT_EQ(give(stale, files_, nurse_), "iam.step_up_needed");
  EXPECT_EQ(suspend(stale, nurse_), "iam.step_up_needed");
  EXPECT_EQ(invite(stale, guest()), "iam.step_up_needed");
}

TEST_P(DelegationLifeTest, ABoundaryBindsADelegate) {
  const Principal admin = world_.customer();
  delegate(ward());
  ASSERT_EQ(
      outcome(profiles().set_boundary(admin, head_user_, make_profile("Objects", kPutObjects))),
      "");
  EXPECT_EQ(give(head(), files_, nurse_), "iam.denied");
}

TEST_P(DelegationLifeTest, ADelegateLeavesRoomForOthersInvitations) {
  const Principal head = head_of_ward();
  for (int sent = 0; sent < 50; ++sent) ASSERT_EQ(invite(head, guest()), "");
  EXPECT_EQ(invite(head, guest()), "iam.too_many_invitations");
  EXPECT_EQ(invite(world_.customer(), guest()), "");
}

TEST_P(DelegationLifeTest, ADelegateLeavesMailForOthers) {
  const Principal head = head_of_ward();
  for (int round = 0; round < 2; ++round) {
    for (int sent = 0; sent < 50; ++sent) ASSERT_EQ(invite(head, guest()), "");
    world_.execute("UPDATE invitation SET ended_us = created_us");
  }
  EXPECT_EQ(invite(head, guest()), "iam.delegate_sent_much");
  EXPECT_EQ(invite(world_.customer(), guest()), "");
}

TEST_P(DelegationLifeTest, WhomAReviewRemovedNoDelegateReadmits) {
  ASSERT_EQ(suspend(head_of_ward(), nurse_), "");
  auto review = world_.wait(iam_.reviews().open(
      world_.customer(), {.name = "Spring", .scope = ReviewScope::kAll, .due_days = 1}));
  ASSERT_TRUE(review) << review.error().describe();
  world_.clock.advance(hours(25));
  ASSERT_TRUE(world_.wait(iam_.reviews().turn()));
  EXPECT_EQ(
      world_.count("SELECT count(*) AS n FROM iam_user WHERE suspended_by_delegation_id <> 0"), 0);
}

TEST_P(DelegationLifeTest, FollowsTheTenantsRuleOfFourEyes) {
  // Asked for, and approved by another administrator.
  const UserId second = make_user("second");
  const RequestId role =
      ask(world_.enter("second", kGoodPassword), {.user = second,
                                                  .role = Role::kTenantAdministrator,
                                                  .reason = "on duty",
                                                  .duration = hours(900)});
  ASSERT_EQ(approve(world_.customer(), role), "");
  const std::string seed = enrol("second");
  const auto other = [&] { return world_.enter("second", kGoodPassword, seed); };
  ASSERT_EQ(outcome(iam_.access().set_four_eyes(world_.customer(), FourEyes::kPrivileged)), "");
  admin_ = world_.customer();
  EXPECT_EQ(refusal(ward()), "iam.request_needed");
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM delegation"), 0);
  NewDelegation wanted = ward();
  wanted.reason = "head of the ward";
  wanted.lifetime = hours(24);
  auto asked = world_.wait(delegations().create_delegation(admin_, wanted));
  ASSERT_TRUE(asked) << asked.error().describe();
  EXPECT_FALSE(asked->delegate);
  EXPECT_EQ(asked->delegate_name, "head");
  EXPECT_EQ(give(head(), files_, nurse_), "iam.denied") << "only asked for";
  EXPECT_EQ(refusal(wanted), "iam.asked_already");
  EXPECT_EQ(outcome(delegations().end_delegation(admin_, asked->id)), "iam.delegation_asked");
  EXPECT_EQ(approve(admin_, asked->request), "iam.four_eyes");
  EXPECT_EQ(approve(head(), asked->request), "iam.denied") << "it would profit";
  EXPECT_EQ(outcome(iam_.access().refuse(other(), asked->request, "later")), "");
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM delegation"), 0) << "nothing is left of it";
  asked = world_.wait(delegations().create_delegation(world_.customer(), wanted));
  ASSERT_TRUE(asked) << asked.error().describe();
  EXPECT_EQ(approve(other(), asked->request), "");
  EXPECT_EQ(give(head(), files_, nurse_), "");

  // Where everything wants two, a delegate alone is one.
  ASSERT_EQ(outcome(iam_.access().set_four_eyes(world_.customer(), FourEyes::kAll)), "");
  const Principal head = this->head();
  EXPECT_EQ(outcome(profiles().add_member(head, theatre_, nurse_)), "iam.request_needed");
  EXPECT_EQ(invite(head, guest()), "iam.request_needed");
  const RequestId request =
      ask(world_.enter("nurse", kGoodPassword),
          {.user = nurse_, .group = theatre_, .reason = "help", .duration = hours(1)});
  EXPECT_EQ(approve(head, request), "") << "with who asked there are two";
}

TEST_P(DelegationLifeTest, EndsAtItsInstantAndByHand) {
  NewDelegation wanted = ward();
  wanted.lifetime = hours(1);
  delegate(wanted);
  const Principal head = this->head();
  EXPECT_EQ(give(head, files_, nurse_), "");
  world_.clock.advance(hours(1));
  // No turn has run, and the session is the one of before.
  EXPECT_EQ(suspend(head, nurse_), "iam.denied");
  EXPECT_EQ(give(this->head(), files_, nurse_), "iam.denied");
  ASSERT_TRUE(world_.wait(iam_.access().turn()));
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM delegation"), 0);
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM iam_grant WHERE kind = 'delegation' AND "
                         "end_reason = 'expired'"),
            1);
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM user_profile"), 1) << "what it gave stays";
  EXPECT_FALSE(world_.wait(iam_.find_user(world_.customer(), head_user_))->privileged);

  admin_ = world_.customer();
  delegate(ward());
  const Principal again = this->head();
  auto grants = world_.wait(
      iam_.access().list_grants(world_.customer(), head_user_, Access::Which::kCurrent, {}));
  ASSERT_TRUE(grants);
  EXPECT_EQ(grants->things.at(0).kind, RightKind::kDelegation);
  EXPECT_TRUE(grants->things.at(0).privileged);
  EXPECT_EQ(grants->things.at(0).name, "Ward");
  EXPECT_EQ(refusal(ward()), "iam.already_held");
  ASSERT_EQ(outcome(iam_.access().revoke(world_.customer(), grants->things.at(0).id)), "");
  EXPECT_EQ(suspend(again, nurse_), "iam.denied");
}

TEST_P(DelegationLifeTest, GoesWithItsUnitAndWithItsDelegate) {
  delegate(ward());
  ASSERT_EQ(outcome(profiles().delete_group(world_.customer(), theatre_)), "");
  ASSERT_EQ(outcome(profiles().delete_profile(world_.customer(), files_)), "")
      << "what is listed holds nothing back";
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM delegation"), 1);
  ASSERT_EQ(outcome(profiles().delete_group(world_.customer(), ward_)), "");
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM delegation"), 0);
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM iam_grant WHERE kind = 'delegation' AND "
                         "end_reason = 'group_deleted'"),
            1);
  NewDelegation wanted{
      .delegate = head_user_, .unit = make_group("Yard"), .role_max = Role::kReader};
  delegate(wanted);
  ASSERT_EQ(outcome(iam_.people().delete_user(world_.customer(), head_user_)), "");
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM delegation"), 0);
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM iam_grant WHERE kind = 'delegation' AND "
                         "ended_us IS NULL"),
            0);
}

TEST_P(DelegationLifeTest, IsReviewedAndRemovedWhenNobodyConfirmsIt) {
  const Principal head = head_of_ward();
  auto review = world_.wait(iam_.reviews().open(
      world_.customer(), {.name = "Spring", .scope = ReviewScope::kPrivileged, .due_days = 1}));
  ASSERT_TRUE(review) << review.error().describe();
  world_.clock.advance(hours(25));
  ASSERT_TRUE(world_.wait(iam_.reviews().turn()));
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM delegation"), 0);
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM iam_grant WHERE kind = 'delegation' AND "
                         "end_reason = 'review'"),
            1);
  EXPECT_EQ(suspend(head, nurse_), "iam.denied");
}

TEST_P(DelegationLifeTest, IsHeldByPersonsWithoutPrivilegesByTheirRole) {
  const Principal admin = world_.customer();
  NewDelegation wanted = ward();
  wanted.delegate = admin.user;
  EXPECT_EQ(refusal(wanted), "iam.no_delegate");
  auto program = world_.wait(
      iam_.service_accounts().create_service_account(admin, "robot", Role::kReader, nurse_));
  ASSERT_TRUE(program);
  wanted.delegate = program->id;
  EXPECT_EQ(refusal(wanted), "iam.no_delegate");
  ASSERT_EQ(suspend(admin, outsider_), "");
  wanted.delegate = outsider_;
  EXPECT_EQ(refusal(wanted), "iam.no_delegate");
  // Its own it sees, and no others.
  delegate(ward());
  EXPECT_EQ(world_.wait(delegations().list_delegations(head(), {}, {}))->things.size(), 1u);
  const Principal nurse = world_.enter("nurse", kGoodPassword);
  EXPECT_TRUE(world_.wait(delegations().list_delegations(nurse, {}, {}))->things.empty());
}

TEST_P(DelegationLifeTest, ASuspendedDelegateDoesNothing) {
  const Principal head = head_of_ward();
  const std::string secret = secret_of(world_.wait(iam_.people().invite(head, guest())));
  ASSERT_EQ(suspend(world_.customer(), head_user_), "");
  EXPECT_EQ(accept(secret), "iam.invitation_unknown");
  EXPECT_FALSE(world_.sign_in("head", kGoodPassword, world_.code_of(seed_)));
}

}  // namespace
}  // namespace belfry::iam
