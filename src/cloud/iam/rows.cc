#include "rows.h"

#include "base/ensure.h"

namespace belfry::iam {

std::string_view name_of(TenantKind kind) {
  switch (kind) {
    case TenantKind::kProvider:
      return "provider";
    case TenantKind::kPartner:
      return "partner";
    case TenantKind::kCustomer:
      return "customer";
  }
  return "";
}

Tenant tenant_of(const database::Row& row) {
  const std::string& kind = row.text("kind");
  std::optional<Suspension> suspension;
  if (const auto since = optional_time(row, "suspended_us"))
    suspension = {*since, TenantId{row.integer("suspended_by_tenant_id")},
                  row.text("suspension_reason")};
  return {.id = TenantId{row.integer("id")},
          .parent = TenantId{row.is_null("parent_id") ? 0 : row.integer("parent_id")},
          .kind = kind == "provider"  ? TenantKind::kProvider
                  : kind == "partner" ? TenantKind::kPartner
                                      : TenantKind::kCustomer,
          .name = row.text("name"),
          .created = from_us(row.integer("created_us")),
          .suspension = std::move(suspension),
          .ended = optional_time(row, "ended_us")};
}

Error tenant_missing(TenantId tenant) {
  return Error(Code::kNotFound, "iam.tenant_missing", {{"tenant", tenant.text()}});
}

Result<Tenant> find_tenant(database::Transaction& transaction, TenantId tenant) {
  TRY(auto rows,
      transaction.query("SELECT " + std::string(kTenantColumns) + " FROM tenant WHERE id = :id",
                        {{"id", tenant.value}}));
  if (rows.empty()) return std::unexpected(tenant_missing(tenant));
  return tenant_of(rows[0]);
}

Principal principal_of(const User& user) {
  return {.tenant = user.tenant, .user = user.id, .name = user.name, .role = user.role};
}

User user_of(const database::Row& row) {
  const auto role = role_named(row.text("role"));
  ENSURE(role.has_value());  // a foreign key holds it
  return {
      .id = UserId{row.integer("id")},
      .tenant = TenantId{row.integer("tenant_id")},
      .name = row.text("name"),
      .email = row.text("email"),
      .role = *role,
      .active = row.flag("active"),
      .has_totp = row.integer("totps") > 0,
      .created = from_us(row.integer("created_us")),
      .last_sign_in = optional_time(row, "last_sign_in_us"),
      .passkeys = std::size_t(row.integer("passkeys")),
      .role_until = optional_time(row, "role_until_us"),
      .privileged = is_privileged(*role) || row.integer("privileged_rights") > 0,
      .owner = row.is_null("owner_id") ? std::optional<UserId>() : UserId{row.integer("owner_id")},
      .factor_demanded = row.integer("factor_demanded") > 0};
}

Result<User> find_user(database::Transaction& transaction, UserId user) {
  TRY(auto rows,
      transaction.query("SELECT " + kUserColumns +
                            " FROM iam_user u WHERE u.id = :user_id AND u.deleted_us IS NULL",
                        {{"user_id", user.value}}));
  if (rows.empty()) return fail(Code::kNotFound, "iam.user_missing", {{"user", user.text()}});
  return user_of(rows[0]);
}

std::optional<Timestamp> optional_time(const database::Row& row, std::string_view column) {
  if (row.is_null(column)) return std::nullopt;
  return from_us(row.integer(column));
}

database::Value time_or_null(const std::optional<Timestamp>& time) {
  if (!time) return database::Null{};
  return to_us(*time);
}

}  // namespace belfry::iam
