// The life of rights: asked for, approved by another, held for a time, ended.
#include "world.h"

namespace belfry::iam {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

std::string allow(const std::string& action, const std::string& resource = "*") {
  return R"({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ")" + action +
         R"(", "Resource": ")" + resource + "\"}}";
}

class AccessTest : public testing::TestWithParam<database::Engine> {
 protected:
  AccessTest() {
    reader_ = make_user(admin_, "reader", Role::kReader);
    files_ = make_profile(admin_, "Files", allow("s3:PutObject"));
    world_.clock.advance(seconds(1));
  }

  UserId make_user(const Principal& by, const std::string& name, Role role) {
    auto made = world_.wait(iam_.create_user(by, by.tenant, name, "", role, kGoodPassword));
    EXPECT_TRUE(made) << made.error().describe();
    return made ? made->id : UserId{};
  }
  ProfileId make_profile(const Principal& by, const std::string& name,
                         const std::string& document) {
    auto made = world_.wait(iam_.profiles().create_profile(by, name, document));
    EXPECT_TRUE(made) << made.error().describe();
    return made ? made->id : ProfileId{};
  }
  Principal enter(const std::string& name) { return world_.enter(name, kGoodPassword); }
  RequestId ask(const Principal& by, const Wanted& wanted) {
    auto asked = world_.wait(access_.ask(by, wanted));
    EXPECT_TRUE(asked) << asked.error().describe();
    return asked ? asked->id : RequestId{};
  }
  std::string refusal(const Principal& by, const Wanted& wanted) {
    return message_of(world_.wait(access_.ask(by, wanted)));
  }
  std::string approve(const Principal& by, RequestId id) {
    return message_of(world_.wait(access_.approve(by, id, "as agreed")));
  }
  std::string may(const Principal& by, std::string_view action = "s3:PutObject") {
    return message_of(
        iam_.authorize(by, action, {"arn:aws:s3:::b/a", by.tenant}, {.time = world_.clock.now()}));
  }
  Wanted files(Duration duration = hours(8)) {
    return {.user = reader_, .profile = files_, .reason = "backups", .duration = duration};
  }
  std::vector<Grant> grants(const Principal& by, std::optional<UserId> user,
                            Access::Which which = Access::Which::kAll) {
    auto found = world_.wait(access_.list_grants(by, user, which, {}));
    EXPECT_TRUE(found) << found.error().describe();
    return found ? found->things : std::vector<Grant>{};
  }
  void turn() { EXPECT_TRUE(world_.wait(access_.turn())); }
  // Another administrator of the tenant, with a second factor, by a request.
  Principal make_second_administrator(const Principal& first, const std::string& name, Role role) {
    const UserId user = make_user(first, name, Role::kReader);
    const RequestId request =
        ask(enter(name), {.user = user, .role = role, .reason = "on duty", .duration = hours(900)});
    EXPECT_EQ(approve(first, request), "");
    return enrol(name);
  }
  Principal enrol(const std::string& name) {
    const Principal fresh = enter(name);
    auto seed = world_.wait(iam_.begin_totp(fresh));
    EXPECT_TRUE(seed) << seed.error().describe();
    EXPECT_TRUE(world_.wait(iam_.confirm_totp(fresh, world_.code_of(*seed))));
    world_.clock.advance(seconds(30));
    seeds_[name] = *seed;
    return world_.enter(name, kGoodPassword, *seed);
  }

  World world_{GetParam()};
  Iam& iam_ = *world_.iam;
  Access& access_ = iam_.access();
  Principal admin_ = world_.customer();
  std::map<std::string, std::string> seeds_;
  UserId reader_;
  ProfileId files_;
};
BELFRY_ON_BOTH_ENGINES(AccessTest);

