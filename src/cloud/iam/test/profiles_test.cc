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
  EXPECT_EQ(may("member", "iam:ManageOwnTotp", "belfry:user/" + member_.text()), "");
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM iam_session s JOIN iam_user u ON "
                         "u.id = s.user_id WHERE u.name = 'member' AND s.privileged = 1 AND "
                         "s.enrolment_only = 1"),
            3)
      << "its sessions are an administrator's: for enrolling alone";
}

// Whoever was given a part of an administrator's rights does not make itself the rest.
TEST_P(ProfilesTest, NobodyGivesItselfMore) {
  const ProfileId users = make_profile("Looks after users", allow("iam:*"));
  const ProfileId files = make_profile("Files", allow("s3:*"));
  give(users, {.user = member_});
  Principal helper = world_.enter("member", kGoodPassword);
  helper.second_factor = true;
  const auto refused = [](const auto& result) { return message_of(result); };
  const std::string everything = allow("*");
  EXPECT_EQ(refused(world_.wait(profiles().create_profile(helper, "All", everything))),
            "iam.privileged_needed");
  EXPECT_EQ(refused(world_.wait(profiles().change_profile(helper, files, everything))),
            "iam.privileged_needed");
  EXPECT_EQ(refused(world_.wait(profiles().change_profile(helper, users, allow("s3:*")))),
            "iam.privileged_needed");
  EXPECT_EQ(refused(world_.wait(profiles().give_profile(helper, users, {.user = reader_}))),
            "iam.privileged_needed");
  EXPECT_EQ(refused(world_.wait(iam().create_user(helper, kFirstCustomer, "mine", "",
                                                  Role::kTenantAdministrator, kGoodPassword))),
            "iam.privileged_needed");
  EXPECT_EQ(refused(world_.wait(iam().create_access_key(helper, admin_.user))),
            "iam.privileged_needed");
  EXPECT_EQ(refused(world_.wait(iam().set_user_active(helper, admin_.user, false))),
            "iam.privileged_needed");
  EXPECT_EQ(refused(world_.wait(profiles().set_boundary(helper, member_, std::nullopt))),
            "iam.own_account");
  EXPECT_EQ(refused(world_.wait(profiles().give_profile(helper, files, {.user = reader_}))), "");
  EXPECT_EQ(refused(world_.wait(iam().create_user(helper, kFirstCustomer, "guest", "",
                                                  Role::kReader, kGoodPassword))),
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
