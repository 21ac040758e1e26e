// A tenant that asks everybody for a second factor.
#include "iam/factor_rules.h"
#include "iam/roles.h"
#include "iam/service_accounts.h"
#include "issuers_fixture.h"

namespace belfry::iam {
namespace {

constexpr const char* kObject = "arn:aws:s3:::b/key";

class FactorRuleTest : public IssuersTest {
 protected:
  FactorRuleTest() : anna_(user_named("anna")) {}

  Result<FactorRule> set(const Principal& by, FactorNeed need) {
    return world_.wait(world_.iam->factor_rules().set_factor_rule(by, need));
  }
  void ask_everybody() {
    const auto rule = set(administrator_, FactorNeed::kEverybody);
    EXPECT_TRUE(rule) << rule.error().describe();
  }
  // What a write to a bucket of its tenant is answered.
  std::string may_write(const Principal& by) {
    return message_of(world_.iam->authorize(by, "s3:PutObject", {kObject, kFirstCustomer},
                                            {.time = world_.clock.now()}));
  }
  std::string key_may_write(const std::string& id) {
    const auto identity = world_.wait(world_.iam->find_signing_identity(id));
    return identity ? may_write(identity->principal) : identity.error().message();
  }
  std::string token_may_write(const std::string& secret) {
    const auto program = world_.wait(world_.iam->authenticate_token(secret));
    return program ? may_write(*program) : program.error().message();
  }
  // The session as it is from then on.
  Principal enrol(const Principal& by) {
    const auto seed = world_.wait(world_.iam->begin_totp(by));
    EXPECT_TRUE(seed) << seed.error().describe();
    const auto renewed = world_.wait(world_.iam->confirm_totp(by, world_.code_of(*seed)));
    EXPECT_TRUE(renewed) << renewed.error().describe();
    auto after = world_.wait(world_.iam->authenticate_session(renewed->secret, kHere));
    EXPECT_TRUE(after) << after.error().describe();
    return after.value_or(Principal{});
  }
  // A role of the tenant that may put objects, for whom its policy of trust names.
  std::string make_role(const std::string& trusted) {
    const auto made = world_.wait(world_.iam->roles().create_role(
        administrator_, "backup",
        R"({"Statement": {"Effect": "Allow", "Principal": {"AWS": ")" + trusted +
            R"("}, "Action": "sts:AssumeRole"}})",
        std::chrono::hours(12)));
    EXPECT_TRUE(made) << made.error().describe();
    const auto profile = world_.wait(world_.iam->profiles().create_profile(
        administrator_, "puts",
        R"({"Statement": {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}})"));
    EXPECT_TRUE(
        world_.wait(world_.iam->roles().give_profile(administrator_, made->id, profile->id)));
    return made->arn;
  }
  Result<RoleCredentials> assume(const Principal& by, const std::string& arn) {
    return world_.wait(
        world_.iam->roles().assume_role(by, {.role_arn = arn, .session_name = "nightly"}));
  }

  const User anna_;
};
BELFRY_ON_BOTH_ENGINES(FactorRuleTest);

TEST_P(FactorRuleTest, LeavesASessionNothingButToEnrol) {
  const Principal before = world_.enter("anna", kGoodPassword);
  EXPECT_EQ(may_write(before), "");
  ask_everybody();
  // The open session, and a new one.
  const auto opened = world_.sign_in("anna", kGoodPassword);
  ASSERT_TRUE(opened);
  const auto anna = world_.wait(world_.iam->authenticate_session(opened->secret, kHere));
  ASSERT_TRUE(anna);
  EXPECT_TRUE(anna->factor_demanded);
  EXPECT_EQ(may_write(*anna), "iam.factor_demanded");
  EXPECT_EQ(message_of(world_.wait(world_.iam->create_access_key(*anna, anna_.id))),
            "iam.factor_demanded");
  EXPECT_EQ(message_of(world_.wait(world_.iam->create_api_token(*anna, "x", {}))),
            "iam.factor_demanded");
  EXPECT_TRUE(world_.wait(world_.iam->find_user(*anna, anna_.id)));
  EXPECT_TRUE(world_.wait(world_.iam->list_sessions(*anna, anna_.id, {})));
  EXPECT_TRUE(world_.wait(world_.iam->second_factors().list_factors(*anna)));
  const Principal with = enrol(*anna);
  EXPECT_EQ(may_write(with), "");
  EXPECT_TRUE(world_.wait(world_.iam->create_access_key(with, anna_.id)));
}

