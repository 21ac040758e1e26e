#include "iam/people.h"
#include "iam/service_accounts.h"
#include "secrets.h"
#include "world.h"

namespace belfry::iam {
namespace {

constexpr Duration kMonth = std::chrono::days(30);

class ServiceAccountTest : public testing::TestWithParam<database::Engine> {
 protected:
  ServiceAccounts& accounts() { return world_.iam->service_accounts(); }
  ServiceAccount make(const Principal& by, UserId owner, const std::string& name = "backup") {
    auto made = world_.wait(accounts().create_service_account(by, name, Role::kMember, owner));
    EXPECT_TRUE(made) << made.error().describe();
    return made.value_or(ServiceAccount{});
  }
  UserId person(const Principal& by, const std::string& name) {
    auto made =
        world_.wait(world_.iam->create_user(by, by.tenant, name, "", Role::kMember, kGoodPassword));
    EXPECT_TRUE(made) << made.error().describe();
    return made ? made->id : UserId{};
  }

  World world_{GetParam()};
};
BELFRY_ON_BOTH_ENGINES(ServiceAccountTest);

TEST_P(ServiceAccountTest, WorksByKeysAndTokensThatEndAndNeverSignsIn) {
  const Principal customer = world_.customer();
  const ServiceAccount account = make(customer, customer.user);
  EXPECT_EQ(message_of(world_.sign_in("backup", kGoodPassword)), "iam.sign_in_refused");
  // Without an end, none is made.
  EXPECT_EQ(message_of(world_.wait(world_.iam->create_access_key(customer, account.id))),
            "iam.service_account_keys");
  auto key = world_.wait(accounts().create_service_key(customer, account.id, kMonth));
  ASSERT_TRUE(key) << key.error().describe();
  auto token = world_.wait(accounts().create_service_token(customer, account.id, "ci", kMonth));
  ASSERT_TRUE(token) << token.error().describe();
  auto program = world_.wait(world_.iam->authenticate_token(token->secret));
  ASSERT_TRUE(program) << program.error().describe();
  EXPECT_EQ(program->name, "backup");
  EXPECT_TRUE(world_.iam->authorize(*program, "s3:PutObject", {"b", kFirstCustomer}, {}));
  EXPECT_EQ(message_of(world_.wait(world_.iam->create_access_key(*program, account.id))),
            "iam.service_account_keys");
  EXPECT_TRUE(world_.wait(world_.iam->find_signing_identity(key->key.id)));
  EXPECT_TRUE(world_.wait(accounts().list_service_accounts(customer, {}))->things.at(0).last_used);
  for (Duration lifetime : {Duration(0), Duration(std::chrono::days(367))})
    EXPECT_EQ(
        message_of(world_.wait(accounts().create_service_key(customer, account.id, lifetime))),
        "iam.bad_service_lifetime");
  world_.clock.advance(kMonth);
  EXPECT_EQ(message_of(world_.wait(world_.iam->authenticate_token(token->secret))),
            "iam.unknown_token");
  EXPECT_EQ(message_of(world_.wait(world_.iam->find_signing_identity(key->key.id))),
            "iam.unknown_key");
}

TEST_P(ServiceAccountTest, WhoTakesItOverEndsItsSessionsOfRoles) {
  const Principal customer = world_.customer();
  const ServiceAccount account = make(customer, customer.user);
  auto token = world_.wait(accounts().create_service_token(customer, account.id, "ci", kMonth));
  ASSERT_TRUE(token) << token.error().describe();
  const std::string trust =
      R"({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": ")" +
      account_of(kFirstCustomer) + R"("}, "Action": "sts:AssumeRole"}})";
  auto role = world_.wait(
      world_.iam->roles().create_role(customer, "nightly", trust, std::chrono::hours(1)));
  ASSERT_TRUE(role) << role.error().describe();
  auto profile = world_.wait(world_.iam->profiles().create_profile(
      customer, "assumers",
      R"({"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}})"));
  ASSERT_TRUE(profile) << profile.error().describe();
  ASSERT_TRUE(world_.wait(
      world_.iam->profiles().give_profile(customer, profile->id, {.user = account.id})));
  auto program = world_.wait(world_.iam->authenticate_token(token->secret));
  auto made = world_.wait(world_.iam->roles().assume_role(
      *program, {.role_arn = role->arn, .session_name = "nightly"}));
  ASSERT_TRUE(made) << made.error().describe();
  ASSERT_TRUE(world_.wait(world_.iam->find_signing_identity(made->session.id)));
  const UserId berta = person(customer, "berta");
  ASSERT_TRUE(world_.wait(accounts().take_over(customer, account.id, berta)));
  EXPECT_EQ(message_of(world_.wait(world_.iam->find_signing_identity(made->session.id))),
            "iam.unknown_key");
}

