#include "rights.h"

#include <algorithm>

namespace belfry::iam {
namespace {

enum class Scope {
  kOwn,       // what the principal's tenant owns
  kBelow,     // what the tenants below the principal's own
  kProvider,  // what the provider owns
  kSelf,      // the user's own account
};

// Bits of roles, for rows that hold for several.
enum Roles : unsigned {
  kProviderAdministrators = 1u << unsigned(Role::kProviderAdministrator),
  kOperators = 1u << unsigned(Role::kOperator),
  kTenantAdministrators = 1u << unsigned(Role::kTenantAdministrator),
  kMembers = 1u << unsigned(Role::kMember),
  kReaders = 1u << unsigned(Role::kReader),
  kEverybody = kProviderAdministrators | kOperators | kTenantAdministrators | kMembers | kReaders,
};

struct Right {
  unsigned roles;
  std::string_view action;  // a `*` at the end stands for anything
  Scope scope;
};

constexpr Right kRights[] = {
    // One's own account: all that a privileged user without a second factor has.
    {kEverybody, "iam:GetSession", Scope::kSelf},
    {kEverybody, "iam:SignOut", Scope::kSelf},
    {kEverybody, "iam:ManageOwnTotp", Scope::kSelf},
    {kEverybody, "iam:ChangePassword", Scope::kSelf},
    {kEverybody, "iam:GetUser", Scope::kSelf},
    {kEverybody, "iam:ListSessions", Scope::kSelf},
    {kEverybody, "iam:RevokeSession", Scope::kSelf},
    {kEverybody, "iam:ListAccessKeys", Scope::kSelf},
    {kEverybody, "iam:CreateAccessKey", Scope::kSelf},
    {kEverybody, "iam:DeleteAccessKey", Scope::kSelf},
    {kEverybody, "iam:ListApiTokens", Scope::kSelf},
    {kEverybody, "iam:CreateApiToken", Scope::kSelf},
    {kEverybody, "iam:DeleteApiToken", Scope::kSelf},

    // The tree. Below, an administrator sets up and suspends; what signs requests there is made by
    // the tenant alone.
    {kProviderAdministrators | kTenantAdministrators, "iam:*", Scope::kOwn},
    {kProviderAdministrators | kTenantAdministrators, "iam:ListTenants", Scope::kBelow},
    {kProviderAdministrators | kTenantAdministrators, "iam:CreateTenant", Scope::kBelow},
    {kProviderAdministrators | kTenantAdministrators, "iam:ListUsers", Scope::kBelow},
    {kProviderAdministrators | kTenantAdministrators, "iam:GetUser", Scope::kBelow},
    {kProviderAdministrators | kTenantAdministrators, "iam:CreateUser", Scope::kBelow},
    {kProviderAdministrators | kTenantAdministrators, "iam:SetUserActive", Scope::kBelow},
    {kProviderAdministrators | kTenantAdministrators, "iam:ListAccessKeys", Scope::kBelow},
    {kProviderAdministrators | kTenantAdministrators, "iam:DeleteAccessKey", Scope::kBelow},
    {kProviderAdministrators | kTenantAdministrators, "iam:ListSessions", Scope::kBelow},
    {kProviderAdministrators | kTenantAdministrators, "iam:RevokeSession", Scope::kBelow},
    {kEverybody, "iam:ListTenants", Scope::kOwn},

    // Objects.
    {kProviderAdministrators | kTenantAdministrators | kMembers, "s3:*", Scope::kOwn},
    {kReaders, "s3:Get*", Scope::kOwn},
    {kReaders, "s3:Head*", Scope::kOwn},
    {kReaders, "s3:List*", Scope::kOwn},

    // The provider's services.
    {kProviderAdministrators | kOperators, "disk:*", Scope::kProvider},
    {kProviderAdministrators | kOperators, "topology:*", Scope::kProvider},
    {kProviderAdministrators | kOperators, "measure:*", Scope::kProvider},
    {kReaders, "disk:List*", Scope::kOwn},
    {kReaders, "topology:Get*", Scope::kOwn},

    // The annex: everybody reads it; each sees its own rows.
    {kEverybody, "measure:List*", Scope::kOwn},
    {kEverybody, "measure:Get*", Scope::kOwn},
    {kEverybody, "measure:List*", Scope::kProvider},
    {kEverybody, "measure:Get*", Scope::kProvider},

    // Each tenant's own log.
    {kProviderAdministrators | kTenantAdministrators, "audit:*", Scope::kOwn},
    {kOperators, "audit:List*", Scope::kOwn},
    {kOperators, "audit:Get*", Scope::kOwn},
};

// Rows of these roles in the provider's tenant alone: were such a user elsewhere, it would be
// nobody.
constexpr unsigned kProviderOnly = kProviderAdministrators | kOperators;

bool matches(std::string_view pattern, std::string_view action) {
  if (!pattern.ends_with('*')) return pattern == action;
  return action.starts_with(pattern.substr(0, pattern.size() - 1));
}

bool is_in_scope(Scope scope, const TenantTree& tree, const Principal& principal,
                 const Resource& resource, TenantId owner) {
  switch (scope) {
    case Scope::kOwn:
      return owner == principal.tenant;
    case Scope::kBelow:
      return tree.is_below(owner, principal.tenant);
    case Scope::kProvider:
      return owner == kProviderTenant;
    case Scope::kSelf:
      // "*" asks whether there is anything of the kind at all.
      return owner == principal.tenant &&
             (resource.name == resource_of(principal.user) || resource.name == "*");
  }
  return false;
}

std::unexpected<Error> denied(std::string_view message, std::string_view action,
                              const Resource& resource) {
  return fail(Code::kDenied, message,
              {{"action", std::string(action)}, {"resource", resource.name}});
}

// What a privileged user may do before it has enrolled a second factor.
bool is_enrolment(std::string_view action, Scope scope) {
  constexpr std::string_view kActions[] = {
      "iam:GetSession", "iam:SignOut",      "iam:ManageOwnTotp", "iam:ChangePassword",
      "iam:GetUser",    "iam:ListSessions", "iam:RevokeSession",
  };
  return scope == Scope::kSelf && std::ranges::find(kActions, action) != std::end(kActions);
}

}  // namespace

std::string resource_of(UserId user) {
  return "belfry:user/" + user.text();
}

Result<> decide(const TenantTree& tree, const Principal& principal, std::string_view action,
                const Resource& resource) {
  const TenantId owner = resource.tenant ? resource.tenant : kProviderTenant;
  const bool is_objects = action.starts_with("s3:");
  if (principal.method == Method::kNone || !principal.tenant)
    return denied("iam.denied", action, resource);
  if (is_objects && owner != principal.tenant) return denied("iam.denied", action, resource);
  if (principal.method == Method::kSystem)
    return is_objects ? denied("iam.denied", action, resource) : Result<>();

  const unsigned role = 1u << unsigned(principal.role);
  if ((role & kProviderOnly) && principal.tenant != kProviderTenant)
    return denied("iam.denied", action, resource);
  bool allowed = false;
  bool as_enrolment = false;
  for (const Right& right : kRights) {
    if (!(right.roles & role) || !matches(right.action, action)) continue;
    if (!is_in_scope(right.scope, tree, principal, resource, owner)) continue;
    allowed = true;
    as_enrolment = as_enrolment || is_enrolment(action, right.scope);
  }
  if (!allowed) return denied("iam.denied", action, resource);
  if (is_privileged(principal.role) && !principal.second_factor && !as_enrolment)
    return denied("iam.second_factor_needed", action, resource);
  return {};
}

}  // namespace belfry::iam