TEST_P(FactorRuleTest, HoldsForTheSessionThatIsOpenAndEndsWithTheRule) {
  const auto opened = world_.sign_in("anna", kGoodPassword);
  ASSERT_TRUE(opened);
  const auto now = [&] {
    return may_write(*world_.wait(world_.iam->authenticate_session(opened->secret, kHere)));
  };
  EXPECT_EQ(now(), "");
  ask_everybody();
  EXPECT_EQ(now(), "iam.factor_demanded");
  ASSERT_TRUE(set(administrator_, FactorNeed::kPrivileged));
  EXPECT_EQ(now(), "");
}

TEST_P(FactorRuleTest, StopsKeysAndTokensThatWereMadeWithoutAFactor) {
  const Principal anna = world_.enter("anna", kGoodPassword);
  const auto key = world_.wait(world_.iam->create_access_key(anna, anna_.id));
  const auto token = world_.wait(world_.iam->create_api_token(anna, "x", {}));
  ASSERT_TRUE(key && token);
  EXPECT_EQ(key_may_write(key->key.id), "");
  EXPECT_EQ(token_may_write(token->secret), "");
  ask_everybody();
  // At once, though the key was in memory.
  EXPECT_EQ(key_may_write(key->key.id), "iam.factor_demanded");
  EXPECT_EQ(token_may_write(token->secret), "iam.factor_demanded");
  // Enrolling makes nothing of them: they may be anybody's by now.
  const Principal with = enrol(world_.enter("anna", kGoodPassword));
  EXPECT_EQ(key_may_write(key->key.id), "iam.factor_demanded");
  const auto fresh = world_.wait(world_.iam->create_access_key(with, anna_.id));
  const auto fresh_token = world_.wait(world_.iam->create_api_token(with, "y", {}));
  ASSERT_TRUE(fresh && fresh_token);
  EXPECT_EQ(key_may_write(fresh->key.id), "");
  EXPECT_EQ(token_may_write(fresh_token->secret), "");
  // What an administrator makes for her would carry none, and do nothing.
  EXPECT_EQ(message_of(world_.wait(world_.iam->create_access_key(administrator_, anna_.id))),
            "iam.credential_without_factor");
  ASSERT_TRUE(set(administrator_, FactorNeed::kPrivileged));
  EXPECT_EQ(key_may_write(key->key.id), "");
}

TEST_P(FactorRuleTest, StopsSessionsOfRolesByThePersonBehindThem) {
  const std::string arn = make_role(arn_of(kFirstCustomer, "anna"));
  const Principal anna = world_.enter("anna", kGoodPassword);
  const auto made = assume(anna, arn);
  ASSERT_TRUE(made) << made.error().describe();
  EXPECT_EQ(key_may_write(made->session.id), "");
  ask_everybody();
  EXPECT_EQ(key_may_write(made->session.id), "iam.factor_demanded");
  EXPECT_EQ(message_of(assume(world_.enter("anna", kGoodPassword), arn)), "iam.factor_demanded");
  const auto again = assume(enrol(world_.enter("anna", kGoodPassword)), arn);
  ASSERT_TRUE(again) << again.error().describe();
  EXPECT_EQ(key_may_write(again->session.id), "");
}

TEST_P(FactorRuleTest, StopsThemInAnotherTenantsRolesToo) {
  const World::Other other = world_.make_other("meadow");
  ASSERT_TRUE(world_.wait(world_.iam->create_user(other.administrator, other.tenant.id, "bert", "",
                                                  Role::kMember, kGoodPassword)));
  const auto assumes = world_.wait(world_.iam->profiles().create_profile(
      other.administrator, "assumes",
      R"({"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}})"));
  const Principal bert = world_.enter("bert", kGoodPassword);
  ASSERT_TRUE(world_.wait(
      world_.iam->profiles().give_profile(other.administrator, assumes->id, {.user = bert.user})));
  const std::string arn = make_role(account_of(other.tenant.id));
  const auto made = assume(world_.enter("bert", kGoodPassword), arn);
  ASSERT_TRUE(made) << made.error().describe();
  // The role's owner asks its own persons; the guest's tenant asks the guest.
  ask_everybody();
  EXPECT_EQ(key_may_write(made->session.id), "");
  ASSERT_TRUE(set(other.administrator, FactorNeed::kEverybody));
  EXPECT_EQ(key_may_write(made->session.id), "iam.factor_demanded");
}

