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

// What is asked about a tenant that has ended: that it was there, and what its log keeps.
bool is_about_ended(std::string_view action) {
  return action == "iam:ListTenants" || action == "iam:GetTenant" || action.starts_with("audit:");
}

// What a session may do before its user has accepted the terms.
bool is_about_terms(std::string_view action) {
  constexpr std::string_view kActions[] = {"iam:GetSession", "iam:SignOut", "iam:GetUser",
                                           "iam:GetTerms", "iam:AcceptTerms"};
  return std::ranges::find(kActions, action) != std::end(kActions);
}

bool is_assuming(std::string_view action) {
  return action.starts_with("sts:");
}

// Acts on what its owner may open to other tenants by a policy of its own: buckets and roles.
bool is_on_shared(std::string_view action) {
  return action.starts_with("s3:") || is_assuming(action);
}

// Walls that no policy opens.
bool is_walled_off(const Principal& principal, std::string_view action, TenantId owner,
                   const policy::PolicyPtr& attached) {
  if (principal.method == Method::kNone || !principal.tenant) return true;
  if (is_staff_role(principal.role) && principal.tenant != kProviderTenant) return true;
  if (owner == principal.tenant || !is_on_shared(action)) return false;
  // The provider's staff reach no customer's data, not even by a customer's bucket policy or role;
  // nor does anybody else become the provider's.
  return principal.tenant == kProviderTenant || !attached || is_about_bucket_policy(action) ||
         (is_assuming(action) && owner == kProviderTenant);
}

bool is_denied(const policy::PolicySet& policies, const policy::Request& request) {
  return policy::decide(policies, request).outcome == policy::Outcome::kDeniedExplicitly;
}

using Policies = std::vector<policy::PolicyPtr>;

// Whoever the caller is, and whoever is behind it.
Result<> check_tenant(const TenantTree& tree, const Principal& principal) {
  TRY(check_going_on(tree, principal.tenant));
  if (!principal.assumed) return {};
  for (TenantId behind : principal.assumed->by_tenants) TRY(check_going_on(tree, behind));
  return {};
}

// Of nobody else is the log left to who stands above.
constexpr std::string_view kReadsEndedLog = "audit:GetEndedLog";

// Where others find nothing: what a suspended tenant shares rests with it, and of one that has
// ended its row and its log are left.
bool is_closed(const TenantTree& tree, std::string_view action, TenantId owner) {
  if (is_on_shared(action)) return tree.is_stopped(owner);
  return tree.has_ended(owner) ? !is_about_ended(action) : action == kReadsEndedLog;
}

// What the principal holds where its profiles count: in its tenant, and where a bucket opens
// itself.
Policies join(std::span<const policy::PolicyPtr> predefined, const Policies& profiles) {
  Policies joined(predefined.begin(), predefined.end());
  joined.insert(joined.end(), profiles.begin(), profiles.end());
  return joined;
}

std::span<const policy::PolicyPtr> session_of(const Principal& principal) {
  if (!principal.assumed) return {};
  return principal.assumed->narrowed_to;
}

// Whether the caller has proved what is needed for what its rights allow.
Result<> check_factor(const Principal& principal, std::string_view action, const Resource& resource,
                      bool by_rights) {
  if (!by_rights && !principal.factor_demanded) return {};
  if (!principal.second_factor)
    return denied(by_rights ? "iam.second_factor_needed" : "iam.factor_demanded", action, resource);
  if (principal.passkey_due != PasskeyDue::kNo)
    return fail(Code::kDenied, principal.method == Method::kSession ? "iam.passkey_step_up_needed"
                                                                    : "iam.made_before_passkey");
  if (principal.elsewhere.empty()) return {};
  return fail(Code::kDenied, "iam.step_up_needed",
              {{"minutes", std::to_string(kFreshFor.count())}});
}

// What who did not sign does: it has no rights of its own.
Result<> decide_anonymous(const TenantTree& tree, const Principal& principal,
                          std::string_view action, const Resource& resource, const Context& context,
                          const policy::PolicyPtr& attached, PublicPolicies public_policies) {
  if (!attached || !resource.tenant || public_policies != PublicPolicies::kHonoured ||
      !is_open_to_anonymous(action) || tree.is_stopped(resource.tenant))
    return denied("iam.denied", action, resource);
  const RequestFacts facts(tree, principal, resource, resource.tenant, context);
  const std::string owner = account_of(resource.tenant);
  const bool is_allowed =
      policy::decide({.identity = {}, .boundary = {}, .session = {}, .resource = attached},
                     {action, resource.name, owner, {}, facts})
          .outcome == policy::Outcome::kAllowed;
  return is_allowed ? Result<>() : denied("iam.denied", action, resource);
}

// Whether a delegation of who asks is about the resource.
bool is_delegated(const Principal& principal, const Resource& resource, TenantId owner) {
  return resource.delegated && owner == principal.tenant && !principal.assumed &&
         !is_privileged(principal.role) && principal.held && principal.held->delegate;
}