TEST_P(AccessTest, AnApprovedRightHoldsAtOnceAndEndsAtItsInstant) {
  const RequestId request = ask(enter("reader"), files(hours(1)));
  EXPECT_EQ(may(enter("reader")), "iam.denied");
  auto pending = world_.wait(access_.find_request(admin_, request));
  ASSERT_TRUE(pending);
  EXPECT_EQ(pending->requested_by_name, "reader");
  EXPECT_EQ(pending->name, "Files");
  EXPECT_EQ(pending->deciders, 1u);
  auto key = world_.wait(iam_.create_access_key(enter("reader"), reader_));
  ASSERT_TRUE(key);
  const auto by_key = [&] { return world_.wait(iam_.find_signing_identity(key->key.id)); };
  EXPECT_EQ(may(by_key()->principal), "iam.denied");

  ASSERT_EQ(approve(admin_, request), "");
  const Timestamp approved = world_.clock.now();
  EXPECT_EQ(may(by_key()->principal), "") << "a cached identity knows at once";
  auto held = grants(admin_, reader_, Access::Which::kCurrent);
  ASSERT_EQ(held.size(), 2u);
  EXPECT_EQ(held[0].name, "Files");
  EXPECT_EQ(held[0].origin, "request");
  EXPECT_EQ(held[0].request, request);
  EXPECT_EQ(held[0].given_by, admin_.user);
  EXPECT_EQ(held[0].expires, approved + hours(1));
  EXPECT_EQ(held[1].name, "reader");
  EXPECT_EQ(held[1].origin, "direct");

  world_.clock.advance(hours(1) - seconds(1));
  EXPECT_EQ(may(by_key()->principal), "");
  world_.clock.advance(seconds(1));
  // No turn has run: as when the daemon was down.
  EXPECT_EQ(may(by_key()->principal), "iam.denied");
  EXPECT_EQ(may(enter("reader")), "iam.denied");
  turn();
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:RightExpired");
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM user_profile"), 0);
  held = grants(enter("reader"), reader_);
  ASSERT_EQ(held.size(), 2u);
  EXPECT_EQ(held[0].end_reason, "expired");
  EXPECT_EQ(held[0].ended, approved + hours(1)) << "its instant, not the turn's";
  EXPECT_EQ(grants(world_.customer(), std::nullopt, Access::Which::kCurrent).size(), 2u);
}

TEST_P(AccessTest, NobodyApprovesWhatItAskedForOrProfitsFrom) {
  const RequestId own = ask(admin_, files());
  EXPECT_EQ(world_.wait(access_.find_request(admin_, own))->deciders, 0u) << "shown honestly";
  EXPECT_EQ(approve(admin_, own), "iam.four_eyes");
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:ApproveRequest failure iam.four_eyes");
  EXPECT_EQ(approve(enter("reader"), own), "iam.denied");
  EXPECT_EQ(message_of(world_.wait(access_.refuse(enter("reader"), own, ""))), "iam.denied");
  EXPECT_EQ(message_of(world_.wait(access_.cancel(enter("reader"), own))), "");
  EXPECT_EQ(approve(admin_, own), "iam.request_not_pending");

  // Nor an administrator for a time what makes its time longer.
  const Principal second = make_second_administrator(admin_, "second", Role::kTenantAdministrator);
  admin_ = world_.customer();
  const RequestId longer = ask(admin_, {.user = second.user,
                                        .role = Role::kTenantAdministrator,
                                        .reason = "longer",
                                        .duration = hours(1000)});
  EXPECT_EQ(approve(second, longer), "iam.four_eyes");
  EXPECT_EQ(approve(admin_, longer), "iam.four_eyes");
}

