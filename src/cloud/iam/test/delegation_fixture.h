// A group Ward that its head looks after, and an administrator over both.
#pragma once

#include "iam/delegations.h"
#include "world.h"

namespace belfry::iam {

using enum DelegatedAct;

inline constexpr std::string_view kPutObjects =
    R"({"Statement": {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}})";
inline constexpr std::string_view kReadLog =
    R"({"Statement": {"Effect": "Allow", "Action": "audit:ListEvents", "Resource": "*"}})";

// The group Ward, looked after by head: who may give the profile Files and the group Theatre.
class DelegationTest : public testing::TestWithParam<database::Engine> {
 protected:
  DelegationTest() {
    world_.iam->people().accept_links({"https://cloud.example", false});
    ward_ = make_group("Ward");
    theatre_ = make_group("Theatre");
    files_ = make_profile("Files", kPutObjects);
    head_user_ = make_user("head");
    nurse_ = make_user("nurse");
    join(ward_, nurse_);
    outsider_ = make_user("outsider");
    seed_ = enrol("head");
  }

  template <class T>
  std::string outcome(Task<T> task) {
    return message_of(world_.wait(std::move(task)));
  }
  GroupId make_group(const std::string& name) {
    auto made = world_.wait(profiles().create_group(admin_, name));
    EXPECT_TRUE(made) << made.error().describe();
    return made ? made->id : GroupId{};
  }
  ProfileId make_profile(const std::string& name, std::string_view document) {
    auto made = world_.wait(profiles().create_profile(admin_, name, std::string(document)));
    EXPECT_TRUE(made) << made.error().describe();
    return made ? made->id : ProfileId{};
  }
  UserId make_user(const std::string& name, Role role = Role::kReader) {
    auto made =
        world_.wait(iam_.create_user(admin_, kFirstCustomer, name, "", role, kGoodPassword));
    EXPECT_TRUE(made) << made.error().describe();
    return made ? made->id : UserId{};
  }
  void join(GroupId group, UserId user) {
    EXPECT_EQ(outcome(profiles().add_member(admin_, group, user)), "");
  }
  std::string enrol(const std::string& name) {
    const Principal fresh = world_.enter(name, kGoodPassword);
    auto seed = world_.wait(iam_.begin_totp(fresh));
    EXPECT_TRUE(seed) << seed.error().describe();
    EXPECT_TRUE(world_.wait(iam_.confirm_totp(fresh, world_.code_of(*seed))));
    world_.clock.advance(std::chrono::seconds(30));
    return *seed;
  }
  NewDelegation ward() {
    return {.delegate = head_user_,
            .unit = ward_,
            .acts = {kInvite, kSuspend, kGive, kApprove},
            .role_max = Role::kReader,
            .profiles = {files_},
            .groups = {theatre_}};
  }
  DelegationId delegate(const NewDelegation& wanted) {
    auto made = world_.wait(delegations().create_delegation(admin_, wanted));
    EXPECT_TRUE(made) << made.error().describe();
    return made ? made->id : DelegationId{};
  }
  std::string refusal(const NewDelegation& wanted) {
    return outcome(delegations().create_delegation(admin_, wanted));
  }
  // The head of the ward, with what `change` says otherwise, signed in with its second factor.
  Principal head() { return world_.enter("head", kGoodPassword, seed_); }
  Principal head_of_ward() {
    ward_delegation_ = delegate(ward());
    return head();
  }
  NewInvitation guest(std::vector<GroupId> groups = {}) {
    return {.tenant = kFirstCustomer,
            .email = "guest@example.org",
            .user_name = "guest",
            .role = Role::kReader,
            .language = "en",
            .groups = groups.empty() ? std::vector{ward_} : std::move(groups)};
  }
  std::string invite(const Principal& by, const NewInvitation& wanted) {
    return outcome(iam_.people().invite(by, wanted));
  }
  std::string secret_of(const Result<MadeInvitation>& made) {
    EXPECT_TRUE(made) << made.error().describe();
    return made ? made->link.substr(made->link.rfind('/') + 1) : "";
  }
  std::string accept(const std::string& secret, const std::string& name = "guest") {
    return outcome(iam_.people().accept_invitation({secret, name, kGoodPassword, ""}));
  }
  std::vector<std::string> users_seen_by(const Principal& by) {
    auto found = world_.wait(iam_.list_users(by, kFirstCustomer, {}));
    EXPECT_TRUE(found) << found.error().describe();
    std::vector<std::string> names;
    if (found)
      for (const User& user : found->things) names.push_back(user.name);
    return names;
  }
  std::string give(const Principal& by, ProfileId profile, UserId user) {
    return outcome(profiles().give_profile(by, profile, {.user = user, .group = {}}));
  }
  std::string suspend(const Principal& by, UserId user) {
    return outcome(iam_.set_user_active(by, user, false));
  }
  std::string readmit(const Principal& by, UserId user) {
    return outcome(iam_.set_user_active(by, user, true));
  }
  RequestId ask(const Principal& by, const Wanted& wanted) {
    auto asked = world_.wait(iam_.access().ask(by, wanted));
    EXPECT_TRUE(asked) << asked.error().describe();
    return asked ? asked->id : RequestId{};
  }
  std::string approve(const Principal& by, RequestId id) {
    return outcome(iam_.access().approve(by, id, "as agreed"));
  }
  // That no act of a delegate reaches the user.
  void expect_out_of_reach(const Principal& by, UserId user) {
    for (const std::string& found :
         {suspend(by, user), readmit(by, user), give(by, files_, user),
          outcome(profiles().withdraw_profile(by, files_, {.user = user, .group = {}})),
          outcome(profiles().add_member(by, theatre_, user)),
          outcome(profiles().remove_member(by, theatre_, user)),
          outcome(profiles().remove_member(by, ward_, user))})
      EXPECT_EQ(found, "iam.denied");
  }
  std::string detail(const std::string& name) {
    for (const audit::Detail& each : world_.ledger.last_event(kFirstCustomer).details)
      if (each.name == name) return each.value;
    return "";
  }
  Profiles& profiles() { return iam_.profiles(); }
  Delegations& delegations() { return iam_.delegations(); }

  World world_{GetParam()};
  Iam& iam_ = *world_.iam;
  Principal admin_ = world_.customer();
  GroupId ward_, theatre_;
  ProfileId files_;
  UserId head_user_, nurse_, outsider_;
  std::string seed_;
  DelegationId ward_delegation_;
};

}  // namespace belfry::iam
