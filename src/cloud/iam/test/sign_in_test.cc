#include "world.h"

#include <algorithm>

namespace belfry::iam {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class SignInTest : public testing::TestWithParam<database::Engine> {
 protected:
  // A member of the first customer.
  User make_member(const std::string& name) {
    auto user = world_.wait(world_.iam->create_user(world_.customer(), kFirstCustomer, name, "",
                                                    Role::kMember, kGoodPassword));
    EXPECT_TRUE(user) << user.error().describe();
    return user.value_or(User{});
  }
  std::string outcome(const std::string& user, const std::string& password,
                      const std::string& totp = "", const std::string& from = "192.0.2.1") {
    return message_of(world_.sign_in(user, password, totp, from));
  }

  World world_{GetParam()};
};
BELFRY_ON_BOTH_ENGINES(SignInTest);

TEST_P(SignInTest, AnswersAlikeForAWrongPasswordAndAnUnknownUser) {
  make_member("ada");
  auto wrong = world_.sign_in("ada", "not the password at all");
  auto unknown = world_.sign_in("nobody", "not the password at all");
  ASSERT_FALSE(wrong || unknown);
  EXPECT_EQ(wrong.error().describe(), "denied iam.sign_in_refused");
  EXPECT_EQ(unknown.error().describe(), wrong.error().describe());
  EXPECT_EQ(world_.ledger.last(kProviderTenant), "iam:SignIn failure iam.sign_in_refused");
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:SignIn failure iam.sign_in_refused");
}

TEST_P(SignInTest, TheNameMayBeInAnyCase) {
  make_member("Ada");
  EXPECT_EQ(outcome("aDA", kGoodPassword), "");
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:SignIn");
}

TEST_P(SignInTest, TellsNobodyThatANameIsAnothers) {
  const World::Other other = world_.make_other("Acme");
  make_member("ada");
  EXPECT_EQ(message_of(
                world_.wait(world_.iam->create_user(other.administrator, other.tenant.id, "Ada", "",
                                                    Role::kReader, "four kites over the pier"))),
            "");
  EXPECT_EQ(message_of(world_.wait(world_.iam->create_user(other.administrator, other.tenant.id,
                                                           "admin", "", Role::kReader,
                                                           "four kites over the pier"))),
            "")
      << "as the provider's own";
  EXPECT_EQ(outcome("Acme/ada", "four kites over the pier"), "");
  EXPECT_EQ(outcome("acme/ADA", "four kites over the pier"), "");
  EXPECT_EQ(outcome(other.tenant.id.text() + "/ada", "four kites over the pier"), "");
  EXPECT_EQ(outcome("Demonstration/ada", kGoodPassword), "");
  EXPECT_EQ(outcome("Demonstration/ada", "four kites over the pier"), "iam.sign_in_refused");
  EXPECT_EQ(outcome("ada", kGoodPassword), "iam.sign_in_refused") << "nobody of the provider";
  EXPECT_EQ(outcome("Nobody/ada", kGoodPassword), "iam.sign_in_refused");

  ASSERT_TRUE(
      world_.wait(world_.iam->tenants().rename(world_.admin(), other.tenant.id, "Harbour")));
  EXPECT_EQ(outcome("Acme/ada", "four kites over the pier"), "iam.sign_in_refused");
  EXPECT_EQ(outcome("Harbour/ada", "four kites over the pier"), "");
}

// Their people could no longer be told apart by what they type.
TEST_P(SignInTest, NoTwoOrganisationsDifferByCapitalsAlone) {
  const World::Other acme = world_.make_other("Acme");
  const Principal admin = world_.admin();
  const auto create = [&](const std::string& name) {
    return message_of(world_.wait(
        world_.iam->create_tenant(admin, TenantKind::kCustomer, name, kProviderTenant)));
  };
  EXPECT_EQ(create("ACME"), "iam.tenant_exists");
  Tenants& tenants = world_.iam->tenants();
  EXPECT_EQ(message_of(world_.wait(tenants.rename(admin, kFirstCustomer, "aCME"))),
            "iam.tenant_exists");
  const auto renamed = world_.wait(tenants.rename(admin, acme.tenant.id, "ACME"));
  ASSERT_TRUE(renamed) << "its own";
  EXPECT_EQ(renamed->organisation, "ACME");
  EXPECT_EQ(create("Acme"), "iam.tenant_exists");
}

TEST_P(SignInTest, TheLogTellsNamesakesOfAnotherOrganisationApart) {
  const World::Other other = world_.make_other("Acme");
  ASSERT_TRUE(
      world_.wait(world_.iam->tenants().rename(world_.admin(), other.tenant.id, "Harbour")));
  EXPECT_EQ(world_.ledger.last_event(other.tenant.id).actor,
            arn_of(kProviderTenant, world_.founded.admin_user));
  EXPECT_EQ(world_.ledger.last_event(kProviderTenant).actor, world_.founded.admin_user);
}

TEST_P(SignInTest, AsksForTheCodeOnceThePasswordIsRight) {
  const auto& founded = world_.founded;
  EXPECT_EQ(outcome(founded.admin_user, "wrong password here"), "iam.sign_in_refused");
  EXPECT_EQ(outcome(founded.admin_user, founded.admin_password), "iam.totp_needed");
  EXPECT_EQ(outcome(founded.admin_user, founded.admin_password, "12345x"), "iam.sign_in_refused");
  const std::string code = world_.code_of(founded.admin_totp_secret);
  EXPECT_EQ(outcome(founded.admin_user, founded.admin_password, code), "");
  // The same code again, overheard: refused.
  EXPECT_EQ(outcome(founded.admin_user, founded.admin_password, code), "iam.sign_in_refused");
  world_.clock.advance(seconds(30));
  EXPECT_EQ(outcome(founded.admin_user, founded.admin_password,
                    world_.code_of(founded.admin_totp_secret)),
            "");
}

TEST_P(SignInTest, SlowsDownGuessingButNotTheOwner) {
  make_member("ada");
  EXPECT_EQ(outcome("ada", kGoodPassword, "", "192.0.2.7"), "");
  std::string last;
  for (int i = 0; i < 40; ++i)
    last = outcome("ada", "guess number " + std::to_string(i), "",
                   "198.51.100." + std::to_string(i % 10));
  EXPECT_EQ(last, "iam.throttled");
  EXPECT_EQ(outcome("ada", kGoodPassword, "", "203.0.113.1"), "iam.throttled");
  EXPECT_EQ(outcome("ada", kGoodPassword, "", "192.0.2.7"), "");
}

TEST_P(SignInTest, ADeviceOfBeforeIsNotSlowedDownAnywhere) {
  make_member("ada");
  SignIn attempt{world_.typed("ada"), kGoodPassword, "", "192.0.2.7", "test"};
  auto first = world_.wait(world_.iam->sign_in(attempt));
  ASSERT_TRUE(first && !first->device.empty());
  // The owner travels, to an address where others guess at everybody's passwords.
  for (int i = 0; i < 30; ++i) outcome("user" + std::to_string(i), "a guess", "", "203.0.113.1");
  for (int i = 0; i < 30; ++i) outcome("ada", "a guess", "", "203.0.113.1");
  attempt.source_ip = "203.0.113.1";
  EXPECT_EQ(message_of(world_.wait(world_.iam->sign_in(attempt))), "iam.throttled");
  attempt.device = first->device;
  auto again = world_.wait(world_.iam->sign_in(attempt));
  ASSERT_TRUE(again) << again.error().describe();
  EXPECT_EQ(again->device, "");
}

TEST_P(SignInTest, DevicesAreBoundedAndTheLatestStay) {
  make_member("ada");
  SignIn attempt{world_.typed("ada"), kGoodPassword, "", "192.0.2.7", "test"};
  auto first = world_.wait(world_.iam->sign_in(attempt));
  ASSERT_TRUE(first);
  // A program that keeps no cookie is a new device each time.
  for (int i = 0; i < 70; ++i) {
    world_.clock.advance(std::chrono::seconds(1));
    ASSERT_TRUE(world_.wait(world_.iam->sign_in(attempt)));
    if (i != 40) continue;
    SignIn again = attempt;
    again.device = first->device;
    EXPECT_EQ(world_.wait(world_.iam->sign_in(again))->device, "");
  }
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM sign_in_origin o JOIN iam_user u "
                         "ON u.id = o.user_id WHERE u.name = 'ada'"),
            64);
  attempt.device = first->device;
  EXPECT_EQ(world_.wait(world_.iam->sign_in(attempt))->device, "") << "used meanwhile, it is kept";
}

