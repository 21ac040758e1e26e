#include "held_policies.h"

#include "base/ensure.h"

#include <algorithm>
#include <utility>

namespace belfry::iam {
namespace {

// Those of administration.
constexpr std::string_view kServices[] = {"audit:", "disk:", "iam:", "measure:", "topology:"};

policy::PolicyPtr deny_everything() {
  static const auto kDenyEverything =
      policy::compile(R"({"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}})",
                      policy::Kind::kIdentity);
  ENSURE(kDenyEverything.has_value());
  return *kDenyEverything;
}

}  // namespace

bool is_privileged(const policy::Policy& policy) {
  return std::ranges::any_of(
      kServices, [&](std::string_view service) { return policy::may_allow(policy, service); });
}

std::int64_t count_services(const policy::Policy& policy) {
  const auto allows = [&](std::string_view service) { return policy::may_allow(policy, service); };
  return std::ranges::count_if(kServices, allows) + (allows("s3:") ? 1 : 0);
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

}  // namespace belfry::iam
