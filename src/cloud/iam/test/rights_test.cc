#include "rights.h"

#include <gtest/gtest.h>

#include <string>

namespace belfry::iam {
namespace {

constexpr TenantId kCustomer{2}, kPartner{3}, kBelowPartner{4}, kUnknown{99};

class RightsTest : public testing::Test {
 protected:
  RightsTest() {
    tree_.read(0,
               {{kProviderTenant, {}},
                {kCustomer, {kProviderTenant}},
                {kPartner, {kProviderTenant}},
                {kBelowPartner, {kPartner}}},
               {});
  }

  std::string decide_as(Role role, TenantId tenant, std::string_view action, TenantId owner,
                        const std::string& resource = "x", bool second_factor = true) {
    const Principal principal{.tenant = tenant,
                              .user = UserId{7},
                              .name = "somebody",
                              .role = role,
                              .method = Method::kSession,
                              .credential = "s",
                              .second_factor = second_factor};
    auto decided = decide(tree_, principal, action, {resource, owner}, {}, attached_);
    return decided ? "allowed" : decided.error().message();
  }

  TenantTree tree_;
  policy::PolicyPtr attached_;  // to the resource
};

policy::PolicyPtr attached(const std::string& effect, const std::string& principal,
                           const std::string& action = "s3:*") {
  auto compiled =
      policy::compile(R"({"Statement": {"Effect": ")" + effect + R"(", "Principal": )" + principal +
                          R"(, "Action": ")" + action + R"(", "Resource": "*"}})",
                      policy::Kind::kResource);
  EXPECT_TRUE(compiled);
  return *compiled;
}

constexpr Role kRoles[] = {Role::kProviderAdministrator, Role::kOperator,
                           Role::kTenantAdministrator, Role::kMember, Role::kReader};

// One row an action, one column a role in its own tenant: the provider's for the first two, a
// customer's for the others. "P": what the provider owns, "O": what its own tenant owns.
struct Line {
  const char* action;
  char owner;
  const char* roles;  // + allowed, - denied, in the order of kRoles
};
constexpr Line kMatrix[] = {
    {"disk:ListDisks", 'P', "++---"},
    {"disk:Scrub", 'P', "++---"},
    {"disk:Readmit", 'P', "++---"},
    {"topology:GetTopology", 'P', "++---"},
    {"measure:GetMeasure", 'P', "+++++"},
    {"measure:ListMeasures", 'O', "+++++"},
    {"measure:CheckMeasure", 'P', "++---"},
    {"s3:GetObject", 'O', "+-+++"},
    {"s3:HeadBucket", 'O', "+-+++"},
    {"s3:ListBucket", 'O', "+-+++"},
    {"s3:ListAllMyBuckets", 'O', "+-+++"},
    {"s3:PutObject", 'O', "+-++-"},
    {"s3:GetBucketPolicy", 'O', "+-+++"},
    {"s3:PutBucketPolicy", 'O', "+-+--"},
    {"s3:DeleteBucketPolicy", 'O', "+-+--"},
    {"s3:GetBucketPublicAccessBlock", 'O', "+-+++"},
    {"s3:PutBucketPublicAccessBlock", 'O', "+-+--"},
    {"iam:GetPublicAccess", 'O', "+-+--"},
    {"iam:SetPublicAccess", 'O', "+-+--"},
    {"s3:DeleteObject", 'O', "+-++-"},
    {"s3:CreateBucket", 'O', "+-++-"},
    {"s3:AbortMultipartUpload", 'O', "+-++-"},
    {"audit:ListEvents", 'O', "+++--"},
    {"audit:GetKeys", 'O', "+++--"},
    {"audit:ExportEvents", 'O', "+++--"},
    {"audit:GetVerifierKey", 'O', "+++--"},
    {"audit:PlaceHold", 'O', "+-+--"},
    {"audit:ReleaseHold", 'O', "+-+--"},
    {"audit:ListHolds", 'O', "+++--"},
    {"attestation:ListAttestations", 'O', "+-+-+"},
    {"attestation:SignAttestation", 'O', "+-+--"},
    {"attestation:WithdrawAttestation", 'O', "+-+--"},
    {"iam:ListUsers", 'O', "+-+--"},
    {"iam:CreateUser", 'O', "+-+--"},
    {"iam:SetUserActive", 'O', "+-+--"},
    {"iam:CreateAccessKey", 'O', "+-+--"},
    {"iam:ListTenants", 'O', "+++++"},
    {"people:ListPeople", 'O', "+-+--"},
    {"people:RecordDeparture", 'O', "+-+--"},
    {"registers:ListEntries", 'P', "++---"},
    {"registers:GetEntry", 'P', "++---"},
    {"registers:ExportEntries", 'P', "++---"},
    {"registers:EnterEntry", 'P', "+----"},
    {"registers:ApproveVersion", 'P', "+----"},
    {"registers:EnterEntry", 'O', "+----"},
    {"service:Metrics", 'P', "-----"},
    {"iam", 'O', "-----"},
    {"", 'O', "-----"},
};

TEST_F(RightsTest, FollowsTheMatrix) {
  for (const Line& line : kMatrix)
    for (std::size_t i = 0; i < std::size(kRoles); ++i) {
      const TenantId tenant = i < 2 ? kProviderTenant : kCustomer;
      const TenantId owner = line.owner == 'P' ? kProviderTenant : tenant;
      EXPECT_EQ(decide_as(kRoles[i], tenant, line.action, owner),
                line.roles[i] == '+' ? "allowed" : "iam.denied")
          << line.action << " as " << name_of(kRoles[i]);
    }
}

TEST_F(RightsTest, NobodyTouchesObjectsOfAnotherTenant) {
  for (Role role : kRoles)
    for (TenantId tenant : {kProviderTenant, kCustomer, kPartner})
      for (TenantId owner : {kProviderTenant, kCustomer, kPartner, kBelowPartner, kUnknown})
        for (const char* action : {"s3:GetObject", "s3:ListBucket", "s3:PutObject", "s3:*"})
          if (owner != tenant) EXPECT_EQ(decide_as(role, tenant, action, owner), "iam.denied");
}

TEST_F(RightsTest, AdministersTheTreeDownwardsOnly) {
  const auto administrator = [&](TenantId tenant, std::string_view action, TenantId owner) {
    const Role role =
        tenant == kProviderTenant ? Role::kProviderAdministrator : Role::kTenantAdministrator;
    return decide_as(role, tenant, action, owner);
  };
  EXPECT_EQ(administrator(kProviderTenant, "iam:CreateUser", kBelowPartner), "allowed");
  EXPECT_EQ(administrator(kPartner, "iam:CreateUser", kBelowPartner), "allowed");
  for (const char* action : {"iam:CreateUser", "iam:ListUsers", "iam:SetUserActive"}) {
    EXPECT_EQ(administrator(kPartner, action, kProviderTenant), "iam.denied");
    EXPECT_EQ(administrator(kPartner, action, kCustomer), "iam.denied");
    EXPECT_EQ(administrator(kBelowPartner, action, kPartner), "iam.denied");
    EXPECT_EQ(administrator(kCustomer, action, kUnknown), "iam.denied");
  }
  // What signs requests, and the log, are the tenant's alone.
  for (const char* action : {"iam:CreateAccessKey", "audit:ListEvents", "audit:GetKeys"})
    EXPECT_EQ(administrator(kProviderTenant, action, kCustomer), "iam.denied") << action;
  EXPECT_EQ(administrator(kProviderTenant, "iam:DeleteAccessKey", kCustomer), "allowed");
  // The provider holds what the law wants of any log, and reads nothing of it; a partner does not.
  for (const char* action : {"audit:PlaceHold", "audit:ReleaseHold", "audit:ListHolds"}) {
    EXPECT_EQ(administrator(kProviderTenant, action, kCustomer), "allowed") << action;
    EXPECT_EQ(administrator(kPartner, action, kBelowPartner), "iam.denied") << action;
    EXPECT_EQ(administrator(kCustomer, action, kProviderTenant), "iam.denied") << action;
    EXPECT_EQ(decide_as(Role::kOperator, kProviderTenant, action, kCustomer), "iam.denied");
  }
  EXPECT_EQ(administrator(kProviderTenant, "audit:ExportHold", kCustomer), "iam.denied");
}

// Seen from above, signed by one's own alone.
TEST_F(RightsTest, AttestationsAreTheCustomersOwn) {
  const char* list = "attestation:ListAttestations";
  EXPECT_EQ(decide_as(Role::kProviderAdministrator, kProviderTenant, list, kBelowPartner),
            "allowed");
  EXPECT_EQ(decide_as(Role::kOperator, kProviderTenant, list, kCustomer), "allowed");
  EXPECT_EQ(decide_as(Role::kReader, kProviderTenant, list, kCustomer), "iam.denied");
  EXPECT_EQ(decide_as(Role::kTenantAdministrator, kPartner, list, kBelowPartner), "allowed");
  EXPECT_EQ(decide_as(Role::kReader, kPartner, list, kBelowPartner), "iam.denied");
  for (const TenantId owner : {kCustomer, kProviderTenant, kUnknown})
    EXPECT_EQ(decide_as(Role::kTenantAdministrator, kPartner, list, owner), "iam.denied");
  for (const char* act : {"attestation:SignAttestation", "attestation:WithdrawAttestation"}) {
    EXPECT_EQ(decide_as(Role::kProviderAdministrator, kProviderTenant, act, kCustomer),
              "iam.denied");
    EXPECT_EQ(decide_as(Role::kOperator, kProviderTenant, act, kCustomer), "iam.denied");
    EXPECT_EQ(decide_as(Role::kTenantAdministrator, kPartner, act, kBelowPartner), "iam.denied");
    EXPECT_EQ(decide_as(Role::kTenantAdministrator, kCustomer, act, kCustomer), "allowed");
    EXPECT_EQ(decide_as(Role::kTenantAdministrator, kCustomer, act, kCustomer, "x", false),
              "iam.second_factor_needed");
  }
}

// Read by all staff that may read, kept by administrators.
TEST_F(RightsTest, RegistersAreTheProvidersOwn) {
  for (const char* reads : {"registers:ListEntries", "registers:GetFile"}) {
    EXPECT_EQ(decide_as(Role::kReader, kProviderTenant, reads, kProviderTenant), "allowed");
    EXPECT_EQ(decide_as(Role::kMember, kProviderTenant, reads, kProviderTenant), "iam.denied");
    EXPECT_EQ(decide_as(Role::kReader, kPartner, reads, kProviderTenant), "iam.denied");
  }
  for (const char* changes : {"registers:ChangeEntry", "registers:ScanEntry"})
    for (const Role role : {Role::kReader, Role::kOperator, Role::kMember})
      EXPECT_EQ(decide_as(role, kProviderTenant, changes, kProviderTenant), "iam.denied");
}

TEST_F(RightsTest, PrivilegedRolesDoNothingWithoutASecondFactor) {
  for (const Line& line : kMatrix)
    for (std::size_t i = 0; i < 3; ++i) {
      const TenantId tenant = i < 2 ? kProviderTenant : kCustomer;
      const TenantId owner = line.owner == 'P' ? kProviderTenant : tenant;
      EXPECT_NE(decide_as(kRoles[i], tenant, line.action, owner, "x", false), "allowed")
          << line.action;
    }
  const std::string own = resource_of(UserId{7});
  for (const char* action : {"iam:ManageOwnFactors", "iam:SignOut", "iam:ChangePassword"})
    EXPECT_EQ(decide_as(Role::kProviderAdministrator, kProviderTenant, action, kProviderTenant, own,
                        false),
              "allowed");
  for (const char* action : {"iam:CreateApiToken", "iam:CreateAccessKey"})
    EXPECT_EQ(decide_as(Role::kProviderAdministrator, kProviderTenant, action, kProviderTenant, own,
                        false),
              "iam.second_factor_needed");
  EXPECT_EQ(decide_as(Role::kMember, kCustomer, "s3:PutObject", kCustomer, "x", false), "allowed");
}

TEST_F(RightsTest, OnesOwnIsNotAnothers) {
  EXPECT_EQ(
      decide_as(Role::kMember, kCustomer, "iam:CreateAccessKey", kCustomer, resource_of(UserId{7})),
      "allowed");
  EXPECT_EQ(
      decide_as(Role::kMember, kCustomer, "iam:CreateAccessKey", kCustomer, resource_of(UserId{8})),
      "iam.denied");
}

TEST_F(RightsTest, StaffRolesAreNobodyElsewhere) {
  EXPECT_EQ(decide_as(Role::kProviderAdministrator, kCustomer, "disk:ListDisks", kProviderTenant),
            "iam.denied");
  EXPECT_EQ(decide_as(Role::kProviderAdministrator, kCustomer, "iam:ListUsers", kCustomer),
            "iam.denied");
}

// A bucket of kCustomer opens itself to kPartner's users, who are allowed what their roles allow.
TEST_F(RightsTest, ABucketsPolicyOpensTheWallToWhomItNames) {
  const std::string bucket = "arn:aws:s3:::b/key";
  attached_ = attached("Allow", R"({"AWS": "000000000003"})");
  for (Role role : {Role::kTenantAdministrator, Role::kMember, Role::kReader}) {
    EXPECT_EQ(decide_as(role, kPartner, "s3:GetObject", kCustomer, bucket), "allowed");
    EXPECT_EQ(decide_as(role, kBelowPartner, "s3:GetObject", kCustomer, bucket), "iam.denied");
  }
  EXPECT_EQ(decide_as(Role::kReader, kPartner, "s3:PutObject", kCustomer, bucket), "iam.denied");
  EXPECT_EQ(decide_as(Role::kMember, kPartner, "s3:PutObject", kCustomer, bucket), "allowed");
  EXPECT_EQ(
      decide_as(Role::kTenantAdministrator, kPartner, "s3:GetObject", kCustomer, bucket, false),
      "iam.second_factor_needed");
  for (const char* action : {"s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"})
    EXPECT_EQ(decide_as(Role::kTenantAdministrator, kPartner, action, kCustomer, bucket),
              "iam.denied");
  attached_ = attached("Allow", R"({"AWS": "arn:aws:iam::000000000003:user/somebody"})");
  EXPECT_EQ(decide_as(Role::kMember, kPartner, "s3:GetObject", kCustomer, bucket), "allowed");
  EXPECT_EQ(decide_as(Role::kMember, kBelowPartner, "s3:GetObject", kCustomer, bucket),
            "iam.denied");
  EXPECT_EQ(decide_as(Role::kMember, kPartner, "iam:ListUsers", kCustomer, bucket), "iam.denied");
}

TEST_F(RightsTest, NoBucketsPolicyLetsStaffIn) {
  attached_ = attached("Allow", R"({"AWS": "000000000001"})");
  for (Role role : kRoles)
    EXPECT_EQ(decide_as(role, kProviderTenant, "s3:GetObject", kCustomer, "arn:aws:s3:::b/key"),
              "iam.denied");
}

TEST_F(RightsTest, ABucketsPolicyWithinTheTenant) {
  const std::string bucket = "arn:aws:s3:::b";
  const auto ask = [&](Role role, std::string_view action, bool second_factor = true) {
    return decide_as(role, kCustomer, action, kCustomer, bucket, second_factor);
  };
  attached_ = attached("Deny", "\"*\"");
  EXPECT_EQ(ask(Role::kTenantAdministrator, "s3:GetObject"), "iam.denied");
  EXPECT_EQ(ask(Role::kTenantAdministrator, "s3:PutBucketPolicy"), "allowed");
  EXPECT_EQ(ask(Role::kTenantAdministrator, "s3:DeleteBucketPolicy"), "allowed");
  EXPECT_EQ(ask(Role::kReader, "s3:GetBucketPolicy"), "iam.denied");
  // Named itself, a user needs no right of its own, but for the policy.
  attached_ = attached("Allow", R"({"AWS": "arn:aws:iam::000000000002:user/somebody"})");
  EXPECT_EQ(ask(Role::kReader, "s3:PutObject"), "allowed");
  EXPECT_EQ(ask(Role::kReader, "s3:PutBucketPolicy"), "iam.denied");
  EXPECT_EQ(ask(Role::kMember, "s3:PutBucketPolicy"), "iam.denied");
  attached_ = attached("Allow", R"({"AWS": "000000000002"})");
  EXPECT_EQ(ask(Role::kReader, "s3:PutObject"), "iam.denied") << "the account decides by itself";
}

TEST_F(RightsTest, WhoLetsOthersInHasASecondFactor) {
  auto held = std::make_shared<HeldPolicies>();
  held->policies = {
      *policy::compile(R"({"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}})",
                       policy::Kind::kIdentity)};
  Principal member{.tenant = kCustomer,
                   .user = UserId{7},
                   .name = "somebody",
                   .role = Role::kMember,
                   .method = Method::kAccessKey,
                   .credential = "k",
                   .held = held};
  const Resource bucket{"arn:aws:s3:::b", kCustomer};
  EXPECT_TRUE(decide(tree_, member, "s3:GetBucketPolicy", bucket));
  EXPECT_EQ(decide(tree_, member, "s3:PutBucketPolicy", bucket).error().message(),
            "iam.second_factor_needed");
  member.second_factor = true;
  EXPECT_TRUE(decide(tree_, member, "s3:PutBucketPolicy", bucket));
}

