// Break-glass: an emergency, by two persons, for an hour, with a report afterwards.
#include "staff_fixture.h"

namespace belfry::iam {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class BreakGlassTest : public StaffTest {
 protected:
  BreakGlassTest() { make_staff("nadia", Role::kProviderAdministrator); }

  NewIntervention wanted(Duration duration = minutes(30)) {
    return {.tenant = kFirstCustomer,
            .actions = {},
            .reason = "the harbour is on fire",
            .duration = duration};
  }
  // Opened by nadia; the founder may approve it.
  InterventionId open(const NewIntervention& named) {
    auto opened = world_.wait(interventions_.break_glass(enter("nadia"), named));
    EXPECT_TRUE(opened) << opened.error().describe();
    return opened ? opened->id : InterventionId{};
  }
  InterventionId open() { return open(wanted()); }
  std::string refusal(const Principal& by, const NewIntervention& named) {
    return message_of(world_.wait(interventions_.break_glass(by, named)));
  }
  std::string report(const Principal& by, InterventionId id, const std::string& text) {
    return message_of(world_.wait(interventions_.report(by, id, text)));
  }
  Intervention find(InterventionId id) {
    return *world_.wait(interventions_.find(world_.customer(), id));
  }
  std::string detail(TenantId log, const std::string& name) {
    for (const audit::Detail& own : world_.ledger.last_event(log).details)
      if (own.name == name) return own.value;
    return "";
  }
};
BELFRY_ON_BOTH_ENGINES(BreakGlassTest);

TEST_P(BreakGlassTest, TakesTwoPersons) {
  const InterventionId id = open();
  for (const TenantId log : {kFirstCustomer, kProviderTenant}) {
    EXPECT_EQ(world_.ledger.last(log), "iam:BreakGlass");
    EXPECT_EQ(detail(log, "kind"), "break_glass");
    EXPECT_EQ(detail(log, "reason"), "the harbour is on fire");
  }
  EXPECT_EQ(find(id).kind, InterventionKind::kBreakGlass) << "the customer sees it at once";
  EXPECT_EQ(find(id).deciders, 1u);
  EXPECT_EQ(may(enter("nadia")), "iam.denied") << "one person opens nothing";
  EXPECT_EQ(approve(enter("nadia"), id), "iam.four_eyes");
  EXPECT_EQ(approve(world_.customer(), id), "iam.denied");
  ASSERT_EQ(approve(world_.admin(), id), "");
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:ApproveIntervention");
  EXPECT_EQ(detail(kFirstCustomer, "kind"), "break_glass");
  const Principal nadia = enter("nadia");
  EXPECT_EQ(may(nadia), "");
  EXPECT_EQ(may(nadia, "s3:DeleteObject"), "") << "no action named: all of them";
  EXPECT_EQ(may(nadia, "s3:PutBucketPolicy", "arn:aws:s3:::papers"), "iam.denied");
  EXPECT_EQ(may(world_.admin()), "iam.denied") << "who approved is not who acts";
  world_.clock.advance(minutes(30));
  EXPECT_EQ(may(nadia), "iam.denied");
  EXPECT_EQ(find(id).state, InterventionState::kEnded);
}

// Who made it knows its first password, and enrolled what it likes: one person with two accounts.
TEST_P(BreakGlassTest, IsNotApprovedByAnAccountThatWhoOpensMade) {
  auto puppet = world_.wait(iam_.create_user(enter("nadia"), kProviderTenant, "puppet", "",
                                             Role::kReader, kGoodPassword));
  ASSERT_TRUE(puppet) << puppet.error().describe();
  auto asked = world_.wait(iam_.access().ask(world_.enter("puppet", kGoodPassword),
                                             {.user = puppet->id,
                                              .role = Role::kProviderAdministrator,
                                              .reason = "on duty",
                                              .duration = hours(24)}));
  ASSERT_TRUE(asked) << asked.error().describe();
  ASSERT_EQ(message_of(world_.wait(iam_.access().approve(world_.admin(), asked->id, "agreed"))),
            "");
  enrol("puppet");
  const InterventionId id = open();
  EXPECT_EQ(find(id).deciders, 1u);
  EXPECT_EQ(approve(enter("puppet"), id), "iam.four_eyes_of_maker");
  EXPECT_EQ(may(enter("nadia")), "iam.denied");
  EXPECT_EQ(approve(world_.admin(), id), "");
}

TEST_P(BreakGlassTest, IsNotApprovedByAnotherAccountOfThePersonThatOpens) {
  const InterventionId id = open();
  world_.bind_to_one_person(kProviderTenant, {enter("nadia").user, world_.admin().user});
  EXPECT_EQ(find(id).deciders, 0u) << "told honestly";
  EXPECT_EQ(approve(world_.admin(), id), "iam.four_eyes_of_person");
  EXPECT_EQ(find(id).state, InterventionState::kPending);
  world_.execute("DELETE FROM person_account");
  EXPECT_EQ(find(id).deciders, 1u);
  EXPECT_EQ(approve(world_.admin(), id), "");
}

TEST_P(BreakGlassTest, IsNotApprovedForWhoAdministersNoMore) {
  const InterventionId id = open();
  for (const auto& [gone, back] : std::vector<std::pair<std::string, std::string>>{
           {"UPDATE iam_user SET active = 0 WHERE name = 'nadia'",
            "UPDATE iam_user SET active = 1 WHERE name = 'nadia'"},
           {"UPDATE iam_user SET role = 'operator' WHERE name = 'nadia'",
            "UPDATE iam_user SET role = 'provider_administrator' WHERE name = 'nadia'"},
           {"UPDATE iam_user SET base_role = 'reader', role_until_us = 1 WHERE name = 'nadia'",
            "UPDATE iam_user SET base_role = NULL, role_until_us = NULL WHERE name = 'nadia'"},
           {"UPDATE mfa_factor SET confirmed_us = NULL WHERE user_id IN (SELECT u.id FROM iam_user "
            "u WHERE u.name = 'nadia')",
            "UPDATE mfa_factor SET confirmed_us = 1 WHERE confirmed_us IS NULL"}}) {
    world_.execute(gone);
    EXPECT_EQ(approve(world_.admin(), id), "iam.opener_gone") << gone;
    EXPECT_EQ(find(id).state, InterventionState::kPending);
    world_.execute(back);
  }
  EXPECT_EQ(approve(world_.admin(), id), "");
}

TEST_P(BreakGlassTest, AllowsNoMoreThanItNames) {
  NewIntervention named = wanted();
  named.actions = {"s3:GetObject"};
  named.bucket = "papers";
  ASSERT_EQ(approve(world_.admin(), open(named)), "");
  EXPECT_EQ(may(enter("nadia")), "");
  EXPECT_EQ(may(enter("nadia"), "s3:PutObject"), "iam.denied");
  EXPECT_EQ(may(enter("nadia"), "s3:GetObject", "arn:aws:s3:::others/a"), "iam.denied");
}

TEST_P(BreakGlassTest, IsForAdministratorsOfTheProvider) {
  make_staff("oleg", Role::kReader);
  make_staff("olga", Role::kOperator);
  for (const char* name : {"oleg", "olga"})
    EXPECT_EQ(refusal(enter(name), wanted()), "iam.denied") << name;
  EXPECT_EQ(refusal(world_.customer(), wanted()), "iam.denied");
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:BreakGlass failure iam.denied");
  // It is for oneself: whoever else is named, it is not looked at.
  NewIntervention named = wanted();
  named.staff = world_.admin().user;
  EXPECT_EQ(find(open(named)).staff_name, "nadia");
}

TEST_P(BreakGlassTest, RefusesWhatIsNone) {
  const Principal nadia = enter("nadia");
  const auto with = [&](auto change) {
    NewIntervention named = wanted();
    change(named);
    return refusal(nadia, named);
  };
  EXPECT_EQ(with([](auto& w) { w.reason = " "; }), "iam.bad_reason");
  EXPECT_EQ(with([](auto& w) { w.duration = hours(1) + seconds(1); }),
            "iam.bad_break_glass_duration");
  EXPECT_EQ(with([](auto& w) { w.duration = Duration(0); }), "iam.bad_break_glass_duration");
  EXPECT_EQ(with([](auto& w) { w.actions = {"iam:*"}; }), "iam.bad_intervention_actions");
  EXPECT_EQ(with([](auto& w) { w.bucket = "*"; }), "iam.bad_intervention_actions");
  EXPECT_EQ(with([](auto& w) { w.tenant = kProviderTenant; }), "iam.tenant_missing");
  EXPECT_EQ(with([](auto& w) { w.duration = hours(1); }), "");
}

TEST_P(BreakGlassTest, WantsFreshFactorsOfBoth) {
  const Principal nadia = enter("nadia");
  world_.clock.advance(minutes(15));
  EXPECT_EQ(refusal(nadia, wanted()), "iam.step_up_needed");
  EXPECT_EQ(world_.ledger.last(kProviderTenant), "iam:BreakGlass failure iam.step_up_needed");
  const Principal founder = world_.admin();
  world_.clock.advance(minutes(14));
  const InterventionId id = open();
  world_.clock.advance(minutes(1));
  EXPECT_EQ(approve(founder, id), "iam.step_up_needed");
  EXPECT_EQ(approve(world_.admin(), id), "");
}

// A token is a program's, and a person made it: it is as fresh as that person was.
TEST_P(BreakGlassTest, WantsFreshTokens) {
  const auto token_of = [&](const Principal& by) {
    auto made = world_.wait(iam_.create_api_token(by, "now", std::nullopt));
    EXPECT_TRUE(made) << made.error().describe();
    return made->secret;
  };
  const auto use = [&](const std::string& secret) {
    return *world_.wait(iam_.authenticate_token(secret));
  };
  const Principal nadia = enter("nadia");
  world_.clock.advance(minutes(10));
  const std::string first = token_of(nadia), second = token_of(use(first));
  EXPECT_EQ(refusal(use(first), wanted()), "");
  EXPECT_EQ(refusal(use(second), wanted()), "") << "of a token that a token made";
  world_.clock.advance(minutes(5));
  for (const std::string& secret : {first, second})
    EXPECT_EQ(refusal(use(secret), wanted()), "iam.step_up_needed") << "as old as the factor";
  EXPECT_EQ(refusal(use(world_.founded.api_token), wanted()), "iam.step_up_needed");
  const std::string approving = token_of(world_.admin());
  world_.clock.advance(minutes(14));
  const InterventionId id = open();
  world_.clock.advance(minutes(1));
  EXPECT_EQ(approve(use(approving), id), "iam.step_up_needed");
  EXPECT_EQ(approve(use(token_of(world_.admin())), id), "");
}

TEST_P(BreakGlassTest, LapsesWithoutTheSecond) {
  const InterventionId id = open();
  world_.clock.advance(kBreakGlassPendingFor);
  EXPECT_EQ(approve(world_.admin(), id), "iam.request_not_pending") << "before any turn";
  ASSERT_TRUE(world_.wait(interventions_.turn()));
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:InterventionLapsed");
  EXPECT_EQ(find(id).state, InterventionState::kLapsed);
  world_.clock.advance(kReportDueAfter + hours(1));
  EXPECT_FALSE(find(id).report_due) << "nothing was open";
  EXPECT_EQ(report(enter("nadia"), id, "nothing"), "iam.no_report_due");
  open();
}

TEST_P(BreakGlassTest, IsReportedOn) {
  const InterventionId id = open();
  EXPECT_EQ(report(enter("nadia"), id, "in advance"), "iam.no_report_due");
  ASSERT_EQ(approve(world_.admin(), id), "");
  EXPECT_EQ(find(id).report_due, *find(id).expires + kReportDueAfter);
  EXPECT_EQ(report(enter("nadia"), id, "in advance"), "iam.no_report_due");
  ASSERT_TRUE(world_.wait(interventions_.end(world_.customer(), id)));
  EXPECT_EQ(find(id).report_due, *find(id).ended + kReportDueAfter) << "it ended earlier";
  const Principal nadia = enter("nadia");
  for (const std::string& text : {std::string(), std::string(" \n\t"), std::string("\xff"),
                                  std::string(kReportMax + 1, 'x'), std::string("a\0b", 3)})
    EXPECT_EQ(report(nadia, id, text), "iam.bad_report") << text;
  EXPECT_EQ(report(world_.admin(), id, "I saw it"), "iam.report_of_opener");
  EXPECT_EQ(report(world_.customer(), id, "I saw it"), "iam.denied");
  make_staff("oleg", Role::kReader);
  EXPECT_EQ(report(enter("oleg"), id, "I saw it"), "iam.intervention_missing");
  ASSERT_EQ(report(nadia, id, "put it out"), "");
  for (const TenantId log : {kFirstCustomer, kProviderTenant}) {
    EXPECT_EQ(world_.ledger.last(log), "iam:ReportIntervention");
    EXPECT_EQ(detail(log, "report"), "put it out");
  }
  EXPECT_EQ(find(id).report, "put it out");
  EXPECT_EQ(find(id).reported_by_name, "nadia");
  EXPECT_EQ(report(nadia, id, "or rather"), "iam.reported_already");
}

TEST_P(BreakGlassTest, IsNotOpenedWhileAReportIsOverdue) {
  const InterventionId id = open(wanted(hours(1)));
  ASSERT_EQ(approve(world_.admin(), id), "");
  world_.clock.advance(hours(2));
  const InterventionId meanwhile = open();
  EXPECT_EQ(approve(world_.admin(), meanwhile), "") << "due is not overdue";
  ASSERT_EQ(message_of(world_.wait(interventions_.end(enter("nadia"), meanwhile))), "");
  ASSERT_EQ(report(enter("nadia"), meanwhile, "nothing found"), "");
  const Timestamp due = *find(id).report_due;
  world_.clock.advance(due - world_.clock.now() - minutes(10));
  const InterventionId waiting = open();
  world_.clock.advance(due - world_.clock.now());
  EXPECT_EQ(refusal(enter("nadia"), wanted()), "iam.report_overdue");
  EXPECT_EQ(approve(world_.admin(), waiting), "iam.report_overdue");
  auto founder = world_.wait(interventions_.break_glass(world_.admin(), wanted()));
  EXPECT_TRUE(founder) << "another's report is another's";
  EXPECT_EQ(report(enter("nadia"), id, "late, but here it is"), "");
  EXPECT_EQ(refusal(enter("nadia"), wanted()), "");
}

TEST_P(BreakGlassTest, IsReportedOnForWhoIsGone) {
  const UserId paul = make_staff("paul", Role::kProviderAdministrator);
  auto opened = world_.wait(interventions_.break_glass(enter("paul"), wanted()));
  ASSERT_TRUE(opened) << opened.error().describe();
  ASSERT_EQ(approve(world_.admin(), opened->id), "");
  ASSERT_EQ(message_of(world_.wait(interventions_.end(world_.customer(), opened->id))), "");
  EXPECT_EQ(report(world_.admin(), opened->id, "for paul"), "iam.report_of_opener");
  ASSERT_TRUE(world_.wait(iam_.set_user_active(world_.admin(), paul, false)));
  EXPECT_EQ(report(world_.admin(), opened->id, "for paul"), "");
  EXPECT_EQ(find(opened->id).reported_by_name, world_.founded.admin_user);
}

TEST_P(BreakGlassTest, IsNotWhatAnInterventionOwes) {
  auto asked = world_.wait(interventions_.ask(enter("nadia"), {.tenant = kFirstCustomer,
                                                               .actions = {"s3:GetObject"},
                                                               .reason = "ticket 7",
                                                               .duration = hours(2)}));
  ASSERT_TRUE(asked) << asked.error().describe();
  EXPECT_EQ(asked->kind, InterventionKind::kOrdinary);
  ASSERT_EQ(approve(world_.admin(), asked->id), "");
  // One is open for a user and a customer at a time, of whatever kind.
  EXPECT_EQ(approve(world_.admin(), open()), "iam.intervention_open");
  ASSERT_EQ(message_of(world_.wait(interventions_.end(enter("nadia"), asked->id))), "");
  EXPECT_EQ(report(enter("nadia"), asked->id, "read it"), "iam.no_report_due");
  world_.clock.advance(kReportDueAfter + hours(1));
  EXPECT_EQ(refusal(enter("nadia"), wanted()), "");
}

}  // namespace
}  // namespace belfry::iam
