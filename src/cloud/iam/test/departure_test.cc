#include "iam/people.h"
#include "world.h"

namespace belfry::iam {
namespace {

class DepartureTest : public testing::TestWithParam<database::Engine> {
 protected:
  User make(const Principal& by, const std::string& name, Role role = Role::kMember) {
    auto made = world_.wait(
        world_.iam->create_user(by, by.tenant, name, "a@example.org", role, kGoodPassword));
    EXPECT_TRUE(made) << made.error().describe();
    return made.value_or(User{});
  }
  auto remove(const Principal& by, UserId user) {
    return world_.wait(world_.iam->people().delete_user(by, user));
  }
  std::int64_t rows_of(const std::string& table, const User& user) {
    return world_.count("SELECT count(*) AS n FROM " + table +
                        " WHERE user_id = " + user.id.text());
  }

  // Gives a user of kGoodPassword a TOTP, and answers its seed.
  std::string enrol(const std::string& name) {
    const Principal fresh = world_.enter(name, kGoodPassword);
    auto seed = world_.wait(world_.iam->begin_totp(fresh));
    EXPECT_TRUE(world_.wait(world_.iam->confirm_totp(fresh, world_.code_of(*seed))));
    world_.clock.advance(std::chrono::seconds(30));
    return *seed;
  }

  World world_{GetParam()};
};
BELFRY_ON_BOTH_ENGINES(DepartureTest);

TEST_P(DepartureTest, EverythingOfTheUserEndsAtOnceAndTheLogKeepsTheName) {
  const Principal customer = world_.customer();
  const User user = make(customer, "Anna");
  Iam& iam = *world_.iam;
  auto group = world_.wait(iam.profiles().create_group(customer, "Crew"));
  ASSERT_TRUE(world_.wait(iam.profiles().add_member(customer, group->id, user.id)));
  auto opened = world_.sign_in("anna", kGoodPassword);
  auto anna = world_.wait(iam.authenticate_session(opened->secret, kHere));
  auto token = world_.wait(iam.create_api_token(*anna, "program", {}));
  auto key = world_.wait(iam.create_access_key(*anna, user.id));
  ASSERT_TRUE(world_.wait(iam.find_signing_identity(key->key.id)));
  auto seed = world_.wait(iam.begin_totp(*anna));
  ASSERT_TRUE(world_.wait(iam.confirm_totp(*anna, world_.code_of(*seed))));

  ASSERT_TRUE(remove(customer, user.id));
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:DeleteUser");
  EXPECT_FALSE(world_.wait(iam.authenticate_session(opened->secret, kHere)));
  EXPECT_FALSE(world_.wait(iam.authenticate_token(token->secret)));
  EXPECT_EQ(message_of(world_.wait(iam.find_signing_identity(key->key.id))), "iam.unknown_key");
  EXPECT_EQ(message_of(world_.sign_in("anna", kGoodPassword)), "iam.sign_in_refused");
  EXPECT_EQ(message_of(world_.wait(iam.find_user(customer, user.id))), "iam.user_missing");
  EXPECT_EQ(message_of(world_.wait(iam.set_user_active(customer, user.id, true))),
            "iam.user_missing");
  EXPECT_EQ(message_of(remove(customer, user.id)), "iam.user_missing");
  for (const char* table :
       {"mfa_factor", "recovery_code", "api_token", "access_key", "group_member", "sign_in_origin"})
    EXPECT_EQ(rows_of(table, user), 0) << table;
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM iam_session WHERE source_ip <> '' AND "
                         "user_id = " +
                         user.id.text()),
            0);
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM iam_user WHERE name = 'Anna' AND email = '' "
                         "AND id = " +
                         user.id.text()),
            1);
  for (const User& left : world_.wait(iam.list_users(customer, kFirstCustomer, {}))->things)
    EXPECT_NE(left.name, "Anna");
}

TEST_P(DepartureTest, TheNameIsNobodyElsesWhileTheLogIsKept) {
  Principal customer = world_.customer();
  const User user = make(customer, "anna");
  ASSERT_TRUE(remove(customer, user.id));
  EXPECT_EQ(message_of(world_.wait(world_.iam->create_user(customer, kFirstCustomer, "Anna", "",
                                                           Role::kMember, kGoodPassword))),
            "iam.user_exists");
  world_.clock.advance(std::chrono::days(401));
  customer = world_.customer();
  EXPECT_NE(make(customer, "Anna").id, user.id);
  EXPECT_TRUE(world_.sign_in("Demonstration/anna", kGoodPassword));
}

TEST_P(DepartureTest, NeverTheLastAdministratorNorOneself) {
  const Principal customer = world_.customer();
  EXPECT_EQ(message_of(remove(customer, customer.user)), "iam.own_account_stays");
  const User second = make(customer, "second", Role::kTenantAdministrator);
  ASSERT_TRUE(world_.wait(world_.iam->set_user_active(world_.admin(), customer.user, false)));
  const Principal admin = world_.admin();
  // From above nobody is deleted.
  EXPECT_EQ(message_of(remove(admin, second.id)), "iam.user_missing");
  ASSERT_TRUE(world_.wait(world_.iam->set_user_active(admin, customer.user, true)));
  const Principal again = world_.customer();
  EXPECT_TRUE(remove(again, second.id));
}

