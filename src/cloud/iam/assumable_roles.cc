// Roles that are assumed for a while, of one tenant.
#include "base/ascii.h"
#include "grants.h"
#include "issuer_service.h"
#include "paging.h"
#include "policy/federation.h"
#include "role_grants.h"
#include "role_service.h"
#include "rows.h"

#include <algorithm>

namespace belfry::iam {
namespace {

constexpr std::int64_t kRolesMax = 500;  // of a tenant
constexpr std::size_t kNameMax = 64;

std::string resource_of(RoleId id) {
  return "belfry:role/" + id.text();
}

Error role_missing(RoleId id) {
  return Error(Code::kNotFound, "iam.role_missing", {{"role", id.text()}});
}

bool is_role_name(std::string_view name) {
  return !name.empty() && name.size() <= kNameMax && std::ranges::all_of(name, [](char c) {
    return is_alphanumeric(c) || std::string_view("_+=,.@-").contains(c);
  });
}

Result<> check_limit(Duration session_max) {
  if (session_max >= kRoleSessionMin && session_max <= kRoleSessionMax) return {};
  return fail(Code::kInvalid, "iam.bad_session_limit");
}

// Where two persons give such rights, none of them comes by a role that one of them opens: it is
// asked for (requests.cc).
Result<> check_may_open_alone(Transaction& transaction, const Principal& by, bool privileged) {
  const auto checked = check_may_give_alone(transaction, by, by.tenant, privileged);
  if (checked || checked.error().code() != Code::kDenied) return checked;
  return fail(Code::kDenied, "iam.role_of_four_eyes");
}

AssumableRole role_of(const Row& row) {
  const TenantId tenant{row.integer("tenant_id")};
  return {.id = RoleId{row.integer("id")},
          .tenant = tenant,
          .name = row.text("name"),
          .arn = "arn:aws:iam::" + account_of(tenant) + ":role/" + row.text("name"),
          .trust = row.text("trust_document"),
          .session_max = Duration(row.integer("session_max_us")),
          .profiles = {},
          .created = from_us(row.integer("created_us")),
          .changed = from_us(row.integer("changed_us")),
          .last_assumed = optional_time(row, "last_assumed_us")};
}

}  // namespace

Result<> check_may_change_issuer(Transaction& transaction, const Principal& by,
                                 const std::string& issuer_arn) {
  TRY(auto rows,
      transaction.query("SELECT r.name, r.trust_document, max(p.privileged) AS privileged "
                        "FROM assumable_role r JOIN role_profile h ON h.role_id = r.id "
                        "JOIN iam_profile p ON p.id = h.profile_id WHERE r.tenant_id = :tenant_id "
                        "GROUP BY r.id, r.name, r.trust_document",
                        {{"tenant_id", by.tenant.value}}));
  for (const Row& row : rows) {
    const bool is_privileged = row.integer("privileged") != 0;
    const auto alone = check_may_open_alone(transaction, by, is_privileged);
    if (alone) continue;
    if (alone.error().code() != Code::kDenied) return alone;
    const auto trust = policy::compile(row.text("trust_document"), policy::Kind::kTrust);
    if (!trust) continue;  // it trusts nobody
    const auto issuers = policy::issuers_in(**trust);
    if (std::ranges::find(issuers, issuer_arn) != issuers.end())
      return fail(Code::kDenied, "iam.issuer_of_four_eyes", {{"role", row.text("name")}});
  }
  return {};
}

Result<AssumableRole> RoleService::complete(Transaction& transaction, AssumableRole role) {
  TRY(auto rows,
      transaction.query("SELECT p.id, p.name, p.privileged, r.since_us, r.expires_us FROM "
                        "role_profile r "
                        "JOIN iam_profile p ON p.id = r.profile_id WHERE r.role_id = :role_id AND "
                        "(r.expires_us IS NULL OR r.expires_us > :now_us) ORDER BY p.name",
                        {{"role_id", role.id.value}, {"now_us", to_us(core_.clock.now())}}));
  for (const Row& row : rows) {
    role.profiles.push_back({.profile = ProfileId{row.integer("id")},
                             .name = row.text("name"),
                             .privileged = row.flag("privileged"),
                             .since = from_us(row.integer("since_us")),
                             .expires = optional_time(row, "expires_us")});
    role.privileged = role.privileged || row.flag("privileged");
  }
  return role;
}

Result<AssumableRole> RoleService::read_role(Transaction& transaction, const Principal& by,
                                             RoleId id, std::string_view action) {
  TRY(auto rows,
      transaction.query("SELECT * FROM assumable_role WHERE id = :id AND tenant_id = :tenant_id",
                        {{"id", id.value}, {"tenant_id", by.tenant.value}}));
  if (rows.empty()) return std::unexpected(role_missing(id));
  AssumableRole role = role_of(rows[0]);
  TRY(core_.check(by, action, {resource_of(id), role.tenant}, role_missing(id)));
  return complete(transaction, std::move(role));
}

Task<Listing<AssumableRole>> RoleService::list_roles(const Principal& by, Page page) {
  using List = Listing<AssumableRole>;
  CO_TRY(const std::string after, read_text_key(page.after));
  CO_TRY(core_.check(by, "iam:ListRoles", {"belfry:role/*", by.tenant}, role_missing({})));
  co_return co_await core_.read<List>([&](Transaction& transaction) -> Result<List> {
    TRY(auto rows,
        transaction.query(
            "SELECT * FROM assumable_role WHERE tenant_id = :tenant_id AND "
            "name_key > :after ORDER BY name_key LIMIT :limit",
            {{"tenant_id", by.tenant.value}, {"after", after}, {"limit", rows_of(page)}}));
    std::vector<AssumableRole> roles;
    roles.reserve(rows.size());
    for (const Row& row : rows) {
      TRY(AssumableRole role, complete(transaction, role_of(row)));
      roles.push_back(std::move(role));
    }
    return page_of(std::move(roles), page,
                   [](const AssumableRole& role) { return to_lower(role.name); });
  });
}

Task<AssumableRole> RoleService::find_role(const Principal& by, RoleId id) {
  co_return co_await core_.read<AssumableRole>(
      [&](Transaction& transaction) { return read_role(transaction, by, id, "iam:GetRole"); });
}

Task<AssumableRole> RoleService::create_role(const Principal& by, const std::string& name,
                                             const std::string& trust, Duration session_max) {
  CO_TRY(core_.check(by, "iam:CreateRole", {"belfry:role/*", by.tenant}, role_missing({})));
  if (!is_role_name(name)) co_return fail(Code::kInvalid, "iam.bad_role_name");
  CO_TRY(check_limit(session_max));
  CO_TRY(core_.check_fresh(by, "iam:CreateRole", "belfry:role/*"));
  const RoleId id{core_.random.id()};
  co_return co_await core_.write<AssumableRole>(
      [&](Transaction& transaction) -> Result<AssumableRole> {
        TRY(auto counted, transaction.query("SELECT count(*) AS n FROM assumable_role "
                                            "WHERE tenant_id = :tenant_id",
                                            {{"tenant_id", by.tenant.value}}));
        if (counted[0].integer("n") >= kRolesMax)
          return fail(Code::kConflict, "iam.too_many_roles",
                      {{"maximum", std::to_string(kRolesMax)}});
        const database::Parameters parameters = {{"id", id.value},
                                                 {"tenant_id", by.tenant.value},
                                                 {"name", name},
                                                 {"name_key", to_lower(name)},
                                                 {"trust", trust},
                                                 {"session_max_us", session_max.count()},
                                                 {"now_us", to_us(core_.clock.now())}};
        TRY(auto same, transaction.query("SELECT id FROM assumable_role WHERE tenant_id = "
                                         ":tenant_id AND name_key = :name_key",
                                         parameters));
        if (!same.empty()) return fail(Code::kConflict, "iam.role_exists", {{"name", name}});
        TRY(const auto trusted, check_trust(transaction, by.tenant, trust));
        TRY(transaction.execute(
            "INSERT INTO assumable_role (id, tenant_id, name, name_key, trust_document, "
            "session_max_us, created_us, changed_us) VALUES (:id, :tenant_id, :name, :name_key, "
            ":trust, :session_max_us, :now_us, :now_us)",
            parameters));
        TRY(record_grant(
            core_, transaction,
            trust_of({.id = id, .tenant = by.tenant, .name = name, .profiles = {}}, *trusted),
            {.origin = "direct", .by = by.user}));
        TRY(core_.trail.changed(
            transaction, by.tenant, by,
            {"iam:CreateRole", resource_of(id), {{"name", name}, {"document", trust}}}));
        return read_role(transaction, by, id, "iam:GetRole");
      });
}

Task<AssumableRole> RoleService::change_role(const Principal& by, RoleId id,
                                             const RoleChange& change) {
  if (change.session_max) CO_TRY(check_limit(*change.session_max));
  co_return co_await core_.write<AssumableRole>(
      [&](Transaction& transaction) -> Result<AssumableRole> {
        TRY(AssumableRole role, read_role(transaction, by, id, "iam:ChangeRole"));
        TRY(core_.check_fresh(by, "iam:ChangeRole", resource_of(id)));
        if (change.trust && !role.profiles.empty())
          TRY(check_may_open_alone(transaction, by, role.privileged));
        if (change.trust) {
          TRY(const auto trusted, check_trust(transaction, by.tenant, *change.trust));
          TRY(set_trust(core_, transaction, trust_of(role, *trusted), *change.trust,
                        {.origin = "direct", .by = by.user}));
          role.trust = *change.trust;
        }
        role.session_max = change.session_max.value_or(role.session_max);
        role.changed = core_.clock.now();
        TRY(
            transaction.execute("UPDATE assumable_role SET session_max_us = :session_max_us, "
                                "changed_us = :now_us WHERE id = :id",
                                {{"session_max_us", role.session_max.count()},
                                 {"now_us", to_us(role.changed)},
                                 {"id", id.value}}));
        const auto seconds = std::chrono::floor<std::chrono::seconds>(role.session_max).count();
        TRY(core_.trail.changed(transaction, by.tenant, by,
                                {"iam:ChangeRole",
                                 resource_of(id),
                                 {{"name", role.name},
                                  {"document", role.trust},
                                  {"session_max_s", std::to_string(seconds)}}}));
        return role;
      });
}

Task<> RoleService::delete_role(const Principal& by, RoleId id) {
  CO_TRY(co_await core_.write<Done>([&](Transaction& transaction) -> Result<Done> {
    TRY(const AssumableRole role, read_role(transaction, by, id, "iam:DeleteRole"));
    TRY(core_.check_fresh(by, "iam:DeleteRole", resource_of(id)));
    TRY(transaction.execute(
        "DELETE FROM role_session WHERE id IN " + with_those_assumed("s.role_id = :id"),
        {{"id", id.value}}));
    TRY(end_grants_of_role(transaction, id,
                           {.reason = "role_deleted", .by = by.user, .at = core_.clock.now()}));
    TRY(transaction.execute("DELETE FROM role_profile WHERE role_id = :id", {{"id", id.value}}));
    TRY(transaction.execute("DELETE FROM assumable_role WHERE id = :id", {{"id", id.value}}));
    TRY(core_.trail.changed(transaction, by.tenant, by,
                            {"iam:DeleteRole", resource_of(id), {{"name", role.name}}}));
    return Done{};
  }));
  // Those that its sessions assumed may be of any tenant.
  core_.signing.forget_sessions();
  co_return Result<>();
}

Result<Holding> RoleService::find_profile(Transaction& transaction, const Principal& by,
                                          ProfileId id) {
  TRY(auto rows, transaction.query("SELECT name, privileged FROM iam_profile WHERE id = :id AND "
                                   "tenant_id = :tenant_id",
                                   {{"id", id.value}, {"tenant_id", by.tenant.value}}));
  if (rows.empty()) return fail(Code::kNotFound, "iam.profile_missing", {{"profile", id.text()}});
  return Holding{
      .profile = id, .name = rows[0].text("name"), .privileged = rows[0].flag("privileged")};
}

Task<> RoleService::give_profile(const Principal& by, RoleId id, ProfileId profile) {
  CO_TRY(co_await core_.write<Done>([&](Transaction& transaction) -> Result<Done> {
    TRY(const AssumableRole role, read_role(transaction, by, id, "iam:GiveProfile"));
    TRY(const Holding given, find_profile(transaction, by, profile));
    TRY(core_.check_fresh(by, "iam:GiveProfile", resource_of(id)));
    const auto held = std::ranges::find(role.profiles, profile, &Holding::profile);
    if (held != role.profiles.end() && !held->expires) return Done{};
    TRY(check_may_open_alone(transaction, by, given.privileged));
    TRY(give(core_, transaction, right_of(role, given), {.origin = "direct", .by = by.user}));
    TRY(core_.trail.changed(transaction, by.tenant, by,
                            {"iam:GiveProfile",
                             "belfry:profile/" + profile.text(),
                             {{"role", role.name}, {"name", given.name}}}));
    return Done{};
  }));
  core_.signing.forget_tenant(by.tenant);
  co_return Result<>();
}

Task<> RoleService::withdraw_profile(const Principal& by, RoleId id, ProfileId profile) {
  CO_TRY(co_await core_.write<Done>([&](Transaction& transaction) -> Result<Done> {
    TRY(const AssumableRole role, read_role(transaction, by, id, "iam:WithdrawProfile"));
    TRY(const Holding held, find_profile(transaction, by, profile));
    TRY(core_.check_fresh(by, "iam:WithdrawProfile", resource_of(id)));
    TRY(const std::int64_t removed,
        take_away(transaction, right_of(role, held),
                  {.reason = "withdrawn", .by = by.user, .at = core_.clock.now()}));
    if (removed == 0) return fail(Code::kNotFound, "iam.not_held", {{"name", held.name}});
    TRY(core_.trail.changed(transaction, by.tenant, by,
                            {"iam:WithdrawProfile",
                             "belfry:profile/" + profile.text(),
                             {{"role", role.name}, {"name", held.name}}}));
    return Done{};
  }));
  core_.signing.forget_tenant(by.tenant);
  co_return Result<>();
}

}  // namespace belfry::iam