TEST_P(AccessTest, NobodyApprovesForAnAccountThatItMadeWhileAnotherCan) {
  const Principal second = make_second_administrator(admin_, "second", Role::kTenantAdministrator);
  admin_ = world_.customer();
  // It knows the reader's first password, and could be both.
  const RequestId own = ask(enter("reader"), files());
  EXPECT_EQ(world_.wait(access_.find_request(admin_, own))->deciders, 1u);
  EXPECT_EQ(approve(admin_, own), "iam.four_eyes_of_maker");
  EXPECT_EQ(world_.ledger.last(kFirstCustomer),
            "iam:ApproveRequest failure iam.four_eyes_of_maker");
  EXPECT_EQ(approve(second, own), "");
  const UserId puppet = make_user(second, "puppet", Role::kReader);
  const RequestId for_reader =
      ask(enter("puppet"),
          {.user = puppet, .role = Role::kMember, .reason = "works here", .duration = hours(1)});
  EXPECT_EQ(approve(second, for_reader), "iam.four_eyes_of_maker");
  EXPECT_EQ(approve(admin_, for_reader), "");
  // Where the other one asks or profits, two persons there are.
  const RequestId by_second = ask(
      second, {.user = puppet, .role = Role::kMember, .reason = "longer", .duration = hours(2)});
  EXPECT_EQ(world_.wait(access_.find_request(admin_, by_second))->deciders, 1u);
  EXPECT_EQ(approve(admin_, by_second), "");
}

// Nor the other way round: who made an account could ask as itself and approve as that one.
TEST_P(AccessTest, NobodyApprovesForWhoMadeItsAccountWhileAnotherCan) {
  const auto make = [&](const Principal& by, const std::string& name) {
    make_user(by, name, Role::kTenantAdministrator);
    return enrol(name);
  };
  const Principal second = make(admin_, "second");
  const Principal puppet = make(second, "puppet");
  const RequestId request =
      ask(second,
          {.user = reader_, .role = Role::kMember, .reason = "works here", .duration = hours(1)});
  EXPECT_EQ(world_.wait(access_.find_request(second, request))->deciders, 2u)
      << "one made who asks, who asks made the other: nobody is apart";
  const Principal third = make(world_.customer(), "third");
  EXPECT_EQ(world_.wait(access_.find_request(second, request))->deciders, 1u);
  EXPECT_EQ(approve(puppet, request), "iam.four_eyes_of_maker");
  EXPECT_EQ(approve(third, request), "");
}

TEST_P(AccessTest, ARoleForATimeFallsBack) {
  const RequestId request =
      ask(enter("reader"),
          {.user = reader_, .role = Role::kMember, .reason = "stands in", .duration = hours(2)});
  ASSERT_EQ(approve(admin_, request), "");
  EXPECT_EQ(may(enter("reader")), "");
  EXPECT_EQ(world_.wait(iam_.find_user(admin_, reader_))->role, Role::kMember);
  EXPECT_EQ(refusal(enter("reader"), {.user = reader_,
                                      .role = Role::kTenantAdministrator,
                                      .reason = "more",
                                      .duration = hours(1)}),
            "iam.temporary_role");
  world_.clock.advance(hours(2));
  EXPECT_EQ(may(enter("reader")), "iam.denied");
  turn();
  EXPECT_EQ(world_.wait(iam_.find_user(world_.customer(), reader_))->role, Role::kReader);
  EXPECT_EQ(grants(world_.customer(), reader_, Access::Which::kCurrent).size(), 1u);
}

TEST_P(AccessTest, IsRenewedAndEndedEarly) {
  ASSERT_EQ(approve(admin_, ask(enter("reader"), files(hours(1)))), "");
  world_.clock.advance(std::chrono::minutes(50));
  ASSERT_EQ(approve(world_.customer(), ask(enter("reader"), files(hours(1)))), "");
  world_.clock.advance(std::chrono::minutes(30));
  turn();
  EXPECT_EQ(may(enter("reader")), "") << "longer than at first";
  admin_ = world_.customer();
  auto held = grants(admin_, reader_);
  ASSERT_EQ(held.size(), 3u);
  EXPECT_EQ(held[1].end_reason, "renewed");
  ASSERT_EQ(message_of(world_.wait(access_.revoke(admin_, held[0].id))), "");
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:RevokeGrant");
  EXPECT_EQ(may(enter("reader")), "iam.denied");
  EXPECT_EQ(message_of(world_.wait(access_.revoke(admin_, held[0].id))), "iam.grant_ended");
  EXPECT_EQ(message_of(world_.wait(access_.revoke(admin_, held[2].id))), "iam.lasting_role");
  EXPECT_EQ(message_of(world_.wait(access_.revoke(enter("reader"), held[0].id))), "iam.denied");
}

