// Users: named persons.
#include "base/ascii.h"
#include "delegated.h"
#include "grants.h"
#include "paging.h"
#include "password_rules.h"
#include "predefined.h"
#include "rows.h"
#include "service.h"
#include "user_rows.h"

namespace belfry::iam {
namespace {

// Whether an administrator makes a delegate's suspension its own, which no delegate ends then.
// Errors: denied ("iam.suspended_by_administrator").
Result<bool> take_over_suspension(Transaction& transaction, UserId user, bool active,
                                  const std::optional<Cover>& cover) {
  TRY(auto rows,
      transaction.query("SELECT active, suspended_by_delegation_id FROM iam_user WHERE id = :id",
                        {{"id", user.value}}));
  const bool by_delegate = rows.at(0).integer("suspended_by_delegation_id") != 0;
  if (rows[0].flag("active")) return false;
  if (cover && active && !by_delegate) return fail(Code::kDenied, "iam.suspended_by_administrator");
  return !cover && !active && by_delegate;
}

}  // namespace

Task<Listing<User>> IamService::list_users(const Principal& by, TenantId tenant, Page page) {
  using Users = Listing<User>;
  CO_TRY(const std::string after, read_text_key(page.after));
  co_return co_await core_.read<Users>([&](Transaction& transaction) -> Result<Users> {
    TRY(core_.refresh_tree(transaction));
    const std::string resource = "belfry:tenant/" + tenant.text();
    constexpr std::string_view kAction = "iam:ListUsers";
    const bool all = decide(core_.tree, by, kAction, {resource, tenant}).has_value();
    TRY(core_.check(by, kAction, resource_under(resource, tenant, listing_cover(by)),
                    tenant_missing(tenant)));
    TRY(auto rows,
        transaction.query(
            "SELECT " + kUserColumns +
                " FROM iam_user u WHERE u.tenant_id = :tenant_id AND u.deleted_us IS NULL AND "
                "(:all = 1 OR u.id IN (SELECT u.id" +
                looked_after(DelegatedAct::kSee) +
                ")) AND u.name_key > :after ORDER BY u.name_key "
                "LIMIT :limit",
            {{"tenant_id", tenant.value},
             {"all", std::int64_t(all)},
             {"by_id", by.user.value},
             {"now_us", to_us(core_.clock.now())},
             {"after", after},
             {"limit", rows_of(page)}}));
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
    TRY(check_over(core_, transaction, by, "iam:GetUser", found, DelegatedAct::kSee));
    return found;
  });
}

Task<> IamService::set_user_active(const Principal& by, UserId user, bool active) {
  TenantId tenant;
  CO_TRY(co_await core_.write<Done>([&](Transaction& transaction) -> Result<Done> {
    TRY(const User found, iam::find_user(transaction, user));
    TRY(const auto cover,
        check_over(core_, transaction, by, "iam:SetUserActive", found, DelegatedAct::kSuspend));
    tenant = found.tenant;
    if (user == by.user) return fail(Code::kConflict, "iam.own_account");
    TRY(const bool is_taken_over, take_over_suspension(transaction, user, active, cover));
    if (found.active == active && !is_taken_over) return Done{};
    // From above a whole tenant may be stopped, and be let go again.
    if (!active && by.tenant == found.tenant) {
      TRY(const bool is_last,
          is_last_administrator(transaction, found.tenant, user, core_.clock.now()));
      if (is_last) return fail(Code::kConflict, "iam.last_administrator", {{"user", found.name}});
    }
    TRY(core_.check_fresh(by, active ? "iam:ActivateUser" : "iam:SuspendUser", resource_of(user)));
    TRY(
        transaction.execute("UPDATE iam_user SET active = :active, suspended_by_delegation_id = "
                            ":delegation_id WHERE id = :id",
                            {{"active", std::int64_t(active)},
                             {"delegation_id", active || !cover ? 0 : cover->id.value},
                             {"id", user.value}}));
    if (!active) TRY(core_.end_other_sessions(transaction, by, user));
    TRY(core_.trail.changed(transaction, found.tenant, by,
                            {active ? "iam:ActivateUser" : "iam:SuspendUser", resource_of(user),
                             with_cover({{"name", found.name}}, cover)}));
    return Done{};
  }));
  // The user's service accounts stop and go on with it, and sessions of roles with these.
  core_.signing.forget_tenant(tenant);
  core_.signing.forget_sessions();
  co_return Result<>();
}

}  // namespace belfry::iam
