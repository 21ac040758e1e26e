#include "predefined.h"

#include "base/ensure.h"

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace belfry::iam {
namespace {

// One's own account, one's tenant's name and the annex: what everybody has. The first statement is
// all that a privileged user without a second factor has.
constexpr std::string_view kEverybody = R"({
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "OwnAccount", "Effect": "Allow",
     "Action": ["iam:GetSession", "iam:SignOut", "iam:ManageOwnFactors", "iam:ChangePassword",
                "iam:GetUser", "iam:ListSessions", "iam:RevokeSession",
                "iam:ListAccessKeys", "iam:CreateAccessKey", "iam:DeleteAccessKey",
                "iam:ListApiTokens", "iam:CreateApiToken", "iam:DeleteApiToken",
                "iam:RequestRight", "iam:GetRequest", "iam:CancelRequest", "iam:ListGrants",
                "iam:GetAccessRules", "iam:GetAccess", "iam:GetTerms", "iam:AcceptTerms",
                "iam:RequestIntervention", "iam:GetIntervention", "iam:EndIntervention",
                "iam:ReportIntervention",
                "iam:ListServiceAccounts", "iam:CreateServiceCredential",
                "iam:ListDelegations"],
     "Resource": "*",
     "Condition": {"ForAnyValue:StringEquals": {"belfry:ResourceScope": "self"}}},
    {"Sid": "OwnTenant", "Effect": "Allow",
     "Action": ["iam:ListTenants", "iam:GetTenant"], "Resource": "*",
     "Condition": {"ForAnyValue:StringEquals": {"belfry:ResourceScope": "own"}}},
    {"Sid": "Annex", "Effect": "Allow", "Action": ["measure:List*", "measure:Get*"],
     "Resource": "*",
     "Condition": {"ForAnyValue:StringEquals": {"belfry:ResourceScope": ["own", "provider"]}}}
  ]})";

// Users, keys, log and buckets of the tenant. Below it, an administrator sets up and suspends; what
// signs requests there is made by the tenant alone.
constexpr std::string_view kAdministrator = R"({
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "OwnTenant", "Effect": "Allow",
     "Action": ["iam:*", "audit:*", "people:*", "attestation:*"], "Resource": "*",
     "Condition": {"ForAnyValue:StringEquals": {"belfry:ResourceScope": "own"}}},
    {"Sid": "Roles", "Effect": "Allow", "Action": "sts:*", "Resource": "*"},
    {"Sid": "TenantsBelow", "Effect": "Allow",
     "Action": ["iam:ListTenants", "iam:GetTenant", "iam:CreateTenant", "iam:RenameTenant",
                "iam:SuspendTenant", "iam:ResumeTenant", "iam:EndTenant", "audit:GetEndedLog",
                "iam:ListUsers", "iam:GetUser",
                "iam:CreateUser", "iam:SetUserActive", "iam:ListAccessKeys", "iam:DeleteAccessKey",
                "iam:ListSessions", "iam:RevokeSession", "iam:Invite", "iam:ListInvitations",
                "iam:SendInvitation", "iam:WithdrawInvitation",
                "iam:ListFactorResets", "iam:AskForFactorReset", "iam:ApproveFactorReset",
                "iam:CancelFactorReset", "attestation:List*"],
     "Resource": "*",
     "Condition": {"ForAnyValue:StringEquals": {"belfry:ResourceScope": "below"}}}
  ]})";

constexpr std::string_view kBuckets = R"({
  "Version": "2012-10-17",
  "Statement": {"Sid": "Buckets", "Effect": "Allow", "Action": "s3:*", "Resource": "*"}})";

// All but who else may use a bucket.
constexpr std::string_view kObjects = R"({
  "Version": "2012-10-17",
  "Statement": {"Sid": "Objects", "Effect": "Allow",
                "Action": ["s3:Get*", "s3:Head*", "s3:List*", "s3:CreateBucket",
                           "s3:DeleteBucket", "s3:PutBucketAcl", "s3:PutObject*",
                           "s3:DeleteObject*", "s3:AbortMultipartUpload"],
                "Resource": "*"}})";

constexpr std::string_view kServices = R"({
  "Version": "2012-10-17",
  "Statement": {"Sid": "Services", "Effect": "Allow",
                "Action": ["disk:*", "topology:*", "measure:*"], "Resource": "*",
                "Condition": {"ForAnyValue:StringEquals": {"belfry:ResourceScope": "provider"}}}})";

// What a customer's log keeps by law, which says nothing of what is in it.
constexpr std::string_view kHolds = R"({
  "Version": "2012-10-17",
  "Statement": {"Sid": "Holds", "Effect": "Allow",
                "Action": ["audit:PlaceHold", "audit:ListHolds", "audit:GetHold",
                           "audit:ReleaseHold"],
                "Resource": "*",
                "Condition": {"ForAnyValue:StringEquals": {"belfry:ResourceScope": "below"}}}})";