TEST_P(DepartureTest, TheLastActiveAdministratorStaysForWhoElseMayDelete) {
  const Principal customer = world_.customer();
  const User second = make(customer, "second", Role::kTenantAdministrator);
  const std::string seed = enrol("second");
  Principal other = world_.enter("second", kGoodPassword, seed);
  // As if suspended between the check of the session and the change.
  ASSERT_TRUE(world_.wait(world_.iam->set_user_active(customer, second.id, false)));
  EXPECT_EQ(message_of(remove(other, customer.user)), "iam.last_administrator");
}

TEST_P(DepartureTest, TheFounderGoesOnceTwoOthersAdminister) {
  const Principal system{
      .tenant = kProviderTenant, .name = "system", .method = Method::kSystem, .credential = {}};
  make(system, "nadia", Role::kProviderAdministrator);
  make(system, "oleg", Role::kProviderAdministrator);
  const UserId founder = world_.admin().user;
  const std::string seed = enrol("nadia");
  // As staff get it, for a time.
  world_.execute("UPDATE iam_user SET base_role = 'reader', role_until_us = " +
                 std::to_string(to_us(world_.clock.now() + std::chrono::days(92))) +
                 " WHERE name IN ('nadia', 'oleg')");
  const auto nadia = [&] { return world_.enter("nadia", kGoodPassword, seed); };
  const auto suspend = [&] {
    return message_of(world_.wait(world_.iam->set_user_active(nadia(), founder, false)));
  };
  EXPECT_EQ(suspend(), "iam.last_administrator") << "oleg has no second factor: he decides nothing";
  EXPECT_EQ(message_of(remove(nadia(), founder)), "iam.last_administrator");
  enrol("oleg");
  EXPECT_EQ(suspend(), "");
  EXPECT_EQ(message_of(remove(nadia(), founder)), "");
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM iam_user WHERE name = 'admin' AND "
                         "deleted_us IS NOT NULL"),
            1);
}

TEST_P(DepartureTest, AnAdministratorForATimeRemovesNoneForGood) {
  const Principal customer = world_.customer();
  const User second = make(customer, "second", Role::kTenantAdministrator);
  const std::string seed = enrol("second");
  world_.execute("UPDATE iam_user SET base_role = 'member', role_until_us = " +
                 std::to_string(to_us(world_.clock.now() + std::chrono::hours(4))) +
                 " WHERE id = " + second.id.text());
  const Principal temporary = world_.enter("second", kGoodPassword, seed);
  EXPECT_EQ(message_of(remove(temporary, customer.user)), "iam.last_administrator");
  EXPECT_EQ(message_of(world_.wait(world_.iam->set_user_active(temporary, customer.user, false))),
            "iam.last_administrator");
  make(customer, "third", Role::kTenantAdministrator);
  enrol("third");
  EXPECT_TRUE(world_.wait(world_.iam->set_user_active(temporary, customer.user, false)));
  EXPECT_EQ(message_of(remove(world_.admin(), customer.user)), "iam.user_missing");
}

TEST_P(DepartureTest, LeavesNoMailNorSessionOfARole) {
  world_.iam->people().accept_links({"https://cloud.example", true});
  const Principal customer = world_.customer();
  const User second = make(customer, "second", Role::kTenantAdministrator);
  const std::string seed = enrol("second");
  const Principal leaver = world_.enter("second", kGoodPassword, seed);
  ASSERT_TRUE(world_.wait(world_.iam->people().invite(leaver, {.tenant = kFirstCustomer,
                                                               .email = "zoe@example.org",
                                                               .user_name = "",
                                                               .role = Role::kMember,
                                                               .language = "en"})));
  const std::string trust =
      R"({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": ")" +
      arn_of(kFirstCustomer, "second") + R"("}, "Action": "sts:AssumeRole"}})";
  auto role = world_.wait(
      world_.iam->roles().create_role(customer, "backup", trust, std::chrono::hours(1)));
  ASSERT_TRUE(role) << role.error().describe();
  ASSERT_TRUE(world_.wait(
      world_.iam->roles().assume_role(leaver, {.role_arn = role->arn, .session_name = "nightly"})));
  ASSERT_TRUE(remove(customer, second.id));
  EXPECT_TRUE(world_.wait(world_.iam->mail().take_due(10))->empty());
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM mail"), 0);
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM role_session"), 0);
  EXPECT_EQ(message_of(world_.wait(world_.iam->access_queries().what(customer, second.id, {}, {}))),
            "iam.user_missing");
}

TEST_P(DepartureTest, AsksForTheFactorAnewAndForAnAdministrator) {
  const Principal customer = world_.customer();
  const User user = make(customer, "anna"), other = make(customer, "zoe");
  EXPECT_EQ(message_of(remove(world_.enter("anna", kGoodPassword), other.id)), "iam.denied");
  world_.clock.advance(std::chrono::minutes(14));
  EXPECT_TRUE(remove(customer, other.id));
  world_.clock.advance(std::chrono::minutes(2));
  EXPECT_EQ(message_of(remove(customer, user.id)), "iam.step_up_needed");
  EXPECT_EQ(message_of(remove(world_.make_other("two").administrator, user.id)),
            "iam.user_missing");
}

}  // namespace
}  // namespace belfry::iam
