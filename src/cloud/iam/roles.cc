#include "iam/iam.h"

#include <array>
#include <utility>

namespace belfry::iam {
namespace {

constexpr std::array<std::pair<Role, std::string_view>, 5> kNames = {{
    {Role::kProviderAdministrator, "provider_administrator"},
    {Role::kOperator, "operator"},
    {Role::kTenantAdministrator, "tenant_administrator"},
    {Role::kMember, "member"},
    {Role::kReader, "reader"},
}};

}  // namespace

std::string_view name_of(Role role) {
  for (const auto& [known, name] : kNames)
    if (known == role) return name;
  return "";
}

std::optional<Role> role_named(std::string_view name) {
  for (const auto& [role, known] : kNames)
    if (known == name) return role;
  return std::nullopt;
}

std::string_view name_of(FactorKind kind) {
  switch (kind) {
    case FactorKind::kTotp:
      return "totp";
    case FactorKind::kPasskey:
      return "passkey";
    case FactorKind::kRecoveryCode:
      return "recovery_code";
  }
  return "";
}

bool is_privileged(Role role) {
  return role == Role::kProviderAdministrator || role == Role::kOperator ||
         role == Role::kTenantAdministrator;
}

bool is_role_of(Role role, TenantId tenant) {
  if (role == Role::kProviderAdministrator || role == Role::kOperator)
    return tenant == kProviderTenant;
  return role != Role::kTenantAdministrator || tenant != kProviderTenant;
}

}  // namespace belfry::iam