TEST_P(AccessTest, TheRecordFollowsWhatIsGivenDirectly) {
  auto group = world_.wait(iam_.profiles().create_group(admin_, "Crew"));
  ASSERT_TRUE(group);
  Profiles& profiles = iam_.profiles();
  ASSERT_TRUE(world_.wait(profiles.give_profile(admin_, files_, {.user = reader_})));
  ASSERT_TRUE(world_.wait(profiles.give_profile(admin_, files_, {.user = reader_})));
  ASSERT_TRUE(world_.wait(profiles.give_profile(admin_, files_, {.group = group->id})));
  ASSERT_TRUE(world_.wait(profiles.add_member(admin_, group->id, reader_)));
  ASSERT_TRUE(world_.wait(profiles.set_boundary(admin_, reader_, files_)));
  EXPECT_EQ(refusal(admin_, files()), "iam.already_held");
  const auto current = [&] {
    std::string all;
    for (const Grant& grant : grants(admin_, std::nullopt, Access::Which::kCurrent))
      if (grant.kind != RightKind::kRole)
        all += std::string(name_of(grant.kind)) + " " + grant.holder + " " + grant.name + "\n";
    return all;
  };
  const std::string all = current();
  for (const char* line : {"profile reader Files\n", "profile Crew Files\n",
                           "membership reader Crew\n", "boundary reader Files\n"})
    EXPECT_TRUE(all.contains(line)) << line << " in\n" << all;
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM iam_grant WHERE kind <> 'role'"), 4);
  ASSERT_TRUE(world_.wait(profiles.withdraw_profile(admin_, files_, {.user = reader_})));
  ASSERT_TRUE(world_.wait(profiles.set_boundary(admin_, reader_, std::nullopt)));
  ASSERT_TRUE(world_.wait(profiles.delete_group(admin_, group->id)));
  EXPECT_EQ(current(), "");
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM iam_grant WHERE end_reason = 'group_deleted'"),
            2);
}

TEST_P(AccessTest, StaffGetPrivilegedRightsByRequestsAlone) {
  const Principal founder = world_.admin();
  const auto alone = [&](Role role) {
    return message_of(
        world_.wait(iam_.create_user(founder, kProviderTenant, "nadia", "", role, kGoodPassword)));
  };
  EXPECT_EQ(alone(Role::kProviderAdministrator), "iam.request_needed");
  EXPECT_EQ(alone(Role::kOperator), "iam.request_needed");
  const ProfileId powers = make_profile(founder, "Powers", allow("disk:*"));
  const ProfileId plain = make_profile(founder, "Plain", allow("s3:GetObject"));
  const UserId clerk = make_user(founder, "clerk", Role::kReader);
  Profiles& profiles = iam_.profiles();
  const auto outcome = [&](auto task) { return message_of(world_.wait(std::move(task))); };
  EXPECT_EQ(outcome(profiles.give_profile(founder, powers, {.user = clerk})), "iam.request_needed");
  EXPECT_EQ(outcome(profiles.give_profile(founder, plain, {.user = clerk})), "");
  EXPECT_EQ(outcome(profiles.change_profile(founder, plain, allow("disk:*"))), "iam.held_profile");
  auto group = world_.wait(profiles.create_group(founder, "Crew"));
  ASSERT_TRUE(group);
  EXPECT_EQ(outcome(profiles.give_profile(founder, powers, {.group = group->id})),
            "iam.request_needed");
  EXPECT_EQ(outcome(profiles.add_member(founder, group->id, clerk)), "");
  EXPECT_EQ(outcome(access_.set_four_eyes(founder, FourEyes::kNone)), "iam.request_needed");
  EXPECT_EQ(refusal(founder, {.four_eyes = FourEyes::kNone, .reason = "easier"}),
            "iam.provider_needs_four_eyes");

  // A single administrator approves what others ask for themselves, and so there are two.
  const Principal second =
      make_second_administrator(founder, "nadia", Role::kProviderAdministrator);
  EXPECT_EQ(second.role, Role::kProviderAdministrator);
  const RequestId for_group = ask(
      second,
      {.group = group->id, .profile = powers, .reason = "the crew's work", .duration = hours(24)});
  EXPECT_EQ(approve(world_.admin(), for_group), "");
  EXPECT_TRUE(world_.wait(iam_.find_user(second, clerk))->privileged);
  EXPECT_EQ(outcome(profiles.set_boundary(second, clerk, plain)), "");
  EXPECT_EQ(outcome(profiles.set_boundary(second, clerk, std::nullopt)),
            "iam.boundary_of_four_eyes");
  EXPECT_EQ(
      outcome(profiles.add_member(second, group->id, make_user(second, "ines", Role::kReader))),
      "iam.request_needed");
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM iam_grant g WHERE g.tenant_id = 1 AND "
                         "g.privileged = 1 AND g.origin NOT IN ('request', 'founding')"),
            0);
}