constexpr std::string_view kOwnLog = R"({
  "Version": "2012-10-17",
  "Statement": {"Sid": "OwnLog", "Effect": "Allow",
                "Action": ["audit:List*", "audit:Get*", "audit:Export*"], "Resource": "*",
                "Condition": {"ForAnyValue:StringEquals": {"belfry:ResourceScope": "own"}}}})";

// What the provider writes down of itself, kept by its administrators.
constexpr std::string_view kRegisters = R"({
  "Version": "2012-10-17",
  "Statement": {"Sid": "Registers", "Effect": "Allow", "Action": "registers:*", "Resource": "*",
                "Condition": {"ForAnyValue:StringEquals": {"belfry:ResourceScope": "provider"}}}})";

constexpr std::string_view kReadRegisters = R"({
  "Version": "2012-10-17",
  "Statement": {"Sid": "ReadRegisters", "Effect": "Allow",
                "Action": ["registers:List*", "registers:Get*", "registers:Export*"],
                "Resource": "*",
                "Condition": {"ForAnyValue:StringEquals": {"belfry:ResourceScope": "own"}}}})";

// What customers attest is shown to whoever runs the measures.
constexpr std::string_view kAttestationsBelow = R"({
  "Version": "2012-10-17",
  "Statement": {"Sid": "AttestationsBelow", "Effect": "Allow",
                "Action": "attestation:List*", "Resource": "*",
                "Condition": {"ForAnyValue:StringEquals": {"belfry:ResourceScope": "below"}}}})";

constexpr std::string_view kReader = R"({
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "ReadObjects", "Effect": "Allow", "Action": ["s3:Get*", "s3:Head*", "s3:List*"],
     "Resource": "*"},
    {"Sid": "ReadServices", "Effect": "Allow",
     "Action": ["disk:List*", "topology:Get*", "attestation:List*"],
     "Resource": "*",
     "Condition": {"ForAnyValue:StringEquals": {"belfry:ResourceScope": "own"}}}
  ]})";

// What a delegate may do on what it looks after: by the act, in the order of the enumeration.
constexpr std::string_view kDelegated[] = {
    R"({"Statement": {"Sid": "SeesUnit", "Effect": "Allow", "Resource": "*",
        "Action": ["iam:ListUsers", "iam:GetUser", "iam:ListGrants", "iam:ListGroups",
                   "iam:ListProfiles"]}})",
    R"({"Statement": {"Sid": "InvitesIntoUnit", "Effect": "Allow", "Resource": "*",
        "Action": ["iam:Invite", "iam:ListInvitations", "iam:SendInvitation",
                   "iam:WithdrawInvitation"]}})",
    R"({"Statement": {"Sid": "SuspendsInUnit", "Effect": "Allow", "Resource": "*",
        "Action": "iam:SetUserActive"}})",
    R"({"Statement": {"Sid": "GivesInUnit", "Effect": "Allow", "Resource": "*",
        "Action": ["iam:GiveProfile", "iam:WithdrawProfile", "iam:ChangeGroup"]}})",
    R"({"Statement": {"Sid": "ApprovesInUnit", "Effect": "Allow", "Resource": "*",
        "Action": ["iam:GetRequest", "iam:DecideRequest"]}})"};

// By role, in the order of the enumeration.
constexpr std::string_view kProviderAdministratorHas[] = {kEverybody, kAdministrator, kBuckets,
                                                          kServices,  kHolds,         kRegisters};
constexpr std::string_view kOperatorHas[] = {kEverybody, kServices, kOwnLog, kAttestationsBelow,
                                             kReadRegisters};
constexpr std::string_view kTenantAdministratorHas[] = {kEverybody, kAdministrator, kBuckets};
constexpr std::string_view kMemberHas[] = {kEverybody, kObjects};
constexpr std::string_view kReaderHas[] = {kEverybody, kReader, kReadRegisters};
constexpr std::array<std::span<const std::string_view>, 5> kDocuments = {
    kProviderAdministratorHas, kOperatorHas, kTenantAdministratorHas, kMemberHas, kReaderHas};

std::vector<policy::PolicyPtr> compile(std::span<const std::string_view> documents) {
  std::vector<policy::PolicyPtr> compiled;
  for (std::string_view document : documents) {
    auto policy = policy::compile(document, policy::Kind::kIdentity);
    ENSURE(policy.has_value());
    compiled.push_back(*std::move(policy));
  }
  return compiled;
}

}  // namespace

std::span<const std::string_view> documents_of(Role role) {
  return kDocuments[std::size_t(role)];
}

std::span<const policy::PolicyPtr> predefined_policies(Role role) {
  static const std::array<std::vector<policy::PolicyPtr>, 6> kPolicies = {
      compile(kDocuments[0]), compile(kDocuments[1]),
      compile(kDocuments[2]), compile(kDocuments[3]),
      compile(kDocuments[4]), {},  // of an assumed role: what it holds alone
  };
  return kPolicies[std::size_t(role)];
}

const policy::PolicyPtr& delegated_policy(DelegatedAct act) {
  static const std::vector<policy::PolicyPtr> kPolicies = compile(kDelegated);
  return kPolicies[std::size_t(act)];
}

}  // namespace belfry::iam