TEST_P(ServiceAccountTest, RestsWithItsOwnerUntilSomebodyTakesItOver) {
  Principal customer = world_.customer();
  const UserId anna = person(customer, "anna"), zoe = person(customer, "zoe");
  const ServiceAccount account = make(customer, anna);
  auto key = world_.wait(accounts().create_service_key(customer, account.id, kMonth));
  const auto works = [&] {
    return world_.wait(world_.iam->find_signing_identity(key->key.id)).has_value();
  };
  EXPECT_TRUE(works());
  ASSERT_TRUE(world_.wait(world_.iam->set_user_active(customer, anna, false)));
  EXPECT_FALSE(works());
  ASSERT_TRUE(world_.wait(world_.iam->set_user_active(customer, anna, true)));
  EXPECT_TRUE(works());
  ASSERT_TRUE(world_.wait(world_.iam->people().delete_user(customer, anna)));
  EXPECT_FALSE(works());
  EXPECT_FALSE(
      world_.wait(accounts().list_service_accounts(customer, {}))->things.at(0).owner_active);
  EXPECT_EQ(message_of(world_.wait(accounts().take_over(customer, account.id, anna))),
            "iam.user_missing");
  EXPECT_EQ(message_of(world_.wait(accounts().take_over(customer, account.id, account.id))),
            "iam.bad_owner");
  ASSERT_TRUE(world_.wait(accounts().take_over(customer, account.id, zoe)));
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:TakeOverServiceAccount");
  EXPECT_TRUE(works());
  ASSERT_TRUE(world_.wait(world_.iam->people().delete_user(customer, account.id)));
  EXPECT_FALSE(works());
  EXPECT_TRUE(world_.wait(accounts().list_service_accounts(customer, {}))->things.empty());
}

TEST_P(ServiceAccountTest, CarriesTheFactorOfItsOwnerAlone) {
  const Principal customer = world_.customer();
  const ServiceAccount account = make(customer, customer.user);
  const auto second_factor = [&](const Principal& by, const ServiceAccount& of) {
    auto made = world_.wait(accounts().create_service_token(by, of.id, "ci", kMonth));
    EXPECT_TRUE(made) << made.error().describe();
    return world_.wait(world_.iam->authenticate_token(made->secret))->second_factor;
  };
  EXPECT_TRUE(second_factor(customer, account));
  const UserId anna = person(customer, "anna");
  const ServiceAccount annas = make(customer, anna, "annas");
  EXPECT_FALSE(second_factor(customer, annas));  // by an administrator who does not own it
  EXPECT_FALSE(second_factor(world_.enter("anna", kGoodPassword), annas));
  auto token = world_.wait(accounts().create_service_token(customer, account.id, "x", kMonth));
  ASSERT_TRUE(world_.wait(accounts().take_over(customer, account.id, anna)));
  EXPECT_FALSE(world_.wait(world_.iam->authenticate_token(token->secret))->second_factor);
}

TEST_P(ServiceAccountTest, TwoPersonsMakeItPrivilegedAndNotItsOwner) {
  Iam& iam = *world_.iam;
  const Principal customer = world_.customer();
  const UserId anna = person(customer, "anna");
  const ServiceAccount account = make(customer, anna), mine = make(customer, customer.user, "own");
  const auto outcome = [&](auto task) { return message_of(world_.wait(std::move(task))); };
  const auto profile = [&](const std::string& name, const std::string& action) {
    return world_
        .wait(iam.profiles().create_profile(customer, name,
                                            R"({"Version": "2012-10-17", "Statement": )"
                                            R"({"Effect": "Allow", "Action": ")" +
                                                action + R"(", "Resource": "*"}})"))
        ->id;
  };
  const ProfileId powers = profile("Powers", "audit:*"), plain = profile("Plain", "s3:GetObject");
  auto group = world_.wait(iam.profiles().create_group(customer, "Crew"));
  // Where nobody asked for four eyes: these are the tenant's own rules for persons.
  EXPECT_EQ(outcome(iam.profiles().give_profile(customer, powers, {.user = anna})), "");
  EXPECT_EQ(outcome(iam.profiles().give_profile(customer, powers, {.user = account.id})),
            "iam.request_needed");
  EXPECT_EQ(outcome(iam.profiles().give_profile(customer, plain, {.user = account.id})), "");
  EXPECT_EQ(outcome(iam.profiles().change_profile(
                customer, plain,
                R"({"Version": "2012-10-17", "Statement": {"Effect": "Allow", )"
                R"("Action": "iam:*", "Resource": "*"}})")),
            "iam.held_profile");
  ASSERT_EQ(outcome(iam.profiles().add_member(customer, group->id, account.id)), "");
  EXPECT_EQ(outcome(iam.profiles().give_profile(customer, powers, {.group = group->id})),
            "iam.request_needed");
  const Wanted wanted{
      .user = account.id, .profile = powers, .reason = "logs", .duration = std::chrono::hours(1)};
  Wanted role = wanted;
  role.profile.reset();
  role.role = Role::kTenantAdministrator;
  EXPECT_EQ(outcome(iam.access().ask(customer, role)), "iam.role_of_service");
  auto asked = world_.wait(iam.access().ask(customer, wanted));
  ASSERT_TRUE(asked) << asked.error().describe();
  EXPECT_EQ(outcome(iam.access().approve(customer, asked->id, "")), "iam.four_eyes");

  auto second = world_.wait(iam.create_user(customer, kFirstCustomer, "second", "",
                                            Role::kTenantAdministrator, kGoodPassword));
  ASSERT_TRUE(second);
  const Principal fresh = world_.enter("second", kGoodPassword);
  auto seed = world_.wait(iam.begin_totp(fresh));
  ASSERT_TRUE(world_.wait(iam.confirm_totp(fresh, world_.code_of(*seed))));
  world_.clock.advance(std::chrono::seconds(30));
  const Principal other = world_.enter("second", kGoodPassword, *seed);
  Wanted for_own = wanted;
  for_own.user = mine.id;
  auto of_owner = world_.wait(iam.access().ask(other, for_own));
  ASSERT_TRUE(of_owner) << of_owner.error().describe();
  EXPECT_EQ(outcome(iam.access().approve(customer, of_owner->id, "")), "iam.four_eyes");
  ASSERT_EQ(outcome(iam.access().approve(other, asked->id, "")), "");
  EXPECT_TRUE(world_.wait(iam.find_user(customer, account.id))->privileged);
  // Whoever owns it makes its keys.
  EXPECT_EQ(outcome(accounts().take_over(customer, account.id, customer.user)),
            "iam.owner_of_four_eyes");
}

