#include "authenticator.h"
#include "iam/lost_passwords.h"
#include "iam/mail.h"
#include "iam/people.h"
#include "iam/service_accounts.h"
#include "iam/tenants.h"
#include "world.h"

namespace belfry::iam {
namespace {

constexpr const char* kNewPassword = "nine herons mend the weir";

class LostPasswordTest : public testing::TestWithParam<database::Engine> {
 protected:
  LostPasswordTest() { world_.iam->people().accept_links({"https://cloud.example", true}); }

  LostPasswords& lost() { return world_.iam->lost_passwords(); }
  UserId make(const Principal& by, const std::string& name, Role role = Role::kMember) {
    auto made = world_.wait(
        world_.iam->create_user(by, by.tenant, name, name + "@example.org", role, kGoodPassword));
    EXPECT_TRUE(made) << made.error().describe();
    return made ? made->id : UserId{};
  }
  std::string ask(const std::string& user, const std::string& source_ip = "192.0.2.9") {
    return message_of(world_.wait(lost().ask_for_reset({world_.typed(user), "fr", source_ip})));
  }
  // The secret of the link in the mail that waits; "" when there is none.
  std::string mailed() {
    EXPECT_TRUE(world_.wait(lost().turn()));
    std::string secret;
    auto due = world_.wait(world_.iam->mail().take_due(20));
    for (const Mail& mail : *due) {
      last_mail_ = mail;
      for (const Argument& argument : mail.arguments)
        if (argument.name == "link") secret = argument.value.substr(argument.value.size() - 64);
    }
    return secret;
  }
  std::string reset(const PasswordReset& wanted) {
    return message_of(world_.wait(lost().reset_password(wanted)));
  }
  std::string enrol(const std::string& name) {
    const Principal fresh = world_.enter(name, kGoodPassword);
    auto seed = world_.wait(world_.iam->begin_totp(fresh));
    EXPECT_TRUE(world_.wait(world_.iam->confirm_totp(fresh, world_.code_of(*seed))));
    world_.clock.advance(std::chrono::seconds(30));
    return *seed;
  }

