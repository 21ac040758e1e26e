// How staff of the provider reach a customer's data: not at all but by an intervention.
#include "iam/crossing.h"
#include "staff_fixture.h"

namespace belfry::iam {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class InterventionsTest : public StaffTest {
 protected:
  // A reader of the provider's with a second factor.
  UserId make_staff(const std::string& name) { return StaffTest::make_staff(name, Role::kReader); }
  NewIntervention reads(Duration duration = hours(1)) {
    return {.tenant = kFirstCustomer,
            .actions = {"s3:GetObject", "s3:List*"},
            .bucket = "papers",
            .reason = "ticket 7",
            .duration = duration};
  }
  InterventionId ask(const Principal& by, const NewIntervention& wanted) {
    auto asked = world_.wait(interventions_.ask(by, wanted));
    EXPECT_TRUE(asked) << asked.error().describe();
    return asked ? asked->id : InterventionId{};
  }
  std::string refusal(const Principal& by, const NewIntervention& wanted) {
    return message_of(world_.wait(interventions_.ask(by, wanted)));
  }
  std::string end(const Principal& by, InterventionId id) {
    return message_of(world_.wait(interventions_.end(by, id)));
  }

  const UserId nadia_ = make_staff("nadia");
};
BELFRY_ON_BOTH_ENGINES(InterventionsTest);

TEST_P(InterventionsTest, LetExactlyOneDoExactlyThat) {
  ASSERT_EQ(may(enter("nadia")), "iam.denied");
  const InterventionId id = ask(enter("nadia"), reads());
  EXPECT_EQ(may(enter("nadia")), "iam.denied") << "asked for is not approved";
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:RequestIntervention");
  ASSERT_EQ(approve(world_.admin(), id), "");
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:ApproveIntervention");
  EXPECT_EQ(world_.ledger.last(kProviderTenant), "iam:ApproveIntervention");
  const Principal nadia = enter("nadia");
  EXPECT_EQ(may(nadia), "");
  EXPECT_EQ(may(nadia, "s3:ListBucket", "arn:aws:s3:::papers"), "");
  EXPECT_EQ(may(nadia, "s3:PutObject"), "iam.denied");
  EXPECT_EQ(may(nadia, "s3:GetObject", "arn:aws:s3:::others/a"), "iam.denied");
  EXPECT_EQ(may(nadia, "s3:GetObject", "arn:aws:s3:::papers-2/a"), "iam.denied");
  const World::Other other = world_.make_other("two");
  EXPECT_EQ(may(nadia, "s3:GetObject", "arn:aws:s3:::papers/a", other.tenant.id), "iam.denied");
  EXPECT_EQ(may(world_.admin()), "iam.denied") << "who approved is not who acts";
  // The customer's own deny stands.
  EXPECT_EQ(may(nadia, "s3:GetObject", "arn:aws:s3:::papers/a", kFirstCustomer,
                R"({"Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:*",
                    "Resource": "*"}})"),
            "iam.denied");
  EXPECT_EQ(may(nadia, "sts:AssumeRole", "arn:aws:iam::000000000002:role/x"), "iam.denied");
  Principal without = nadia;
  without.second_factor = false;
  EXPECT_EQ(may(without), "iam.second_factor_needed");
  Principal elsewhere = nadia;
  elsewhere.elsewhere = "somewhere";
  EXPECT_EQ(may(elsewhere), "iam.step_up_needed");
  world_.clock.advance(hours(1));
  // No turn has run, and what was read before counts no longer either.
  EXPECT_EQ(may(nadia), "iam.denied");
  EXPECT_EQ(may(enter("nadia")), "iam.denied");
  EXPECT_EQ(world_.wait(interventions_.find(world_.customer(), id))->state,
            InterventionState::kEnded);
  ASSERT_TRUE(world_.wait(interventions_.turn()));
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:InterventionExpired");
  const auto over = world_.wait(interventions_.find(world_.customer(), id));
  EXPECT_EQ(over->ended, over->expires);
  EXPECT_EQ(over->end_reason, "expired");
}

