// A privileged user of the provider without a second factor.
#include "base/text_encoding.h"
#include "crypto/password.h"
#include "iam/iam.h"
#include "prepared_provider.h"

#include <gmock/gmock.h>

namespace belfry::measures_broken {
namespace {

using testing::ElementsAre;

const iam::Principal kAdministrator{.tenant = iam::kProviderTenant,
                                    .user = UserId{1},
                                    .name = "admin",
                                    .role = iam::Role::kProviderAdministrator,
                                    .method = iam::Method::kSystem,
                                    .second_factor = true};
constexpr const char* kPassword = "Otters-and-9-lanterns-by-the-quay";

TEST_F(MeasuresBroken, AdministratorWithoutSecondFactor) {
  EXPECT_EQ(verdict("S07-P-13"), "pass");
  iam::Iam& iam = provider().iam();
  for (auto [name, role] : {std::pair("nadia", iam::Role::kProviderAdministrator),
                            std::pair("oleg", iam::Role::kOperator)}) {
    auto user =
        must(iam.create_user(kAdministrator, iam::kProviderTenant, name, "", role, kPassword));
    EXPECT_EQ(verdict("S07-P-13"), "fail") << name;
    EXPECT_THAT(failing("S07-P-13"),
                ElementsAre("user " + std::string(name) + ": role " +
                            std::string(iam::name_of(role)) + ", 0 second factors in force"));

    // Until the factor is enrolled the session may do nothing else, so it breaks nothing itself.
    auto opened = must(iam.sign_in({name, kPassword, "", "192.0.2.1", "test"}));
    EXPECT_EQ(check("S07-P-13").status.violations, 1);
    auto by = must(iam.authenticate_session(opened.secret, iam::Origin{"127.0.0.1", "test"}));
    auto refused = iam.authorize(by, "measure:CheckMeasure", {"*", iam::kProviderTenant}, {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message(), "iam.second_factor_needed");

    std::string seed = must(iam.begin_totp(by));
    EXPECT_EQ(verdict("S07-P-13"), "fail") << "a seed that nobody proved is no factor";
    auto octets = from_base32(seed);
    ASSERT_TRUE(octets);
    auto seconds = std::chrono::floor<std::chrono::seconds>(clock().now()).time_since_epoch();
    must(iam.confirm_totp(by, crypto::totp_at(*octets, seconds.count() / 30)));
    EXPECT_EQ(verdict("S07-P-13"), "pass");
    EXPECT_EQ(user.name, name);
  }
}

// Customers' administrators are not the provider's, and a suspended user can do nothing.
TEST_F(MeasuresBroken, SuspendedUsersAndMembersNeedNoFactor) {
  iam::Iam& iam = provider().iam();
  must(iam.create_user(kAdministrator, iam::kProviderTenant, "ines", "", iam::Role::kReader,
                       kPassword));
  EXPECT_EQ(verdict("S07-P-13"), "pass");
  auto user = must(iam.create_user(kAdministrator, iam::kProviderTenant, "oleg", "",
                                   iam::Role::kOperator, kPassword));
  EXPECT_EQ(verdict("S07-P-13"), "fail");
  must(iam.set_user_active(kAdministrator, user.id, false));
  EXPECT_EQ(verdict("S07-P-13"), "pass");
}

}  // namespace
}  // namespace belfry::measures_broken