TEST_P(SignInTest, ADeviceIsOneUsersAndGuessesNoBetter) {
  make_member("ada");
  make_member("eve");
  SignIn eve{world_.typed("eve"), kGoodPassword, "", "192.0.2.9", "test"};
  auto opened = world_.wait(world_.iam->sign_in(eve));
  ASSERT_TRUE(opened);
  // Another's account: her device counts for nothing.
  for (int i = 0; i < 20; ++i) outcome("ada", "a guess", "", "198.51.100." + std::to_string(i));
  SignIn guess{world_.typed("ada"), kGoodPassword, "", "192.0.2.10", "test"};
  guess.device = opened->device;
  EXPECT_EQ(message_of(world_.wait(world_.iam->sign_in(guess))), "iam.throttled");
  // Her own, with a device that was stolen: three guesses are free, as anywhere.
  guess.user = eve.user;
  guess.password = "a guess";
  std::string last;
  for (int i = 0; i < 4; ++i) last = message_of(world_.wait(world_.iam->sign_in(guess)));
  EXPECT_EQ(last, "iam.throttled");
}

TEST_P(SignInTest, WhoIsSlowedDownFillsNoLog) {
  make_member("ada");
  const std::size_t before = world_.ledger.count("iam:SignIn");
  for (int i = 0; i < 300; ++i) outcome("ada", "a guess", "", "198.51.100.1");
  const std::size_t tried = world_.ledger.count("iam:SignIn") - before;
  EXPECT_LT(tried, 20u);
  ASSERT_TRUE(world_.wait(world_.iam->upkeep().log_unseen()));
  EXPECT_EQ(world_.ledger.count("iam:SignIn"), before + tried + 1);
  const audit::Event event = world_.ledger.last_event(kFirstCustomer);
  EXPECT_EQ(event.reason, "iam.throttled");
  const auto told = std::ranges::find(event.details, "requests", &audit::Detail::name);
  ASSERT_NE(told, event.details.end());
  EXPECT_EQ(std::stoi(told->value) + tried, 300u);
  EXPECT_EQ(std::ranges::find(event.details, "addresses", &audit::Detail::name),
            event.details.end());
  ASSERT_TRUE(world_.wait(world_.iam->upkeep().log_unseen()));
  EXPECT_EQ(world_.ledger.count("iam:SignIn"), before + tried + 1) << "once";
}