TEST_P(InterventionsTest, ReachNoBucketPolicy) {
  NewIntervention all = reads();
  all.actions = {"s3:*"};
  all.bucket = "";
  ASSERT_EQ(approve(world_.admin(), ask(enter("nadia"), all)), "");
  const Principal nadia = enter("nadia");
  EXPECT_EQ(may(nadia, "s3:DeleteObject", "arn:aws:s3:::any/a"), "");
  for (const char* action : {"s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy",
                             "s3:PutBucketPublicAccessBlock"})
    EXPECT_EQ(may(nadia, action, "arn:aws:s3:::any"), "iam.denied") << action;
}

TEST_P(InterventionsTest, AreDecidedByAnother) {
  const Principal founder = world_.admin();
  const InterventionId own = ask(founder, reads());
  EXPECT_EQ(world_.wait(interventions_.find(founder, own))->deciders, 0u);
  EXPECT_EQ(approve(founder, own), "iam.four_eyes");
  EXPECT_EQ(approve(enter("nadia"), own), "iam.intervention_missing") << "not its business";
  NewIntervention for_nadia = reads();
  for_nadia.staff = nadia_;
  const InterventionId asked_by_founder = ask(founder, for_nadia);
  EXPECT_EQ(approve(founder, asked_by_founder), "iam.four_eyes");
  EXPECT_EQ(approve(enter("nadia"), asked_by_founder), "iam.denied");
  EXPECT_EQ(approve(world_.customer(), asked_by_founder), "iam.denied");
  EXPECT_EQ(message_of(world_.wait(interventions_.refuse(founder, asked_by_founder, "no"))), "");
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:RefuseIntervention");
  EXPECT_EQ(approve(founder, asked_by_founder), "iam.request_not_pending");
  NewIntervention for_founder = reads();
  for_founder.staff = founder.user;
  EXPECT_EQ(refusal(enter("nadia"), for_founder), "iam.denied");
  const InterventionId later = ask(enter("nadia"), reads());
  world_.clock.advance(minutes(16));
  EXPECT_EQ(approve(founder, later), "iam.step_up_needed");
  world_.clock.advance(std::chrono::days(3));
  ASSERT_TRUE(world_.wait(interventions_.turn()));
  EXPECT_EQ(world_.wait(interventions_.find(enter("nadia"), later))->state,
            InterventionState::kLapsed);
  EXPECT_EQ(approve(world_.admin(), later), "iam.request_not_pending");
}

TEST_P(InterventionsTest, EndAtOnceByEitherSide) {
  auto token = world_.wait(iam_.create_api_token(enter("nadia"), "work", std::nullopt));
  ASSERT_TRUE(token) << token.error().describe();
  const auto by_token = [&] { return *world_.wait(iam_.authenticate_token(token->secret)); };
  auto key = world_.wait(iam_.create_access_key(enter("nadia"), nadia_));
  ASSERT_TRUE(key) << key.error().describe();
  const auto by_key = [&] {
    return world_.wait(iam_.find_signing_identity(key->key.id))->principal;
  };
  EXPECT_EQ(may(by_key()), "iam.denied");
  const InterventionId first = ask(enter("nadia"), reads());
  ASSERT_EQ(approve(world_.admin(), first), "");
  EXPECT_EQ(may(by_token()), "");
  EXPECT_EQ(may(by_key()), "") << "a cached identity knows at once";
  const InterventionId second = ask(enter("nadia"), reads());
  EXPECT_EQ(approve(world_.admin(), second), "iam.intervention_open");
  EXPECT_EQ(end(world_.customer(), first), "");
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:EndIntervention");
  EXPECT_EQ(world_.ledger.last(kProviderTenant), "iam:EndIntervention");
  EXPECT_EQ(may(by_token()), "iam.denied");
  EXPECT_EQ(may(by_key()), "iam.denied");
  EXPECT_EQ(world_.wait(interventions_.find(enter("nadia"), first))->ended_by_name, "")
      << "the customer's user stays the customer's";
  EXPECT_EQ(end(world_.customer(), first), "iam.intervention_over");
  ASSERT_EQ(approve(world_.admin(), second), "");
  EXPECT_EQ(may(by_token()), "");
  EXPECT_EQ(end(enter("nadia"), second), "");
  EXPECT_EQ(may(by_token()), "iam.denied");
  const InterventionId withdrawn = ask(enter("nadia"), reads());
  EXPECT_EQ(end(enter("nadia"), withdrawn), "");
  EXPECT_EQ(approve(world_.admin(), withdrawn), "iam.request_not_pending");
}