TEST_P(AccessTest, ATenantChoosesFourEyesAndIsNotFreedByOne) {
  const auto set = [&](const Principal& by, FourEyes rule) {
    return message_of(world_.wait(access_.set_four_eyes(by, rule)));
  };
  EXPECT_EQ(set(admin_, FourEyes::kAll), "iam.four_eyes_need_two");
  const Principal second = make_second_administrator(admin_, "second", Role::kTenantAdministrator);
  admin_ = world_.customer();
  EXPECT_EQ(set(admin_, FourEyes::kAll), "");
  EXPECT_EQ(world_.wait(access_.find_rules(second))->administrators, 2u);
  EXPECT_EQ(
      message_of(world_.wait(iam_.profiles().give_profile(admin_, files_, {.user = reader_}))),
      "iam.request_needed");
  EXPECT_EQ(set(admin_, FourEyes::kNone), "iam.request_needed");
  const RequestId weaker = ask(admin_, {.four_eyes = FourEyes::kNone, .reason = "too slow"});
  EXPECT_EQ(approve(admin_, weaker), "iam.four_eyes");
  EXPECT_EQ(approve(second, weaker), "");
  EXPECT_EQ(
      message_of(world_.wait(iam_.profiles().give_profile(admin_, files_, {.user = reader_}))), "");
}

TEST_P(AccessTest, WhatChangedSinceItWasAskedForIsNotApproved) {
  const RequestId request = ask(enter("reader"), files());
  world_.clock.advance(seconds(1));
  ASSERT_TRUE(world_.wait(iam_.profiles().change_profile(admin_, files_, allow("*"))));
  EXPECT_EQ(approve(admin_, request), "iam.request_outdated");
  EXPECT_EQ(message_of(world_.wait(access_.refuse(admin_, request, "ask anew"))), "");
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:RefuseRequest");
  auto group = world_.wait(iam_.profiles().create_group(admin_, "Crew"));
  const RequestId join =
      ask(enter("reader"),
          {.user = reader_, .group = group->id, .reason = "works there", .duration = hours(1)});
  ASSERT_TRUE(world_.wait(iam_.profiles().give_profile(admin_, files_, {.group = group->id})));
  EXPECT_EQ(approve(admin_, join), "iam.request_outdated");
}

