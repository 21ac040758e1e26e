// Between rows of the tables and the types of iam.h.
#pragma once

#include "database/database.h"
#include "iam/iam.h"

#include <string>
#include <string_view>

namespace belfry::iam {

std::string_view name_of(TenantKind kind);
// The columns that tenant_of reads, of `tenant`.
inline constexpr std::string_view kTenantColumns =
    "id, parent_id, kind, name, created_us, suspended_us, suspended_by_tenant_id, "
    "suspension_reason, ended_us";
Tenant tenant_of(const database::Row& row);
Error tenant_missing(TenantId tenant);
// Also one that has ended. Errors: not_found ("iam.tenant_missing").
Result<Tenant> find_tenant(database::Transaction& transaction, TenantId tenant);

// Whether the tenant of the person `iam_user u` asks everybody for a second factor: 0 or 1. A
// program has none.
inline constexpr std::string_view kFactorDemanded =
    "(SELECT count(*) FROM tenant o WHERE o.id = u.tenant_id AND o.everybody_needs_factor = 1 AND "
    "u.owner_id IS NULL) AS factor_demanded";
// SQL: how many privileged rights the user of that number holds besides its role: profiles, itself
// or by a group, and delegations. Those that expired count until they are taken away.
inline std::string privileged_rights_of(const std::string& user_id) {
  return "((SELECT count(*) FROM iam_profile x WHERE x.privileged = 1 AND "
         "(x.id IN (SELECT h.profile_id FROM user_profile h WHERE h.user_id = " +
         user_id +
         ") OR x.id IN (SELECT g.profile_id FROM group_profile g JOIN group_member n "
         "ON n.group_id = g.group_id WHERE n.user_id = " +
         user_id + "))) + (SELECT count(*) FROM delegation w WHERE w.user_id = " + user_id + "))";
}
// The columns that user_of reads, of `iam_user u`.
inline const std::string kUserColumns =
    "u.id, u.tenant_id, u.name, u.email, u.role, u.active, u.role_until_us, u.created_us, "
    "u.last_sign_in_us, u.owner_id, "
    "(SELECT count(*) FROM mfa_factor f WHERE f.user_id = u.id AND f.kind = 'totp' AND "
    "f.confirmed_us IS NOT NULL) AS totps, "
    "(SELECT count(*) FROM passkey p WHERE p.user_id = u.id) AS passkeys, " +
    privileged_rights_of("u.id") + " AS privileged_rights, " + std::string(kFactorDemanded);
// The role that counts at :now_us, of `iam_user u`: one for a time gives way at its end, not later.
inline constexpr std::string_view kRoleNow =
    "CASE WHEN u.role_until_us <= :now_us THEN u.base_role ELSE u.role END AS role, "
    "CASE WHEN u.role_until_us > :now_us THEN u.role_until_us ELSE NULL END AS role_until_us";
// Whether `iam_user u` works: active, and, of a service account, its owner too.
inline constexpr std::string_view kWorks =
    "u.active = 1 AND (u.owner_id IS NULL OR "
    "EXISTS (SELECT 1 FROM iam_user o WHERE o.id = u.owner_id AND o.active = 1))";
// Whether the factor that a key or token of `u` carries is still somebody's: 0 or 1.
inline constexpr std::string_view kFactorStands =
    "CASE WHEN u.owner_id IS NULL OR EXISTS (SELECT 1 FROM mfa_factor f WHERE "
    "f.user_id = u.owner_id AND f.confirmed_us IS NOT NULL) THEN 1 ELSE 0 END AS factor_stands";
User user_of(const database::Row& row);
// Who it is, without a credential.
Principal principal_of(const User& user);
// Errors: not_found ("iam.user_missing").
Result<User> find_user(database::Transaction& transaction, UserId user);

std::optional<Timestamp> optional_time(const database::Row& row, std::string_view column);
database::Value time_or_null(const std::optional<Timestamp>& time);

}  // namespace belfry::iam