TEST_P(InterventionsTest, AreToldWithEachAct) {
  const InterventionId id = ask(enter("nadia"), reads());
  ASSERT_EQ(approve(world_.admin(), id), "");
  const Principal nadia = enter("nadia");
  audit::Event event;
  event.time = world_.clock.now();
  event.action = "s3:GetObject";
  event.actor = nadia.name;
  event.actor_id = nadia.user;
  ASSERT_TRUE(record_in_both(world_.ledger, nadia, event, kFirstCustomer));
  const audit::Event told = world_.ledger.last_event(kFirstCustomer);
  EXPECT_EQ(told.actor, "arn:aws:iam::000000000001:user/nadia");
  ASSERT_FALSE(told.details.empty());
  EXPECT_EQ(told.details.back().name, "intervention");
  EXPECT_EQ(told.details.back().value, id.text());
  EXPECT_EQ(world_.ledger.last_event(kProviderTenant).details.back().value, id.text());
}

TEST_P(InterventionsTest, AreSeenByWhomTheyConcern) {
  const InterventionId id = ask(enter("nadia"), reads());
  make_staff("oleg");
  const Principal stranger = world_.make_other("two").administrator;
  const auto seen = [&](const Principal& by) {
    auto found = world_.wait(interventions_.list(by, std::nullopt, {}));
    EXPECT_TRUE(found) << found.error().describe();
    return found ? found->things.size() : 99;
  };
  EXPECT_EQ(seen(enter("nadia")), 1u);
  EXPECT_EQ(seen(world_.admin()), 1u);
  EXPECT_EQ(seen(world_.customer()), 1u);
  EXPECT_EQ(seen(stranger), 0u);
  EXPECT_EQ(seen(enter("oleg")), 0u);
  for (const Principal& by : {stranger, enter("oleg")}) {
    EXPECT_EQ(message_of(world_.wait(interventions_.find(by, id))), "iam.intervention_missing");
    EXPECT_EQ(approve(by, id), "iam.intervention_missing");
    EXPECT_EQ(end(by, id), "iam.intervention_missing");
  }
  EXPECT_EQ(refusal(stranger, reads()), "iam.denied");
  EXPECT_EQ(refusal(world_.customer(), reads()), "iam.denied");
  auto pending = world_.wait(interventions_.list(world_.customer(), InterventionState::kOpen, {}));
  EXPECT_TRUE(pending->things.empty());
}

