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
  if (principal.method == Method::kNone || !principal.tenant)
    return denied("iam.denied", action, resource);
  if (principal.method == Method::kSystem)
    return is_objects ? denied("iam.denied", action, resource) : Result<>();
  if (is_staff_role(principal.role) && principal.tenant != kProviderTenant)
    return denied("iam.denied", action, resource);

  policy::PolicySet policies{.identity = predefined_policies(principal.role),
                             .boundary = nullptr,
                             .session = {},
                             .resource = attached};
  if (is_objects && !is_own && (principal.tenant == kProviderTenant || !attached))
    return denied("iam.denied", action, resource);
  if (is_about_bucket_policy(action)) {
    if (!is_own) return denied("iam.denied", action, resource);
    if (is_privileged(principal.role)) policies.resource = nullptr;
  }
  const std::vector<std::string> scopes = scopes_of(tree, principal, resource, owner);
  const RequestFacts facts(principal, context, owner, scopes);
  const std::string arn = arn_of(principal.tenant, principal.name);
  const std::string account = account_of(principal.tenant);
  // What is no object has no policy of its own: there the scopes tell whose it is.
  const std::string account_of_owner = is_objects ? account_of(owner) : account;
  const auto decision =
      policy::decide(policies, {action, resource.name, account_of_owner, {arn, account}, facts});
  if (decision.outcome != policy::Outcome::kAllowed) return denied("iam.denied", action, resource);

  const bool is_self = std::ranges::find(scopes, kSelf) != scopes.end();
  if (is_privileged(principal.role) && !principal.second_factor &&
      !(is_self && is_enrolment(action)))
    return denied("iam.second_factor_needed", action, resource);
  return {};
}

}  // namespace belfry::iam
