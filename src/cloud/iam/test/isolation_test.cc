#include "world.h"

namespace belfry::iam {
namespace {

class IsolationTest : public testing::TestWithParam<database::Engine> {
 protected:
  World world_{GetParam()};
};
BELFRY_ON_BOTH_ENGINES(IsolationTest);

// Whatever the second tenant's administrator asks about the first's is answered as for what does
// not exist.
TEST_P(IsolationTest, ASecondTenantSeesNothingOfTheFirst) {
  const Principal first = world_.customer();
  const Principal stranger = world_.make_other("two").administrator;
  Iam& iam = *world_.iam;
  auto key = world_.wait(iam.create_access_key(first, first.user));
  ASSERT_TRUE(key) << key.error().describe();
  const UserId none{123};
  const auto same = [](const auto& real, const auto& missing, const std::string& id,
                       const std::string& missing_id) {
    ASSERT_FALSE(real);
    ASSERT_FALSE(missing);
    EXPECT_EQ(real.error().code(), Code::kNotFound);
    EXPECT_EQ(real.error().message(), missing.error().message());
    ASSERT_EQ(real.error().arguments().size(), 1u);
    EXPECT_EQ(real.error().arguments()[0].value, id);
    EXPECT_EQ(missing.error().arguments()[0].value, missing_id);
  };
  const std::string user = first.user.text();
  same(world_.wait(iam.find_user(stranger, first.user)), world_.wait(iam.find_user(stranger, none)),
       user, "123");
  same(world_.wait(iam.set_user_active(stranger, first.user, false)),
       world_.wait(iam.set_user_active(stranger, none, false)), user, "123");
  same(world_.wait(iam.list_access_keys(stranger, first.user, {})),
       world_.wait(iam.list_access_keys(stranger, none, {})), user, "123");
  same(world_.wait(iam.create_access_key(stranger, first.user)),
       world_.wait(iam.create_access_key(stranger, none)), user, "123");
  same(world_.wait(iam.list_sessions(stranger, first.user, {})),
       world_.wait(iam.list_sessions(stranger, none, {})), user, "123");
  same(world_.wait(iam.delete_access_key(stranger, key->key.id)),
       world_.wait(iam.delete_access_key(stranger, "BLFNONE")), key->key.id, "BLFNONE");
  same(world_.wait(iam.revoke_session(stranger, first.credential)),
       world_.wait(iam.revoke_session(stranger, "0000")), first.credential, "0000");
  same(world_.wait(iam.list_users(stranger, kFirstCustomer, {})),
       world_.wait(iam.list_users(stranger, TenantId{123}, {})), "2", "123");
  same(
      world_.wait(iam.create_user(stranger, kFirstCustomer, "x", "", Role::kMember, kGoodPassword)),
      world_.wait(iam.create_user(stranger, TenantId{123}, "x", "", Role::kMember, kGoodPassword)),
      "2", "123");
  same(world_.wait(iam.create_tenant(stranger, TenantKind::kCustomer, "x", kFirstCustomer)),
       world_.wait(iam.create_tenant(stranger, TenantKind::kCustomer, "x", TenantId{123})), "2",
       "123");
  for (TenantId tenant : {kFirstCustomer, kProviderTenant})
    same(world_.wait(iam.list_users(stranger, tenant, {})),
         world_.wait(iam.list_users(stranger, TenantId{123}, {})), tenant.text(), "123");
  EXPECT_EQ(world_.wait(iam.list_tenants(stranger, {}))->things.size(), 1u);
  // Nothing of it came to pass.
  EXPECT_EQ(world_.wait(iam.list_access_keys(first, first.user, {}))->things.size(), 1u);
  EXPECT_TRUE(world_.wait(iam.find_user(first, first.user))->active);
}

TEST_P(IsolationTest, TheProviderSetsUpATenantAndThenLeavesItAlone) {
  const auto other = world_.make_other("two");
  const Principal staff = world_.admin();
  Iam& iam = *world_.iam;
  EXPECT_EQ(message_of(world_.wait(
                iam.create_user(staff, other.tenant.id, "spy", "", Role::kMember, kGoodPassword))),
            "iam.tenant_has_users");
  EXPECT_EQ(message_of(world_.wait(iam.create_access_key(staff, other.administrator.user))),
            "iam.user_missing");
  EXPECT_EQ(message_of(iam.authorize(staff, "s3:GetObject", {"b", other.tenant.id}, {})),
            "iam.denied");
  EXPECT_EQ(world_.wait(iam.list_tenants(staff, {}))->things.size(), 3u);
  EXPECT_EQ(world_.wait(iam.list_users(staff, other.tenant.id, {}))->things.size(), 1u);
  EXPECT_TRUE(world_.wait(iam.set_user_active(staff, other.administrator.user, false)));
  // The customer reads in its own log what the provider did.
  EXPECT_EQ(world_.ledger.last(other.tenant.id), "iam:SuspendUser");
  EXPECT_EQ(world_.ledger.last(kProviderTenant), "iam:SuspendUser");
}

TEST_P(IsolationTest, RolesStayWhereTheyBelong) {
  Iam& iam = *world_.iam;
  const Principal customer = world_.customer();
  for (Role role : {Role::kProviderAdministrator, Role::kOperator})
    EXPECT_EQ(message_of(world_.wait(
                  iam.create_user(customer, kFirstCustomer, "x", "", role, kGoodPassword))),
              "iam.role_not_here");
  EXPECT_EQ(message_of(world_.wait(iam.create_user(world_.admin(), kProviderTenant, "x", "",
                                                   Role::kTenantAdministrator, kGoodPassword))),
            "iam.role_not_here");
}

TEST_P(IsolationTest, TheTreeHasItsOrder) {
  Iam& iam = *world_.iam;
  const Principal staff = world_.admin();
  auto partner =
      world_.wait(iam.create_tenant(staff, TenantKind::kPartner, "Partner", kProviderTenant));
  ASSERT_TRUE(partner) << partner.error().describe();
  auto below = world_.wait(iam.create_tenant(staff, TenantKind::kCustomer, "End", partner->id));
  ASSERT_TRUE(below) << below.error().describe();
  const auto refused = [&](TenantKind kind, const std::string& name, TenantId parent) {
    return message_of(world_.wait(iam.create_tenant(staff, kind, name, parent)));
  };
  EXPECT_EQ(refused(TenantKind::kPartner, "P", partner->id), "iam.tenant_not_here");
  EXPECT_EQ(refused(TenantKind::kCustomer, "C", below->id), "iam.tenant_not_here");
  EXPECT_EQ(refused(TenantKind::kProvider, "P", kProviderTenant), "iam.tenant_not_here");
  EXPECT_EQ(refused(TenantKind::kCustomer, "End", partner->id), "iam.tenant_exists");
  EXPECT_EQ(refused(TenantKind::kCustomer, " ", partner->id), "iam.bad_tenant_name");
  EXPECT_EQ(refused(TenantKind::kCustomer, "a\nb", partner->id), "iam.bad_tenant_name");
}

TEST_P(IsolationTest, FoundsOnce) {
  EXPECT_FALSE(world_.wait(world_.iam->found("Again", "Again", {}))->has_value());
  // S07-P-13: nobody privileged is without a factor.
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM iam_user u JOIN iam_role r ON r.name = u.role "
                         "WHERE r.privileged = 1 AND NOT EXISTS (SELECT 1 FROM mfa_factor f "
                         "WHERE f.user_id = u.id AND f.confirmed_us IS NOT NULL)"),
            0);
  auto token = world_.wait(world_.iam->authenticate_token(world_.founded.api_token));
  ASSERT_TRUE(token) << token.error().describe();
  EXPECT_TRUE(token->second_factor);
  EXPECT_EQ(token->role, Role::kProviderAdministrator);
}