TEST_P(FactorRuleTest, LeavesServiceAccountsAlone) {
  ServiceAccounts& accounts = world_.iam->service_accounts();
  const auto program = world_.wait(
      accounts.create_service_account(administrator_, "backup", Role::kMember, anna_.id));
  ASSERT_TRUE(program);
  const Principal anna = world_.enter("anna", kGoodPassword);
  const auto key =
      world_.wait(accounts.create_service_key(anna, program->id, std::chrono::days(9)));
  const auto token =
      world_.wait(accounts.create_service_token(anna, program->id, "x", std::chrono::days(9)));
  ASSERT_TRUE(key && token);
  ask_everybody();
  EXPECT_EQ(key_may_write(key->key.id), "");
  EXPECT_EQ(token_may_write(token->secret), "");
  EXPECT_EQ(message_of(world_.wait(accounts.create_service_key(world_.enter("anna", kGoodPassword),
                                                               program->id, std::chrono::days(9)))),
            "iam.factor_demanded");
}

// The word of a directory that the tenant believes is a second factor, as without the rule; it goes
// into nothing that outlives the session.
TEST_P(FactorRuleTest, BelievesADirectoryAsFarAsTheTenantDoes) {
  const Issuer issuer = registered();
  const std::string arn = make_role(account_of(kFirstCustomer));
  const auto opened = sign_in({{"sub", "subject-5"}, {"preferred_username", "carla"}});
  ASSERT_TRUE(opened) << opened.error().describe();
  ASSERT_TRUE(world_.wait(world_.iam->profiles().give_profile(
      administrator_,
      world_
          .wait(world_.iam->profiles().create_profile(
              administrator_, "writes",
              R"({"Statement": {"Effect": "Allow", "Action": ["s3:PutObject", "sts:AssumeRole"],
                  "Resource": "*"}})"))
          ->id,
      {.user = opened->user.id})));
  ask_everybody();
  const auto come = [&](const json& claims) {
    json all = {{"sub", "subject-5"}};
    all.update(claims);
    const auto again = sign_in(all);
    EXPECT_TRUE(again) << again.error().describe();
    return *world_.wait(world_.iam->authenticate_session(again->secret, kHere));
  };
  const json kMfa = {{"amr", {"pwd", "mfa"}}};
  EXPECT_EQ(may_write(come(kMfa)), "iam.factor_demanded") << "it is not trusted with factors";
  IssuerChange change{.settings = issuer.settings};
  change.settings.trusts_factors = true;
  ASSERT_TRUE(world_.wait(issuers().change_issuer(administrator_, issuer.id, change)));
  EXPECT_EQ(may_write(come({{"amr", {"pwd"}}})), "iam.factor_demanded");
  const Principal carla = come(kMfa);
  EXPECT_EQ(may_write(carla), "");
  EXPECT_EQ(message_of(world_.wait(world_.iam->create_access_key(carla, carla.user))),
            "iam.credential_without_factor");
  EXPECT_EQ(message_of(world_.wait(world_.iam->create_api_token(carla, "x", {}))),
            "iam.credential_without_factor");
  EXPECT_EQ(message_of(assume(carla, arn)), "iam.factor_demanded");
}

