// The tenant of the prober. Its administrator's secrets are made anew for each probe, so that none
// is kept anywhere.
#include "grants.h"
#include "password_rules.h"
#include "rows.h"
#include "service.h"
#include "totp_codes.h"
#include "user_rows.h"

namespace belfry::iam {
namespace {

constexpr const char* kTenantName = "Belfry probe";

// What users of a tenant have, in the order in which rows may go.
constexpr const char* kOfUsers[] = {"recovery_code", "passkey",   "mfa_factor", "iam_session",
                                    "session_place", "api_token", "access_key", "sign_in_origin"};
constexpr const char* kOfTenant[] = {"user_boundary", "user_profile", "group_profile",
                                     "group_member",  "iam_profile",  "iam_group"};

// Everything in the tenant but its administrator.
Result<> remove_rest(Transaction& transaction, TenantId tenant, UserId administrator) {
  const database::Parameters of_tenant = {{"tenant_id", tenant.value}};
  for (const char* table : kOfUsers)
    TRY(transaction.execute("DELETE FROM " + std::string(table) + " WHERE tenant_id = :tenant_id",
                            of_tenant));
  for (const char* table : kOfTenant)
    TRY(transaction.execute("DELETE FROM " + std::string(table) + " WHERE tenant_id = :tenant_id",
                            of_tenant));
  TRY(transaction.execute(
      "DELETE FROM iam_grant WHERE tenant_id = :tenant_id AND user_id <> :administrator",
      {{"tenant_id", tenant.value}, {"administrator", administrator.value}}));
  TRY(transaction.execute(
      "DELETE FROM iam_user WHERE tenant_id = :tenant_id AND id <> :administrator",
      {{"tenant_id", tenant.value}, {"administrator", administrator.value}}));
  return {};
}

Result<std::optional<User>> find_administrator(Transaction& transaction) {
  using Answer = std::optional<User>;
  TRY(auto rows, transaction.query("SELECT u.id FROM tenant t JOIN iam_user u ON "
                                   "u.tenant_id = t.id AND u.role = 'tenant_administrator' "
                                   "WHERE t.probe = 1 ORDER BY u.created_us, u.id LIMIT 1"));
  if (rows.empty()) return Answer();
  TRY(User found, find_user(transaction, UserId{rows[0].integer("id")}));
  return Answer(std::move(found));
}

Principal system_of(TenantId tenant) {
  return {.tenant = tenant, .name = "system", .method = Method::kSystem, .credential = {}};
}

}  // namespace

Result<User> IamService::insert_probe_administrator(Transaction& transaction,
                                                    const std::string& hashed) {
  User user{.id = UserId{core_.random.id()},
            .tenant = TenantId{},
            .name = "belfry-probe-" + make_public_id(core_.random).substr(0, 8),
            .email = "",
            .role = Role::kTenantAdministrator,
            .created = core_.clock.now(),
            .last_sign_in = {}};
  TRY(auto tenants, transaction.query("SELECT id FROM tenant WHERE probe = 1"));
  if (!tenants.empty()) {
    user.tenant = TenantId{tenants[0].integer("id")};
  } else {
    user.tenant = make_tenant_id(core_.random);
    TRY(transaction.execute(
        "INSERT INTO tenant (id, parent_id, kind, name, created_us, probe) "
        "VALUES (:id, :parent_id, 'customer', :name, :now_us, 1)",
        {{"id", user.tenant.value},
         {"parent_id", kProviderTenant.value},
         // A customer may have taken the name: two may not share it.
         {"name", std::string(kTenantName) + " " + make_public_id(core_.random).substr(0, 8)},
         {"now_us", to_us(user.created)}}));
  }
  // Its password is written when the probe begins.
  TRY(insert_user(transaction, user, {hashed, ""}));
  TRY(record_grant(core_, transaction, role_of(user), {.origin = "founding"}));
  return user;
}

Task<ProbeAdministrator> IamService::renew_probe() {
  ProbeAdministrator probe{.tenant = {},
                           .user = {},
                           .name = "",
                           .password = make_password(core_.random),
                           .totp_seed = make_totp_seed(core_.random)};
  CO_TRY(const std::string hashed, co_await passwords_.hash(probe.password));
  CO_TRY(const User user, co_await core_.write<User>([&](Transaction& transaction) -> Result<User> {
    TRY(std::optional<User> user, find_administrator(transaction));
    if (!user) {
      TRY(user, insert_probe_administrator(transaction, hashed));
    }
    TRY(remove_rest(transaction, user->tenant, user->id));
    TRY(const std::string sealed,
        seal_secret(core_.keys, core_.random, totp_seed_of(user->id), probe.totp_seed));
    const database::Parameters parameters = {{"id", user->id.value},
                                             {"tenant_id", user->tenant.value},
                                             {"password_hash", hashed},
                                             {"length_met", length_met(probe.password)},
                                             {"factor_id", core_.random.id()},
                                             {"secret_sealed", sealed},
                                             {"now_us", to_us(core_.clock.now())}};
    TRY(transaction.execute(
        "UPDATE iam_user SET active = 1, password_hash = :password_hash, "
        "password_length_met = :length_met, password_changed_us = :now_us WHERE id = :id",
        parameters));
    TRY(transaction.execute(
        "INSERT INTO mfa_factor (id, tenant_id, user_id, kind, secret_sealed, last_step, "
        "created_us, confirmed_us) VALUES (:factor_id, :tenant_id, :id, 'totp', "
        ":secret_sealed, 0, :now_us, :now_us)",
        parameters));
    TRY(core_.trail.changed(transaction, user->tenant, system_of(user->tenant),
                            {"iam:RenewProbe", resource_of(user->id), {{"name", user->name}}}));
    return *std::move(user);
  }));
  CO_TRY(co_await core_.read<Done>([&](Transaction& transaction) -> Result<Done> {
    TRY(core_.reread_tree(transaction));
    return Done{};
  }));
  core_.signing.forget_user(user.id);
  probe.tenant = user.tenant;
  probe.user = user.id;
  probe.name = user.name;
  co_return probe;
}

Task<> IamService::end_probe() {
  CO_TRY(co_await core_.write<Done>([&](Transaction& transaction) -> Result<Done> {
    TRY(std::optional<User> user, find_administrator(transaction));
    if (!user || !user->active) return Done{};
    TRY(remove_rest(transaction, user->tenant, user->id));
    TRY(transaction.execute("UPDATE iam_user SET active = 0 WHERE id = :id",
                            {{"id", user->id.value}}));
    TRY(core_.trail.changed(transaction, user->tenant, system_of(user->tenant),
                            {"iam:EndProbe", resource_of(user->id), {{"name", user->name}}}));
    return Done{};
  }));
  co_return Result<>();
}

}  // namespace belfry::iam
