// Profiles that tenants make up, groups, boundaries: what they give, and what nobody gains by them.
#include "world.h"

namespace belfry::iam {
namespace {

std::string allow(const std::string& action, const std::string& resource = "*") {
  return R"({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ")" + action +
         R"(", "Resource": ")" + resource + "\"}}";
}
std::string deny(const std::string& action) {
  return R"({"Statement": {"Effect": "Deny", "Action": ")" + action + R"(", "Resource": "*"}})";
}

class ProfilesTest : public testing::TestWithParam<database::Engine> {
 protected:
  ProfilesTest() {
    reader_ = make_user("reader", Role::kReader);
    member_ = make_user("member", Role::kMember);
  }

  UserId make_user(const std::string& name, Role role) {
    auto made =
        world_.wait(iam().create_user(admin_, kFirstCustomer, name, "", role, kGoodPassword));
    EXPECT_TRUE(made) << made.error().describe();
    return made ? made->id : UserId{};
  }
  ProfileId make_profile(const std::string& name, const std::string& document) {
    auto made = world_.wait(profiles().create_profile(admin_, name, document));
    EXPECT_TRUE(made) << made.error().describe();
    return made ? made->id : ProfileId{};
  }
  void give(ProfileId profile, Holder holder) {
    auto given = world_.wait(profiles().give_profile(admin_, profile, holder));
    EXPECT_TRUE(given) << given.error().describe();
  }
  // Whether the user may, signed in anew.
  std::string may(const std::string& user, std::string_view action, const std::string& resource,
                  TenantId owner = kFirstCustomer) {
    const Principal principal = world_.enter(user, kGoodPassword);
    return message_of(iam().authorize(principal, action, {resource, owner}, context_));
  }

  Iam& iam() { return *world_.iam; }
  Profiles& profiles() { return iam().profiles(); }

  World world_{GetParam()};
  Principal admin_ = world_.customer();
  const Context context_{.time = world_.clock.now(), .source_ip = "192.0.2.1"};
  UserId reader_, member_;
};
BELFRY_ON_BOTH_ENGINES(ProfilesTest);

// As a release left it that did not know one of the services yet.
TEST_P(ProfilesTest, WhatAnEarlierReleaseTookForPlainIsJudgedAnew) {
  make_profile("Rest", R"({"Statement": {"Effect": "Allow", "Resource": "*", "NotAction": [
      "iam:*", "audit:*", "disk:*", "measure:*", "topology:*"]}})");
  ASSERT_TRUE(world_.state->write([](database::Transaction& transaction) -> Result<> {
    TRY(transaction.execute("UPDATE iam_profile SET privileged = 0, services = -1"));
    return {};
  }));
  ASSERT_TRUE(world_.wait(iam().upkeep().collect_facts()));
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM iam_profile WHERE privileged = 1"), 1);
}

TEST_P(ProfilesTest, GiveRightsToUsersAndGroups) {
  const std::string object = "arn:aws:s3:::backups/a";
  EXPECT_EQ(may("reader", "s3:PutObject", object), "iam.denied");
  const ProfileId backups =
      make_profile("Backups", allow("s3:PutObject", "arn:aws:s3:::backups/*"));
  give(backups, {.user = reader_});
  EXPECT_EQ(may("reader", "s3:PutObject", object), "");
  EXPECT_EQ(may("reader", "s3:PutObject", "arn:aws:s3:::other/a"), "iam.denied");
  ASSERT_TRUE(world_.wait(profiles().withdraw_profile(admin_, backups, {.user = reader_})));
  EXPECT_EQ(may("reader", "s3:PutObject", object), "iam.denied");

  auto group = world_.wait(profiles().create_group(admin_, "Night shift"));
  ASSERT_TRUE(group);
  ASSERT_TRUE(world_.wait(profiles().add_member(admin_, group->id, reader_)));
  give(backups, {.group = group->id});
  EXPECT_EQ(may("reader", "s3:PutObject", object), "");
  auto holdings = world_.wait(profiles().list_holdings(admin_, reader_));
  ASSERT_TRUE(holdings);
  ASSERT_EQ(holdings->profiles.size(), 1u);
  EXPECT_EQ(holdings->profiles[0].name, "Backups");
  EXPECT_EQ(holdings->profiles[0].group_name, "Night shift");
  EXPECT_EQ(world_.wait(profiles().list_members(admin_, group->id, {}))->things[0].name, "reader");
  EXPECT_EQ(message_of(world_.wait(profiles().delete_profile(admin_, backups))),
            "iam.profile_held");
  ASSERT_TRUE(world_.wait(profiles().remove_member(admin_, group->id, reader_)));
  EXPECT_EQ(may("reader", "s3:PutObject", object), "iam.denied");
  ASSERT_TRUE(world_.wait(profiles().delete_group(admin_, group->id)));
  EXPECT_TRUE(world_.wait(profiles().delete_profile(admin_, backups)));
}

