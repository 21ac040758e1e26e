// Users: named persons.
#include "base/ascii.h"
#include "base/text_encoding.h"
#include "paging.h"
#include "password_rules.h"
#include "rows.h"
#include "service.h"

#include <algorithm>

namespace belfry::iam {
namespace {

constexpr std::size_t kNameMax = 64, kEmailMax = 254;

bool is_name_character(char c) {
  return is_alphanumeric(c) || std::string_view("._@+-").find(c) != std::string_view::npos;
}

bool is_user_name(std::string_view name) {
  return !name.empty() && name.size() <= kNameMax && std::ranges::all_of(name, is_name_character);
}

bool is_email(std::string_view email) {
  const auto is_blank_or_control = [](char c) { return (unsigned char)(c) <= 0x20 || c == 0x7f; };
  return email.empty() || (email.size() <= kEmailMax && is_utf8(email) && email.contains('@') &&
                           std::ranges::none_of(email, is_blank_or_control));
}

// Roles of the provider's staff are given in its tenant alone, the tenant administrator's
// elsewhere.
bool is_role_of(Role role, TenantId tenant) {
  if (role == Role::kProviderAdministrator || role == Role::kOperator)
    return tenant == kProviderTenant;
  return role != Role::kTenantAdministrator || tenant != kProviderTenant;
}

Error tenant_missing(TenantId tenant) {
  return Error(Code::kNotFound, "iam.tenant_missing", {{"tenant", tenant.text()}});
}

}  // namespace

Task<Listing<User>> IamService::list_users(const Principal& by, TenantId tenant, Page page) {
  using Users = Listing<User>;
  CO_TRY(const std::string after, read_text_key(page.after));
  co_return co_await read<Users>([&](Transaction& transaction) -> Result<Users> {
    TRY(refresh_tree(transaction));
    TRY(check(by, "iam:ListUsers", {"belfry:tenant/" + tenant.text(), tenant},
              tenant_missing(tenant)));
    TRY(auto rows, transaction.query(
                       "SELECT " + std::string(kUserColumns) +
                           " FROM iam_user u WHERE u.tenant_id = :tenant_id "
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
  CO_TRY(check(by, "iam:CreateUser", {resource, tenant}, tenant_missing(tenant)));
  if (!is_user_name(name)) co_return fail(Code::kInvalid, "iam.bad_user_name");
  if (!is_email(email)) co_return fail(Code::kInvalid, "iam.bad_email");
  if (!is_role_of(role, tenant))
    co_return fail(Code::kInvalid, "iam.role_not_here", {{"role", std::string(name_of(role))}});
  CO_TRY(check_fresh(by, "iam:CreateUser", resource));
  CO_TRY(check_password(password, {name, email, is_privileged(role), false}));
  CO_TRY(const std::string hashed, co_await hash(password));

  co_return co_await write<User>([&](Transaction& transaction) -> Result<User> {
    TRY(auto tenants,
        transaction.query("SELECT (SELECT count(*) FROM iam_user u WHERE u.tenant_id = t.id) AS n "
                          "FROM tenant t WHERE t.id = :tenant_id",
                          {{"tenant_id", tenant.value}}));
    if (tenants.empty()) return std::unexpected(tenant_missing(tenant));
    // From above, a tenant gets its first user; from then on it looks after itself.
    if (tenant != by.tenant && tenants[0].integer("n") > 0)
      return fail(Code::kDenied, "iam.tenant_has_users");
    TRY(auto same, transaction.query("SELECT id FROM iam_user WHERE name_key = :name_key",
                                     {{"name_key", to_lower(name)}}));
    if (!same.empty()) return fail(Code::kConflict, "iam.user_exists", {{"name", name}});
    User user{.id = UserId{random_.id()},
              .tenant = tenant,
              .name = name,
              .email = email,
              .role = role,
              .created = clock_.now(),
              .last_sign_in = {}};
    TRY(transaction.execute(
        "INSERT INTO iam_user (id, tenant_id, name, name_key, email, role, active, password_hash, "
        "password_length_met, password_changed_us, created_us) VALUES (:id, :tenant_id, :name, "
        ":name_key, :email, :role, 1, :password_hash, :length_met, :now_us, :now_us)",
        {{"id", user.id.value},
         {"tenant_id", tenant.value},
         {"name", name},
         {"name_key", to_lower(name)},
         {"email", email},
         {"role", std::string(name_of(role))},
         {"password_hash", hashed},
         {"length_met", length_met(password)},
         {"now_us", to_us(user.created)}}));
    TRY(trail_.changed(transaction, tenant, by,
                       {"iam:CreateUser",
                        resource_of(user.id),
                        {{"name", name}, {"role", std::string(name_of(role))}}}));
    return user;
  });
}

Task<User> IamService::find_user(const Principal& by, UserId user) {
  co_return co_await read<User>([&](Transaction& transaction) -> Result<User> {
    TRY(User found, iam::find_user(transaction, user));
    TRY(check_user(by, "iam:GetUser", found));
    return found;
  });
}

Task<> IamService::set_user_active(const Principal& by, UserId user, bool active) {
  CO_TRY(co_await write<Done>([&](Transaction& transaction) -> Result<Done> {
    TRY(const User found, iam::find_user(transaction, user));
    TRY(check_user(by, "iam:SetUserActive", found));
    // Whoever suspends cannot be the last administrator then.
    if (user == by.user) return fail(Code::kConflict, "iam.own_account");
    if (found.active == active) return Done{};
    TRY(check_fresh(by, active ? "iam:ActivateUser" : "iam:SuspendUser", resource_of(user)));
    TRY(transaction.execute("UPDATE iam_user SET active = :active WHERE id = :id",
                            {{"active", std::int64_t(active)}, {"id", user.value}}));
    if (!active) TRY(end_other_sessions(transaction, by, user));
    TRY(trail_.changed(transaction, found.tenant, by,
                       {active ? "iam:ActivateUser" : "iam:SuspendUser",
                        resource_of(user),
                        {{"name", found.name}}}));
    return Done{};
  }));
  signing_.forget_user(user);
  co_return Result<>();
}

}  // namespace belfry::iam
