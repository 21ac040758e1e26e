// Accounts, rights and keys as they should not be: made through the product, as people make them.
#include "prepared_provider.h"

#include <gmock/gmock.h>

namespace belfry::measures_broken {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto kDay = std::chrono::hours(24);
constexpr const char* kReadDocuments =
    R"({"Statement": {"Effect": "Allow", "Action": "s3:GetObject", )"
    R"("Resource": "arn:aws:s3:::documents/*"}})";

TEST_F(MeasuresBroken, AccountOfNobodyInParticular) {
  // What the first start made is nobody's own: it fails until people have accounts.
  EXPECT_THAT(failing("S07-P-11"), ElementsAre("user admin: named after a task, not a person"));
  create_user(iam::kProviderTenant, "ines.moreau", iam::Role::kProviderAdministrator,
              "ines@belfry.example");
  enrol(sign_in("ines.moreau"));  // the last who administers is not suspended
  suspend(iam::kProviderTenant, "admin");
  EXPECT_EQ(verdict("S07-P-11"), "pass");

  create_user(iam::kProviderTenant, "Backup", iam::Role::kReader, "backup@belfry.example");
  EXPECT_EQ(verdict("S07-P-11"), "fail");
  EXPECT_EQ(why("S07-P-11", "user Backup"), "named after a task, not a person");
  suspend(iam::kProviderTenant, "Backup");
  EXPECT_EQ(verdict("S07-P-11"), "pass");

  create_user(iam::kProviderTenant, "ines2", iam::Role::kReader, "Ines@belfry.example");
  EXPECT_THAT(failing("S07-P-11"), ElementsAre("user ines.moreau: one address for 2 accounts",
                                               "user ines2: one address for 2 accounts"));
  suspend(iam::kProviderTenant, "ines2");
  create_user(iam::kProviderTenant, "oleg", iam::Role::kReader);
  EXPECT_THAT(failing("S07-P-11"), ElementsAre("user oleg: no address of a person"));
  // Customers' accounts are theirs to judge.
  create_user(iam::kFirstCustomer, "sales", iam::Role::kMember);
  EXPECT_EQ(why("S07-P-11", "user sales"), "");
}

TEST_F(MeasuresBroken, ProfileGivenToAPersonDirectly) {
  EXPECT_EQ(verdict("S07-P-07"), "pass");
  iam::Profiles& profiles = provider().iam().profiles();
  const iam::Principal by = system_in(iam::kProviderTenant);
  const UserId user = create_user(iam::kProviderTenant, "ines", iam::Role::kReader).id;
  const auto profile = must(profiles.create_profile(by, "Documents", kReadDocuments)).id;
  const auto group = must(profiles.create_group(by, "Archivists")).id;
  must(profiles.add_member(by, group, user));
  must(profiles.give_profile(by, profile, {.user = {}, .group = group}));
  EXPECT_EQ(verdict("S07-P-07"), "pass") << "by a group, as the promise says";

  must(profiles.give_profile(by, profile, {.user = user, .group = {}}));
  EXPECT_EQ(verdict("S07-P-07"), "fail");
  EXPECT_THAT(failing("S07-P-07"),
              ElementsAre("user ines: role reader, in 1 group, 1 profile given directly"));
  must(profiles.withdraw_profile(by, profile, {.user = user, .group = {}}));
  EXPECT_EQ(verdict("S07-P-07"), "pass");
}

TEST_F(MeasuresBroken, PrivilegesThatNobodyUses) {
  EXPECT_EQ(verdict("S07-P-05"), "pass");
  iam::Profiles& profiles = provider().iam().profiles();
  const iam::Principal by = system_in(iam::kProviderTenant);
  const auto all = must(profiles.create_profile(
      by, "All", R"({"Statement": {"Effect": "Allow", "Action": [ "*" ], "Resource": "*"}})"));
  EXPECT_EQ(verdict("S07-P-05"), "fail");
  EXPECT_THAT(failing("S07-P-05"), ElementsAre("profile All: may allow something of 8 services"));
  must(profiles.change_profile(by, all.id, kReadDocuments));
  EXPECT_EQ(verdict("S07-P-05"), "pass");

  clock().jump(91 * kDay);
  EXPECT_EQ(verdict("S07-P-05"), "fail");
  EXPECT_THAT(
      failing("S07-P-05"),
      ElementsAre("user admin: privileges as provider_administrator, last sign-in 91 days ago"));
  create_user(iam::kProviderTenant, "ines", iam::Role::kProviderAdministrator);
  enrol(sign_in("ines"));
  suspend(iam::kProviderTenant, "admin");
  EXPECT_EQ(verdict("S07-P-05"), "pass");
}

// Beside a second factor a short password is enough; the factor goes, the password stays.
TEST_F(MeasuresBroken, ShortPasswordWithoutItsSecondFactor) {
  EXPECT_EQ(verdict("S07-P-12"), "pass") << testing::PrintToString(failing("S07-P-12"));
  iam::Iam& iam = provider().iam();
  create_user(iam::kProviderTenant, "ines", iam::Role::kReader);
  iam::Principal session = enrol(sign_in("ines"));
  must(iam.change_password(session, kUserPassword, "quay-otter9"));
  EXPECT_EQ(verdict("S07-P-12"), "pass");

  const auto factors = must(iam.second_factors().list_factors(session)).factors;
  ASSERT_EQ(factors.size(), 1u);
  must(iam.second_factors().remove_factor(session, factors[0].id));
  EXPECT_EQ(verdict("S07-P-12"), "fail");
  EXPECT_THAT(failing("S07-P-12"), ElementsAre("user ines: at least 8 characters, 15 needed"));
  session = enrol(session);
  EXPECT_EQ(verdict("S07-P-12"), "pass");
}

TEST_F(MeasuresBroken, CustomersAccountThatNobodyUses) {
  EXPECT_THAT(failing("S07-C-02"), ElementsAre("user customer: named after a task, not a person"));
  create_user(iam::kFirstCustomer, "ines", iam::Role::kTenantAdministrator);
  create_user(iam::kFirstCustomer, "oleg", iam::Role::kMember);
  const auto ines = sign_in("ines");
  const std::string seed = must(provider().iam().begin_totp(ines));
  must(provider().iam().confirm_totp(ines, code_of(seed)));
  suspend(iam::kFirstCustomer, "customer");
  EXPECT_EQ(verdict("S07-C-02"), "pass");
  clock().jump(60 * kDay);
  sign_in("ines", code_of(seed));
  EXPECT_EQ(verdict("S07-C-02"), "pass");
  clock().jump(31 * kDay);
  EXPECT_EQ(verdict("S07-C-02"), "fail");
  EXPECT_THAT(failing("S07-C-02"), ElementsAre("user oleg: not used for 91 days"));
  // The customer's own row, and nobody else's.
  auto own = must(provider().measures().last_of("S07-C-02", iam::kFirstCustomer, 100));
  EXPECT_EQ(own.rows.size(), 2u);
  EXPECT_THAT(must(provider().measures().last_of("S07-C-02", TenantId{3}, 100)).rows, IsEmpty());
  suspend(iam::kFirstCustomer, "oleg");
  EXPECT_EQ(verdict("S07-C-02"), "pass");
}

TEST_F(MeasuresBroken, CustomerOfAdministrators) {
  EXPECT_EQ(verdict("S07-C-03"), "pass");
  for (const char* name : {"ines", "oleg", "nadia"})
    create_user(iam::kFirstCustomer, name, iam::Role::kTenantAdministrator);
  EXPECT_EQ(verdict("S07-C-03"), "fail");
  EXPECT_THAT(failing("S07-C-03"),
              ElementsAre("tenant Demonstration: 4 administrators among 4 users"));
  for (const char* name : {"paul", "rosa", "sami", "tess"})
    create_user(iam::kFirstCustomer, name, iam::Role::kMember);
  EXPECT_EQ(verdict("S07-C-03"), "pass");

  clock().jump(91 * kDay);
  sign_in("ines");
  EXPECT_EQ(why("S07-C-03", "user oleg"),
            "privileges as tenant_administrator, last sign-in 91 days ago");
  EXPECT_EQ(why("S07-C-03", "user ines"), "");
}

TEST_F(MeasuresBroken, CustomersUserWithoutSecondFactor) {
  // Everybody has one, and yet nothing asks the next user for it.
  EXPECT_THAT(failing("S07-C-04"),
              ElementsAre("tenant Demonstration: does not ask everybody for a second factor"));
  iam::FactorRules& rules = provider().iam().factor_rules();
  const iam::Principal by = system_in(iam::kFirstCustomer);
  must(rules.set_factor_rule(by, iam::FactorNeed::kEverybody));
  EXPECT_EQ(verdict("S07-C-04"), "pass");
  create_user(iam::kFirstCustomer, "ines", iam::Role::kMember);
  EXPECT_EQ(verdict("S07-C-04"), "fail");
  EXPECT_THAT(failing("S07-C-04"),
              ElementsAre("user ines: role member, 0 second factors in force"));
  enrol(sign_in("ines"));
  EXPECT_EQ(verdict("S07-C-04"), "pass");
  must(rules.set_factor_rule(by, iam::FactorNeed::kPrivileged));
  EXPECT_EQ(verdict("S07-C-04"), "fail");
}

TEST_F(MeasuresBroken, TermsThatAUserDidNotAccept) {
  EXPECT_EQ(verdict("S10-C-03"), "no_data") << "nothing was published";
  iam::Iam& iam = provider().iam();
  iam::Principal publisher = system_in(iam::kProviderTenant);
  publisher.user = must(iam.list_users(publisher, iam::kProviderTenant, {})).things.at(0).id;
  const auto publish = [&](const char* version) {
    must(
        iam.terms().publish_terms(publisher, version, "Be kind.", "Soyez aimable.", clock().now()));
    clock().jump(std::chrono::minutes(1));
  };
  create_user(iam::kFirstCustomer, "ines", iam::Role::kTenantAdministrator);
  const iam::Principal ines = sign_in("ines");
  const std::string seed = must(iam.begin_totp(ines));
  must(iam.confirm_totp(ines, code_of(seed)));
  suspend(iam::kFirstCustomer, "customer");

  publish("2026-1");
  EXPECT_EQ(verdict("S10-C-03"), "pass") << "there is time";
  must(iam.terms().accept_terms(sign_in("ines", code_of(seed)), "2026-1"));
  clock().jump(31 * kDay);
  EXPECT_EQ(verdict("S10-C-03"), "pass");
  publish("2026-2");
  clock().jump(31 * kDay);
  EXPECT_EQ(verdict("S10-C-03"), "fail");
  EXPECT_THAT(failing("S10-C-03"),
              ElementsAre("user ines: has not accepted version 2026-2, published 31 days ago"));
  must(iam.terms().accept_terms(sign_in("ines", code_of(seed)), "2026-2"));
  EXPECT_EQ(verdict("S10-C-03"), "pass");
}

TEST_F(MeasuresBroken, CustomersKeyThatIsNotRenewed) {
  EXPECT_EQ(verdict("S07-C-06"), "no_data") << "the provider's keys are not the customer's";
  create_user(iam::kFirstCustomer, "ines", iam::Role::kMember);
  auto old = must(provider().iam().create_access_key(sign_in("ines"), sign_in("ines").user));
  EXPECT_EQ(verdict("S07-C-06"), "pass");
  clock().jump(181 * kDay);
  EXPECT_EQ(verdict("S07-C-06"), "fail");
  EXPECT_THAT(failing("S07-C-06"),
              ElementsAre("key " + old.key.id + ": of ines, made 181 days ago"));
  const iam::Principal ines = sign_in("ines");
  must(provider().iam().create_access_key(ines, ines.user));
  must(provider().iam().delete_access_key(ines, old.key.id));
  EXPECT_EQ(verdict("S07-C-06"), "pass");
}

}  // namespace
}  // namespace belfry::measures_broken