TEST_P(SignInTest, ThrottlesAnUnknownNameLikeAKnownOne) {
  make_member("ada");
  for (int i = 0; i < 6; ++i) {
    auto known = world_.sign_in("ada", "wrong password here", "", "192.0.2.8");
    auto unknown = world_.sign_in("eve", "wrong password here", "", "192.0.2.9");
    EXPECT_EQ(known.error().describe(), unknown.error().describe());
  }
}

TEST_P(SignInTest, PrivilegedSessionsRestFor15MinutesAndLast12Hours) {
  const auto& founded = world_.founded;
  auto opened = world_.sign_in(founded.admin_user, founded.admin_password,
                               world_.code_of(founded.admin_totp_secret));
  ASSERT_TRUE(opened) << opened.error().describe();
  const auto authenticate = [&] {
    return message_of(world_.wait(world_.iam->authenticate_session(opened->secret, kHere)));
  };
  for (int i = 0; i < 51; ++i) {
    EXPECT_EQ(authenticate(), "") << i;
    world_.clock.advance(minutes(14));
  }
  EXPECT_EQ(authenticate(), "");
  world_.clock.advance(minutes(6));
  EXPECT_EQ(authenticate(), "iam.unknown_session");  // 12 h

  opened = world_.sign_in(founded.admin_user, founded.admin_password,
                          world_.code_of(founded.admin_totp_secret));
  ASSERT_TRUE(opened);
  EXPECT_EQ(authenticate(), "");
  world_.clock.advance(minutes(15));
  EXPECT_EQ(authenticate(), "iam.unknown_session");
}

