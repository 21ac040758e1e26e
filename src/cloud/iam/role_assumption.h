// A role on its way to being assumed.
#pragma once

#include "role_service.h"

#include <optional>
#include <string>
#include <string_view>

namespace belfry::iam {

struct RoleName {
  TenantId tenant;
  std::string name;
};

// What can be said of a wish without looking at the role. Errors: invalid
// ("iam.bad_role_session_name", "iam.bad_role_arn", "policy.*").
Result<RoleName> check_wanted(const RoleAssumption& wanted);

// Who is behind a session, first of a chain: a person, or a subject of an issuer.
struct Behind {
  UserId person;
  IssuerId issuer;
  std::string subject;
  std::string issuer_url{};
};

struct RoleService::Assumption {
  std::string_view action;  // "sts:AssumeRole", "sts:AssumeRoleWithWebIdentity"
  const RoleAssumption& wanted;
  RoleName named;
  Principal by;        // with the factor that came with the request
  std::string by_arn;  // as policies, or logs, name who asks
  Behind behind{};
  Timestamp latest_end = Timestamp::max();
  // Of the role, once it was found.
  TenantId owner{};
  RoleId role{};
  std::string role_name{};
  Duration role_max{};
  bool is_privileged = false;
  policy::PolicyPtr trust{};

  bool is_crossing() const { return by.tenant != owner; }
};

// What is asked for when a role is assumed, as trust policies may ask for it.
class AssumptionFacts : public policy::Facts {
 public:
  explicit AssumptionFacts(const RoleAssumption& wanted) : wanted_(wanted) {}
  std::optional<std::vector<std::string>> find(std::string_view key) const override;

 private:
  const RoleAssumption& wanted_;
};

// Answers alike whether there is no such role or it does not trust.
Error not_trusted(std::string_view action, const RoleAssumption& wanted);

}  // namespace belfry::iam