TEST_P(ServiceAccountTest, ItsSessionsOfRolesEndWithItsKeyAndRestWithItsOwner) {
  Iam& iam = *world_.iam;
  const Principal customer = world_.customer();
  const UserId anna = person(customer, "anna");
  const ServiceAccount account = make(customer, anna);
  const std::string trust =
      R"({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": ")" +
      arn_of(kFirstCustomer, "backup") + R"("}, "Action": "sts:AssumeRole"}})";
  auto role =
      world_.wait(iam.roles().create_role(customer, "night", trust, std::chrono::hours(12)));
  ASSERT_TRUE(role) << role.error().describe();
  auto key =
      world_.wait(accounts().create_service_key(customer, account.id, std::chrono::minutes(20)));
  ASSERT_TRUE(key);
  auto by = world_.wait(iam.find_signing_identity(key->key.id));
  ASSERT_TRUE(by);
  auto made = world_.wait(
      iam.roles().assume_role(by->principal, {.role_arn = role->arn, .session_name = "nightly"}));
  ASSERT_TRUE(made) << made.error().describe();
  EXPECT_EQ(made->session.expires, *key->key.expires);
  const auto works = [&] { return bool(world_.wait(iam.find_signing_identity(made->session.id))); };
  EXPECT_TRUE(works());
  ASSERT_TRUE(world_.wait(iam.set_user_active(customer, anna, false)));
  EXPECT_FALSE(works());
}

TEST_P(ServiceAccountTest, TheOwnerSeesTheOwnAndOthersTenantsNothing) {
  const Principal customer = world_.customer();
  const UserId anna = person(customer, "anna");
  const ServiceAccount first = make(customer, customer.user), annas = make(customer, anna, "annas");
  const Principal owner = world_.enter("anna", kGoodPassword);
  auto seen = world_.wait(accounts().list_service_accounts(owner, {}));
  ASSERT_EQ(seen->things.size(), 1u);
  EXPECT_EQ(seen->things[0].name, "annas");
  EXPECT_TRUE(world_.wait(accounts().create_service_key(owner, annas.id, kMonth)));
  EXPECT_EQ(message_of(world_.wait(accounts().create_service_key(owner, first.id, kMonth))),
            "iam.denied");
  EXPECT_EQ(message_of(world_.wait(accounts().take_over(owner, first.id, anna))), "iam.denied");
  EXPECT_EQ(
      message_of(world_.wait(accounts().create_service_account(owner, "x", Role::kReader, anna))),
      "iam.denied");
  EXPECT_EQ(message_of(world_.wait(accounts().create_service_account(
                customer, "x", Role::kTenantAdministrator, anna))),
            "iam.role_of_service");
  const Principal stranger = world_.make_other("two").administrator;
  EXPECT_TRUE(world_.wait(accounts().list_service_accounts(stranger, {}))->things.empty());
  EXPECT_EQ(message_of(world_.wait(accounts().create_service_key(stranger, first.id, kMonth))),
            "iam.service_account_missing");
  EXPECT_EQ(message_of(world_.wait(accounts().take_over(stranger, first.id, stranger.user))),
            "iam.service_account_missing");
  EXPECT_EQ(message_of(
                world_.wait(accounts().create_service_account(stranger, "x", Role::kReader, anna))),
            "iam.user_missing");
}

}  // namespace
}  // namespace belfry::iam