TEST_P(SignInTest, SigningOutEndsTheSessionAtOnce) {
  make_member("ada");
  auto opened = world_.sign_in("ada", kGoodPassword);
  ASSERT_TRUE(opened);
  auto principal = world_.wait(world_.iam->authenticate_session(opened->secret, kHere));
  ASSERT_TRUE(principal);
  EXPECT_TRUE(world_.wait(world_.iam->sign_out(*principal)));
  EXPECT_EQ(message_of(world_.wait(world_.iam->authenticate_session(opened->secret, kHere))),
            "iam.unknown_session");
  EXPECT_EQ(message_of(world_.wait(world_.iam->authenticate_session("", kHere))),
            "iam.unknown_session");
}

TEST_P(SignInTest, APrivilegedUserWithoutAFactorCanOnlyEnrolOne) {
  auto tenant = world_.wait(
      world_.iam->create_tenant(world_.admin(), TenantKind::kCustomer, "Two", kProviderTenant));
  ASSERT_TRUE(tenant) << tenant.error().describe();
  auto user = world_.wait(world_.iam->create_user(world_.admin(), tenant->id, "bo", "",
                                                  Role::kTenantAdministrator, kGoodPassword));
  ASSERT_TRUE(user) << user.error().describe();
  const Principal fresh = world_.enter("bo", kGoodPassword);
  EXPECT_FALSE(fresh.second_factor);
  Iam& iam = *world_.iam;
  EXPECT_EQ(message_of(world_.wait(iam.list_users(fresh, tenant->id, {}))),
            "iam.second_factor_needed");
  EXPECT_EQ(message_of(world_.wait(iam.create_access_key(fresh, user->id))),
            "iam.second_factor_needed");
  EXPECT_EQ(message_of(world_.wait(iam.create_api_token(fresh, "x", std::nullopt))),
            "iam.second_factor_needed");
  EXPECT_EQ(message_of(iam.authorize(fresh, "s3:PutObject", {"b", tenant->id}, {})),
            "iam.second_factor_needed");
  EXPECT_EQ(world_.wait(iam.list_tenants(fresh, {}))->things.size(), 1u);
  EXPECT_TRUE(world_.wait(iam.find_user(fresh, user->id)));
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM iam_session WHERE enrolment_only = 1"), 1);

  auto seed = world_.wait(iam.begin_totp(fresh));
  ASSERT_TRUE(seed) << seed.error().describe();
  EXPECT_EQ(message_of(world_.wait(iam.confirm_totp(fresh, "000000x"))), "iam.wrong_code");
  EXPECT_TRUE(world_.wait(iam.confirm_totp(fresh, world_.code_of(*seed))));
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM iam_session WHERE enrolment_only = 1"), 0);
  // The code that confirmed is used up; from now on a sign-in needs one.
  EXPECT_EQ(outcome("bo", kGoodPassword, world_.code_of(*seed)), "iam.sign_in_refused");
  EXPECT_EQ(outcome("bo", kGoodPassword), "iam.totp_needed");
  world_.clock.advance(seconds(30));
  EXPECT_TRUE(world_.enter("bo", kGoodPassword, *seed).second_factor);
}

TEST_P(SignInTest, ASessionThatGainsASecondFactorGetsANewSecret) {
  make_member("ada");
  auto opened = world_.sign_in("ada", kGoodPassword);
  ASSERT_TRUE(opened);
  Iam& iam = *world_.iam;
  auto before = world_.wait(iam.authenticate_session(opened->secret, kHere));
  ASSERT_TRUE(before);
  auto seed = world_.wait(iam.begin_totp(*before));
  ASSERT_TRUE(seed);
  auto renewed = world_.wait(iam.confirm_totp(*before, world_.code_of(*seed)));
  ASSERT_TRUE(renewed) << renewed.error().describe();
  EXPECT_EQ(message_of(world_.wait(iam.authenticate_session(opened->secret, kHere))),
            "iam.unknown_session");
  auto after = world_.wait(iam.authenticate_session(renewed->secret, kHere));
  ASSERT_TRUE(after) << after.error().describe();
  EXPECT_EQ(after->credential, before->credential);
  EXPECT_TRUE(after->second_factor);
  EXPECT_EQ(renewed->expires, opened->session.expires);
}

