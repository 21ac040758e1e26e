#include "base/ascii.h"
#include "base/text_encoding.h"
#include "grants.h"
#include "names.h"
#include "own_factor.h"
#include "paging.h"
#include "rows.h"
#include "service_account_service.h"
#include "user_rows.h"

#include <algorithm>

namespace belfry::iam {
namespace {

constexpr std::int64_t kKeysMax = 20, kTokensMax = 50;
constexpr Duration kLifetimeMax = std::chrono::days(366);
constexpr std::string_view kColumns =
    "u.id, u.tenant_id, u.name, u.name_key, u.role, u.owner_id, u.active, u.created_us, "
    "u.last_sign_in_us, o.name AS owner_name, o.active AS owner_active "
    "FROM iam_user u JOIN iam_user o ON o.id = u.owner_id";

Error account_missing(UserId id) {
  return Error(Code::kNotFound, "iam.service_account_missing", {{"account", id.text()}});
}

ServiceAccount account_of(const Row& row) {
  return {.id = UserId{row.integer("id")},
          .tenant = TenantId{row.integer("tenant_id")},
          .name = row.text("name"),
          .role = role_named(row.text("role")).value_or(Role::kReader),
          .owner = UserId{row.integer("owner_id")},
          .owner_name = row.text("owner_name"),
          .active = row.flag("active"),
          .owner_active = row.flag("owner_active"),
          .created = from_us(row.integer("created_us")),
          .last_used = optional_time(row, "last_sign_in_us")};
}

}  // namespace

Result<> note_use(Transaction& transaction, UserId user, Timestamp now) {
  TRY(
      transaction.execute("UPDATE iam_user SET last_sign_in_us = :now_us WHERE id = :id AND "
                          "owner_id IS NOT NULL",
                          {{"now_us", to_us(now)}, {"id", user.value}}));
  return {};
}

Task<Listing<ServiceAccount>> ServiceAccountService::list_service_accounts(const Principal& by,
                                                                           Page page) {
  using List = Listing<ServiceAccount>;
  CO_TRY(const std::string after, read_text_key(page.after));
  constexpr std::string_view kAction = "iam:ListServiceAccounts";
  const bool all =
      decide(core_.tree, by, kAction, {"belfry:tenant/" + by.tenant.text(), by.tenant}).has_value();
  CO_TRY(core_.check(by, kAction, {resource_of(by.user), by.tenant}, account_missing(by.user)));
  co_return co_await core_.read<List>([&](Transaction& transaction) -> Result<List> {
    TRY(auto rows,
        transaction.query("SELECT " + std::string(kColumns) +
                              " WHERE u.tenant_id = :tenant_id AND u.deleted_us IS NULL AND "
                              "(:all = 1 OR u.owner_id = :by_id) AND u.name_key > :after "
                              "ORDER BY u.name_key LIMIT :limit",
                          {{"tenant_id", by.tenant.value},
                           {"all", std::int64_t(all)},
                           {"by_id", by.user.value},
                           {"after", after},
                           {"limit", rows_of(page)}}));
    std::vector<ServiceAccount> accounts;
    accounts.reserve(rows.size());
    for (const Row& row : rows) accounts.push_back(account_of(row));
    return page_of(std::move(accounts), page,
                   [](const ServiceAccount& account) { return to_lower(account.name); });
  });
}

Result<User> ServiceAccountService::read_owner(Transaction& transaction, const Principal& by,
                                               UserId owner) {
  TRY(User found, find_user(transaction, owner));
  if (found.tenant != by.tenant)
    return fail(Code::kNotFound, "iam.user_missing", {{"user", owner.text()}});
  if (!found.active || found.owner)
    return fail(Code::kConflict, "iam.bad_owner", {{"user", found.name}});
  return found;
}

Result<ServiceAccount> ServiceAccountService::read_account(Transaction& transaction,
                                                           const Principal& by,
                                                           std::string_view action, UserId id) {
  TRY(auto rows, transaction.query("SELECT " + std::string(kColumns) +
                                       " WHERE u.id = :id AND u.tenant_id = :tenant_id AND "
                                       "u.deleted_us IS NULL",
                                   {{"id", id.value}, {"tenant_id", by.tenant.value}}));
  if (rows.empty()) return std::unexpected(account_missing(id));
  ServiceAccount account = account_of(rows[0]);
  // The owner answers for it as for the own account.
  const UserId whose = account.owner == by.user ? by.user : id;
  TRY(core_.check(by, action, {resource_of(whose), account.tenant}, account_missing(id)));
  return account;
}

Task<ServiceAccount> ServiceAccountService::create_service_account(const Principal& by,
                                                                   const std::string& name,
                                                                   Role role, UserId owner) {
  const std::string resource = "belfry:tenant/" + by.tenant.text();
  CO_TRY(
      core_.check(by, "iam:CreateServiceAccount", {resource, by.tenant}, account_missing(by.user)));
  CO_TRY(check_user_name(name));
  if (role != Role::kMember && role != Role::kReader)
    co_return fail(Code::kInvalid, "iam.role_of_service");
  CO_TRY(core_.check_fresh(by, "iam:CreateServiceAccount", resource));
  // Nobody knows the password, and signing in takes as long as with a wrong one.
  const std::string unknown = make_bearer_secret(core_.random);
  CO_TRY(const std::string unknown_hash, co_await passwords_.hash(unknown));
  co_return co_await core_.write<ServiceAccount>(
      [&](Transaction& transaction) -> Result<ServiceAccount> {
        TRY(const User person, read_owner(transaction, by, owner));
        const User user{.id = UserId{core_.random.id()},
                        .tenant = by.tenant,
                        .name = name,
                        .email = "",
                        .role = role,
                        .created = core_.clock.now(),
                        .last_sign_in = {}};
        if (role != Role::kReader) TRY(check_may_give_alone(transaction, by, by.tenant, false));
        TRY(insert_user(transaction, user, {unknown_hash, unknown}));
        TRY(transaction.execute("UPDATE iam_user SET owner_id = :owner_id WHERE id = :id",
                                {{"owner_id", owner.value}, {"id", user.id.value}}));
        TRY(record_grant(core_, transaction, role_of(user), {.origin = "direct", .by = by.user}));
        TRY(core_.trail.changed(
            transaction, by.tenant, by,
            {"iam:CreateServiceAccount",
             resource_of(user.id),
             {{"name", name}, {"role", std::string(name_of(role))}, {"owner", person.name}}}));
        return ServiceAccount{.id = user.id,
                              .tenant = by.tenant,
                              .name = name,
                              .role = role,
                              .owner = owner,
                              .owner_name = person.name,
                              .created = user.created};
      });
}

Task<> ServiceAccountService::take_over(const Principal& by, UserId id, UserId owner) {
  CO_TRY(co_await core_.write<Done>([&](Transaction& transaction) -> Result<Done> {
    TRY(const ServiceAccount account,
        read_account(transaction, by, "iam:ChangeServiceAccount", id));
    TRY(const User person, read_owner(transaction, by, owner));
    TRY(core_.check_fresh(by, "iam:ChangeServiceAccount", resource_of(id)));
    if (account.owner == owner) return Done{};
    // Its keys are the owner's to make: a new one would get what two persons gave the one before.
    TRY(const User program, find_user(transaction, id));
    if (program.privileged)
      return fail(Code::kConflict, "iam.owner_of_four_eyes", {{"account", account.name}});
    const database::Parameters parameters = {{"owner_id", owner.value}, {"id", id.value}};
    TRY(transaction.execute("UPDATE iam_user SET owner_id = :owner_id WHERE id = :id", parameters));
    for (const char* table : {"api_token", "access_key"})
      TRY(transaction.execute(
          "UPDATE " + std::string(table) + " SET second_factor = 0 WHERE user_id = :id",
          parameters));
    // They carry the factor of the owner before.
    TRY(transaction.execute("DELETE FROM role_session WHERE by_user_id = :id", parameters));
    TRY(core_.trail.changed(
        transaction, by.tenant, by,
        {"iam:TakeOverServiceAccount",
         resource_of(id),
         {{"name", account.name}, {"owner", person.name}, {"owner_before", account.owner_name}}}));
    return Done{};
  }));
  core_.signing.forget_user(id);
  core_.signing.forget_sessions();
  co_return Result<>();
}

Result<Timestamp> ServiceAccountService::end_of(Transaction& transaction, const Principal& by,
                                                UserId account, Duration lifetime) {
  TRY(core_.check_fresh(by, "iam:CreateServiceCredential", resource_of(account)));
  if (lifetime <= Duration(0) || lifetime > kLifetimeMax)
    return fail(Code::kInvalid, "iam.bad_service_lifetime");
  const Timestamp now = core_.clock.now();
  for (const char* table : {"api_token", "access_key"})
    TRY(transaction.execute(
        "DELETE FROM " + std::string(table) + " WHERE user_id = :id AND expires_us <= :now_us",
        {{"id", account.value}, {"now_us", to_us(now)}}));
  if (by.method != Method::kApiToken) return now + lifetime;
  // A token makes nothing that outlives it.
  TRY(auto own, transaction.query("SELECT expires_us FROM api_token WHERE id = :credential",
                                  {{"credential", by.credential}}));
  if (own.empty()) return fail(Code::kDenied, "iam.unknown_token");
  const auto end = optional_time(own[0], "expires_us");
  return end ? std::min(*end, now + lifetime) : now + lifetime;
}

Result<> ServiceAccountService::check_room(Transaction& transaction, const std::string& table,
                                           UserId account, std::int64_t maximum,
                                           const Error& full) {
  TRY(auto rows, transaction.query("SELECT count(*) AS n FROM " + table + " WHERE user_id = :id",
                                   {{"id", account.value}}));
  return rows[0].integer("n") < maximum ? Result<>() : std::unexpected(full);
}

Task<NewAccessKey> ServiceAccountService::create_service_key(const Principal& by, UserId id,
                                                             Duration lifetime) {
  co_return co_await core_.write<NewAccessKey>([&](Transaction& transaction)
                                                   -> Result<NewAccessKey> {
    TRY(const ServiceAccount account,
        read_account(transaction, by, "iam:CreateServiceCredential", id));
    TRY(const Timestamp end, end_of(transaction, by, id, lifetime));
    TRY(const bool own_factor, has_own_factor(transaction, by));
    TRY(check_room(
        transaction, "access_key", id, kKeysMax,
        Error(Code::kConflict, "iam.too_many_keys", {{"maximum", std::to_string(kKeysMax)}})));
    const Timestamp now = core_.clock.now();
    NewAccessKey made{.key = {.id = make_access_key_id(core_.random),
                              .user = id,
                              .tenant = account.tenant,
                              .created = now,
                              .last_used = {},
                              .active = account.active && account.owner_active,
                              .expires = end},
                      .secret = make_access_key_secret(core_.random)};
    TRY(const std::string sealed,
        seal_secret(core_.keys, core_.random, {"access_key/" + made.key.id}, as_view(made.secret)));
    TRY(transaction.execute(
        "INSERT INTO access_key (id, tenant_id, user_id, secret_sealed, second_factor, created_us, "
        "expires_us) VALUES (:id, :tenant_id, :user_id, :secret_sealed, :second_factor, :now_us, "
        ":expires_us)",
        {{"id", made.key.id},
         {"tenant_id", account.tenant.value},
         {"user_id", id.value},
         {"secret_sealed", sealed},
         {"second_factor", std::int64_t(own_factor && by.user == account.owner)},
         {"now_us", to_us(now)},
         {"expires_us", to_us(end)}}));
    TRY(core_.trail.changed(
        transaction, account.tenant, by,
        {"iam:CreateAccessKey", resource_of(id), {{"access_key", made.key.id}}}));
    return made;
  });
}

Task<NewToken> ServiceAccountService::create_service_token(const Principal& by, UserId id,
                                                           const std::string& label,
                                                           Duration lifetime) {
  if (!is_display_name(label)) co_return fail(Code::kInvalid, "iam.bad_label");
  co_return co_await core_.write<NewToken>([&](Transaction& transaction) -> Result<NewToken> {
    TRY(const ServiceAccount account,
        read_account(transaction, by, "iam:CreateServiceCredential", id));
    TRY(const Timestamp end, end_of(transaction, by, id, lifetime));
    TRY(const bool own_factor, has_own_factor(transaction, by));
    TRY(check_room(
        transaction, "api_token", id, kTokensMax,
        Error(Code::kConflict, "iam.too_many_tokens", {{"maximum", std::to_string(kTokensMax)}})));
    const Timestamp now = core_.clock.now();
    NewToken made{.token = {.id = make_public_id(core_.random),
                            .user = id,
                            .label = label,
                            .created = now,
                            .expires = end,
                            .second_factor = own_factor && by.user == account.owner},
                  .secret = "blf_" + make_bearer_secret(core_.random)};
    TRY(transaction.execute(
        "INSERT INTO api_token (id, tenant_id, user_id, label, secret_sha256, second_factor, "
        "created_us, expires_us) VALUES (:id, :tenant_id, :user_id, :label, :secret_sha256, "
        ":second_factor, :now_us, :expires_us)",
        {{"id", made.token.id},
         {"tenant_id", account.tenant.value},
         {"user_id", id.value},
         {"label", label},
         {"secret_sha256", digest_of(made.secret)},
         {"second_factor", std::int64_t(made.token.second_factor)},
         {"now_us", to_us(now)},
         {"expires_us", to_us(end)}}));
    TRY(core_.trail.changed(transaction, account.tenant, by,
                            {"iam:CreateApiToken", resource_of(id), {{"token", made.token.id}}}));
    return made;
  });
}

}  // namespace belfry::iam
