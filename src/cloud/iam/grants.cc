#include "grants.h"

#include "base/ensure.h"
#include "role_grants.h"
#include "rows.h"

#include <algorithm>

namespace belfry::iam {
namespace {

constexpr std::int64_t kHeldMax = 10;

// The table of holdings of a kind, and its columns.
struct HoldingTable {
  std::string name, holder, thing;
  std::int64_t holder_id, thing_id;
};

HoldingTable table_of(const Right& right) {
  if (right.kind == RightKind::kMembership)
    return {"group_member", "user_id", "group_id", right.user.value, right.group.value};
  if (right.kind == RightKind::kDelegation)
    return {"delegation", "user_id", "group_id", right.user.value, right.group.value};
  if (right.kind == RightKind::kRoleProfile)
    return {"role_profile", "role_id", "profile_id", right.assumable.value, right.profile.value};
  if (right.user)
    return {"user_profile", "user_id", "profile_id", right.user.value, right.profile.value};
  return {"group_profile", "group_id", "profile_id", right.group.value, right.profile.value};
}

database::Parameters ids_of(const Right& right) {
  return {{"tenant_id", right.tenant.value},
          {"kind", std::string(name_of(right.kind))},
          {"user_id", right.user.value},
          {"group_id", right.group.value},
          {"profile_id", right.profile.value},
          {"role", right.role},
          {"assumable_role_id", right.assumable.value}};
}

// A user, and with a group all its members, read by request: no more than this.
Result<> check_room(Transaction& transaction, const HoldingTable& table) {
  TRY(auto rows, transaction.query("SELECT count(*) AS n FROM " + table.name + " WHERE " +
                                       table.holder + " = :id",
                                   {{"id", table.holder_id}}));
  if (rows[0].integer("n") < kHeldMax) return {};
  return fail(Code::kConflict, "iam.too_many_held", {{"maximum", std::to_string(kHeldMax)}});
}

// Who becomes privileged signs in anew: as an administrator does.
Result<> end_sessions_of_holders(Core& core, Transaction& transaction, const Right& right) {
  TRY(transaction.execute(
      "UPDATE iam_session SET ended_us = :now_us WHERE ended_us IS NULL AND (user_id = :user_id "
      "OR user_id IN (SELECT m.user_id FROM group_member m WHERE m.group_id = :group_id))",
      {{"now_us", to_us(core.clock.now())},
       {"user_id", right.user.value},
       {"group_id", right.user ? 0 : right.group.value}}));
  return {};
}

// What there is of a right before it is given.
struct Before {
  bool is_held = false;
  std::optional<Timestamp> expires{};
};

Result<Before> read_holding(Transaction& transaction, const HoldingTable& table) {
  TRY(auto rows,
      transaction.query("SELECT expires_us FROM " + table.name + " WHERE " + table.holder +
                            " = :holder_id AND " + table.thing + " = :thing_id",
                        {{"holder_id", table.holder_id}, {"thing_id", table.thing_id}}));
  if (rows.empty()) return Before{};
  return Before{true, optional_time(rows[0], "expires_us")};
}

Result<Before> read_role(Transaction& transaction, const Right& right) {
  TRY(auto rows, transaction.query("SELECT role, role_until_us FROM iam_user WHERE id = :id",
                                   {{"id", right.user.value}}));
  if (rows.empty()) return fail(Code::kNotFound, "iam.user_missing", {{"user", right.user.text()}});
  const auto until = optional_time(rows[0], "role_until_us");
  const bool is_held = rows[0].text("role") == right.role;
  // One role for a time at a time: what it falls back to must be plain.
  if (until && !is_held)
    return fail(Code::kConflict, "iam.temporary_role", {{"role", rows[0].text("role")}});
  return Before{is_held, until};
}

Result<> write_holding(Core& core, Transaction& transaction, const Right& right,
                       const Giving& giving, bool is_held) {
  const HoldingTable table = table_of(right);
  database::Parameters parameters = {{"holder_id", table.holder_id},
                                     {"thing_id", table.thing_id},
                                     {"tenant_id", right.tenant.value},
                                     {"now_us", to_us(core.clock.now())},
                                     {"expires_us", time_or_null(giving.expires)}};
  if (is_held) {
    TRY(transaction.execute("UPDATE " + table.name + " SET expires_us = :expires_us WHERE " +
                                table.holder + " = :holder_id AND " + table.thing + " = :thing_id",
                            {parameters[0], parameters[1], parameters[4]}));
    return {};
  }
  TRY(check_room(transaction, table));
  const bool says_who = right.kind == RightKind::kProfile || right.kind == RightKind::kRoleProfile;
  if (says_who) parameters.push_back({"by_id", giving.by.value});
  TRY(transaction.execute("INSERT INTO " + table.name + " (" + table.holder + ", " + table.thing +
                              ", tenant_id, since_us, expires_us" +
                              (says_who ? ", given_by_user_id" : "") +
                              ") VALUES (:holder_id, :thing_id, :tenant_id, :now_us, :expires_us" +
                              (says_who ? ", :by_id)" : ")"),
                          parameters));
  return {};
}

Result<> write_role(Transaction& transaction, const Right& right, const Giving& giving) {
  ENSURE(giving.expires.has_value());  // to fall back to the role before
  TRY(transaction.execute(
      "UPDATE iam_user SET base_role = COALESCE(base_role, role), "
      "role = :role, role_until_us = :until_us WHERE id = :id",
      {{"role", right.role}, {"until_us", to_us(*giving.expires)}, {"id", right.user.value}}));
  return {};
}

// It was written down when it was made or asked for, as nobody's.
Result<> write_delegation(Core& core, Transaction& transaction, const Right& right,
                          const Giving& giving) {
  TRY(check_room(transaction, table_of(right)));
  TRY(const std::int64_t written,
      transaction.execute("UPDATE delegation SET user_id = :user_id, since_us = :now_us, "
                          "expires_us = :expires_us WHERE id = :id AND user_id IS NULL",
                          {{"user_id", right.user.value},
                           {"now_us", to_us(core.clock.now())},
                           {"expires_us", time_or_null(giving.expires)},
                           {"id", right.delegation.value}}));
  ENSURE(written == 1);  // who gives it has read it in this transaction
  return {};
}

}  // namespace

Result<std::int64_t> delete_delegations(Transaction& transaction, std::string_view which,
                                        const database::Parameters& parameters) {
  const std::string rows = " FROM delegation WHERE " + std::string(which);
  for (const char* table : {"delegation_profile", "delegation_group"})
    TRY(transaction.execute(
        "DELETE FROM " + std::string(table) + " WHERE delegation_id IN (SELECT id" + rows + ")",
        parameters));
  return transaction.execute("DELETE" + rows, parameters);
}

Right role_of(const User& user) {
  return {.kind = RightKind::kRole,
          .tenant = user.tenant,
          .user = user.id,
          .role = std::string(name_of(user.role)),
          .holder = user.name,
          .name = std::string(name_of(user.role)),
          .privileged = is_privileged(user.role)};
}

Result<bool> give(Core& core, Transaction& transaction, const Right& right, const Giving& giving) {
  const bool is_role = right.kind == RightKind::kRole;
  TRY(const Before before,
      is_role ? read_role(transaction, right) : read_holding(transaction, table_of(right)));
  if (before.is_held && !before.expires) return false;
  // One of the same unit says something else: it is ended first.
  if (before.is_held && right.kind == RightKind::kDelegation)
    return fail(Code::kConflict, "iam.already_held",
                {{"holder", right.holder}, {"name", right.name}});
  Giving longer = giving;
  if (before.expires && longer.expires) longer.expires = std::max(*longer.expires, *before.expires);
  if (is_role)
    TRY(write_role(transaction, right, longer));
  else if (right.kind == RightKind::kDelegation)
    TRY(write_delegation(core, transaction, right, longer));
  else
    TRY(write_holding(core, transaction, right, longer, before.is_held));
  if (before.is_held) {
    const Timestamp now = core.clock.now();
    const bool is_over = *before.expires <= now;
    TRY(end_grants(transaction, right,
                   {is_over ? "expired" : "renewed", giving.by, is_over ? *before.expires : now}));
  }
  TRY(record_grant(core, transaction, right, longer));
  if (right.privileged && !before.is_held) TRY(end_sessions_of_holders(core, transaction, right));
  return true;
}

Result<std::int64_t> take_away(Transaction& transaction, const Right& right, const Ending& ending) {
  std::int64_t taken = 0;
  if (right.kind == RightKind::kRole) {
    TRY(taken, transaction.execute("UPDATE iam_user SET role = base_role, base_role = NULL, "
                                   "role_until_us = NULL WHERE id = :id AND role = :role AND "
                                   "base_role IS NOT NULL",
                                   {{"id", right.user.value}, {"role", right.role}}));
  } else if (right.kind == RightKind::kBoundary) {
    TRY(taken,
        transaction.execute("DELETE FROM user_boundary WHERE user_id = :user_id AND "
                            "profile_id = :profile_id",
                            {{"user_id", right.user.value}, {"profile_id", right.profile.value}}));
  } else if (right.kind == RightKind::kDelegation) {
    TRY(taken,
        delete_delegations(transaction, "user_id = :user_id AND group_id = :group_id",
                           {{"user_id", right.user.value}, {"group_id", right.group.value}}));
  } else if (right.kind == RightKind::kTrust) {
    TRY(taken, empty_trust(transaction, right, ending));
  } else {
    const HoldingTable table = table_of(right);
    TRY(taken, transaction.execute("DELETE FROM " + table.name + " WHERE " + table.holder +
                                       " = :holder_id AND " + table.thing + " = :thing_id",
                                   {{"holder_id", table.holder_id}, {"thing_id", table.thing_id}}));
  }
  if (taken > 0) TRY(end_grants(transaction, right, ending));
  return taken;
}

Result<> record_grant(Core& core, Transaction& transaction, const Right& right,
                      const Giving& giving) {
  database::Parameters parameters = ids_of(right);
  for (auto& [name, value] :
       database::Parameters{{"id", core.random.id()},
                            {"holder", right.holder},
                            {"name", right.name},
                            {"privileged", std::int64_t(right.privileged)},
                            {"origin", std::string(giving.origin)},
                            {"request_id", giving.request ? database::Value(giving.request->value)
                                                          : database::Null{}},
                            {"by_id", giving.by.value},
                            {"since_us", to_us(core.clock.now())},
                            {"expires_us", time_or_null(giving.expires)}})
    parameters.push_back({std::move(name), std::move(value)});
  TRY(transaction.execute(
      "INSERT INTO iam_grant (id, tenant_id, kind, user_id, group_id, profile_id, "
      "assumable_role_id, role, holder, name, privileged, origin, request_id, given_by_user_id, "
      "since_us, expires_us, "
      "ended_by_user_id, end_reason) VALUES (:id, :tenant_id, :kind, :user_id, :group_id, "
      ":profile_id, :assumable_role_id, :role, :holder, :name, :privileged, :origin, :request_id, "
      ":by_id, :since_us, "
      ":expires_us, 0, '')",
      parameters));
  return {};
}

Result<std::int64_t> end_grants(Transaction& transaction, const Right& right,
                                const Ending& ending) {
  database::Parameters parameters = ids_of(right);
  parameters.push_back({"ended_us", to_us(ending.at)});
  parameters.push_back({"by_id", ending.by.value});
  parameters.push_back({"reason", std::string(ending.reason)});
  return transaction.execute(
      "UPDATE iam_grant SET ended_us = :ended_us, ended_by_user_id = :by_id, end_reason = :reason "
      "WHERE ended_us IS NULL AND tenant_id = :tenant_id AND kind = :kind AND user_id = :user_id "
      "AND group_id = :group_id AND profile_id = :profile_id AND role = :role "
      "AND assumable_role_id = :assumable_role_id",
      parameters);
}

Result<FourEyes> four_eyes_of(Transaction& transaction, TenantId tenant) {
  TRY(auto rows, transaction.query("SELECT four_eyes FROM access_rules WHERE tenant_id = :id",
                                   {{"id", tenant.value}}));
  const FourEyes otherwise = tenant == kProviderTenant ? FourEyes::kPrivileged : FourEyes::kNone;
  if (rows.empty()) return otherwise;
  return four_eyes_named(rows[0].text("four_eyes")).value_or(FourEyes::kAll);
}

Result<> check_may_give_alone(Transaction& transaction, const Principal& by, TenantId tenant,
                              bool privileged) {
  // The program itself, when it founds a provider.
  if (by.method == Method::kSystem) return {};
  TRY(const FourEyes rule, four_eyes_of(transaction, tenant));
  if (rule == FourEyes::kNone || (rule == FourEyes::kPrivileged && !privileged)) return {};
  return fail(Code::kDenied, "iam.request_needed");
}

Result<> check_may_give_alone(Transaction& transaction, const Principal& by, const User& holder,
                              bool privileged) {
  if (holder.owner && privileged) return fail(Code::kDenied, "iam.request_needed");
  return check_may_give_alone(transaction, by, holder.tenant, privileged);
}

Result<bool> is_held_by_service(Transaction& transaction, ProfileId profile) {
  TRY(auto rows,
      transaction.query("SELECT count(*) AS n FROM iam_user u WHERE u.owner_id IS NOT NULL AND "
                        "(u.id IN (SELECT h.user_id FROM user_profile h WHERE h.profile_id = :id) "
                        "OR u.id IN (SELECT m.user_id FROM group_member m JOIN group_profile g ON "
                        "g.group_id = m.group_id WHERE g.profile_id = :id))",
                        {{"id", profile.value}}));
  return rows[0].integer("n") > 0;
}

Result<bool> has_service_member(Transaction& transaction, GroupId group) {
  TRY(auto rows, transaction.query("SELECT count(*) AS n FROM group_member m JOIN iam_user u ON "
                                   "u.id = m.user_id WHERE m.group_id = :id AND "
                                   "u.owner_id IS NOT NULL",
                                   {{"id", group.value}}));
  return rows[0].integer("n") > 0;
}

Result<bool> gives_privileges(Transaction& transaction, GroupId group) {
  TRY(auto rows, transaction.query("SELECT count(*) AS n FROM group_profile g JOIN iam_profile p "
                                   "ON p.id = g.profile_id WHERE g.group_id = :id AND "
                                   "p.privileged = 1",
                                   {{"id", group.value}}));
  return rows[0].integer("n") > 0;
}

Result<bool> is_last_administrator(Transaction& transaction, TenantId tenant, UserId user,
                                   Timestamp now, Successors successors) {
  const std::string roles = " IN ('provider_administrator', 'tenant_administrator')";
  const std::string has_factor =
      "EXISTS (SELECT 1 FROM mfa_factor f WHERE f.user_id = u.id AND f.confirmed_us IS NOT NULL)";
  const std::string now_or_later[] = {
      "(CASE WHEN u.role_until_us <= :now_us THEN u.base_role ELSE u.role END)" + roles,
      "COALESCE(u.base_role, u.role)" + roles};
  // Nobody but the founder administers the provider for good: two who do it for a time prolong each
  // other's role.
  if (tenant == kProviderTenant && successors == Successors::kForATime) {
    TRY(auto others,
        transaction.query(
            "SELECT count(*) AS n FROM iam_user u WHERE u.id <> "
            ":user_id AND " +
                std::string(kAdministrators),
            {{"user_id", user.value}, {"tenant_id", tenant.value}, {"now_us", to_us(now)}}));
    if (others[0].integer("n") >= 2) return false;
  }
  for (const std::string& administers : now_or_later) {
    TRY(auto rows,
        transaction.query(
            "SELECT COALESCE(sum(CASE WHEN u.id = :user_id THEN 1 ELSE 0 END), 0) AS "
            "own, COALESCE(sum(CASE WHEN u.id <> :user_id AND " +
                has_factor +
                " THEN 1 ELSE 0 END), 0) AS others FROM iam_user u WHERE "
                "u.tenant_id = :tenant_id AND u.active = 1 AND " +
                administers,
            {{"user_id", user.value}, {"tenant_id", tenant.value}, {"now_us", to_us(now)}}));
    if (rows[0].integer("own") > 0 && rows[0].integer("others") == 0) return true;
  }
  return false;
}

void forget(Core& core, const Right& right) {
  if (right.kind == RightKind::kTrust)
    core.signing.forget_sessions();  // those that it ended may have assumed others, of any tenant
  else if (right.user)
    core.signing.forget_user(right.user);
  else
    core.signing.forget_tenant(right.tenant);
}

}  // namespace belfry::iam