TEST_P(InterventionsTest, RefuseWhatIsNone) {
  const Principal nadia = enter("nadia");
  const auto with = [&](auto change) {
    NewIntervention wanted = reads();
    change(wanted);
    return refusal(nadia, wanted);
  };
  EXPECT_EQ(with([](auto& w) { w.reason = " "; }), "iam.bad_reason");
  EXPECT_EQ(with([](auto& w) { w.duration = hours(13); }), "iam.bad_intervention_duration");
  EXPECT_EQ(with([](auto& w) { w.duration = Duration(0); }), "iam.bad_intervention_duration");
  EXPECT_EQ(with([](auto& w) { w.actions = {}; }), "iam.bad_intervention_actions");
  EXPECT_EQ(with([](auto& w) { w.actions = {"iam:*"}; }), "iam.bad_intervention_actions");
  EXPECT_EQ(with([](auto& w) { w.actions = {"s3:GetObject s3:PutObject"}; }),
            "iam.bad_intervention_actions");
  EXPECT_EQ(with([](auto& w) { w.actions = {"s3:GetObjekt"}; }), "policy.unknown_action");
  EXPECT_EQ(with([](auto& w) { w.bucket = "*"; }), "iam.bad_intervention_actions");
  EXPECT_EQ(with([](auto& w) { w.tenant = kProviderTenant; }), "iam.tenant_missing");
  EXPECT_EQ(with([](auto& w) { w.tenant = TenantId{99}; }), "iam.tenant_missing");
  NewIntervention for_customer = reads();
  for_customer.staff = world_.customer().user;
  EXPECT_EQ(refusal(world_.admin(), for_customer), "iam.user_missing");
}

TEST_P(InterventionsTest, AreSeenByThePartnerAboveWhoEndsNone) {
  auto partner = world_.wait(
      iam_.create_tenant(world_.admin(), TenantKind::kPartner, "harbour", kProviderTenant));
  ASSERT_TRUE(partner) << partner.error().describe();
  auto below =
      world_.wait(iam_.create_tenant(world_.admin(), TenantKind::kCustomer, "quay", partner->id));
  ASSERT_TRUE(below) << below.error().describe();
  const auto make = [&](TenantId tenant, const std::string& name) {
    EXPECT_TRUE(world_.wait(iam_.create_user(world_.admin(), tenant, name, "",
                                             Role::kTenantAdministrator, kGoodPassword)));
    enrol(name);
  };
  make(partner->id, "pia");
  make(below->id, "quentin");
  EXPECT_TRUE(world_.wait(
      iam_.create_user(enter("pia"), partner->id, "paul", "", Role::kMember, kGoodPassword)));
  NewIntervention wanted = reads();
  wanted.tenant = below->id;
  const InterventionId id = ask(enter("nadia"), wanted);
  const InterventionId elsewhere = ask(enter("nadia"), reads());
  ASSERT_EQ(approve(world_.admin(), id), "");
  const Principal pia = enter("pia");
  auto seen = world_.wait(interventions_.list(pia, std::nullopt, {}));
  ASSERT_TRUE(seen) << seen.error().describe();
  ASSERT_EQ(seen->things.size(), 1u) << "of its end customers alone";
  EXPECT_EQ(seen->things[0].id, id);
  EXPECT_EQ(seen->things[0].tenant_name, "quay");
  EXPECT_EQ(message_of(world_.wait(interventions_.find(pia, elsewhere))),
            "iam.intervention_missing");
  EXPECT_EQ(end(pia, id), "iam.denied");
  EXPECT_EQ(world_.ledger.last(partner->id), "iam:EndIntervention failure iam.denied");
  EXPECT_EQ(message_of(world_.wait(interventions_.approve(pia, id, ""))), "iam.denied");
  // Nobody but its administrators, whatever a profile gives.
  auto looks = world_.wait(iam_.profiles().create_profile(
      pia, "Looks",
      R"({"Statement": {"Effect": "Allow", "Action": "iam:Get*", "Resource": "*"}})"));
  ASSERT_TRUE(looks) << looks.error().describe();
  const Principal paul = world_.enter("paul", kGoodPassword);
  ASSERT_TRUE(world_.wait(iam_.profiles().give_profile(pia, looks->id, {.user = paul.user})));
  enrol("paul");
  EXPECT_EQ(world_.wait(interventions_.list(enter("paul"), std::nullopt, {}))->things.size(), 0u);
  EXPECT_EQ(message_of(world_.wait(interventions_.find(enter("paul"), id))),
            "iam.intervention_missing");
  EXPECT_EQ(end(enter("quentin"), id), "");
  EXPECT_EQ(world_.wait(interventions_.find(enter("pia"), id))->end_reason, "customer");
}

}  // namespace
}  // namespace belfry::iam
