// Administrators who lost everything, and whoever has the machine.
#include "iam/lost_passwords.h"
#include "iam/mail.h"
#include "iam/people.h"
#include "staff_fixture.h"

namespace belfry::iam {
namespace {

constexpr const char* kNewPassword = "nine herons mend the weir";

class HostRecoveryTest : public StaffTest {
 protected:
  HostRecoveryTest() { iam_.people().accept_links({"https://cloud.example", true}); }

  Result<RecoveredAdministrator> recover(const std::string& user,
                                         const std::string& reason = "telephone and keys burnt") {
    return world_.wait(
        iam_.lost_passwords().recover_administrator({world_.typed(user), reason, "fr"}));
  }
  std::string reset(const std::string& secret) {
    return message_of(world_.wait(iam_.lost_passwords().reset_password({secret, kNewPassword})));
  }
  std::vector<Mail> mailed() { return *world_.wait(iam_.mail().take_due(20)); }
  std::string detail(TenantId log, const std::string& name) {
    for (const audit::Detail& own : world_.ledger.last_event(log).details)
      if (own.name == name) return own.value;
    return "";
  }
};
BELFRY_ON_BOTH_ENGINES(HostRecoveryTest);

TEST_P(HostRecoveryTest, TheOnlyAdministratorGetsInAgain) {
  auto opened = world_.sign_in("admin", world_.founded.admin_password,
                               world_.code_of(world_.founded.admin_totp_secret));
  ASSERT_TRUE(opened);
  const auto recovered = recover("Admin");
  ASSERT_TRUE(recovered) << recovered.error().describe();
  EXPECT_EQ(recovered->user_name, "admin");
  EXPECT_FALSE(recovered->role_given);
  EXPECT_EQ(world_.ledger.last(kProviderTenant), "iam:RecoverAdministrator");
  EXPECT_EQ(detail(kProviderTenant, "reason"), "telephone and keys burnt");
  EXPECT_EQ(message_of(world_.wait(iam_.authenticate_session(opened->secret, kHere))),
            "iam.unknown_session");
  // What was made with the lost factors carries none of them.
  const auto token = world_.wait(iam_.authenticate_token(world_.founded.api_token));
  ASSERT_TRUE(token);
  EXPECT_FALSE(token->second_factor);
  EXPECT_EQ(message_of(world_.sign_in("admin", world_.founded.admin_password)),
            "iam.sign_in_refused")
      << "whoever knows the old password is not let in without a factor";

  EXPECT_EQ(reset(recovered->secret), "");
  EXPECT_EQ(reset(recovered->secret), "iam.reset_unknown") << "once";
  EXPECT_EQ(message_of(world_.sign_in("admin", world_.founded.admin_password)),
            "iam.sign_in_refused");
  const Principal admin = world_.enter("admin", kNewPassword);
  EXPECT_EQ(message_of(world_.wait(iam_.list_users(admin, kProviderTenant, {}))),
            "iam.second_factor_needed")
      << "first another factor";
  const auto seed = world_.wait(iam_.begin_totp(admin));
  ASSERT_TRUE(seed && world_.wait(iam_.confirm_totp(admin, world_.code_of(*seed))));
  world_.clock.advance(std::chrono::seconds(30));
  EXPECT_TRUE(world_.wait(
      iam_.list_users(world_.enter("admin", kNewPassword, *seed), kProviderTenant, {})));
}

TEST_P(HostRecoveryTest, TheLinkEndsWithTheHour) {
  const auto recovered = recover("admin");
  ASSERT_TRUE(recovered);
  world_.clock.advance(std::chrono::hours(1));
  EXPECT_EQ(reset(recovered->secret), "iam.reset_unknown");
}

TEST_P(HostRecoveryTest, IsForAdministratorsAndWantsAReason) {
  make_staff("olga", Role::kOperator);
  EXPECT_EQ(message_of(recover("olga")), "iam.no_such_administrator");
  EXPECT_EQ(message_of(recover("nobody")), "iam.no_such_administrator");
  EXPECT_EQ(message_of(recover("admin", " ")), "iam.bad_reason");
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM host_recovery"), 0);
  EXPECT_TRUE(world_.wait(iam_.list_users(world_.admin(), kProviderTenant, {}))) << "unchanged";
}

// The last role for a time may end without anybody's doing.
TEST_P(HostRecoveryTest, SomebodyAdministersAgain) {
  make_staff("olga", Role::kReader);
  world_.execute("UPDATE iam_user SET active = 0 WHERE name = 'admin'");
  const auto recovered = recover("olga");
  ASSERT_TRUE(recovered) << recovered.error().describe();
  EXPECT_TRUE(recovered->role_given);
  EXPECT_EQ(detail(kProviderTenant, "role_given"), "yes");
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM iam_grant WHERE origin = 'recovery' AND "
                         "role = 'provider_administrator' AND ended_us IS NULL"),
            1);
  EXPECT_EQ(reset(recovered->secret), "");
  const Principal fresh = world_.enter("olga", kNewPassword);
  EXPECT_EQ(fresh.role, Role::kProviderAdministrator);
  const auto seed = world_.wait(iam_.begin_totp(fresh));
  ASSERT_TRUE(seed && world_.wait(iam_.confirm_totp(fresh, world_.code_of(*seed))));
  world_.clock.advance(std::chrono::hours(24));
  EXPECT_EQ(world_.enter("olga", kNewPassword, *seed).role, Role::kReader);
}

TEST_P(HostRecoveryTest, WhoseRoleIsForATimeToo) {
  make_staff("olga", Role::kReader);
  const Timestamp until = world_.clock.now() + std::chrono::hours(8);
  world_.execute("UPDATE iam_user SET role = 'operator', base_role = 'reader', role_until_us = " +
                 std::to_string(to_us(until)) + " WHERE name = 'olga'");
  world_.execute("UPDATE iam_user SET active = 0 WHERE name = 'admin'");
  const auto recovered = recover("olga");
  ASSERT_TRUE(recovered) << recovered.error().describe();
  EXPECT_TRUE(recovered->role_given);
  EXPECT_EQ(reset(recovered->secret), "");
  EXPECT_EQ(world_.enter("olga", kNewPassword).role, Role::kProviderAdministrator);
}

TEST_P(HostRecoveryTest, ACustomersComesByItsOwnMailAlone) {
  const std::string name = world_.founded.customer_user;
  EXPECT_EQ(message_of(recover(name)), "iam.recovery_needs_mail");
  world_.execute("UPDATE iam_user SET email = 'ada@example.org' WHERE name = 'customer'");
  const auto recovered = recover(name);
  ASSERT_TRUE(recovered) << recovered.error().describe();
  EXPECT_EQ(recovered->secret, "") << "nobody at the provider gets it";
  for (const TenantId log : {kFirstCustomer, kProviderTenant})
    EXPECT_EQ(world_.ledger.last(log), "iam:RecoverAdministrator");
  const auto mails = mailed();
  ASSERT_EQ(mails.size(), 1u);
  EXPECT_EQ(mails[0].recipient, "ada@example.org");
  EXPECT_EQ(mails[0].kind, "password_reset");
}

TEST_P(HostRecoveryTest, StaffIsTold) {
  world_.execute("UPDATE iam_user SET email = 'admin@example.org' WHERE name = 'admin'");
  ASSERT_TRUE(recover("admin"));
  const auto mails = mailed();
  ASSERT_EQ(mails.size(), 1u);
  EXPECT_EQ(mails[0].kind, "host_recovery");
}

}  // namespace
}  // namespace belfry::iam
