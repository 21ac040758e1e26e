#include "rights.h"

#include "predefined.h"
#include "request_facts.h"

#include <algorithm>
#include <span>
#include <vector>

namespace belfry::iam {
namespace {

// Staff's roles, in the provider's tenant alone: were such a user elsewhere, it would be nobody.
bool is_staff_role(Role role) {
  return role == Role::kProviderAdministrator || role == Role::kOperator;
}

std::unexpected<Error> denied(std::string_view message, std::string_view action,
                              const Resource& resource) {
  return fail(Code::kDenied, message,
              {{"action", std::string(action)}, {"resource", resource.name}});
}

// What a privileged user may do before it has enrolled a second factor.
bool is_enrolment(std::string_view action) {
  constexpr std::string_view kActions[] = {
      "iam:GetSession",     "iam:SignOut",  "iam:ManageOwnFactors",
      "iam:ChangePassword", "iam:GetUser",  "iam:ListSessions",
      "iam:RevokeSession",  "iam:GetTerms", "iam:AcceptTerms",
  };
  return std::ranges::find(kActions, action) != std::end(kActions);
}

// What a session may do before its user has accepted the terms.
bool is_about_terms(std::string_view action) {
  constexpr std::string_view kActions[] = {"iam:GetSession", "iam:SignOut", "iam:GetUser",
                                           "iam:GetTerms", "iam:AcceptTerms"};
  return std::ranges::find(kActions, action) != std::end(kActions);
}

bool is_about_bucket_policy(std::string_view action) {
  constexpr std::string_view kActions[] = {"s3:GetBucketPolicy", "s3:PutBucketPolicy",
                                           "s3:DeleteBucketPolicy"};
  return std::ranges::find(kActions, action) != std::end(kActions);
}

// Acts that let others in: they need a second factor, whoever does them.
bool is_giving_access(std::string_view action) {
  return action == "s3:PutBucketPolicy" || action == "s3:DeleteBucketPolicy";
}

// Acts on others' identities and rights are the predefined administrators' alone: whoever had a
// part of them by a profile could make itself the rest.
bool is_administering(std::string_view action) {
  return action.starts_with("iam:") && !action.starts_with("iam:Get") &&
         !action.starts_with("iam:List");
}

// Walls that no policy opens.
bool is_walled_off(const Principal& principal, std::string_view action, bool is_own,
                   const policy::PolicyPtr& attached) {
  if (principal.method == Method::kNone || !principal.tenant) return true;
  if (is_staff_role(principal.role) && principal.tenant != kProviderTenant) return true;
  if (is_own || !action.starts_with("s3:")) return false;
  // The provider's staff reach no customer's data, not even by a customer's bucket policy.
  return principal.tenant == kProviderTenant || !attached || is_about_bucket_policy(action);
}

bool is_denied(const policy::PolicySet& policies, const policy::Request& request) {
  return policy::decide(policies, request).outcome == policy::Outcome::kDeniedExplicitly;
}

using Policies = std::vector<policy::PolicyPtr>;

// What the principal holds where its profiles count: in its tenant, and where a bucket opens
// itself.
Policies join(std::span<const policy::PolicyPtr> predefined, const Policies& profiles) {
  Policies joined(predefined.begin(), predefined.end());
  joined.insert(joined.end(), profiles.begin(), profiles.end());
  return joined;
}

}  // namespace

std::string resource_of(UserId user) {
  return "belfry:user/" + user.text();
}

Result<> decide(const TenantTree& tree, const Principal& principal, std::string_view action,
                const Resource& resource, const Context& context,
                const policy::PolicyPtr& attached) {
  const TenantId owner = resource.tenant ? resource.tenant : kProviderTenant;
  const bool is_objects = action.starts_with("s3:");
  const bool is_own = owner == principal.tenant;
  if (principal.method == Method::kSystem)
    return is_objects ? denied("iam.denied", action, resource) : Result<>();
  if (is_walled_off(principal, action, is_own, attached))
    return denied("iam.denied", action, resource);

  const RequestFacts facts(tree, principal, resource, owner, context);
  // Accounts are compared, and ARNs looked for, where a resource has a policy: objects alone may.
  // Elsewhere the scopes tell whose it is.
  const bool has_accounts = is_objects && attached;
  const std::string arn = has_accounts ? arn_of(principal.tenant, principal.name) : "";
  const std::string account = has_accounts ? account_of(principal.tenant) : "own";
  const std::string account_of_owner = has_accounts ? account_of(owner) : "own";
  const policy::Request request{action, resource.name, account_of_owner, {arn, account}, facts};

  const bool is_own_account = is_enrolment(action) && facts.is_self();
  if (is_administering(action) && !is_privileged(principal.role) && !facts.is_self())
    return denied("iam.denied", action, resource);
  // Nothing takes from administrators what they mend mistakes with.
  const HeldPolicies* held = is_privileged(principal.role) ? nullptr : principal.held.get();
  const bool with_profiles = held && (is_own || is_objects);
  const auto predefined = predefined_policies(principal.role);
  const auto joined = with_profiles ? join(predefined, held->policies) : Policies();
  policy::PolicySet policies{
      .identity = with_profiles ? std::span<const policy::PolicyPtr>(joined) : predefined,
      .boundary = held && !is_own_account ? held->boundary : nullptr,
      .session = {},
      .resource = attached};
  if (is_about_bucket_policy(action)) {
    // It gives nobody a right over itself, and keeps no administrator from mending it.
    if (!is_privileged(principal.role) && is_denied(policies, request))
      return denied("iam.denied", action, resource);
    policies.resource = nullptr;
  }
  if (policy::decide(policies, request).outcome != policy::Outcome::kAllowed)
    return denied("iam.denied", action, resource);
  if (held && !with_profiles &&
      is_denied({.identity = held->policies, .boundary = {}, .session = {}, .resource = {}},
                request))
    return denied("iam.denied", action, resource);

  const bool needs_factor =
      is_privileged(principal.role) || (held && held->privileged) || is_giving_access(action);
  if (principal.terms_due && !(is_about_terms(action) && facts.is_self()))
    return denied("iam.terms_due", action, resource);
  if (needs_factor && !principal.second_factor && !is_own_account)
    return denied("iam.second_factor_needed", action, resource);
  return {};
}

}  // namespace belfry::iam