TEST_P(ProfilesTest, TellWhoHoldsAProfileAndWhatAGroupHolds) {
  const ProfileId reads = make_profile("Reads", allow("s3:Get*"));
  const ProfileId other = make_profile("Other", allow("s3:List*"));
  auto group = world_.wait(profiles().create_group(admin_, "night shift"));
  ASSERT_TRUE(group);
  give(reads, {.user = reader_});
  give(reads, {.group = group->id});
  give(other, {.group = group->id});
  ASSERT_TRUE(world_.wait(profiles().set_boundary(admin_, member_, reads)));
  std::vector<std::string> names;
  std::string after;
  for (int page = 0; page < 3; ++page) {
    auto found = world_.wait(profiles().list_holders(admin_, reads, {.after = after, .limit = 1}));
    ASSERT_TRUE(found) << found.error().describe();
    ASSERT_EQ(found->things.size(), 1u);
    const ProfileHolder& holder = found->things[0];
    names.push_back(std::to_string(int(holder.way)) + " " + holder.name);
    EXPECT_EQ(holder.user.has_value(), !holder.group.has_value());
    after = found->next;
  }
  EXPECT_EQ(names, (std::vector<std::string>{"2 member", "1 night shift", "0 reader"}));
  EXPECT_EQ(after, "");
  auto held = world_.wait(profiles().list_group_profiles(admin_, group->id));
  ASSERT_TRUE(held) << held.error().describe();
  ASSERT_EQ(held->size(), 2u);
  EXPECT_EQ((*held)[0].name, "Other");
  EXPECT_EQ((*held)[1].group_name, "night shift");

  const Principal member = world_.enter("member", kGoodPassword);
  EXPECT_EQ(message_of(world_.wait(profiles().list_holders(member, reads, {}))), "iam.denied");
  EXPECT_EQ(message_of(world_.wait(profiles().list_group_profiles(member, group->id))),
            "iam.denied");
  const Principal provider = world_.admin();
  EXPECT_EQ(message_of(world_.wait(profiles().list_holders(provider, reads, {}))),
            "iam.profile_missing");
  EXPECT_EQ(message_of(world_.wait(profiles().list_group_profiles(provider, group->id))),
            "iam.group_missing");
}

TEST_P(ProfilesTest, ADenyOfAProfileBeatsTheRole) {
  EXPECT_EQ(may("member", "s3:DeleteObject", "arn:aws:s3:::b/a"), "");
  give(make_profile("Keeps", deny("s3:Delete*")), {.user = member_});
  EXPECT_EQ(may("member", "s3:DeleteObject", "arn:aws:s3:::b/a"), "iam.denied");
  EXPECT_EQ(may("member", "s3:PutObject", "arn:aws:s3:::b/a"), "");
}

