// What people call their organisation when they sign in.
#include "tenant_tree.h"

#include "iam/iam.h"
#include "sign_in_names.h"

#include <gtest/gtest.h>

namespace belfry::iam {
namespace {

constexpr TenantId kPartner{10}, kAcme{11}, kBelowPartner{12}, kSlash{13}, kBelowSlash{14},
    kNumber{15}, kFirst{16}, kSecond{17};

class TenantTreeTest : public testing::Test {
 protected:
  TenantTreeTest() {
    tree_.read(0,
               {{kProviderTenant, {{}, "Provider"}},
                {kPartner, {kProviderTenant, "Quay"}},
                {kAcme, {kProviderTenant, "Acme"}},
                {kBelowPartner, {kPartner, "Acme"}},
                {kSlash, {kProviderTenant, "Maersk A/S"}},
                {kBelowSlash, {kSlash, "Boats"}},
                {kNumber, {kProviderTenant, "11"}},
                {kFirst, {kProviderTenant, "Twin"}},
                {kSecond, {kProviderTenant, "TWIN"}}},
               {});
  }

  TenantTree tree_;
};

TEST_F(TenantTreeTest, CallsTenantsByTheirNamesFromAbove) {
  EXPECT_EQ(tree_.organisation_of(kProviderTenant), "");
  EXPECT_EQ(tree_.organisation_of(kAcme), "Acme");
  EXPECT_EQ(tree_.organisation_of(kBelowPartner), "Quay/Acme");
  EXPECT_EQ(tree_.find_organisation(""), kProviderTenant);
  EXPECT_EQ(tree_.find_organisation("aCME"), kAcme);
  EXPECT_EQ(tree_.find_organisation("quay/acme"), kBelowPartner);
  EXPECT_EQ(tree_.find_organisation("12"), kBelowPartner);
  EXPECT_EQ(tree_.find_organisation("000000000012"), kBelowPartner);
  for (const char* nobody : {"Provider", "Acme/", "/Acme", "Quay/", "99999999999999999999", " "})
    EXPECT_EQ(tree_.find_organisation(nobody), std::nullopt) << nobody;
}

TEST_F(TenantTreeTest, CallsThoseByTheNumberWhoseNamesTellTooLittle) {
  for (const TenantId tenant : {kSlash, kBelowSlash, kNumber, kFirst, kSecond}) {
    EXPECT_EQ(tree_.organisation_of(tenant), tenant.text());
    EXPECT_EQ(tree_.find_organisation(tenant.text()), tenant);
  }
  // A name takes nobody's number, nor nobody's path.
  EXPECT_EQ(tree_.find_organisation("11"), kAcme);
  EXPECT_EQ(tree_.find_organisation("Maersk A/S"), std::nullopt);
  EXPECT_EQ(tree_.find_organisation("twin"), std::nullopt);
}

TEST_F(TenantTreeTest, FollowsARenaming) {
  tree_.read(2, {{kPartner, {kProviderTenant, "Harbour"}}}, {});
  tree_.read(1, {{kPartner, {kProviderTenant, "Quay"}}}, {});  // read before
  EXPECT_EQ(tree_.organisation_of(kBelowPartner), "Harbour/Acme");
  EXPECT_EQ(tree_.find_organisation("quay/acme"), std::nullopt);
  EXPECT_EQ(tree_.find_organisation("harbour/acme"), kBelowPartner);
}

TEST_F(TenantTreeTest, ReadsWhatIsTyped) {
  EXPECT_EQ(sign_in_key(tree_, read_sign_in_name("Quay/Acme/Anna")), "12/anna");
  EXPECT_EQ(sign_in_key(tree_, read_sign_in_name("anna")), "1/anna");
  EXPECT_EQ(sign_in_key(tree_, read_sign_in_name(" anna ")), "1/anna");
  EXPECT_EQ(sign_in_key(tree_, read_sign_in_name("Nobody/anna")), "0/anna");
  EXPECT_EQ(sign_in_key(kAcme, "Anna"), "11/anna");
  EXPECT_EQ(read_sign_in_name("0012/anna").text(), read_sign_in_name("12/ANNA").text());
  EXPECT_NE(sign_in_key(tree_, read_sign_in_name("000/admin")), "1/admin") << "no tenant is zero";
  for (const char* empty : {"", "/", "Acme/"}) read_sign_in_name(empty);
  EXPECT_LE(read_sign_in_name(std::string(100'000, 'a')).name.size(), 300u);
  User anna;
  anna.tenant = kBelowPartner;
  anna.name = "Anna";
  EXPECT_EQ(sign_in_name(tree_, anna), "Quay/Acme/Anna");
}

TEST(TenantTree, KeepsWhatIsNewer) {
  TenantTree tree;
  const TenantTree::Places places = {
      {TenantId{1}, {}}, {TenantId{2}, {TenantId{1}}}, {TenantId{3}, {TenantId{2}}}};
  tree.read(5, places, {{TenantId{2}, {.above = "Provider"}}});
  EXPECT_TRUE(tree.is_stopped(TenantId{3}));
  tree.read(4, places, {});  // read before
  EXPECT_TRUE(tree.is_stopped(TenantId{2}));
  EXPECT_FALSE(tree.is_stopped(TenantId{1}));
  EXPECT_FALSE(tree.has_ended(TenantId{2}));
  tree.read(6, places, {});
  EXPECT_FALSE(tree.is_stopped(TenantId{2}));
}

}  // namespace
}  // namespace belfry::iam
