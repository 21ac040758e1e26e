#include "held_policies.h"

#include "base/ensure.h"

#include <algorithm>
#include <utility>

namespace belfry::iam {
namespace {

policy::PolicyPtr deny_everything() {
  static const auto kDenyEverything =
      policy::compile(R"({"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}})",
                      policy::Kind::kIdentity);
  ENSURE(kDenyEverything.has_value());
  return *kDenyEverything;
}

std::shared_ptr<const HeldPolicies> compile_held(const std::vector<database::Row>& rows,
                                                 policy::CompiledPolicies& compiled) {
  auto held = std::make_shared<HeldPolicies>();
  for (const database::Row& row : rows) {
    policy::PolicyPtr policy = compiled.find(row.text("document")).value_or(deny_everything());
    if (row.integer("is_boundary") == 1) {
      held->boundary = std::move(policy);
    } else {
      held->policies.push_back(std::move(policy));
      held->privileged = held->privileged || row.integer("privileged") == 1;
    }
  }
  return held;
}

}  // namespace

bool is_privileged(const policy::Policy& policy) {
  constexpr std::string_view kServices[] = {"audit:", "disk:", "iam:", "measure:", "topology:"};
  return std::ranges::any_of(
      kServices, [&](std::string_view service) { return policy::may_allow(policy, service); });
}

Result<std::shared_ptr<const HeldPolicies>> read_held_policies(database::Transaction& transaction,
                                                               policy::CompiledPolicies& compiled,
                                                               UserId user) {
  TRY(auto rows, transaction.query(
                     "SELECT p.document, p.privileged, 0 AS is_boundary FROM iam_profile p WHERE "
                     "p.id IN (SELECT u.profile_id FROM user_profile u WHERE u.user_id = :user_id) "
                     "OR p.id IN (SELECT g.profile_id FROM group_profile g JOIN group_member m "
                     "ON m.group_id = g.group_id WHERE m.user_id = :user_id) "
                     "UNION ALL SELECT p.document, 0 AS privileged, 1 AS is_boundary "
                     "FROM user_boundary b JOIN iam_profile p ON p.id = b.profile_id "
                     "WHERE b.user_id = :user_id",
                     {{"user_id", user.value}}));
  if (rows.empty()) return nullptr;
  return compile_held(rows, compiled);
}

Result<std::shared_ptr<const HeldPolicies>> read_role_policies(database::Transaction& transaction,
                                                               policy::CompiledPolicies& compiled,
                                                               RoleId role) {
  TRY(auto rows,
      transaction.query("SELECT p.document, p.privileged, 0 AS is_boundary FROM role_profile r "
                        "JOIN iam_profile p ON p.id = r.profile_id WHERE r.role_id = :role_id",
                        {{"role_id", role.value}}));
  return compile_held(rows, compiled);
}

}  // namespace belfry::iam