TEST_P(ProfilesTest, ABoundaryNarrowsRoleAndProfiles) {
  const ProfileId bound = make_profile("At most b", allow("s3:*", "arn:aws:s3:::b*"));
  ASSERT_TRUE(world_.wait(profiles().set_boundary(admin_, member_, bound)));
  EXPECT_EQ(may("member", "s3:PutObject", "arn:aws:s3:::b/a"), "");
  EXPECT_EQ(may("member", "s3:PutObject", "arn:aws:s3:::c/a"), "iam.denied");
  EXPECT_EQ(world_.wait(profiles().list_holdings(admin_, member_))->boundary->name, "At most b");
  ASSERT_TRUE(world_.wait(profiles().set_boundary(admin_, member_, std::nullopt)));
  EXPECT_EQ(may("member", "s3:PutObject", "arn:aws:s3:::c/a"), "");
  EXPECT_EQ(message_of(world_.wait(profiles().set_boundary(admin_, admin_.user, bound))),
            "iam.own_account");
}

TEST_P(ProfilesTest, AChangeHoldsAtOnceForAccessKeys) {
  auto key = world_.wait(iam().create_access_key(admin_, reader_));
  ASSERT_TRUE(key);
  const auto may_put = [&] {
    auto identity = world_.wait(iam().find_signing_identity(key->key.id));
    EXPECT_TRUE(identity);
    return message_of(iam().authorize(identity->principal, "s3:PutObject",
                                      {"arn:aws:s3:::b/a", kFirstCustomer}, context_));
  };
  EXPECT_EQ(may_put(), "iam.denied");
  const ProfileId profile = make_profile("Puts", allow("s3:PutObject"));
  give(profile, {.user = reader_});
  EXPECT_EQ(may_put(), "");
  ASSERT_TRUE(world_.wait(profiles().change_profile(admin_, profile, deny("s3:PutObject"))));
  EXPECT_EQ(may_put(), "iam.denied");
}

TEST_P(ProfilesTest, ReachNoFurtherThanTheTenant) {
  const auto other = world_.make_other("two");
  const TenantId two = other.tenant.id;
  give(make_profile("Everything", allow("*")), {.user = reader_});
  for (TenantId owner : {two, kProviderTenant})
    for (const char* action :
         {"s3:GetObject", "iam:ListUsers", "disk:ListDisks", "audit:ListEvents"})
      EXPECT_NE(may("reader", action, "arn:aws:s3:::b/a", owner), "") << action;
}

TEST_P(ProfilesTest, WhoHoldsAPrivilegedOneNeedsASecondFactor) {
  const ProfileId users = make_profile("Looks after users", allow("iam:*"));
  EXPECT_TRUE(world_.wait(profiles().find_profile(admin_, users))->privileged);
  EXPECT_FALSE(world_.wait(iam().find_user(admin_, member_))->privileged);
  give(users, {.user = member_});
  EXPECT_TRUE(world_.wait(iam().find_user(admin_, member_))->privileged);
  EXPECT_EQ(may("member", "iam:ListUsers", "belfry:tenant/2"), "iam.second_factor_needed");
  EXPECT_EQ(may("member", "s3:PutObject", "arn:aws:s3:::b/a"), "iam.second_factor_needed");
  EXPECT_EQ(may("member", "iam:ManageOwnFactors", "belfry:user/" + member_.text()), "");
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM iam_session s JOIN iam_user u ON "
                         "u.id = s.user_id WHERE u.name = 'member' AND s.privileged = 1 AND "
                         "s.enrolment_only = 1"),
            3)
      << "its sessions are an administrator's: for enrolling alone";
}