  World world_{GetParam()};
  Mail last_mail_;
};
BELFRY_ON_BOTH_ENGINES(LostPasswordTest);

TEST_P(LostPasswordTest, IsSetByTheMailedLinkOnce) {
  make(world_.customer(), "anna");
  auto opened = world_.sign_in("anna", kGoodPassword);
  ASSERT_TRUE(opened);
  EXPECT_EQ(ask("Anna"), "");
  const std::string secret = mailed();
  ASSERT_EQ(secret.size(), 64u);
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:AskForPasswordReset");
  EXPECT_EQ(world_.ledger.last_event(kFirstCustomer).source_ip, "192.0.2.9") << "who asked";
  EXPECT_EQ(last_mail_.recipient, "anna@example.org");
  EXPECT_EQ(last_mail_.language, "fr");
  EXPECT_EQ(world_.wait(lost().open_reset(secret))->user_name, "Demonstration/anna");
  EXPECT_EQ(reset({secret, "short"}), "iam.password_too_short");
  EXPECT_EQ(reset({.secret = secret, .password = kNewPassword, .source_ip = "192.0.2.7"}), "");
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:ResetPassword");
  EXPECT_EQ(world_.ledger.last_event(kFirstCustomer).source_ip, "192.0.2.7");
  EXPECT_EQ(message_of(world_.wait(world_.iam->authenticate_session(opened->secret, kHere))),
            "iam.unknown_session");
  EXPECT_EQ(message_of(world_.sign_in("anna", kGoodPassword)), "iam.sign_in_refused");
  EXPECT_TRUE(world_.sign_in("anna", kNewPassword));
  EXPECT_EQ(reset({secret, kNewPassword}), "iam.reset_unknown");
  EXPECT_EQ(message_of(world_.wait(lost().open_reset(secret))), "iam.reset_unknown");
  EXPECT_EQ(mailed(), "");
  EXPECT_EQ(last_mail_.kind, "password_changed");
}

TEST_P(LostPasswordTest, RestsWhileTheTenantIsSuspended) {
  make(world_.customer(), "anna");
  EXPECT_EQ(ask("anna"), "");
  const std::string secret = mailed();
  ASSERT_EQ(secret.size(), 64u);
  ASSERT_TRUE(world_.wait(world_.iam->tenants().suspend(world_.admin(), kFirstCustomer, "unpaid")));
  EXPECT_EQ(message_of(world_.wait(lost().open_reset(secret))), "iam.reset_unknown");
  EXPECT_EQ(reset({.secret = secret, .password = kNewPassword}), "iam.reset_unknown");
  EXPECT_EQ(ask("anna", "192.0.2.10"), "") << "nobody is told";
  EXPECT_EQ(mailed(), "");
  ASSERT_TRUE(world_.wait(world_.iam->tenants().resume(world_.admin(), kFirstCustomer)));
  EXPECT_EQ(reset({.secret = secret, .password = kNewPassword}), "");
}

TEST_P(LostPasswordTest, AsksForTheSecondFactorToo) {
  make(world_.customer(), "anna");
  const std::string seed = enrol("anna");
  const Principal signed_in = world_.enter("anna", kGoodPassword, seed);
  auto codes = world_.wait(world_.iam->second_factors().make_recovery_codes(signed_in));
  ASSERT_TRUE(codes);
  EXPECT_EQ(ask("anna"), "");
  const std::string secret = mailed();
  EXPECT_TRUE(world_.wait(lost().open_reset(secret))->has_totp);
  EXPECT_EQ(reset({secret, kNewPassword}), "iam.totp_needed");
  EXPECT_EQ(reset({secret, kNewPassword, "000000"}), "iam.wrong_code");
  EXPECT_TRUE(world_.sign_in("anna", kGoodPassword, world_.code_of(seed))) << "nothing changed";
  world_.clock.advance(std::chrono::seconds(30));
  EXPECT_EQ(reset({secret, kNewPassword, world_.code_of(seed)}), "");
  EXPECT_EQ(message_of(world_.sign_in("anna", kNewPassword)), "iam.totp_needed");
  EXPECT_EQ(ask("anna", "192.0.2.10"), "");
  const std::string again = mailed();
  EXPECT_EQ(reset({again, kGoodPassword, "", codes->at(0)}), "");
  EXPECT_EQ(ask("anna", "192.0.2.11"), "");
  const std::string third = mailed();
  EXPECT_EQ(reset({third, kNewPassword, "", codes->at(0)}), "iam.wrong_code") << "used up";
}

// A telephone may have both the mail and the codes.
TEST_P(LostPasswordTest, TakesNoCodeOfWhomAPasskeyIsAsked) {
  SecondFactors& factors = world_.iam->second_factors();
  factors.accept_origins({"https://localhost:8443"});
  make({.tenant = kProviderTenant, .name = "system", .method = Method::kSystem, .credential = {}},
       "nadia", Role::kProviderAdministrator);
  const std::string seed = enrol("nadia");
  const Principal nadia = world_.enter("nadia", kGoodPassword, seed);
  const auto codes = world_.wait(factors.make_recovery_codes(nadia));
  const auto asked = world_.wait(factors.begin_passkey(nadia, "https://localhost:8443"));
  ASSERT_TRUE(codes && asked);
  Authenticator key;
  ASSERT_TRUE(world_.wait(factors.finish_passkey(nadia, "key", key.create(*asked))));
  EXPECT_EQ(ask("nadia"), "");
  const std::string secret = mailed();
  const auto open = world_.wait(lost().open_reset(secret));
  ASSERT_TRUE(open);
  EXPECT_TRUE(!open->has_totp && open->has_passkey) << "the page asks for what counts";
  EXPECT_EQ(reset({secret, kNewPassword, world_.code_of(seed)}), "iam.passkey_needed");
  EXPECT_EQ(reset({secret, kNewPassword, "", codes->at(0)}), "");
}

TEST_P(LostPasswordTest, WhoReadsTheMailGuessesAtNoCode) {
  make(world_.customer(), "anna");
  enrol("anna");
  EXPECT_EQ(ask("anna"), "");
  const std::string secret = mailed();
  std::string last;
  for (int i = 0; i < 10 && last != "iam.throttled"; ++i)
    last = reset({secret, kNewPassword, "00000" + std::to_string(i)});
  EXPECT_EQ(last, "iam.throttled");
  // Nor with another link.
  EXPECT_EQ(ask("anna", "192.0.2.10"), "");
  EXPECT_EQ(reset({mailed(), kNewPassword, "000000"}), "iam.throttled");
}

TEST_P(LostPasswordTest, TellsNobodyWhoIsThere) {
  const Principal customer = world_.customer();
  make(customer, "anna");
  const UserId gone = make(customer, "gone"), idle = make(customer, "idle");
  ASSERT_TRUE(world_.wait(world_.iam->people().delete_user(customer, gone)));
  ASSERT_TRUE(world_.wait(world_.iam->set_user_active(customer, idle, false)));
  ASSERT_TRUE(world_.wait(world_.iam->service_accounts().create_service_account(
      customer, "robot", Role::kReader, customer.user)));
  // The same answer after the same rows, of which nobody sees what becomes.
  for (const char* name : {"nobody", "gone", "idle", "robot"}) {
    const auto before = world_.count("SELECT count(*) AS n FROM password_reset_asked");
    EXPECT_EQ(ask(name), "");
    EXPECT_EQ(world_.count("SELECT count(*) AS n FROM password_reset_asked"), before + 1);
  }
  EXPECT_EQ(mailed(), "");
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM password_reset_asked"), 0);
  EXPECT_EQ(ask("a b"), "iam.bad_user_name");
  // Both kinds of names wait alike.
  for (const char* name : {"anna", "nobody"}) {
    std::string last;
    int count = 0;
    for (; count < 30 && last != "iam.throttled"; ++count) last = ask(name, "198.51.100.1");
    EXPECT_EQ(last, "iam.throttled");
    EXPECT_EQ(count, 4) << name;
    world_.clock.advance(std::chrono::hours(2));
  }
}

TEST_P(LostPasswordTest, LinksAreFewAndEnd) {
  const Principal customer = world_.customer();
  const UserId anna = make(customer, "anna");
  EXPECT_EQ(ask("anna"), "");
  const std::string first = mailed();
  EXPECT_EQ(ask("anna", "192.0.2.10"), "");
  const std::string second = mailed();
  EXPECT_EQ(message_of(world_.wait(lost().open_reset(first))), "iam.reset_unknown");
  EXPECT_EQ(ask("anna", "192.0.2.11"), "");
  const std::string third = mailed();
  EXPECT_EQ(ask("anna", "192.0.2.12"), "");
  EXPECT_EQ(mailed(), "") << "three a day";
  EXPECT_TRUE(world_.wait(lost().open_reset(third)));
  world_.clock.advance(std::chrono::hours(1));
  EXPECT_EQ(reset({third, kNewPassword}), "iam.reset_unknown");
  world_.clock.advance(std::chrono::hours(25));
  EXPECT_EQ(ask("anna"), "");
  const std::string last = mailed();
  EXPECT_TRUE(world_.wait(lost().open_reset(last)));
  ASSERT_TRUE(world_.wait(world_.iam->people().delete_user(world_.customer(), anna)));
  EXPECT_EQ(reset({last, kNewPassword}), "iam.reset_unknown");
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM password_reset"), 0);
}

TEST_P(LostPasswordTest, StrangersUseUpTheirOwnLinksAlone) {
  make(world_.customer(), "anna");
  ASSERT_TRUE(world_.sign_in("anna", kGoodPassword));  // from 192.0.2.1
  for (const char* stranger : {"198.51.100.1", "198.51.100.2", "198.51.100.3"}) {
    EXPECT_EQ(ask("anna", stranger), "");
    EXPECT_NE(mailed(), "");
  }
  EXPECT_EQ(ask("anna", "198.51.100.4"), "");
  EXPECT_EQ(mailed(), "") << "three a day";
  // Nor do they slow the owner down, who asks from where it was.
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(ask("anna", "192.0.2.1"), "");
    EXPECT_NE(mailed(), "") << i;
  }
  world_.clock.advance(std::chrono::hours(2));  // the throttle forgets sooner than the day does
  EXPECT_EQ(ask("anna", "192.0.2.1"), "");
  EXPECT_EQ(mailed(), "") << "three a day, too";
}

TEST_P(LostPasswordTest, StrangersEndNoLinkOfTheOwner) {
  make(world_.customer(), "anna");
  ASSERT_TRUE(world_.sign_in("anna", kGoodPassword));
  EXPECT_EQ(ask("anna", "192.0.2.1"), "");
  const std::string own = mailed();
  EXPECT_EQ(ask("anna", "198.51.100.1"), "");
  EXPECT_EQ(mailed(), "");
  EXPECT_EQ(reset({own, kNewPassword}), "");
}

TEST_P(LostPasswordTest, ADeviceOfTheOwnersCountsWhereverItIs) {
  make(world_.customer(), "anna");
  const auto opened = world_.sign_in("anna", kGoodPassword);
  ASSERT_TRUE(opened);
  ASSERT_NE(opened->device, "");
  for (int i = 1; i <= 4; ++i) {
    EXPECT_EQ(ask("anna", "198.51.100." + std::to_string(i)), "");
    mailed();
  }
  EXPECT_EQ(message_of(world_.wait(
                lost().ask_for_reset({world_.typed("anna"), "fr", "203.0.113.7", opened->device}))),
            "");
  EXPECT_NE(mailed(), "");
}

TEST_P(LostPasswordTest, NeedsAProviderThatSendsMail) {
  world_.iam->people().accept_links({"https://cloud.example", false});
  EXPECT_EQ(ask("anna"), "iam.no_mail");
}

}  // namespace
}  // namespace belfry::iam
