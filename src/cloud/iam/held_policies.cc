#include "held_policies.h"

#include "base/ensure.h"
#include "rows.h"

#include <algorithm>
#include <utility>

namespace belfry::iam {
namespace {

// Those of administration.
constexpr std::string_view kServices[] = {
    "audit:", "disk:", "iam:", "measure:", "people:", "registers:", "topology:"};
// What is said in the tenant's name: no part of the platform that could be reached.
constexpr std::string_view kAttesting = "attestation:";

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
    for (const char* column : {"expires_us", "group_expires_us"})
      if (const auto end = optional_time(row, column); end && (!held->until || *end < *held->until))
        held->until = end;
    if (row.integer("is_boundary") == 2) {
      // Its rights are asked of the tables, in the transaction of each act (delegated.h).
      held->delegate = held->privileged = true;
      continue;
    }
    policy::PolicyPtr policy = compiled.find(row.text("document")).value_or(deny_everything());
    if (row.integer("is_boundary") == 1) {
      held->boundary = std::move(policy);
      held->boundary_name = row.text("name");
    } else {
      held->policies.push_back(std::move(policy));
      held->sources.push_back({row.text("name"), row.text("group_name")});
      held->privileged = held->privileged || row.integer("privileged") == 1;
    }
  }
  return held;
}

}  // namespace

bool is_privileged(const policy::Policy& policy) {
  const auto allows = [&](std::string_view service) { return policy::may_allow(policy, service); };
  return std::ranges::any_of(kServices, allows) || allows(kAttesting);
}

std::int64_t count_services(const policy::Policy& policy) {
  const auto allows = [&](std::string_view service) { return policy::may_allow(policy, service); };
  return std::ranges::count_if(kServices, allows) + (allows("s3:") ? 1 : 0);
}

Result<std::shared_ptr<const HeldPolicies>> read_held_policies(database::Transaction& transaction,
                                                               policy::CompiledPolicies& compiled,
                                                               UserId user, Timestamp now) {
  // By a group, both the membership and what the group holds must not have ended.
  TRY(auto rows,
      transaction.query(
          "SELECT p.name, '' AS group_name, p.document, p.privileged, 0 AS is_boundary, "
          "u.expires_us, NULL AS group_expires_us FROM user_profile u JOIN iam_profile p ON p.id = "
          "u.profile_id "
          "WHERE u.user_id = :user_id AND (u.expires_us IS NULL OR u.expires_us > :now_us) "
          "UNION ALL SELECT p.name, n.name AS group_name, p.document, p.privileged, "
          "0 AS is_boundary, m.expires_us, g.expires_us AS group_expires_us FROM group_member m "
          "JOIN group_profile g ON g.group_id = m.group_id JOIN iam_group n ON n.id = g.group_id "
          "JOIN iam_profile p ON p.id = g.profile_id "
          "WHERE m.user_id = :user_id AND (m.expires_us IS NULL OR m.expires_us > :now_us) "
          "AND (g.expires_us IS NULL OR g.expires_us > :now_us) "
          "UNION ALL SELECT p.name, '' AS group_name, p.document, 0 AS privileged, "
          "1 AS is_boundary, NULL AS expires_us, NULL AS group_expires_us FROM user_boundary b "
          "JOIN iam_profile p "
          "ON p.id = b.profile_id WHERE b.user_id = :user_id "
          "UNION ALL SELECT '' AS name, '' AS group_name, '' AS document, 1 AS privileged, "
          "2 AS is_boundary, d.expires_us, NULL AS group_expires_us FROM delegation d "
          "WHERE d.user_id = :user_id AND (d.expires_us IS NULL OR d.expires_us > :now_us)",
          {{"user_id", user.value}, {"now_us", to_us(now)}}));
  if (rows.empty()) return nullptr;
  return compile_held(rows, compiled);
}

Result<std::shared_ptr<const HeldPolicies>> read_role_policies(database::Transaction& transaction,
                                                               policy::CompiledPolicies& compiled,
                                                               RoleId role, Timestamp now) {
  TRY(auto rows, transaction.query("SELECT p.name, '' AS group_name, p.document, p.privileged, "
                                   "0 AS is_boundary, r.expires_us, NULL AS group_expires_us "
                                   "FROM role_profile r JOIN iam_profile p ON p.id = r.profile_id "
                                   "WHERE r.role_id = :role_id AND "
                                   "(r.expires_us IS NULL OR r.expires_us > :now_us)",
                                   {{"role_id", role.value}, {"now_us", to_us(now)}}));
  return compile_held(rows, compiled);
}

}  // namespace belfry::iam