TEST_F(RightsTest, ADelegationAllowsItsActAndNothingElse) {
  auto held = std::make_shared<HeldPolicies>();
  held->delegate = held->privileged = true;
  Principal by{.tenant = kCustomer,
               .user = UserId{7},
               .name = "head",
               .role = Role::kReader,
               .method = Method::kSession,
               .credential = "s",
               .second_factor = true,
               .held = held};
  const auto may = [&](std::string_view action, DelegatedAct act, TenantId owner = kCustomer) {
    auto decided =
        decide(tree_, by, action, {.name = "belfry:user/8", .tenant = owner, .delegated = act});
    return decided ? "allowed" : decided.error().message();
  };
  EXPECT_EQ(may("iam:GiveProfile", DelegatedAct::kGive), "allowed");
  EXPECT_EQ(may("iam:GetUser", DelegatedAct::kSee), "allowed");
  for (DelegatedAct act : {DelegatedAct::kSee, DelegatedAct::kInvite, DelegatedAct::kSuspend,
                           DelegatedAct::kGive, DelegatedAct::kApprove})
    for (std::string_view action :
         {"iam:CreateUser", "iam:DeleteUser", "iam:SetBoundary", "iam:ChangeProfile",
          "iam:CreateDelegation", "iam:EndDelegation", "iam:SetAccessRules", "iam:CreateAccessKey",
          "iam:AskForFactorReset", "iam:ListSessions", "sts:AssumeRole", "audit:ListEvents"})
      EXPECT_EQ(may(action, act), "iam.denied") << action;
  EXPECT_EQ(may("iam:SetUserActive", DelegatedAct::kGive), "iam.denied") << "another act's";
  EXPECT_EQ(may("iam:GiveProfile", DelegatedAct::kGive, kPartner), "iam.denied");
  by.second_factor = false;
  EXPECT_EQ(may("iam:GiveProfile", DelegatedAct::kGive), "iam.second_factor_needed");
  by.second_factor = true;
  by.assumed = std::make_shared<AssumedRole>();
  EXPECT_EQ(may("iam:GiveProfile", DelegatedAct::kGive), "iam.denied") << "a role is no delegate";
  by.assumed = nullptr;
  by.role = Role::kOperator;
  EXPECT_EQ(may("iam:GiveProfile", DelegatedAct::kGive), "iam.denied");
  by.role = Role::kReader;
  held->policies = {*policy::compile(
      R"({"Statement": {"Effect": "Deny", "Action": "iam:Give*", "Resource": "*"}})",
      policy::Kind::kIdentity)};
  EXPECT_EQ(may("iam:GiveProfile", DelegatedAct::kGive), "iam.denied") << "a denial binds it";
  held->policies.clear();
  held->delegate = false;
  EXPECT_EQ(may("iam:GiveProfile", DelegatedAct::kGive), "iam.denied") << "who is none";
}

TEST_F(RightsTest, WithoutAMethodNothingIsAllowed) {
  const Principal nobody{.tenant = kProviderTenant,
                         .role = Role::kProviderAdministrator,
                         .credential = {},
                         .second_factor = true};
  EXPECT_FALSE(decide(tree_, nobody, "measure:GetMeasure", {"x", kProviderTenant}, {}));
}

}  // namespace
}  // namespace belfry::iam
