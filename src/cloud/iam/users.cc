// Users: named persons.
#include "base/ascii.h"
#include "grants.h"
#include "paging.h"
#include "password_rules.h"
#include "predefined.h"
#include "rows.h"
#include "service.h"
#include "user_rows.h"

namespace belfry::iam {
namespace {

Error tenant_missing(TenantId tenant) {
  return Error(Code::kNotFound, "iam.tenant_missing", {{"tenant", tenant.text()}});
}

}  // namespace

Task<Listing<User>> IamService::list_users(const Principal& by, TenantId tenant, Page page) {
  using Users = Listing<User>;
  CO_TRY(const std::string after, read_text_key(page.after));
  co_return co_await core_.read<Users>([&](Transaction& transaction) -> Result<Users> {
    TRY(core_.refresh_tree(transaction));
    TRY(core_.check(by, "iam:ListUsers", {"belfry:tenant/" + tenant.text(), tenant},
                    tenant_missing(tenant)));
    TRY(auto rows,
        transaction.query(
            "SELECT " + kUserColumns +
                " FROM iam_user u WHERE u.tenant_id = :tenant_id AND u.deleted_us IS NULL "
                "AND u.name_key > :after ORDER BY u.name_key "
                "LIMIT :limit",
            {{"tenant_id", tenant.value}, {"after", after}, {"limit", rows_of(page)}}));
    std::vector<User> users;
    users.reserve(rows.size());
    for (const Row& row : rows) users.push_back(user_of(row));
    return page_of(std::move(users), page, [](const User& user) { return to_lower(user.name); });
  });
}

Task<User> IamService::create_user(const Principal& by, TenantId tenant, const std::string& name,
                                   const std::string& email, Role role,
                                   const std::string& password) {
  const std::string resource = "belfry:tenant/" + tenant.text();
  // Before the costly hash; the tree may be some seconds old here, and is read again below.
  CO_TRY(core_.check(by, "iam:CreateUser", {resource, tenant}, tenant_missing(tenant)));
  CO_TRY(check_user_name(name));
  CO_TRY(check_email(email));
  CO_TRY(check_role_of(role, tenant));
  CO_TRY(core_.check_fresh(by, "iam:CreateUser", resource));
  CO_TRY(check_password(password, {name, email, is_privileged(role), false}));
  CO_TRY(const std::string hashed, co_await passwords_.hash(password));

  co_return co_await core_.write<User>([&](Transaction& transaction) -> Result<User> {
    TRY(auto tenants,
        transaction.query("SELECT (SELECT count(*) FROM iam_user u WHERE u.tenant_id = t.id) AS n "
                          "FROM tenant t WHERE t.id = :tenant_id",
                          {{"tenant_id", tenant.value}}));
    if (tenants.empty()) return std::unexpected(tenant_missing(tenant));
    // From above, a tenant gets its first user; from then on it looks after itself.
    if (tenant != by.tenant && tenants[0].integer("n") > 0)
      return fail(Code::kDenied, "iam.tenant_has_users");
    // A tenant's first user comes from above; whom it adds itself, it adds by its own rule. Who
    // begins as a reader begins with the least that there is.
    if (tenant == by.tenant && role != Role::kReader)
      TRY(check_may_give_alone(transaction, by, tenant, is_privileged(role)));
    User user{.id = UserId{core_.random.id()},
              .tenant = tenant,
              .name = name,
              .email = email,
              .role = role,
              .created = core_.clock.now(),
              .last_sign_in = {}};
    TRY(insert_user(transaction, user, {hashed, password}));
    TRY(record_grant(core_, transaction, role_of(user), {.origin = "direct", .by = by.user}));
    TRY(core_.trail.changed(transaction, tenant, by,
                            {"iam:CreateUser",
                             resource_of(user.id),
                             {{"name", name}, {"role", std::string(name_of(role))}}}));
    return user;
  });
}

Task<User> IamService::find_user(const Principal& by, UserId user) {
  co_return co_await core_.read<User>([&](Transaction& transaction) -> Result<User> {
    TRY(User found, iam::find_user(transaction, user));
    TRY(core_.check_user(by, "iam:GetUser", found));
    return found;
  });
}

Task<> IamService::set_user_active(const Principal& by, UserId user, bool active) {
  TenantId tenant;
  CO_TRY(co_await core_.write<Done>([&](Transaction& transaction) -> Result<Done> {
    TRY(const User found, iam::find_user(transaction, user));
    TRY(core_.check_user(by, "iam:SetUserActive", found));
    tenant = found.tenant;
    if (user == by.user) return fail(Code::kConflict, "iam.own_account");
    if (found.active == active) return Done{};
    // From above a whole tenant may be stopped, and be let go again.
    if (!active && by.tenant == found.tenant) {
      TRY(const bool is_last,
          is_last_administrator(transaction, found.tenant, user, core_.clock.now()));
      if (is_last) return fail(Code::kConflict, "iam.last_administrator", {{"user", found.name}});
    }
    TRY(core_.check_fresh(by, active ? "iam:ActivateUser" : "iam:SuspendUser", resource_of(user)));
    TRY(transaction.execute("UPDATE iam_user SET active = :active WHERE id = :id",
                            {{"active", std::int64_t(active)}, {"id", user.value}}));
    if (!active) TRY(core_.end_other_sessions(transaction, by, user));
    TRY(core_.trail.changed(transaction, found.tenant, by,
                            {active ? "iam:ActivateUser" : "iam:SuspendUser",
                             resource_of(user),
                             {{"name", found.name}}}));
    return Done{};
  }));
  // The user's service accounts stop and go on with it, and sessions of roles with these.
  core_.signing.forget_tenant(tenant);
  core_.signing.forget_sessions();
  co_return Result<>();
}

}  // namespace belfry::iam