// Whoever was given a part of an administrator's rights sees more, and changes nobody's.
TEST_P(ProfilesTest, NobodyGivesItselfMore) {
  const ProfileId users = make_profile("Looks after users", allow("iam:*"));
  const ProfileId files = make_profile("Files", allow("s3:*"));
  give(users, {.user = member_});
  Principal helper = world_.enter("member", kGoodPassword);
  helper.second_factor = true;
  helper.second_factor_at = world_.clock.now();
  const auto refused = [](const auto& result) { return message_of(result); };
  auto group = world_.wait(profiles().create_group(admin_, "Crew"));
  ASSERT_TRUE(group);
  EXPECT_EQ(refused(world_.wait(profiles().list_profiles(helper, {}))), "");
  EXPECT_EQ(refused(world_.wait(iam().list_users(helper, kFirstCustomer, {}))), "");
  EXPECT_EQ(refused(world_.wait(profiles().create_profile(helper, "All", allow("*")))),
            "iam.denied");
  EXPECT_EQ(refused(world_.wait(profiles().change_profile(helper, files, allow("*")))),
            "iam.denied");
  EXPECT_EQ(refused(world_.wait(profiles().give_profile(helper, files, {.user = member_}))),
            "iam.denied");
  EXPECT_EQ(refused(world_.wait(profiles().add_member(helper, group->id, member_))), "iam.denied");
  EXPECT_EQ(refused(world_.wait(profiles().set_boundary(helper, reader_, std::nullopt))),
            "iam.denied");
  for (Role role : {Role::kMember, Role::kTenantAdministrator})
    EXPECT_EQ(refused(world_.wait(
                  iam().create_user(helper, kFirstCustomer, "mine", "", role, kGoodPassword))),
              "iam.denied");
  for (UserId other : {admin_.user, reader_}) {
    EXPECT_EQ(refused(world_.wait(iam().create_access_key(helper, other))), "iam.denied");
    EXPECT_EQ(refused(world_.wait(iam().set_user_active(helper, other, false))), "iam.denied");
  }
  EXPECT_EQ(refused(world_.wait(iam().revoke_session(helper, admin_.credential))), "iam.denied");
  EXPECT_EQ(refused(world_.wait(iam().create_access_key(helper, member_))), "");
}

// Nothing that an administrator does by mistake shuts administrators out.
TEST_P(ProfilesTest, BindNoAdministrator) {
  const ProfileId nothing = make_profile("Nothing", deny("*"));
  EXPECT_EQ(
      message_of(world_.wait(profiles().give_profile(admin_, nothing, {.user = admin_.user}))),
      "iam.administrators_hold_none");
  auto group = world_.wait(profiles().create_group(admin_, "Crew"));
  EXPECT_EQ(message_of(world_.wait(profiles().add_member(admin_, group->id, admin_.user))),
            "iam.administrators_hold_none");
  Principal bound = admin_;
  auto held = std::make_shared<HeldPolicies>();
  held->policies = {*policy::compile(deny("*"), policy::Kind::kIdentity)};
  held->boundary = held->policies[0];
  bound.held = held;
  EXPECT_EQ(message_of(world_.wait(profiles().list_profiles(bound, {}))), "");
}

TEST_P(ProfilesTest, ABoundaryLeavesOnesOwnAccount) {
  const ProfileId bound = make_profile("Reads", allow("s3:GetObject"));
  ASSERT_TRUE(world_.wait(profiles().set_boundary(admin_, member_, bound)));
  EXPECT_EQ(may("member", "iam:ChangePassword", "belfry:user/" + member_.text()), "");
  EXPECT_EQ(may("member", "iam:CreateAccessKey", "belfry:user/" + member_.text()), "iam.denied");
}

TEST_P(ProfilesTest, WhoBecomesPrivilegedSignsInAnew) {
  auto opened = world_.sign_in("member", kGoodPassword);
  ASSERT_TRUE(opened);
  EXPECT_TRUE(world_.wait(iam().authenticate_session(opened->secret, kHere)));
  give(make_profile("Looks at users", allow("iam:List*")), {.user = member_});
  EXPECT_EQ(message_of(world_.wait(iam().authenticate_session(opened->secret, kHere))),
            "iam.unknown_session");
}

