// Tenants that are renamed, suspended, resumed and ended.
#include "iam/public_access.h"
#include "iam/tenants.h"
#include "tenant_tree.h"
#include "world.h"

#include <algorithm>

namespace belfry::iam {
namespace {

constexpr const char* kObject = "arn:aws:s3:::b/key";
constexpr std::string_view kForEverybody =
    R"({"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::b/*"}})";
constexpr std::string_view kNobodysPolicy = "";

class TenantLifeTest : public ::testing::TestWithParam<database::Engine> {
 protected:
  TenantLifeTest() : staff_(world_.admin()), customer_(world_.customer()) {}

  Tenants& tenants() { return world_.iam->tenants(); }
  Tenant make(TenantKind kind, const std::string& name, TenantId above) {
    auto made = world_.wait(world_.iam->create_tenant(staff_, kind, name, above));
    EXPECT_TRUE(made) << made.error().describe();
    return made.value_or(Tenant{});
  }
  // A partner's administrator, signed in with a second factor.
  Principal administrator_of(const Tenant& tenant, const std::string& name) {
    auto user = world_.wait(world_.iam->create_user(staff_, tenant.id, name, "",
                                                    Role::kTenantAdministrator, kGoodPassword));
    EXPECT_TRUE(user) << user.error().describe();
    const Principal fresh = world_.enter(name, kGoodPassword);
    auto seed = world_.wait(world_.iam->begin_totp(fresh));
    EXPECT_TRUE(world_.wait(world_.iam->confirm_totp(fresh, world_.code_of(*seed))));
    world_.clock.advance(std::chrono::seconds(30));
    return world_.enter(name, kGoodPassword, *seed);
  }
  std::string suspend(const Principal& by, TenantId tenant, const std::string& reason = "unpaid") {
    return message_of(world_.wait(tenants().suspend(by, tenant, reason)));
  }
  std::string resume(const Principal& by, TenantId tenant) {
    return message_of(world_.wait(tenants().resume(by, tenant)));
  }
  std::string end(const Principal& by, TenantId tenant, bool empty = true) {
    return message_of(
        world_.wait(tenants().end(by, tenant, [empty]() -> Task<bool> { co_return empty; })));
  }
  std::string may_read(const Principal& by, TenantId owner, std::string_view policy) {
    return message_of(world_.iam->authorize(
        by, "s3:GetObject",
        {.name = kObject, .tenant = owner, .policy = policy, .restricts_public = false},
        {.time = world_.clock.now()}));
  }
  std::string key_may_read(const std::string& id) {
    const auto identity = world_.wait(world_.iam->find_signing_identity(id));
    return identity ? may_read(identity->principal, kFirstCustomer, kNobodysPolicy)
                    : identity.error().message();
  }
  std::vector<std::string> names(bool with_ended) {
    const auto found = with_ended ? world_.wait(tenants().list_all(staff_, {}))
                                  : world_.wait(world_.iam->list_tenants(staff_, {}));
    std::vector<std::string> names;
    for (const Tenant& tenant : found->things) names.push_back(tenant.name);
    return names;
  }

  World world_{GetParam()};
  const Principal staff_, customer_;
};
BELFRY_ON_BOTH_ENGINES(TenantLifeTest);

TEST_P(TenantLifeTest, IsRenamedFromAbove) {
  const Tenant other = make(TenantKind::kCustomer, "Quay", kProviderTenant);
  const auto renamed = world_.wait(tenants().rename(staff_, other.id, "Quayside"));
  ASSERT_TRUE(renamed) << renamed.error().describe();
  EXPECT_EQ(renamed->name, "Quayside");
  // In both logs, with the name before.
  for (TenantId log : {other.id, kProviderTenant}) {
    const audit::Event event = world_.ledger.last_event(log);
    EXPECT_EQ(event.action, "iam:RenameTenant");
    EXPECT_EQ(event.details.at(0).value, "Quayside");
    EXPECT_EQ(event.details.at(1).value, "Quay");
  }
  const auto refused = [&](const Principal& by, TenantId tenant, const std::string& name) {
    return message_of(world_.wait(tenants().rename(by, tenant, name)));
  };
  EXPECT_EQ(refused(staff_, kFirstCustomer, "Quayside"), "iam.tenant_exists");
  EXPECT_EQ(refused(staff_, other.id, " "), "iam.bad_tenant_name");
  EXPECT_EQ(refused(staff_, other.id, "Quay (123456789012)"), "iam.bad_tenant_name")
      << "one that has ended is called so";
  EXPECT_EQ(refused(staff_, TenantId{77}, "x"), "iam.tenant_missing");
  EXPECT_EQ(refused(customer_, other.id, "x"), "iam.tenant_missing");
  EXPECT_EQ(refused(customer_, kFirstCustomer, "x"), "iam.own_tenant");
  EXPECT_EQ(refused(staff_, kProviderTenant, "The provider"), "");
  EXPECT_EQ(refused(staff_, kFirstCustomer, "Quay"), "");  // free at once
}

TEST_P(TenantLifeTest, SuspendedNothingOfItWorks) {
  const auto token = world_.wait(world_.iam->create_api_token(customer_, "t", {}));
  const auto key = world_.wait(world_.iam->create_access_key(customer_, customer_.user));
  ASSERT_TRUE(token && key);
  ASSERT_EQ(key_may_read(key->key.id), "");
  const auto session =
      world_.sign_in(world_.founded.customer_user, world_.founded.customer_password,
                     world_.code_of(world_.founded.customer_totp_secret));
  ASSERT_TRUE(session) << session.error().describe();
  world_.clock.advance(std::chrono::seconds(30));

  EXPECT_EQ(suspend(staff_, kFirstCustomer), "");
  EXPECT_EQ(key_may_read(key->key.id), "iam.tenant_suspended");
  EXPECT_EQ(message_of(world_.wait(world_.iam->authenticate_token(token->secret))),
            "iam.tenant_suspended");
  EXPECT_EQ(message_of(world_.wait(world_.iam->authenticate_session(session->secret, kHere))),
            "iam.tenant_suspended");
  ASSERT_TRUE(world_.wait(world_.iam->upkeep().log_unseen()));
  EXPECT_EQ(world_.ledger.last(kFirstCustomer), "iam:SignIn failure iam.tenant_suspended");
  // Only who signed in rightly is told.
  const std::string& user = world_.founded.customer_user;
  const auto told = world_.sign_in(user, world_.founded.customer_password,
                                   world_.code_of(world_.founded.customer_totp_secret));
  ASSERT_FALSE(told);
  EXPECT_EQ(told.error().message(), "iam.tenant_suspended");
  EXPECT_EQ(told.error().arguments().at(0).value, "Belfry Example");
  EXPECT_EQ(message_of(world_.sign_in(user, "wrong", "000000")), "iam.sign_in_refused");
  EXPECT_EQ(message_of(world_.wait(world_.iam->create_api_token(customer_, "t", {}))),
            "iam.tenant_suspended");

  EXPECT_EQ(resume(staff_, kFirstCustomer), "");
  EXPECT_EQ(key_may_read(key->key.id), "");
  EXPECT_TRUE(world_.wait(world_.iam->authenticate_token(token->secret)));
  EXPECT_TRUE(world_.wait(world_.iam->authenticate_session(session->secret, kHere)));
  for (TenantId log : {kFirstCustomer, kProviderTenant})
    EXPECT_EQ(world_.ledger.last_event(log).action, "iam:ResumeTenant");
}

TEST_P(TenantLifeTest, SuspendedItServesNobodyElse) {
  const Principal stranger = world_.make_other("meadow").administrator;
  ASSERT_TRUE(
      world_.wait(world_.iam->public_access().set_block(customer_, {false, false, false, false})));
  ASSERT_EQ(may_read(anonymous(), kFirstCustomer, kForEverybody), "");
  ASSERT_EQ(may_read(stranger, kFirstCustomer, kForEverybody), "");
  ASSERT_EQ(suspend(staff_, kFirstCustomer), "");
  // Not the reason: it is the organisation's own.
  EXPECT_EQ(may_read(anonymous(), kFirstCustomer, kForEverybody), "iam.denied");
  EXPECT_EQ(may_read(stranger, kFirstCustomer, kForEverybody), "iam.denied");
  ASSERT_EQ(resume(staff_, kFirstCustomer), "");
  EXPECT_EQ(may_read(anonymous(), kFirstCustomer, kForEverybody), "");
  EXPECT_EQ(may_read(stranger, kFirstCustomer, kForEverybody), "");
}

TEST_P(TenantLifeTest, SuspendedItBreaksEachChainOfRolesThroughIt) {
  const auto document = [](const std::string& words) {
    return R"({"Version": "2012-10-17", "Statement": {"Effect": "Allow", )" + words + "}}";
  };
  Roles& roles = world_.iam->roles();
  std::vector<TenantId> through;
  std::string trusted = account_of(kFirstCustomer);
  Principal by = customer_;
  for (const char* name : {"quay", "lock", "weir"}) {
    const Tenant tenant = make(TenantKind::kCustomer, name, kProviderTenant);
    const Principal admin = administrator_of(tenant, std::string(name) + "-master");
    const auto role = world_.wait(roles.create_role(
        admin, "passage",
        document(R"("Principal": {"AWS": ")" + trusted + R"("}, "Action": "sts:AssumeRole")"),
        std::chrono::hours(1)));
    ASSERT_TRUE(role) << role.error().describe();
    const auto profile = world_.wait(world_.iam->profiles().create_profile(
        admin, "Passes",
        document(R"("Action": ["sts:AssumeRole", "s3:GetObject"], "Resource": "*")")));
    ASSERT_TRUE(profile) << profile.error().describe();
    ASSERT_TRUE(world_.wait(roles.give_profile(admin, role->id, profile->id)));
    const auto assumed =
        world_.wait(roles.assume_role(by, {.role_arn = role->arn, .session_name = "barge"}));
    ASSERT_TRUE(assumed) << name << ": " << assumed.error().describe();
    by = world_.wait(world_.iam->find_signing_identity(assumed->session.id))->principal;
    trusted = role->arn;
    through.push_back(tenant.id);
  }
  const auto may = [&, last = through.back()] {
    const auto identity = world_.wait(world_.iam->find_signing_identity(by.credential));
    return identity ? may_read(identity->principal, last, kNobodysPolicy)
                    : identity.error().message();
  };
  ASSERT_EQ(may(), "");
  through.push_back(kFirstCustomer);
  for (TenantId tenant : through) {
    ASSERT_EQ(suspend(staff_, tenant), "");
    EXPECT_EQ(may(), "iam.tenant_suspended") << tenant.text();
    ASSERT_EQ(resume(staff_, tenant), "");
    EXPECT_EQ(may(), "") << tenant.text();
  }
}

TEST_P(TenantLifeTest, AnotherProgramSeesItWithinSixSeconds) {
  const auto other = make_iam(*world_.state, std::shared_ptr<Pool>(make_inline_pool()), world_.keys,
                              world_.ledger, world_.outbox, world_.clock, *world_.random);
  const auto token = world_.wait(world_.iam->create_api_token(customer_, "t", {}));
  ASSERT_TRUE(world_.wait(other->authenticate_token(token->secret)));
  ASSERT_EQ(suspend(staff_, kFirstCustomer), "");
  world_.clock.advance(std::chrono::seconds(4));
  EXPECT_EQ(message_of(world_.wait(other->authenticate_token(token->secret))),
            "iam.tenant_suspended");
  ASSERT_EQ(resume(staff_, kFirstCustomer), "");
  world_.clock.advance(std::chrono::seconds(4));
  EXPECT_TRUE(world_.wait(other->authenticate_token(token->secret)));
}

TEST_P(TenantLifeTest, APartnersSuspensionHoldsForItsCustomers) {
  const Tenant partner = make(TenantKind::kPartner, "Harbour", kProviderTenant);
  const Tenant below = make(TenantKind::kCustomer, "Quay", partner.id);
  const Principal master = administrator_of(partner, "master");
  const Principal end_customer = administrator_of(below, "docker");
  ASSERT_EQ(may_read(end_customer, below.id, kNobodysPolicy), "");

  // What the provider suspended, the partner does not resume.
  EXPECT_EQ(suspend(staff_, below.id), "");
  EXPECT_EQ(resume(master, below.id), "iam.tenant_suspended_from_above");
  EXPECT_EQ(suspend(master, below.id), "iam.tenant_already_suspended");
  EXPECT_EQ(end(master, below.id), "iam.tenant_suspended_from_above");
  EXPECT_EQ(resume(staff_, below.id), "");
  // What the partner suspended, the provider takes over.
  EXPECT_EQ(suspend(master, below.id), "");
  EXPECT_EQ(message_of(world_.wait(tenants().find(master, below.id))), "");
  EXPECT_EQ(suspend(staff_, below.id, "by order"), "");
  EXPECT_EQ(resume(master, below.id), "iam.tenant_suspended_from_above");
  EXPECT_EQ(resume(staff_, below.id), "");

  EXPECT_EQ(suspend(staff_, partner.id), "");
  EXPECT_EQ(may_read(end_customer, below.id, kNobodysPolicy), "iam.tenant_suspended");
  EXPECT_EQ(resume(master, below.id), "iam.tenant_suspended");
  const auto seen = world_.wait(tenants().find(staff_, below.id));
  ASSERT_TRUE(seen);
  EXPECT_TRUE(seen->rests_with_above);
  EXPECT_FALSE(seen->suspension);
  EXPECT_EQ(end(staff_, partner.id), "iam.tenant_has_tenants");
  EXPECT_EQ(resume(staff_, partner.id), "");
  EXPECT_EQ(may_read(end_customer, below.id, kNobodysPolicy), "");
}

TEST_P(TenantLifeTest, NobodySuspendsWhereItStands) {
  const Tenant partner = make(TenantKind::kPartner, "Harbour", kProviderTenant);
  const Principal master = administrator_of(partner, "master");
  EXPECT_EQ(suspend(staff_, kProviderTenant), "iam.provider_goes_on");
  EXPECT_EQ(suspend(master, partner.id), "iam.own_tenant");
  EXPECT_EQ(suspend(master, kFirstCustomer), "iam.tenant_missing");
  EXPECT_EQ(suspend(customer_, kFirstCustomer), "iam.own_tenant");
  EXPECT_EQ(suspend(staff_, partner.id, ""), "iam.bad_reason");
  EXPECT_EQ(resume(staff_, partner.id), "iam.tenant_not_suspended");
  EXPECT_EQ(end(staff_, partner.id), "iam.tenant_not_suspended");
  world_.execute("UPDATE tenant SET probe = 1 WHERE id = " + partner.id.text());
  EXPECT_EQ(suspend(staff_, partner.id), "iam.tenant_of_prober");
  // A factor of long ago is not enough.
  world_.clock.advance(std::chrono::minutes(14));
  world_.clock.advance(std::chrono::minutes(2));
  EXPECT_EQ(suspend(staff_, kFirstCustomer), "iam.step_up_needed");
}

TEST_P(TenantLifeTest, EndsForGood) {
  const World::Other other = world_.make_other("meadow");
  const TenantId id = other.tenant.id;
  const auto key =
      world_.wait(world_.iam->create_access_key(other.administrator, other.administrator.user));
  const auto token = world_.wait(world_.iam->create_api_token(other.administrator, "t", {}));
  ASSERT_TRUE(key && token);
  ASSERT_EQ(suspend(staff_, id, "contract over"), "");
  EXPECT_EQ(end(staff_, id, false), "iam.tenant_has_buckets");
  EXPECT_EQ(end(staff_, id), "");
  for (TenantId log : {id, kProviderTenant})
    EXPECT_EQ(world_.ledger.last_event(log).action, "iam:EndTenant");

  EXPECT_EQ(message_of(world_.wait(world_.iam->find_signing_identity(key->key.id))),
            "iam.unknown_key");
  EXPECT_EQ(message_of(world_.wait(world_.iam->authenticate_token(token->secret))),
            "iam.unknown_token");
  EXPECT_EQ(message_of(world_.sign_in("meadow-admin", other.password, world_.code_of(other.seed))),
            "iam.sign_in_refused");
  EXPECT_EQ(may_read(other.administrator, id, kNobodysPolicy), "iam.tenant_ended");
  EXPECT_EQ(world_.count("SELECT count(*) AS n FROM iam_user WHERE deleted_us IS NULL AND "
                         "tenant_id = " +
                         id.text()),
            0);

  // Out of lists, but where it is asked for; nothing is done there any more.
  const std::string kept = "meadow (" + id.text() + ")";
  EXPECT_EQ(std::ranges::count(names(false), kept), 0);
  EXPECT_EQ(std::ranges::count(names(true), kept), 1);
  const auto found = world_.wait(tenants().find(staff_, id));
  ASSERT_TRUE(found) << found.error().describe();
  EXPECT_TRUE(found->ended);
  EXPECT_EQ(resume(staff_, id), "iam.tenant_missing");
  EXPECT_EQ(suspend(staff_, id), "iam.tenant_missing");
  EXPECT_EQ(end(staff_, id), "iam.tenant_missing");
  EXPECT_EQ(message_of(world_.wait(
                world_.iam->create_user(staff_, id, "late", "", Role::kMember, kGoodPassword))),
            "iam.tenant_missing");
  // Its name is another's to have.
  make(TenantKind::kCustomer, "meadow", kProviderTenant);
}

TEST_P(TenantLifeTest, TheLogOfOneThatEndedIsReadFromAbove) {
  const World::Other other = world_.make_other("meadow");
  const auto may_read_log = [&](const Principal& by) {
    return message_of(world_.iam->authorize(by, "audit:GetEndedLog",
                                            {"belfry:audit/x", other.tenant.id},
                                            {.time = world_.clock.now()}));
  };
  EXPECT_EQ(may_read_log(staff_), "iam.denied");
  ASSERT_EQ(suspend(staff_, other.tenant.id), "");
  EXPECT_EQ(may_read_log(staff_), "iam.denied");
  ASSERT_EQ(end(staff_, other.tenant.id), "");
  EXPECT_EQ(may_read_log(staff_), "");
  EXPECT_EQ(may_read_log(customer_), "iam.denied");
}

}  // namespace
}  // namespace belfry::iam