TEST_P(AccessTest, NoRoleGivesAlonePastTheRule) {
  const Principal founder = world_.admin();
  Roles& roles = iam_.roles();
  const auto outcome = [&](auto task) { return message_of(world_.wait(std::move(task))); };
  const std::string trust =
      R"({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": ")" +
      arn_of(kProviderTenant, "clerk") + R"("}, "Action": "sts:AssumeRole"}})";
  auto role = world_.wait(roles.create_role(founder, "crew", trust, hours(1)));
  ASSERT_TRUE(role) << role.error().describe();
  const ProfileId powers = make_profile(founder, "Powers", allow("disk:*"));
  const ProfileId plain = make_profile(founder, "Plain", allow("s3:GetObject"));
  EXPECT_EQ(outcome(roles.give_profile(founder, role->id, powers)), "iam.role_of_four_eyes");
  EXPECT_EQ(outcome(roles.give_profile(founder, role->id, plain)), "");
  EXPECT_EQ(outcome(iam_.profiles().change_profile(founder, plain, allow("disk:*"))),
            "iam.held_profile");
  EXPECT_EQ(outcome(roles.change_role(founder, role->id, {.trust = trust})), "");
  make_second_administrator(founder, "nadia", Role::kProviderAdministrator);
  const Principal again = world_.admin();
  ASSERT_EQ(outcome(access_.set_four_eyes(again, FourEyes::kAll)), "");
  EXPECT_EQ(outcome(roles.change_role(again, role->id, {.trust = trust})), "iam.role_of_four_eyes");
  EXPECT_EQ(outcome(roles.change_role(again, role->id, {.session_max = hours(2)})), "");
  EXPECT_EQ(outcome(roles.withdraw_profile(again, role->id, plain)), "");
  EXPECT_EQ(outcome(roles.give_profile(again, role->id, plain)), "iam.role_of_four_eyes");
}

TEST_P(AccessTest, AnAdministratorForATimeLeavesOneForGood) {
  const Principal second =
      make_second_administrator(world_.customer(), "nadia", Role::kTenantAdministrator);
  const auto outcome = [&](auto task) { return message_of(world_.wait(std::move(task))); };
  EXPECT_EQ(outcome(iam_.set_user_active(second, admin_.user, false)), "iam.last_administrator");
  EXPECT_EQ(outcome(iam_.people().delete_user(second, admin_.user)), "iam.last_administrator");
  auto review = world_.wait(iam_.reviews().open(second, {.name = "Spring"}));
  ASSERT_TRUE(review);
  auto items = world_.wait(iam_.reviews().list_items(second, review->id, {}));
  ASSERT_TRUE(items);
  for (const ReviewItem& item : items->things)
    if (item.grant.user == admin_.user)
      EXPECT_EQ(outcome(iam_.reviews().decide(second, review->id, item.id, false, "")),
                "iam.last_administrator");
  const Principal first = world_.customer();
  EXPECT_EQ(outcome(iam_.set_user_active(first, second.user, false)), "");
  // As if both suspended each other at once.
  EXPECT_EQ(outcome(iam_.set_user_active(second, first.user, false)), "iam.last_administrator");
  // From above a whole tenant is stopped.
  EXPECT_EQ(outcome(iam_.set_user_active(world_.admin(), first.user, false)), "");
}

TEST_P(AccessTest, UnderTheStrictestRuleNewUsersReadAlone) {
  make_second_administrator(admin_, "second", Role::kTenantAdministrator);
  admin_ = world_.customer();
  ASSERT_TRUE(world_.wait(access_.set_four_eyes(admin_, FourEyes::kAll)));
  const auto create = [&](const std::string& name, Role role) {
    return message_of(
        world_.wait(iam_.create_user(admin_, kFirstCustomer, name, "", role, kGoodPassword)));
  };
  EXPECT_EQ(create("m", Role::kMember), "iam.request_needed");
  EXPECT_EQ(create("r", Role::kReader), "");
}

TEST_P(AccessTest, NobodyDecidesForEver) {
  const RequestId request = ask(enter("reader"), files());
  EXPECT_EQ(refusal(enter("reader"), files()), "iam.asked_already");
  world_.clock.advance(std::chrono::days(14));
  admin_ = world_.customer();
  EXPECT_EQ(approve(admin_, request), "iam.request_not_pending");
  turn();
  EXPECT_EQ(world_.wait(access_.find_request(admin_, request))->state, RequestState::kLapsed);
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:RequestLapsed");
  EXPECT_EQ(refusal(enter("reader"), files()), "");
}

TEST_P(AccessTest, ApprovingWantsAFreshFactor) {
  const RequestId request = ask(enter("reader"), files());
  world_.clock.advance(std::chrono::minutes(16));
  EXPECT_EQ(approve(admin_, request), "iam.step_up_needed");
  EXPECT_EQ(may(enter("reader")), "iam.denied");
}