TEST_P(FactorRuleTest, IsSetByAnAdministratorWhoHasAFactorAndProvesItAnew) {
  const Principal anna = world_.enter("anna", kGoodPassword);
  EXPECT_EQ(message_of(set(anna, FactorNeed::kEverybody)), "iam.denied");
  EXPECT_EQ(message_of(world_.wait(world_.iam->factor_rules().find_factor_rule(anna))),
            "iam.denied");
  user_named("peer", Role::kTenantAdministrator);
  EXPECT_EQ(message_of(set(world_.enter("peer", kGoodPassword), FactorNeed::kEverybody)),
            "iam.second_factor_needed");
  // A principal that says so itself, of a user without one.
  Principal boasting = world_.enter("peer", kGoodPassword);
  boasting.second_factor = true;
  boasting.second_factor_at = world_.clock.now();
  EXPECT_EQ(message_of(set(boasting, FactorNeed::kEverybody)), "iam.no_second_factor");

  const auto rule = world_.wait(world_.iam->factor_rules().find_factor_rule(administrator_));
  ASSERT_TRUE(rule);
  EXPECT_EQ(rule->needed_by, FactorNeed::kPrivileged);
  EXPECT_EQ(rule->people, 3u);
  EXPECT_EQ(rule->without_factor, 2u);
  const Principal fresh = world_.customer();
  world_.clock.advance(std::chrono::minutes(14));
  EXPECT_TRUE(set(fresh, FactorNeed::kEverybody));
  world_.clock.advance(std::chrono::minutes(1));
  EXPECT_EQ(message_of(set(fresh, FactorNeed::kPrivileged)), "iam.step_up_needed");
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:SetFactorRule failure iam.step_up_needed");
}

TEST_P(FactorRuleTest, IsInTheLogWithTheRuleBefore) {
  const auto told = [&] {
    std::string text = world_.ledger.last(kFirstCustomer);
    for (const audit::Detail& detail : world_.ledger.last_event(kFirstCustomer).details)
      if (detail.name.starts_with("needed_by")) text += " " + detail.name + "=" + detail.value;
    return text;
  };
  ask_everybody();
  EXPECT_EQ(told(), "iam:SetFactorRule needed_by=everybody needed_by_before=privileged");
  ask_everybody();
  EXPECT_EQ(world_.ledger.count("iam:SetFactorRule"), 1u) << "nothing was changed";
  ASSERT_TRUE(set(administrator_, FactorNeed::kPrivileged));
  EXPECT_EQ(told(), "iam:SetFactorRule needed_by=privileged needed_by_before=everybody");
}

// None for those below, and nothing weaker for who is privileged.
TEST_P(FactorRuleTest, IsTheTenantsOwn) {
  const World::Other other = world_.make_other("meadow");
  ASSERT_TRUE(set(world_.admin(), FactorNeed::kEverybody));
  EXPECT_EQ(may_write(world_.enter("anna", kGoodPassword)), "");
  EXPECT_EQ(
      world_.wait(world_.iam->factor_rules().find_factor_rule(other.administrator))->needed_by,
      FactorNeed::kPrivileged);
  ASSERT_TRUE(set(administrator_, FactorNeed::kPrivileged));
  user_named("peer", Role::kTenantAdministrator);
  EXPECT_EQ(may_write(world_.enter("peer", kGoodPassword)), "iam.second_factor_needed");
}

TEST_P(FactorRuleTest, KeepsTheLastFactorOfAPersonAndTheOwnAccountUsable) {
  const Principal anna = enrol(world_.enter("anna", kGoodPassword));
  const auto factors = world_.wait(world_.iam->second_factors().list_factors(anna));
  ask_everybody();
  const auto remove = [&](const Principal& by) {
    return message_of(
        world_.wait(world_.iam->second_factors().remove_factor(by, factors->factors.at(0).id)));
  };
  EXPECT_EQ(remove(anna), "iam.last_factor_demanded");
  ASSERT_TRUE(set(administrator_, FactorNeed::kPrivileged));
  EXPECT_EQ(remove(anna), "");
}

TEST_P(FactorRuleTest, IsToldToWhoAsksWhoReachesWhat) {
  const auto needs = [&] {
    const auto who = world_.wait(
        world_.iam->access_queries().who(administrator_, {.name = "b", .policy = ""}, "", {}));
    EXPECT_TRUE(who) << who.error().describe();
    for (const PersonReach& person : who->people.things)
      if (person.name == "anna") return person.acts.at(0).needs_second_factor;
    ADD_FAILURE() << "anna reaches nothing";
    return false;
  };
  EXPECT_FALSE(needs());
  ask_everybody();
  EXPECT_TRUE(needs());
}

}  // namespace
}  // namespace belfry::iam