TEST_P(ProfilesTest, AUserHoldsAFew) {
  for (int i = 0; i < 10; ++i)
    give(make_profile("p" + std::to_string(i), allow("s3:GetObject")), {.user = member_});
  const ProfileId more = make_profile("more", allow("s3:GetObject"));
  EXPECT_EQ(message_of(world_.wait(profiles().give_profile(admin_, more, {.user = member_}))),
            "iam.too_many_held");
}

TEST_P(ProfilesTest, ToChangeRightsTheFactorIsProvedAgain) {
  const ProfileId users = make_profile("Looks after users", allow("iam:*"));
  const ProfileId files = make_profile("Files", allow("s3:*"));
  world_.clock.advance(std::chrono::minutes(16));
  EXPECT_EQ(message_of(world_.wait(profiles().give_profile(admin_, users, {.user = member_}))),
            "iam.step_up_needed");
  EXPECT_EQ(message_of(world_.wait(profiles().create_profile(admin_, "All", allow("*")))),
            "iam.step_up_needed");
  EXPECT_EQ(message_of(world_.wait(profiles().give_profile(admin_, files, {.user = member_}))),
            "iam.step_up_needed");
  EXPECT_EQ(message_of(iam().second_factors().check_fresh(admin_, "s3:PutBucketPolicy", "x")),
            "iam.step_up_needed");
  EXPECT_EQ(message_of(iam().authorize(admin_, "s3:PutBucketPolicy",
                                       {"arn:aws:s3:::b", kFirstCustomer}, context_)),
            "")
      << "the right is there, and shown as such";
  EXPECT_EQ(message_of(iam().authorize(admin_, "s3:PutObject", {"arn:aws:s3:::b/a", kFirstCustomer},
                                       context_)),
            "");
}

TEST_P(ProfilesTest, AnotherTenantsDoNotExist) {
  const auto other = world_.make_other("two");
  const ProfileId files = make_profile("Files", allow("s3:*"));
  const Principal& stranger = other.administrator;
  auto group = world_.wait(profiles().create_group(admin_, "Harbour"));
  ASSERT_TRUE(group);
  EXPECT_TRUE(world_.wait(profiles().list_profiles(stranger, {}))->things.empty());
  EXPECT_TRUE(world_.wait(profiles().list_groups(stranger, {}))->things.empty());
  EXPECT_EQ(message_of(world_.wait(profiles().find_profile(stranger, files))),
            "iam.profile_missing");
  EXPECT_EQ(
      message_of(world_.wait(profiles().give_profile(stranger, files, {.user = stranger.user}))),
      "iam.profile_missing");
  EXPECT_EQ(message_of(world_.wait(profiles().add_member(stranger, group->id, stranger.user))),
            "iam.group_missing");
  EXPECT_EQ(message_of(world_.wait(profiles().list_holdings(stranger, member_))),
            "iam.user_missing");
  const ProfileId own =
      world_.wait(profiles().create_profile(stranger, "Files", allow("s3:*")))->id;
  EXPECT_EQ(message_of(world_.wait(profiles().give_profile(stranger, own, {.user = member_}))),
            "iam.user_missing");
  EXPECT_EQ(message_of(world_.wait(profiles().set_boundary(stranger, member_, own))),
            "iam.user_missing");
}

TEST_P(ProfilesTest, RefusesWhatIsNoProfile) {
  const auto refusal = [&](const std::string& name, const std::string& document) {
    return message_of(world_.wait(profiles().create_profile(admin_, name, document)));
  };
  EXPECT_EQ(refusal("", allow("s3:*")), "iam.bad_profile_name");
  EXPECT_EQ(refusal(" a", allow("s3:*")), "iam.bad_profile_name");
  EXPECT_EQ(refusal("a", "{}"), "policy.no_statement");
  EXPECT_EQ(refusal("a", allow("GetObject")), "policy.bad_action");
  EXPECT_EQ(refusal("a", allow("s3:*")), "");
  EXPECT_EQ(refusal("a", allow("s3:*")), "iam.profile_exists");
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:CreateProfile");
}

}  // namespace
}  // namespace belfry::iam