TEST_P(IsolationTest, TheTableOfRolesIsTheCodes) {
  auto done = world_.state->read(kReadLimit, [](Transaction& transaction) -> Result<> {
    TRY(auto rows, transaction.query("SELECT name, privileged FROM iam_role"));
    EXPECT_EQ(rows.size(), 5u);
    for (const Row& row : rows) {
      auto role = role_named(row.text("name"));
      EXPECT_TRUE(role.has_value()) << row.text("name");
      if (role) EXPECT_EQ(is_privileged(*role), row.flag("privileged")) << row.text("name");
    }
    return {};
  });
  EXPECT_TRUE(done);
}

TEST_P(IsolationTest, NothingChangesWhileTheLogTakesNothing) {
  const Principal customer = world_.customer();
  world_.outbox.is_healthy = false;
  auto key = world_.wait(world_.iam->create_access_key(customer, customer.user));
  EXPECT_EQ(message_of(key), "iam.log_unavailable");
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM access_key"), 1);
}

TEST_P(IsolationTest, EveryChangeQueuesItsEvent) {
  const std::int64_t before = world_.count("SELECT count(*) AS n FROM audit_outbox");
  const Principal customer = world_.customer();  // a sign-in: one event
  ASSERT_TRUE(world_.wait(world_.iam->create_access_key(customer, customer.user)));
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM audit_outbox"), before + 2);
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:CreateAccessKey");
}

}  // namespace
}  // namespace belfry::iam
