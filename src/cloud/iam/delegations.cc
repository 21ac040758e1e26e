// Who looks after a group's people: made, listed, ended.
#include "delegation_service.h"
#include "paging.h"
#include "rows.h"

#include <algorithm>

namespace belfry::iam {
namespace {

constexpr std::size_t kListedMax = 20;  // profiles, and groups, of one
constexpr std::string_view kColumns =
    "d.*, g.name AS unit_name, (SELECT u.name FROM iam_user u WHERE u.id = COALESCE(d.user_id, "
    "(SELECT r.user_id FROM access_request r WHERE r.delegation_id = d.id AND "
    "r.state = 'pending'))) AS delegate_name, (SELECT c.name FROM iam_user c WHERE "
    "c.id = d.created_by_user_id AND c.deleted_us IS NULL) AS created_by_name, "
    "(SELECT r.id FROM access_request r WHERE r.delegation_id = d.id AND r.state = 'pending') "
    "AS request_id FROM delegation d JOIN iam_group g ON g.id = d.group_id";
// Those that hold, and those that are asked for.
constexpr std::string_view kThere =
    "d.tenant_id = :tenant_id AND (d.expires_us IS NULL OR d.expires_us > :now_us) AND "
    "(d.user_id IS NOT NULL OR EXISTS (SELECT 1 FROM access_request r WHERE "
    "r.delegation_id = d.id AND r.state = 'pending'))";

std::string resource_of(DelegationId id) {
  return "belfry:delegation/" + id.text();
}

Error delegation_missing(DelegationId id) {
  return Error(Code::kNotFound, "iam.delegation_missing", {{"delegation", id.text()}});
}

std::string column_of(std::string_view act) {
  return "may_" + std::string(act);
}

bool has(const std::vector<DelegatedAct>& acts, DelegatedAct act) {
  return std::ranges::find(acts, act) != acts.end();
}

Delegation delegation_of(const Row& row) {
  const auto number = [&](const char* column) {
    return row.is_null(column) ? 0 : row.integer(column);
  };
  const auto text = [&](const char* column) {
    return row.is_null(column) ? std::string() : row.text(column);
  };
  Delegation delegation{.id = DelegationId{row.integer("id")},
                        .tenant = TenantId{row.integer("tenant_id")},
                        .delegate = UserId{number("user_id")},
                        .delegate_name = text("delegate_name"),
                        .unit = GroupId{row.integer("group_id")},
                        .unit_name = row.text("unit_name"),
                        .acts = {},
                        .role_max = role_named(row.text("role_max")).value_or(Role::kReader),
                        .profiles = {},
                        .groups = {},
                        .created = from_us(row.integer("created_us")),
                        .created_by_name = text("created_by_name"),
                        .since = optional_time(row, "since_us"),
                        .expires = optional_time(row, "expires_us"),
                        .request = RequestId{number("request_id")}};
  for (const auto& [act, name] : kDelegatedActs)
    if (row.flag(column_of(name))) delegation.acts.push_back(act);
  return delegation;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "none" : text;
}

std::vector<audit::Detail> details_of(const Delegation& delegation) {
  std::vector<std::string> acts, profiles, groups;
  for (const auto& [act, name] : kDelegatedActs)
    if (has(delegation.acts, act)) acts.emplace_back(name);
  for (const GivenThere& given : delegation.profiles) profiles.push_back(given.name);
  for (const GivenThere& given : delegation.groups) groups.push_back(given.name);
  return {{"delegate", delegation.delegate_name},
          {"unit", delegation.unit_name},
          {"acts", joined(acts)},
          {"role_max", std::string(name_of(delegation.role_max))},
          {"profiles", joined(profiles)},
          {"groups", joined(groups)}};
}

// A group is a unit or a right, never both: whoever may let people into a unit would hand them to
// whoever looks after it.
Result<> check_unit_and_rights(Transaction& transaction, DelegationId id) {
  TRY(auto rows,
      transaction.query(
          "SELECT (SELECT count(*) FROM delegation_group l JOIN delegation d ON "
          "d.group_id = l.group_id WHERE l.delegation_id = :id AND (d.id = :id OR "
          "d.user_id IS NOT NULL)) + (SELECT count(*) FROM delegation d JOIN delegation_group l ON "
          "l.group_id = d.group_id JOIN delegation o ON o.id = l.delegation_id WHERE d.id = :id "
          "AND o.user_id IS NOT NULL) AS n",
          {{"id", id.value}}));
  if (rows[0].integer("n") > 0) return fail(Code::kConflict, "iam.unit_is_right");
  return {};
}

// Nothing of it may be privileged: not what is listed, nor what the unit's people hold as such.
Result<> check_nothing_privileged(Transaction& transaction, DelegationId id) {
  TRY(auto rows,
      transaction.query(
          "SELECT p.name FROM delegation_profile l JOIN iam_profile p ON p.id = l.profile_id WHERE "
          "l.delegation_id = :id AND p.privileged = 1 UNION SELECT g.name FROM iam_group g JOIN "
          "group_profile h ON h.group_id = g.id JOIN iam_profile p ON p.id = h.profile_id WHERE "
          "p.privileged = 1 AND (g.id IN (SELECT l.group_id FROM delegation_group l WHERE "
          "l.delegation_id = :id) OR g.id = (SELECT d.group_id FROM delegation d WHERE "
          "d.id = :id)) ORDER BY 1 LIMIT 1",
          {{"id", id.value}}));
  if (rows.empty()) return {};
  return fail(Code::kConflict, "iam.privileged_in_delegation", {{"name", rows[0].text("name")}});
}

}  // namespace

std::optional<DelegatedAct> delegated_act_named(std::string_view named) {
  for (const auto& [act, name] : kDelegatedActs)
    if (name == named) return act;
  return std::nullopt;
}

Result<> forget_asked_delegations(Transaction& transaction) {
  TRY(delete_delegations(transaction,
                         "user_id IS NULL AND NOT EXISTS (SELECT 1 FROM access_request r WHERE "
                         "r.delegation_id = delegation.id AND r.state = 'pending')",
                         {}));
  return {};
}

Result<Right> AccessService::read_delegation(Transaction& transaction, TenantId tenant,
                                             UserId delegate, DelegationId id) {
  TRY(auto rows,
      transaction.query("SELECT d.group_id, g.name FROM delegation d JOIN iam_group g ON "
                        "g.id = d.group_id WHERE d.id = :id AND d.tenant_id = :tenant_id AND "
                        "d.user_id IS NULL",
                        {{"id", id.value}, {"tenant_id", tenant.value}}));
  if (rows.empty()) return std::unexpected(delegation_missing(id));
  TRY(const User user, find_user(transaction, delegate));
  if (user.tenant != tenant)
    return fail(Code::kNotFound, "iam.user_missing", {{"user", delegate.text()}});
  // Also once a role for a time has ended.
  if (is_privileged(user.role) || user.owner || !user.active)
    return fail(Code::kConflict, "iam.no_delegate", {{"user", user.name}});
  TRY(check_unit_and_rights(transaction, id));
  TRY(check_nothing_privileged(transaction, id));
  Right right{.kind = RightKind::kDelegation,
              .tenant = tenant,
              .user = delegate,
              .group = GroupId{rows[0].integer("group_id")},
              .holder = user.name,
              .name = rows[0].text("name"),
              .privileged = true,
              .delegation = id};
  TRY(auto held, transaction.query("SELECT id FROM delegation WHERE user_id = :user_id AND "
                                   "group_id = :group_id",
                                   {{"user_id", delegate.value}, {"group_id", right.group.value}}));
  if (!held.empty())
    return fail(Code::kConflict, "iam.already_held",
                {{"holder", right.holder}, {"name", right.name}});
  return right;
}

Result<AccessService::Asked> AccessService::read_asked_delegation(Transaction& transaction,
                                                                  TenantId tenant,
                                                                  const Wanted& wanted) {
  TRY(Right right,
      read_delegation(transaction, tenant, wanted.user.value_or(UserId{}), *wanted.delegation));
  return Asked{.right = std::move(right)};
}

Result<> DelegationService::check_wanted(const NewDelegation& wanted) {
  const bool is_role = wanted.role_max == Role::kReader || wanted.role_max == Role::kMember;
  if (!is_role || wanted.profiles.size() > kListedMax || wanted.groups.size() > kListedMax)
    return fail(Code::kInvalid, "iam.bad_delegation", {{"maximum", std::to_string(kListedMax)}});
  if (wanted.lifetime &&
      (*wanted.lifetime < std::chrono::seconds(1) || *wanted.lifetime > kDurationMax))
    return fail(Code::kInvalid, "iam.bad_duration",
                {{"days", std::to_string(kDurationMax.count())}});
  return {};
}

Result<DelegationId> DelegationService::insert(Transaction& transaction, const Principal& by,
                                               const NewDelegation& wanted) {
  const DelegationId id{core_.random.id()};
  const auto may = [&](DelegatedAct act) { return std::int64_t(has(wanted.acts, act)); };
  const auto belongs = [&](const std::string& table, std::int64_t thing, std::string_view missing,
                           const std::string& argument) -> Result<> {
    TRY(auto rows, transaction.query("SELECT id FROM " + table +
                                         " WHERE id = :id AND "
                                         "tenant_id = :tenant_id",
                                     {{"id", thing}, {"tenant_id", by.tenant.value}}));
    if (!rows.empty()) return {};
    return fail(Code::kNotFound, missing, {{argument, std::to_string(thing)}});
  };
  TRY(belongs("iam_group", wanted.unit.value, "iam.group_missing", "group"));
  TRY(transaction.execute(
      "INSERT INTO delegation (id, tenant_id, group_id, role_max, may_invite, may_suspend, "
      "may_give, may_approve, created_us, created_by_user_id) VALUES (:id, :tenant_id, :group_id, "
      ":role_max, :invite, :suspend, :give, :approve, :now_us, :by_id)",
      {{"id", id.value},
       {"tenant_id", by.tenant.value},
       {"group_id", wanted.unit.value},
       {"role_max", std::string(name_of(wanted.role_max))},
       {"invite", may(DelegatedAct::kInvite)},
       {"suspend", may(DelegatedAct::kSuspend)},
       {"give", may(DelegatedAct::kGive)},
       {"approve", may(DelegatedAct::kApprove)},
       {"now_us", to_us(core_.clock.now())},
       {"by_id", by.user.value}}));
  const auto list = [&](const std::string& kind, std::int64_t thing) -> Result<> {
    TRY(belongs("iam_" + kind, thing, "iam." + kind + "_missing", kind));
    TRY(transaction.execute(
        "INSERT INTO delegation_" + kind + " (delegation_id, " + kind +
            "_id, tenant_id) VALUES (:delegation_id, :thing_id, :tenant_id) ON CONFLICT "
            "(delegation_id, " +
            kind + "_id) DO NOTHING",
        {{"delegation_id", id.value}, {"thing_id", thing}, {"tenant_id", by.tenant.value}}));
    return {};
  };
  for (ProfileId profile : wanted.profiles) TRY(list("profile", profile.value));
  for (GroupId group : wanted.groups) TRY(list("group", group.value));
  return id;
}

Result<> DelegationService::give_or_ask(Transaction& transaction, const Principal& by,
                                        DelegationId id, const NewDelegation& wanted) {
  const auto alone = check_may_give_alone(transaction, by, by.tenant, true);
  if (alone) {
    TRY(const Right right,
        AccessService::read_delegation(transaction, by.tenant, wanted.delegate, id));
    Giving giving{.origin = "direct", .by = by.user};
    if (wanted.lifetime) giving.expires = core_.clock.now() + *wanted.lifetime;
    TRY(give(core_, transaction, right, giving));
    return {};
  }
  if (wanted.reason.empty()) return alone;
  TRY(access_.ask_in(transaction, by,
                     {.user = wanted.delegate,
                      .delegation = id,
                      .reason = wanted.reason,
                      .duration = wanted.lifetime.value_or(kPrivilegedDurationMax)}));
  return {};
}

Task<Delegation> DelegationService::create_delegation(const Principal& by,
                                                      const NewDelegation& wanted) {
  CO_TRY(core_.check(by, "iam:CreateDelegation", {"belfry:delegation/*", by.tenant},
                     delegation_missing({})));
  CO_TRY(check_wanted(wanted));
  CO_TRY(core_.check_fresh(by, "iam:CreateDelegation", "belfry:delegation/*"));
  auto made = co_await core_.write<Delegation>([&](Transaction& transaction) -> Result<Delegation> {
    TRY(forget_asked_delegations(transaction));
    TRY(const DelegationId id, insert(transaction, by, wanted));
    TRY(give_or_ask(transaction, by, id, wanted));
    TRY(Delegation delegation, read(transaction, by, id));
    auto details = details_of(delegation);
    if (delegation.request) details.push_back({"request", delegation.request.text()});
    TRY(core_.trail.changed(transaction, by.tenant, by,
                            {"iam:CreateDelegation", resource_of(id), std::move(details)}));
    return delegation;
  });
  if (made) core_.signing.forget_user(wanted.delegate);
  co_return made;
}

Result<> DelegationService::read_lists(Transaction& transaction, Delegation& delegation) {
  const database::Parameters parameters = {{"id", delegation.id.value}};
  TRY(auto profiles,
      transaction.query("SELECT p.id, p.name, p.privileged FROM delegation_profile l "
                        "JOIN iam_profile p ON p.id = l.profile_id WHERE "
                        "l.delegation_id = :id ORDER BY p.name",
                        parameters));
  for (const Row& row : profiles)
    delegation.profiles.push_back({row.integer("id"), row.text("name"), row.flag("privileged")});
  TRY(auto groups, transaction.query("SELECT g.id, g.name FROM delegation_group l JOIN iam_group g "
                                     "ON g.id = l.group_id WHERE l.delegation_id = :id ORDER BY "
                                     "g.name",
                                     parameters));
  for (const Row& row : groups) {
    TRY(const bool privileged, gives_privileges(transaction, GroupId{row.integer("id")}));
    delegation.groups.push_back({row.integer("id"), row.text("name"), privileged});
  }
  return {};
}

Result<Delegation> DelegationService::read(Transaction& transaction, const Principal& by,
                                           DelegationId id) {
  TRY(auto rows, transaction.query("SELECT " + std::string(kColumns) + " WHERE d.id = :id AND " +
                                       std::string(kThere),
                                   {{"id", id.value},
                                    {"tenant_id", by.tenant.value},
                                    {"now_us", to_us(core_.clock.now())}}));
  if (rows.empty()) return std::unexpected(delegation_missing(id));
  Delegation delegation = delegation_of(rows[0]);
  const bool is_own = delegation.delegate && delegation.delegate == by.user;
  auto allowed = decide(core_.tree, by, "iam:ListDelegations",
                        {is_own ? resource_of(by.user) : resource_of(id), by.tenant});
  // Whoever may not see it does not learn that it is there.
  if (!allowed && allowed.error().message() == "iam.denied")
    return std::unexpected(delegation_missing(id));
  TRY(allowed);
  TRY(read_lists(transaction, delegation));
  return delegation;
}

Task<Delegation> DelegationService::find_delegation(const Principal& by, DelegationId id) {
  co_return co_await core_.read<Delegation>(
      [&](Transaction& transaction) { return read(transaction, by, id); });
}

Task<Listing<Delegation>> DelegationService::list_delegations(const Principal& by,
                                                              std::optional<UserId> delegate,
                                                              Page page) {
  using List = Listing<Delegation>;
  CO_TRY(const TimeKey after, read_time_key(page.after));
  constexpr std::string_view kAction = "iam:ListDelegations";
  CO_TRY(core_.check(by, kAction, {iam::resource_of(by.user), by.tenant},
                     Error(Code::kDenied, "iam.denied")));
  const bool all = decide(core_.tree, by, kAction, {"belfry:delegation/*", by.tenant}).has_value();
  co_return co_await core_.read<List>([&](Transaction& transaction) -> Result<List> {
    TRY(auto rows,
        transaction.query(
            "SELECT " + std::string(kColumns) + " WHERE " + std::string(kThere) +
                " AND (:all = 1 OR d.user_id = :by_id) AND "
                "(:delegate_id = 0 OR d.user_id = :delegate_id) AND (d.created_us > :after_us OR "
                "(d.created_us = :after_us AND d.id > :after_id)) ORDER BY d.created_us, d.id "
                "LIMIT :limit",
            {{"tenant_id", by.tenant.value},
             {"now_us", to_us(core_.clock.now())},
             {"all", std::int64_t(all)},
             {"by_id", by.user.value},
             {"delegate_id", delegate.value_or(UserId{}).value},
             {"after_us", after.us},
             {"after_id", id_of(after)},
             {"limit", rows_of(page)}}));
    std::vector<Delegation> delegations;
    for (const Row& row : rows) {
      delegations.push_back(delegation_of(row));
      TRY(read_lists(transaction, delegations.back()));
    }
    return page_of(std::move(delegations), page,
                   [](const Delegation& each) { return text_of(each.created, each.id.text()); });
  });
}

Task<> DelegationService::end_delegation(const Principal& by, DelegationId id) {
  CO_TRY(const UserId delegate,
         co_await core_.write<UserId>([&](Transaction& transaction) -> Result<UserId> {
           TRY(const Delegation delegation, read(transaction, by, id));
           TRY(core_.check(by, "iam:EndDelegation", {resource_of(id), by.tenant},
                           delegation_missing(id)));
           TRY(core_.check_fresh(by, "iam:EndDelegation", resource_of(id)));
           // What is only asked for is refused or cancelled, as every request.
           if (delegation.request) return fail(Code::kConflict, "iam.delegation_asked");
           TRY(take_away(transaction,
                         {.kind = RightKind::kDelegation,
                          .tenant = by.tenant,
                          .user = delegation.delegate,
                          .group = delegation.unit},
                         {.reason = "withdrawn", .by = by.user, .at = core_.clock.now()}));
           TRY(core_.trail.changed(transaction, by.tenant, by,
                                   {"iam:EndDelegation", resource_of(id), details_of(delegation)}));
           return delegation.delegate;
         }));
  core_.signing.forget_user(delegate);
  co_return Result<>();
}

}  // namespace belfry::iam
