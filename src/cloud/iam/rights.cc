#include "rights.h"

#include "predefined.h"
#include "request_facts.h"

#include <algorithm>
#include <vector>

namespace belfry::iam {
namespace {

// Staff's roles, in the provider's tenant alone: were such a user elsewhere, it would be nobody.
bool is_staff_role(Role role) {
  return role == Role::kProviderAdministrator || role == Role::kOperator;
}

constexpr std::string_view kSelf = "self";

// How the resource stands to who asks (predefined.h).
std::vector<std::string> scopes_of(const TenantTree& tree, const Principal& principal,
                                   const Resource& resource, TenantId owner) {
  std::vector<std::string> scopes;
  if (owner == principal.tenant) {
    scopes.emplace_back("own");
    // "*" asks whether there is anything of the kind at all.
    if (resource.name == resource_of(principal.user) || resource.name == "*")
      scopes.emplace_back(kSelf);
  } else if (tree.is_below(owner, principal.tenant)) {
    scopes.emplace_back("below");
  }
  if (owner == kProviderTenant) scopes.emplace_back("provider");
  return scopes;
}

std::unexpected<Error> denied(std::string_view message, std::string_view action,
                              const Resource& resource) {
  return fail(Code::kDenied, message,
              {{"action", std::string(action)}, {"resource", resource.name}});
}

// What a privileged user may do before it has enrolled a second factor.
bool is_enrolment(std::string_view action) {
  constexpr std::string_view kActions[] = {
      "iam:GetSession", "iam:SignOut",      "iam:ManageOwnTotp", "iam:ChangePassword",
      "iam:GetUser",    "iam:ListSessions", "iam:RevokeSession",
  };
  return std::ranges::find(kActions, action) != std::end(kActions);
}

bool is_about_bucket_policy(std::string_view action) {
  constexpr std::string_view kActions[] = {"s3:GetBucketPolicy", "s3:PutBucketPolicy",
                                           "s3:DeleteBucketPolicy"};
  return std::ranges::find(kActions, action) != std::end(kActions);
}

// Acts that let others in: they need a second factor, whoever does them.
bool is_giving_access(std::string_view action) {
  return is_about_bucket_policy(action) && action != "s3:GetBucketPolicy";
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

// What the principal holds that counts here: its role's policies, and those of its profiles, which
// reach no further than the tenant but for what another's bucket opens.
std::vector<policy::PolicyPtr> policies_of(const Principal& principal, bool with_profiles) {
  const auto predefined = predefined_policies(principal.role);
  std::vector<policy::PolicyPtr> policies(predefined.begin(), predefined.end());
  if (with_profiles)
    policies.insert(policies.end(), principal.held->policies.begin(),
                    principal.held->policies.end());
  return policies;
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

  const std::vector<std::string> scopes = scopes_of(tree, principal, resource, owner);
  const RequestFacts facts(principal, context, owner, scopes);
  const std::string arn = arn_of(principal.tenant, principal.name);
  const std::string account = account_of(principal.tenant);
  // What is no object has no policy of its own: there the scopes tell whose it is.
  const std::string account_of_owner = is_objects ? account_of(owner) : account;
  const policy::Request request{action, resource.name, account_of_owner, {arn, account}, facts};

  const HeldPolicies* held = principal.held.get();
  const bool with_profiles = held && (is_own || is_objects);
  const auto identity = policies_of(principal, with_profiles);
  policy::PolicySet policies{.identity = identity,
                             .boundary = held ? held->boundary : nullptr,
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
  const bool is_self = std::ranges::find(scopes, kSelf) != scopes.end();
  if (needs_factor && !principal.second_factor && !(is_self && is_enrolment(action)))
    return denied("iam.second_factor_needed", action, resource);
  return {};
}

}  // namespace belfry::iam
