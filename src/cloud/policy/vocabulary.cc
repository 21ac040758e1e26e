// What a policy may speak of here: condition keys that requests have, and actions that there are.
#include "base/ascii.h"
#include "policy/federation.h"
#include "policy/policy.h"
#include "statement.h"

#include <algorithm>
#include <span>

namespace belfry::policy {
namespace {

// In lower case. Filled by cloud/iam (request_facts.cc) and edge/s3 (s3_facts.cc).
constexpr std::string_view kKeys[] = {
    "aws:currenttime",
    "aws:epochtime",
    "aws:multifactorauthage",
    "aws:multifactorauthpresent",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principaltype",
    "aws:referer",
    "aws:resourceaccount",
    "aws:securetransport",
    "aws:sourceip",
    "aws:tokenissuetime",
    "aws:useragent",
    "aws:userid",
    "aws:username",
    "belfry:resourcescope",
    "s3:authtype",
    "s3:delimiter",
    "s3:if-match",
    "s3:if-none-match",
    "s3:max-keys",
    "s3:prefix",
    "s3:resourceaccount",
    "s3:signatureage",
    "s3:signatureversion",
    "s3:versionid",
    "sts:externalid",
    "sts:rolesessionname",
};
constexpr std::string_view kAmazonField = "s3:x-amz-";

// Those of objects and buckets, also where no operation asks for them yet ("Actions, resources, and
// condition keys for Amazon S3", Service Authorization Reference), in lower case after the service.
constexpr std::string_view kS3Actions[] = {
    "abortmultipartupload",
    "bypassgovernanceretention",
    "createbucket",
    "deletebucket",
    "deletebucketpolicy",
    "deletebucketwebsite",
    "deleteobject",
    "deleteobjecttagging",
    "deleteobjectversion",
    "deleteobjectversiontagging",
    "getaccelerateconfiguration",
    "getanalyticsconfiguration",
    "getbucketacl",
    "getbucketcors",
    "getbucketlocation",
    "getbucketlogging",
    "getbucketnotification",
    "getbucketobjectlockconfiguration",
    "getbucketownershipcontrols",
    "getbucketpolicy",
    "getbucketpolicystatus",
    "getbucketpublicaccessblock",
    "getbucketrequestpayment",
    "getbuckettagging",
    "getbucketversioning",
    "getbucketwebsite",
    "getencryptionconfiguration",
    "getintelligenttieringconfiguration",
    "getinventoryconfiguration",
    "getlifecycleconfiguration",
    "getmetricsconfiguration",
    "getobject",
    "getobjectacl",
    "getobjectattributes",
    "getobjectlegalhold",
    "getobjectretention",
    "getobjecttagging",
    "getobjecttorrent",
    "getobjectversion",
    "getobjectversionacl",
    "getobjectversionattributes",
    "getobjectversionforreplication",
    "getobjectversiontagging",
    "getobjectversiontorrent",
    "getreplicationconfiguration",
    "headbucket",
    "headobject",
    "listallmybuckets",
    "listbucket",
    "listbucketmultipartuploads",
    "listbucketversions",
    "listmultipartuploadparts",
    "objectowneroverridetobucketowner",
    "putaccelerateconfiguration",
    "putanalyticsconfiguration",
    "putbucketacl",
    "putbucketcors",
    "putbucketlogging",
    "putbucketnotification",
    "putbucketobjectlockconfiguration",
    "putbucketownershipcontrols",
    "putbucketpolicy",
    "putbucketpublicaccessblock",
    "putbucketrequestpayment",
    "putbuckettagging",
    "putbucketversioning",
    "putbucketwebsite",
    "putencryptionconfiguration",
    "putintelligenttieringconfiguration",
    "putinventoryconfiguration",
    "putlifecycleconfiguration",
    "putmetricsconfiguration",
    "putobject",
    "putobjectacl",
    "putobjectlegalhold",
    "putobjectretention",
    "putobjecttagging",
    "putobjectversionacl",
    "putobjectversiontagging",
    "putreplicationconfiguration",
    "replicatedelete",
    "replicateobject",
    "replicatetags",
    "restoreobject",
};
constexpr std::string_view kStsActions[] = {"assumerole", "assumerolewithwebidentity",
                                            "getcalleridentity"};
constexpr std::string_view kServices[] = {"attestation", "audit",     "disk", "iam", "measure",
                                          "people",      "registers", "s3",   "sts", "topology"};

bool is_key(std::string_view key) {
  return key.starts_with(kAmazonField) || std::ranges::find(kKeys, key) != std::end(kKeys);
}

// What the tokens of the statement's issuer say of themselves.
bool is_of_token(const Statement& statement, std::string_view key) {
  const std::string& issuer = statement.principals.issuer;
  return !issuer.empty() && (key == subject_key(issuer) || key == audience_key(issuer));
}

// Whether a pattern in lower case may match an action that there is.
bool is_action(const Pattern& pattern, const KnownFacts& facts) {
  const std::string_view known = pattern.prefix();
  const auto colon = known.find(':');
  if (colon == std::string_view::npos) return true;  // "*"
  const std::string_view service = known.substr(0, colon);
  if (std::ranges::find(kServices, service) == std::end(kServices)) return false;
  const auto matches_one = [&](std::span<const std::string_view> actions) {
    return std::ranges::any_of(actions, [&](std::string_view action) {
      return pattern.matches(std::string(service) + ":" + std::string(action), facts);
    });
  };
  if (service == "s3") return matches_one(kS3Actions);
  return service != "sts" || matches_one(kStsActions);
}

class NoFacts : public Facts {
 public:
  std::optional<std::vector<std::string>> find(std::string_view) const override { return {}; }
};

Result<> check(const Statement& statement, Kind kind) {
  const auto unknown = [&](std::string_view message, std::string_view name,
                           std::string_view value) {
    return fail(Code::kInvalid, message,
                {{"where", statement.name}, {std::string(name), std::string(value)}});
  };
  const NoFacts none;
  for (const Pattern& action : statement.actions)
    if (!is_action(action, KnownFacts(none)) ||
        (kind == Kind::kTrust && !action.prefix().starts_with("sts:")))
      return unknown("policy.unknown_action", "action", action.source());
  std::vector<std::string> keys;
  for (const ResourcePattern& resource : statement.resources) resource.collect_variables(keys);
  for (const Condition& condition : statement.conditions) {
    keys.push_back(condition.key());
    condition.collect_variables(keys);
  }
  for (const std::string& key : keys)
    if (!is_key(key) && !is_of_token(statement, key))
      return unknown("policy.unknown_key", "key", key);
  return {};
}

}  // namespace

Result<PolicyPtr> compile_known(std::string_view document, Kind kind) {
  TRY(PolicyPtr policy, compile(document, kind));
  for (const Statement& statement : policy->statements()) TRY(check(statement, kind));
  return policy;
}

}  // namespace belfry::policy
