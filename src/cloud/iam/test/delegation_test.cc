// Delegated administration: each thing that a delegate may do, and each that it never may.
#include "delegation_fixture.h"

namespace belfry::iam {
namespace {

using std::chrono::hours;

class DelegateActsTest : public DelegationTest {};
BELFRY_ON_BOTH_ENGINES(DelegateActsTest);

TEST_P(DelegateActsTest, TheDelegateLooksAfterThePeopleOfItsUnit) {
  const Principal head = head_of_ward();
  EXPECT_EQ(users_seen_by(head), std::vector<std::string>{"nurse"});
  EXPECT_TRUE(world_.wait(iam_.find_user(head, nurse_)));
  EXPECT_TRUE(world_.wait(iam_.access().list_grants(head, nurse_, Access::Which::kAll, {})));
  EXPECT_TRUE(world_.wait(profiles().list_holdings(head, nurse_)));
  EXPECT_EQ(world_.wait(profiles().list_members(head, ward_, {}))->things.size(), 1u);
  EXPECT_EQ(world_.wait(profiles().list_groups(head, {}))->things.size(), 2u);
  EXPECT_EQ(world_.wait(profiles().list_profiles(head, {}))->things.size(), 1u);

  EXPECT_EQ(give(head, files_, nurse_), "");
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:GiveProfile");
  EXPECT_EQ(detail("delegation"), ward_delegation_.text());
  EXPECT_EQ(outcome(profiles().add_member(head, theatre_, nurse_)), "");
  EXPECT_EQ(detail("delegation"), ward_delegation_.text());
  EXPECT_EQ(outcome(profiles().remove_member(head, theatre_, nurse_)), "");
  EXPECT_EQ(detail("delegation"), ward_delegation_.text());
  EXPECT_EQ(outcome(profiles().withdraw_profile(head, files_, {.user = nurse_, .group = {}})), "");
  EXPECT_EQ(detail("delegation"), ward_delegation_.text());
  EXPECT_EQ(suspend(head, nurse_), "");
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:SuspendUser");
  EXPECT_EQ(detail("delegation"), ward_delegation_.text());
  EXPECT_EQ(readmit(head, nurse_), "");
}

TEST_P(DelegateActsTest, InvitesIntoItsUnitAndNoFurther) {
  const Principal head = head_of_ward();
  auto made = world_.wait(iam_.people().invite(head, guest()));
  const std::string secret = secret_of(made);
  EXPECT_EQ(detail("delegation"), ward_delegation_.text());
  EXPECT_EQ(world_.wait(iam_.people().list_invitations(head, kFirstCustomer, {}))->things.size(),
            1u);
  EXPECT_EQ(accept(secret), "");
  EXPECT_EQ(users_seen_by(head), (std::vector<std::string>{"guest", "nurse"}));

  // Not beside the unit, not with more than is listed, not as more than the list says.
  NewInvitation wanted = guest();
  wanted.groups.clear();
  EXPECT_EQ(invite(head, wanted), "iam.denied");
  EXPECT_EQ(invite(head, guest({theatre_})), "iam.denied");
  EXPECT_EQ(invite(head, guest({ward_, make_group("Vault")})), "iam.denied");
  wanted = guest({ward_, theatre_});
  wanted.profiles = {files_};
  EXPECT_EQ(invite(head, wanted), "");
  wanted.profiles = {files_, make_profile("Elsewhere", kPutObjects)};
  EXPECT_EQ(invite(head, wanted), "iam.denied");
  wanted = guest();
  wanted.role = Role::kMember;
  EXPECT_EQ(invite(head, wanted), "iam.denied") << "a reader at most";
  wanted.role = Role::kTenantAdministrator;
  EXPECT_EQ(invite(head, wanted), "iam.denied");
  wanted = guest();
  wanted.tenant = kProviderTenant;
  EXPECT_EQ(invite(head, wanted), "iam.tenant_missing");
  EXPECT_EQ(
      outcome(iam_.create_user(head, kFirstCustomer, "mole", "", Role::kReader, kGoodPassword)),
      "iam.denied");
}

TEST_P(DelegateActsTest, SendsAndWithdrawsItsOwnInvitationsAlone) {
  const Principal head = head_of_ward();
  auto others = world_.wait(iam_.people().invite(world_.customer(), guest()));
  ASSERT_TRUE(others);
  EXPECT_TRUE(
      world_.wait(iam_.people().list_invitations(head, kFirstCustomer, {}))->things.empty());
  EXPECT_EQ(outcome(iam_.people().send_again(head, others->invitation.id)), "iam.denied");
  EXPECT_EQ(outcome(iam_.people().withdraw_invitation(head, others->invitation.id)), "iam.denied");
  auto own = world_.wait(iam_.people().invite(head, guest()));
  ASSERT_TRUE(own);
  EXPECT_EQ(outcome(iam_.people().send_again(head, own->invitation.id)), "");
  EXPECT_EQ(detail("delegation"), ward_delegation_.text());
  EXPECT_EQ(outcome(iam_.people().withdraw_invitation(head, own->invitation.id)), "");
  EXPECT_EQ(detail("delegation"), ward_delegation_.text());
}

TEST_P(DelegateActsTest, ReachesNobodyOutsideItsUnit) {
  const Principal head = head_of_ward();
  expect_out_of_reach(head, outsider_);
  expect_out_of_reach(head, admin_.user);
  expect_out_of_reach(head, head_user_);
  for (UserId user : {outsider_, admin_.user}) {
    EXPECT_EQ(outcome(iam_.find_user(head, user)), "iam.denied");
    EXPECT_EQ(outcome(iam_.access().list_grants(head, user, Access::Which::kAll, {})),
              "iam.denied");
    EXPECT_EQ(outcome(profiles().list_holdings(head, user)), "iam.denied");
  }
  EXPECT_EQ(outcome(iam_.access().list_grants(head, std::nullopt, Access::Which::kAll, {})),
            "iam.denied");
  EXPECT_EQ(outcome(profiles().list_members(head, theatre_, {})), "iam.denied");
  // Another tenant's administrator and people are not there.
  const auto other = world_.make_other("Other");
  EXPECT_EQ(suspend(head, other.administrator.user), "iam.user_missing");
  EXPECT_EQ(outcome(delegations().find_delegation(other.administrator, ward_delegation_)),
            "iam.delegation_missing");
  EXPECT_EQ(outcome(delegations().end_delegation(other.administrator, ward_delegation_)),
            "iam.delegation_missing");
  EXPECT_TRUE(
      world_.wait(delegations().list_delegations(other.administrator, {}, {}))->things.empty());
  EXPECT_EQ(outcome(delegations().create_delegation(other.administrator, ward())),
            "iam.group_missing");
}

TEST_P(DelegateActsTest, DoesNothingToWhoIsPrivilegedOrAProgram) {
  const Principal head = head_of_ward();
  const Principal admin = world_.customer();
  // A member that administers for a time, and then looks after something itself.
  ASSERT_EQ(give(admin, make_profile("Log", kReadLog), nurse_), "");
  expect_out_of_reach(head, nurse_);
  const UserId matron = make_user("matron");
  join(ward_, matron);
  EXPECT_EQ(give(head, files_, matron), "");
  NewDelegation of_yard{.delegate = matron, .unit = make_group("Yard"), .role_max = Role::kReader};
  delegate(of_yard);
  expect_out_of_reach(head, matron);
  // Itself, in its own unit.
  join(ward_, head_user_);
  expect_out_of_reach(this->head(), head_user_);
  auto program = world_.wait(
      iam_.service_accounts().create_service_account(admin, "robot", Role::kReader, outsider_));
  ASSERT_TRUE(program);
  join(ward_, program->id);
  expect_out_of_reach(this->head(), program->id);
}

TEST_P(DelegateActsTest, LeavesPeopleOfOtherGroupsAlone) {
  const Principal head = head_of_ward();
  join(theatre_, nurse_);
  EXPECT_EQ(give(head, files_, nurse_), "") << "a group that it may give is no other unit";
  const GroupId vault = make_group("Vault");
  join(vault, nurse_);
  expect_out_of_reach(head, nurse_);
  EXPECT_EQ(users_seen_by(head), std::vector<std::string>{"nurse"}) << "seen all the same";
  // Looked after as well, but not so far: who is in two units is missed in both.
  NewDelegation of_vault{.delegate = head_user_,
                         .unit = vault,
                         .acts = {kGive},
                         .role_max = Role::kReader,
                         .profiles = {make_profile("Vaulted", kPutObjects)}};
  delegate(of_vault);
  const Principal of_both = this->head();
  EXPECT_EQ(suspend(of_both, nurse_), "iam.denied");
  EXPECT_EQ(give(of_both, of_vault.profiles[0], nurse_), "");
  const UserId porter = make_user("porter");
  join(ward_, porter);
  EXPECT_EQ(give(of_both, of_vault.profiles[0], porter), "iam.denied")
      << "what one delegation lists is for its own unit";
  EXPECT_EQ(suspend(of_both, porter), "");
}

TEST_P(DelegateActsTest, ChangesNoDefinitionAndNoRule) {
  const Principal head = head_of_ward();
  const auto denied = [&](const std::string& found) { EXPECT_EQ(found, "iam.denied"); };
  denied(outcome(profiles().create_profile(head, "Mine", std::string(kPutObjects))));
  denied(outcome(profiles().change_profile(head, files_, std::string(kReadLog))));
  denied(outcome(profiles().delete_profile(head, files_)));
  denied(outcome(profiles().create_group(head, "Mine")));
  denied(outcome(profiles().delete_group(head, ward_)));
  denied(outcome(profiles().give_profile(head, files_, {.user = {}, .group = ward_})));
  denied(outcome(profiles().give_profile(head, files_, {.user = nurse_, .group = ward_})));
  denied(outcome(profiles().withdraw_profile(head, files_, {.user = {}, .group = theatre_})));
  denied(outcome(profiles().set_boundary(head, nurse_, files_)));
  denied(outcome(profiles().add_member(head, ward_, outsider_)));
  denied(outcome(iam_.people().delete_user(head, nurse_)));
  denied(outcome(iam_.access().set_four_eyes(head, FourEyes::kPrivileged)));
  denied(outcome(delegations().create_delegation(head, ward())));
  denied(outcome(delegations().end_delegation(head, ward_delegation_)));
  denied(outcome(iam_.create_access_key(head, nurse_)));
  denied(outcome(iam_.list_sessions(head, nurse_, {})));
  denied(outcome(iam_.access().ask(
      head, {.user = nurse_, .profile = files_, .reason = "x", .duration = hours(1)})));
  denied(
      outcome(iam_.service_accounts().create_service_account(head, "bot", Role::kReader, nurse_)));
  denied(outcome(iam_.factor_resets().ask_for_factor_reset(head, {nurse_, "lost", "en"})));
}

TEST_P(DelegateActsTest, DoesOnlyTheActsThatItHas) {
  NewDelegation wanted = ward();
  wanted.acts = {kGive};
  delegate(wanted);
  const Principal head = this->head();
  EXPECT_EQ(give(head, files_, nurse_), "");
  EXPECT_EQ(suspend(head, nurse_), "iam.denied");
  EXPECT_EQ(invite(head, guest()), "iam.denied");
  const RequestId request =
      ask(world_.enter("nurse", kGoodPassword),
          {.user = nurse_, .group = theatre_, .reason = "help", .duration = hours(1)});
  EXPECT_EQ(approve(head, request), "iam.request_missing");
}

TEST_P(DelegateActsTest, ReadmitsOnlyWhomADelegateSuspended) {
  const Principal head = head_of_ward();
  const Principal admin = world_.customer();
  ASSERT_EQ(suspend(admin, nurse_), "");
  EXPECT_EQ(readmit(head, nurse_), "iam.suspended_by_administrator");
  ASSERT_EQ(readmit(admin, nurse_), "");
  ASSERT_EQ(suspend(head, nurse_), "");
  ASSERT_EQ(suspend(admin, nurse_), "") << "it makes it its own";
  EXPECT_EQ(readmit(head, nurse_), "iam.suspended_by_administrator");
  ASSERT_EQ(readmit(admin, nurse_), "");
  ASSERT_EQ(suspend(head, nurse_), "");
  EXPECT_EQ(suspend(head, nurse_), "") << "safe to repeat";
  EXPECT_EQ(readmit(head, nurse_), "");
}

TEST_P(DelegateActsTest, SuspendsNobodyWhosePrivilegedProgramWouldRest) {
  const Principal head = head_of_ward();
  auto program = world_.wait(iam_.service_accounts().create_service_account(
      world_.customer(), "robot", Role::kReader, nurse_));
  ASSERT_TRUE(program);
  EXPECT_EQ(suspend(head, nurse_), "");
  EXPECT_EQ(readmit(head, nurse_), "");
  const ProfileId log = make_profile("Log", kReadLog);
  ASSERT_TRUE(world_.state->write([&](database::Transaction& transaction) -> Result<> {
    TRY(
        transaction.execute("INSERT INTO user_profile (user_id, profile_id, tenant_id, since_us, "
                            "given_by_user_id) VALUES (:user_id, :profile_id, 2, 0, 0)",
                            {{"user_id", program->id.value}, {"profile_id", log.value}}));
    return {};
  }));
  EXPECT_EQ(suspend(head, nurse_), "iam.denied");
  EXPECT_EQ(give(head, files_, nurse_), "");
}

TEST_P(DelegateActsTest, DecidesRequestsForWhatIsListed) {
  const Principal head = head_of_ward();
  const Principal nurse = world_.enter("nurse", kGoodPassword);
  const RequestId files =
      ask(nurse, {.user = nurse_, .profile = files_, .reason = "scans", .duration = hours(1)});
  auto seen = world_.wait(iam_.access().list_requests(head, std::nullopt, {}));
  ASSERT_TRUE(seen);
  ASSERT_EQ(seen->things.size(), 1u);
  EXPECT_EQ(approve(head, files), "");
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:ApproveRequest");
  EXPECT_EQ(detail("delegation"), ward_delegation_.text());
  const RequestId theatre =
      ask(nurse, {.user = nurse_, .group = theatre_, .reason = "help", .duration = hours(1)});
  EXPECT_EQ(outcome(iam_.access().refuse(head, theatre, "no")), "");

  // Not what is not listed, nor a role, nor anybody else's; those are not even there.
  const auto unseen = [&](RequestId request) {
    EXPECT_EQ(approve(head, request), "iam.request_missing");
    EXPECT_EQ(outcome(iam_.access().refuse(head, request, "")), "iam.request_missing");
  };
  const Principal outsider = world_.enter("outsider", kGoodPassword);
  unseen(ask(nurse, {.user = nurse_,
                     .profile = make_profile("Elsewhere", kPutObjects),
                     .reason = "x",
                     .duration = hours(1)}));
  unseen(ask(nurse, {.user = nurse_, .role = Role::kMember, .reason = "x", .duration = hours(1)}));
  unseen(ask(nurse,
             {.user = nurse_, .group = make_group("Vault"), .reason = "x", .duration = hours(1)}));
  unseen(
      ask(outsider, {.user = outsider_, .profile = files_, .reason = "x", .duration = hours(1)}));
  unseen(ask(outsider, {.user = outsider_, .group = ward_, .reason = "x", .duration = hours(1)}));
  EXPECT_EQ(
      world_.wait(iam_.access().list_requests(head, RequestState::kPending, {}))->things.size(),
      0u);
  // What it asks for itself, another decides.
  const RequestId own =
      ask(head, {.user = head_user_, .profile = files_, .reason = "x", .duration = hours(1)});
  EXPECT_EQ(approve(head, own), "iam.denied");
}

TEST_P(DelegateActsTest, NeverDecidesForAnAccountThatItMade) {
  const Principal head = head_of_ward();
  ASSERT_EQ(accept(secret_of(world_.wait(iam_.people().invite(head, guest())))), "");
  const Principal guest = world_.enter("guest", kGoodPassword);
  const RequestId request =
      ask(guest, {.user = guest.user, .profile = files_, .reason = "x", .duration = hours(1)});
  EXPECT_EQ(approve(head, request), "iam.four_eyes_of_maker")
      << "also while the one administrator could not either";
}

}  // namespace
}  // namespace belfry::iam