TEST_P(AccessTest, RefusesWhatIsNoRequest) {
  const Principal reader = enter("reader");
  EXPECT_EQ(refusal(reader, {.reason = "x", .duration = hours(1)}), "iam.denied");
  EXPECT_EQ(refusal(admin_, {.reason = "x", .duration = hours(1)}), "iam.bad_request_shape");
  EXPECT_EQ(refusal(reader, {.user = admin_.user, .profile = files_}), "iam.denied");
  Wanted wanted = files();
  wanted.reason = " ";
  EXPECT_EQ(refusal(reader, wanted), "iam.bad_reason");
  wanted = files(Duration(0));
  EXPECT_EQ(refusal(reader, wanted), "iam.bad_duration");
  EXPECT_EQ(refusal(reader, files(std::chrono::days(367))), "iam.bad_duration");
  EXPECT_EQ(refusal(reader, {.user = reader_,
                             .role = Role::kTenantAdministrator,
                             .reason = "x",
                             .duration = std::chrono::days(93)}),
            "iam.bad_duration");
  EXPECT_EQ(refusal(reader, {.user = reader_,
                             .role = Role::kProviderAdministrator,
                             .reason = "x",
                             .duration = hours(1)}),
            "iam.role_not_here");
  EXPECT_EQ(refusal(admin_,
                    {.user = admin_.user, .profile = files_, .reason = "x", .duration = hours(1)}),
            "iam.administrators_hold_none");
}

TEST_P(AccessTest, AnotherTenantsDoNotExist) {
  const RequestId request = ask(enter("reader"), files());
  const Principal stranger = world_.make_other("two").administrator;
  const auto missing = [&](auto task) { return message_of(world_.wait(std::move(task))); };
  EXPECT_EQ(missing(access_.find_request(stranger, request)), "iam.request_missing");
  EXPECT_EQ(missing(access_.approve(stranger, request, "")), "iam.request_missing");
  EXPECT_EQ(missing(access_.refuse(stranger, request, "")), "iam.request_missing");
  EXPECT_EQ(missing(access_.cancel(stranger, request)), "iam.request_missing");
  EXPECT_EQ(missing(access_.list_grants(stranger, reader_, Access::Which::kAll, {})),
            "iam.user_missing");
  EXPECT_EQ(missing(access_.revoke(stranger, grants(world_.customer(), reader_)[0].id)),
            "iam.grant_missing");
  EXPECT_TRUE(world_.wait(access_.list_requests(stranger, std::nullopt, {}))->things.empty());
  EXPECT_EQ(refusal(stranger, files()), "iam.profile_missing");
  const ProfileId own = make_profile(stranger, "Files", allow("s3:*"));
  Wanted wanted = files();
  wanted.profile = own;
  EXPECT_EQ(refusal(stranger, wanted), "iam.user_missing");
  EXPECT_EQ(world_.wait(access_.list_choices(stranger))->profiles.size(), 1u);
}

TEST_P(AccessTest, ListsPageByPageTheNewestFirst) {
  std::vector<std::string> names;
  for (int i = 0; i < 5; ++i) {
    const std::string name = "p" + std::to_string(i);
    ask(enter("reader"), {.user = reader_,
                          .profile = make_profile(world_.customer(), name, allow("s3:GetObject")),
                          .reason = "x",
                          .duration = hours(1)});
    if (i % 2 == 1) world_.clock.advance(seconds(1));
  }
  admin_ = world_.customer();
  Page page{.after = "", .limit = 2};
  for (;;) {
    auto found = world_.wait(access_.list_requests(admin_, RequestState::kPending, page));
    ASSERT_TRUE(found) << found.error().describe();
    for (const AccessRequest& request : found->things) names.push_back(request.name);
    if (found->next.empty()) break;
    page.after = found->next;
  }
  EXPECT_EQ(names, (std::vector<std::string>{"p4", "p3", "p2", "p1", "p0"}));
  EXPECT_TRUE(
      world_.wait(access_.list_requests(admin_, RequestState::kApproved, {}))->things.empty());
}

}  // namespace
}  // namespace belfry::iam
