#include "iam/people.h"
#include "world.h"

#include <map>

namespace belfry::iam {
namespace {

class LeaversTest : public testing::TestWithParam<database::Engine> {
 protected:
  User make(const Principal& by, const std::string& name, Role role = Role::kMember) {
    auto made = world_.wait(
        world_.iam->create_user(by, by.tenant, name, "a@example.org", role, kGoodPassword));
    EXPECT_TRUE(made) << made.error().describe();
    return made.value_or(User{});
  }
  Result<bool> end(const User& user, bool still = true) {
    return world_.wait(world_.iam->upkeep().end_account(
        {user.tenant, user.id, "belfry:person/12", world_.clock.now()},
        [still](Transaction&) -> Result<bool> { return still; }));
  }
  std::int64_t rows_of(const std::string& table, const User& user, const std::string& which = "") {
    return world_.count("SELECT count(*) AS n FROM " + table +
                        " WHERE user_id = " + user.id.text() + which);
  }

  World world_{GetParam()};
};
BELFRY_ON_BOTH_ENGINES(LeaversTest);

TEST_P(LeaversTest, NothingOfTheAccountWorksOrIsHeldAndTheLogSaysWhy) {
  const Principal customer = world_.customer();
  const User user = make(customer, "Anna");
  Iam& iam = *world_.iam;
  auto group = world_.wait(iam.profiles().create_group(customer, "Crew"));
  ASSERT_TRUE(world_.wait(iam.profiles().add_member(customer, group->id, user.id)));
  auto profile = world_.wait(iam.profiles().create_profile(
      customer, "Files",
      R"({"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}})"));
  ASSERT_TRUE(world_.wait(iam.profiles().give_profile(customer, profile->id, {.user = user.id})));
  auto opened = world_.sign_in("anna", kGoodPassword);
  auto anna = world_.wait(iam.authenticate_session(opened->secret, kHere));
  auto token = world_.wait(iam.create_api_token(*anna, "program", {}));
  auto key = world_.wait(iam.create_access_key(*anna, user.id));
  ASSERT_TRUE(world_.wait(iam.find_signing_identity(key->key.id)));

  EXPECT_EQ(end(user, false), false) << "whoever stays is left alone";
  EXPECT_TRUE(world_.wait(iam.authenticate_session(opened->secret, kHere)));
  EXPECT_EQ(end(user), true);
  const audit::Event event = world_.ledger.last_event(kFirstCustomer);
  EXPECT_EQ(event.action, "iam:EndLeaver");
  EXPECT_EQ(event.actor, "system");
  std::map<std::string, std::string> details;
  for (const auto& [name, value] : event.details) details[name] = value;
  EXPECT_EQ(details["person"], "belfry:person/12");
  EXPECT_EQ(details["sessions"] + details["tokens"] + details["keys"], "111");
  EXPECT_EQ(details["rights"], "3") << "the group, the profile, the role";

  EXPECT_FALSE(world_.wait(iam.authenticate_session(opened->secret, kHere)));
  EXPECT_FALSE(world_.wait(iam.authenticate_token(token->secret)));
  EXPECT_EQ(message_of(world_.wait(iam.find_signing_identity(key->key.id))), "iam.unknown_key");
  EXPECT_EQ(message_of(world_.sign_in("anna", kGoodPassword)), "iam.sign_in_refused");
  EXPECT_EQ(rows_of("iam_grant", user, " AND ended_us IS NULL AND role <> 'reader'"), 0);
  EXPECT_EQ(rows_of("iam_grant", user, " AND ended_us IS NULL AND role = 'reader'"), 1);

  // Again: nothing happens, and nothing is told.
  const std::size_t told = world_.ledger.count("iam:EndLeaver");
  EXPECT_EQ(end(user), false);
  EXPECT_EQ(world_.ledger.count("iam:EndLeaver"), told);
  // Whoever is readmitted comes back with nothing but the least role.
  ASSERT_TRUE(world_.wait(iam.set_user_active(customer, user.id, true)));
  EXPECT_EQ(world_.wait(iam.find_user(customer, user.id))->role, Role::kReader);
  EXPECT_EQ(end(user), true);
}

TEST_P(LeaversTest, TheLastAdministratorStaysAndSoDoesAllThatItHas) {
  const Principal customer = world_.customer();
  const User first = *world_.wait(world_.iam->find_user(customer, customer.user));
  EXPECT_EQ(message_of(end(first)), "iam.last_administrator");
  EXPECT_TRUE(world_.wait(world_.iam->find_user(customer, customer.user))->active);
  EXPECT_EQ(world_.ledger.count("iam:EndLeaver"), 0u);
}

TEST_P(LeaversTest, TheFounderIsNotEndedForTwoWhoAdministerForATimeButOnceSuspended) {
  const Principal system{
      .tenant = kProviderTenant, .name = "system", .method = Method::kSystem, .credential = {}};
  for (const char* name : {"nadia", "oleg"}) {
    make(system, name, Role::kProviderAdministrator);
    const Principal fresh = world_.enter(name, kGoodPassword);
    auto seed = world_.wait(world_.iam->begin_totp(fresh));
    ASSERT_TRUE(world_.wait(world_.iam->confirm_totp(fresh, world_.code_of(*seed))));
    world_.clock.advance(std::chrono::seconds(30));
  }
  ASSERT_TRUE(world_.state->write([&](Transaction& transaction) -> Result<> {
    TRY(transaction.execute(
        "UPDATE iam_user SET base_role = 'reader', role_until_us = :until WHERE "
        "name IN ('nadia', 'oleg')",
        {{"until", to_us(world_.clock.now() + std::chrono::days(92))}}));
    return {};
  }));
  const User founder = *world_.wait(world_.iam->find_user(system, world_.admin().user));
  EXPECT_EQ(message_of(end(founder)), "iam.last_administrator");
  EXPECT_TRUE(world_.wait(world_.iam->find_user(system, founder.id))->active);
  // Somebody decides it.
  ASSERT_TRUE(world_.wait(world_.iam->set_user_active(system, founder.id, false)));
  EXPECT_EQ(end(founder), true);
}

TEST_P(LeaversTest, WhoWasDeletedOrIsOfAnotherTenantIsNobodyHere) {
  const Principal customer = world_.customer();
  const User user = make(customer, "Anna");
  User elsewhere = user;
  elsewhere.tenant = kProviderTenant;
  EXPECT_EQ(end(elsewhere), false);
  EXPECT_TRUE(world_.wait(world_.iam->find_user(customer, user.id))->active);
  ASSERT_TRUE(world_.wait(world_.iam->people().delete_user(customer, user.id)));
  EXPECT_EQ(end(user), false);
  world_.outbox.is_healthy = false;
  EXPECT_EQ(message_of(end(user)), "iam.log_unavailable");
}

}  // namespace
}  // namespace belfry::iam