TEST_P(SignInTest, ANewPasswordEndsOtherSessions) {
  make_member("ada");
  auto other = world_.sign_in("ada", kGoodPassword);
  const Principal by = world_.enter("ada", kGoodPassword);
  Iam& iam = *world_.iam;
  const std::string better = "eleven herons read novels";
  EXPECT_EQ(message_of(world_.wait(iam.change_password(by, "wrong password", better))),
            "iam.wrong_password");
  EXPECT_EQ(message_of(world_.wait(iam.change_password(by, kGoodPassword, "passwordpassword"))),
            "iam.password_known");
  auto changed = world_.wait(iam.change_password(by, kGoodPassword, better));
  EXPECT_TRUE(changed) << changed.error().describe();
  EXPECT_EQ(message_of(world_.wait(iam.authenticate_session(other->secret, kHere))),
            "iam.unknown_session");
  EXPECT_EQ(outcome("ada", kGoodPassword), "iam.sign_in_refused");
  EXPECT_EQ(outcome("ada", better), "");
}

TEST_P(SignInTest, ASuspendedUserIsOutAtOnce) {
  const User ada = make_member("ada");
  auto opened = world_.sign_in("ada", kGoodPassword);
  ASSERT_TRUE(opened);
  const Principal administrator = world_.customer();
  EXPECT_TRUE(world_.wait(world_.iam->set_user_active(administrator, ada.id, false)));
  EXPECT_EQ(message_of(world_.wait(world_.iam->authenticate_session(opened->secret, kHere))),
            "iam.unknown_session");
  EXPECT_EQ(outcome("ada", kGoodPassword), "iam.sign_in_refused");
  EXPECT_TRUE(world_.wait(world_.iam->set_user_active(administrator, ada.id, true)));
  EXPECT_EQ(outcome("ada", kGoodPassword), "");
  EXPECT_EQ(message_of(
                world_.wait(world_.iam->set_user_active(administrator, administrator.user, false))),
            "iam.own_account");
}

TEST_P(SignInTest, NoSecretIsStoredInClear) {
  make_member("ada");
  auto opened = world_.sign_in("ada", kGoodPassword);
  ASSERT_TRUE(opened);
  auto done = world_.state->read(kReadLimit, [&](Transaction& transaction) -> Result<> {
    for (const char* table :
         {"iam_user", "iam_session", "mfa_factor", "api_token", "access_key", "audit_outbox"}) {
      TRY(auto rows, transaction.query(std::string("SELECT * FROM ") + table));
      EXPECT_FALSE(rows.empty()) << table;
      for (const Row& row : rows)
        for (const database::Value& value : row.values())
          if (const auto* text = std::get_if<std::string>(&value))
            for (const std::string& secret :
                 {opened->secret, std::string(kGoodPassword), world_.founded.secret_key,
                  world_.founded.admin_password, world_.founded.api_token,
                  world_.founded.admin_totp_secret})
              EXPECT_FALSE(text->contains(secret)) << table;
    }
    return {};
  });
  EXPECT_TRUE(done) << done.error().describe();
}

// What is counted is in memory: one engine's tables are enough for so many.
TEST(Guessing, AHundredThousandFromManyAddressesKeepNoOwnerOut) {
  World world(database::Engine::kSqlite);
  ASSERT_TRUE(world.wait(world.iam->create_user(world.customer(), kFirstCustomer, "ada", "",
                                                Role::kMember, kGoodPassword)));
  const auto outcome = [&world](const SignIn& attempt) {
    return message_of(world.wait(world.iam->sign_in(attempt)));
  };
  SignIn owner{world.typed("ada"), kGoodPassword, "", "192.0.2.7", "test"};
  auto before = world.wait(world.iam->sign_in(owner));
  ASSERT_TRUE(before);
  int compared = 0;
  for (int i = 0; i < 100'000; ++i) {
    const std::string from = "10." + std::to_string(i % 199) + "." + std::to_string(i % 251) + ".1";
    const SignIn guess{owner.user, "guess " + std::to_string(i), "", from, "test"};
    compared += outcome(guess) != "iam.throttled";
    world.clock.advance(std::chrono::milliseconds(36));
    if (i % 10'000 != 5'000) continue;
    // From where the owner always is, and from elsewhere by a device of before.
    EXPECT_EQ(outcome(owner), "");
    SignIn travelling = owner;
    travelling.source_ip = "203.0.113." + std::to_string(i / 10'000);
    travelling.device = before->device;
    EXPECT_EQ(outcome(travelling), "");
  }
  // An hour of it: a minute apart once the free ones are used up.
  EXPECT_LT(compared, 100);
}

}  // namespace
}  // namespace belfry::iam