// What the provider's staff does on a customer's data.
Result<> decide_intervention(const TenantTree& tree, const Principal& principal,
                             std::string_view action, const Resource& resource,
                             const Context& context, const policy::PolicyPtr& attached) {
  const OpenIntervention* open = open_intervention(principal, resource.tenant, context.time);
  if (!open || tree.has_ended(resource.tenant) || is_about_bucket_policy(action))
    return denied("iam.denied", action, resource);
  const RequestFacts facts(tree, principal, resource, resource.tenant, context);
  const std::string arn = arn_of(principal), own = account_of(principal.tenant);
  const std::string owner = account_of(resource.tenant);
  const policy::PolicyPtr allows[] = {open->allows};
  // It stands for the customer's consent too: as if both were of one account.
  if (policy::decide({.identity = allows, .boundary = {}, .session = {}, .resource = {}},
                     {action, resource.name, owner, {arn, owner}, facts})
          .outcome != policy::Outcome::kAllowed)
    return denied("iam.denied", action, resource);
  const HeldPolicies* held = principal.held.get();
  if (is_denied({.identity = held ? std::span<const policy::PolicyPtr>(held->policies)
                                  : std::span<const policy::PolicyPtr>(),
                 .boundary = held ? held->boundary : nullptr,
                 .session = {},
                 .resource = attached},
                {action, resource.name, owner, {arn, own}, facts}))
    return denied("iam.denied", action, resource);
  if (principal.terms_due) return denied("iam.terms_due", action, resource);
  return check_factor(principal, action, resource, true);
}

}  // namespace

bool is_enrolment(std::string_view action) {
  constexpr std::string_view kActions[] = {
      "iam:GetSession",     "iam:SignOut",  "iam:ManageOwnFactors",
      "iam:ChangePassword", "iam:GetUser",  "iam:ListSessions",
      "iam:RevokeSession",  "iam:GetTerms", "iam:AcceptTerms",
  };
  return std::ranges::find(kActions, action) != std::end(kActions);
}

bool is_administering(std::string_view action) {
  return action.starts_with("iam:") && !action.starts_with("iam:Get") &&
         !action.starts_with("iam:List");
}

bool is_about_bucket_policy(std::string_view action) {
  return action == "s3:GetBucketPolicy" || is_giving_access(action);
}

bool is_giving_access(std::string_view action) {
  return action == "s3:PutBucketPolicy" || action == "s3:DeleteBucketPolicy" ||
         action == "s3:PutBucketPublicAccessBlock";
}

bool is_open_to_anonymous(std::string_view action) {
  constexpr std::string_view kActions[] = {"s3:GetObject", "s3:GetObjectAttributes",
                                           "s3:ListBucket", "s3:ListBucketVersions",
                                           "s3:GetBucketLocation"};
  return std::ranges::find(kActions, action) != std::end(kActions);
}

std::string resource_of(UserId user) {
  return "belfry:user/" + user.text();
}

Result<> decide(const TenantTree& tree, const Principal& principal, std::string_view action,
                const Resource& resource, const Context& context, const policy::PolicyPtr& attached,
                PublicPolicies public_policies) {
  if (principal.method == Method::kAnonymous)
    return decide_anonymous(tree, principal, action, resource, context, attached, public_policies);
  const TenantId owner = resource.tenant ? resource.tenant : kProviderTenant;
  const bool is_shared = is_on_shared(action);
  const bool is_own = owner == principal.tenant;
  if (principal.method == Method::kSystem)
    return is_shared ? denied("iam.denied", action, resource) : Result<>();
  TRY(check_tenant(tree, principal));
  if (principal.tenant == kProviderTenant && !is_own && action.starts_with("s3:"))
    return decide_intervention(tree, principal, action, resource, context, attached);
  if (is_walled_off(principal, action, owner, attached) ||
      (!is_own && is_closed(tree, action, owner)))
    return denied("iam.denied", action, resource);
  // "including non-public delegation to specific accounts" (S3's RestrictPublicBuckets).
  if (!is_own && attached && public_policies == PublicPolicies::kRestricted &&
      policy::is_public(*attached))
    return denied("iam.denied", action, resource);

  const RequestFacts facts(tree, principal, resource, owner, context);
  // Accounts are compared, and ARNs looked for, where a resource has a policy: buckets and roles
  // alone may. Elsewhere the scopes tell whose it is.
  const bool has_accounts = is_shared && attached;
  const std::string arn = has_accounts ? arn_of(principal) : "";
  const std::string account = has_accounts ? account_of(principal.tenant) : "own";
  const std::string account_of_owner = has_accounts ? account_of(owner) : "own";
  const policy::Request request{action, resource.name, account_of_owner, {arn, account}, facts};

  const bool is_own_account = is_enrolment(action) && facts.is_self();
  const bool by_delegation = is_delegated(principal, resource, owner);
  if (is_administering(action) && !is_privileged(principal.role) && !facts.is_self() &&
      !by_delegation)
    return denied("iam.denied", action, resource);
  // Nothing takes from administrators what they mend mistakes with.
  const HeldPolicies* held = is_privileged(principal.role) ? nullptr : principal.held.get();
  const bool with_profiles = held && (is_own || is_shared);
  const auto predefined = predefined_policies(principal.role);
  auto joined = with_profiles ? join(predefined, held->policies) : Policies();
  if (by_delegation) joined.push_back(delegated_policy(*resource.delegated));
  policy::PolicySet policies{
      .identity = with_profiles ? std::span<const policy::PolicyPtr>(joined) : predefined,
      .boundary = held && !is_own_account ? held->boundary : nullptr,
      .session = session_of(principal),
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

  if (principal.terms_due && !(is_about_terms(action) && facts.is_self()))
    return denied("iam.terms_due", action, resource);
  if (is_own_account) return {};
  const bool by_rights =
      is_privileged(principal.role) || (held && held->privileged) || is_giving_access(action);
  return check_factor(principal, action, resource, by_rights);
}

}  // namespace belfry::iam
