#include "delegated.h"

#include "rows.h"

#include <algorithm>

namespace belfry::iam {
namespace {

// Delegations of :by_id that hold at :now_us, by the name that the query gives them.
std::string held(const std::string& name) {
  return name + ".user_id = :by_id AND (" + name + ".expires_us IS NULL OR " + name +
         ".expires_us > :now_us)";
}

std::string column_of(DelegatedAct act) {
  switch (act) {
    case DelegatedAct::kSee:
      return "";
    case DelegatedAct::kInvite:
      return "may_invite";
    case DelegatedAct::kSuspend:
      return "may_suspend";
    case DelegatedAct::kGive:
      return "may_give";
    case DelegatedAct::kApprove:
      return "may_approve";
  }
  return "";
}

database::Parameters parameters_of(const Principal& by, Timestamp now) {
  return {{"by_id", by.user.value}, {"tenant_id", by.tenant.value}, {"now_us", to_us(now)}};
}

Result<std::optional<Cover>> first_of(Transaction& transaction, const std::string& sql,
                                      const database::Parameters& parameters, DelegatedAct act) {
  TRY(auto rows, transaction.query(sql + " ORDER BY d.id LIMIT 1", parameters));
  if (rows.empty()) return std::optional<Cover>();
  return std::optional(Cover{DelegationId{rows[0].integer("id")}, act});
}

bool lists(const std::vector<Row>& rows, std::string_view column, std::int64_t id) {
  return std::ranges::any_of(rows, [&](const Row& row) { return row.integer(column) == id; });
}

Result<bool> lists_all(Transaction& transaction, std::int64_t delegation, GroupId unit,
                       const NewInvitation& wanted) {
  const database::Parameters parameters = {{"id", delegation}};
  TRY(auto groups,
      transaction.query("SELECT group_id FROM delegation_group WHERE delegation_id = :id",
                        parameters));
  TRY(auto profiles,
      transaction.query("SELECT profile_id FROM delegation_profile WHERE delegation_id = :id",
                        parameters));
  return std::ranges::all_of(wanted.groups,
                             [&](GroupId group) {
                               return group == unit || lists(groups, "group_id", group.value);
                             }) &&
         std::ranges::all_of(wanted.profiles, [&](ProfileId profile) {
           return lists(profiles, "profile_id", profile.value);
         });
}

}  // namespace

Resource resource_under(std::string name, TenantId tenant, const std::optional<Cover>& cover) {
  Resource resource{std::move(name), tenant};
  if (cover) resource.delegated = cover->act;
  return resource;
}

bool is_delegate(const Principal& by) {
  return by.held && by.held->delegate && !is_privileged(by.role) && !by.assumed;
}

std::optional<Cover> listing_cover(const Principal& by, DelegatedAct act) {
  if (!is_delegate(by)) return std::nullopt;
  return Cover{.id = {}, .act = act};
}

std::string is_group_of_delegate(const std::string& id) {
  return "(" + id + " IN (SELECT x.group_id FROM delegation x WHERE " + held("x") + ") OR " + id +
         " IN (SELECT y.group_id FROM delegation_group y JOIN delegation x ON x.id = "
         "y.delegation_id WHERE " +
         held("x") + "))";
}

std::string is_profile_of_delegate(const std::string& id) {
  return id +
         " IN (SELECT y.profile_id FROM delegation_profile y JOIN delegation x ON x.id = "
         "y.delegation_id WHERE " +
         held("x") + ")";
}

std::string looked_after(DelegatedAct act) {
  std::string from =
      " FROM delegation d JOIN group_member m ON m.group_id = d.group_id JOIN iam_user u ON "
      "u.id = m.user_id WHERE " +
      held("d") +
      " AND (m.expires_us IS NULL OR m.expires_us > :now_us) AND u.tenant_id = d.tenant_id AND "
      "u.id <> :by_id AND u.owner_id IS NULL AND u.deleted_us IS NULL AND "
      "u.role IN ('member', 'reader') AND COALESCE(u.base_role, u.role) IN ('member', 'reader') "
      "AND " +
      privileged_rights_of("u.id") + " = 0";
  if (act == DelegatedAct::kSee) return from;
  from += " AND d." + column_of(act) +
          " = 1 AND NOT EXISTS (SELECT 1 FROM group_member o WHERE o.user_id = u.id AND NOT " +
          is_group_of_delegate("o.group_id") + ")";
  // Who is in two units is missed in both; and with the owner rest its programs.
  if (act == DelegatedAct::kSuspend)
    from +=
        " AND NOT EXISTS (SELECT 1 FROM group_member o JOIN delegation x ON x.group_id = "
        "o.group_id WHERE o.user_id = u.id AND x.may_suspend = 0 AND " +
        held("x") + ") AND NOT EXISTS (SELECT 1 FROM iam_user p WHERE p.owner_id = u.id AND " +
        privileged_rights_of("p.id") + " > 0)";
  return from;
}

Result<std::optional<Cover>> cover_of(Transaction& transaction, const Principal& by, UserId user,
                                      DelegatedAct act, Timestamp now) {
  if (!is_delegate(by)) return std::optional<Cover>();
  auto parameters = parameters_of(by, now);
  parameters.push_back({"user_id", user.value});
  return first_of(transaction, "SELECT d.id" + looked_after(act) + " AND u.id = :user_id",
                  parameters, act);
}

Result<std::optional<Cover>> cover_of(Transaction& transaction, const Principal& by, UserId user,
                                      DelegatedAct act, const ListedRight& right, Timestamp now) {
  if (!is_delegate(by)) return std::optional<Cover>();
  auto parameters = parameters_of(by, now);
  parameters.push_back({"user_id", user.value});
  const std::string kind = right.profile ? "profile" : "group";
  parameters.push_back({"thing_id", right.profile ? right.profile.value : right.group.value});
  return first_of(transaction,
                  "SELECT d.id" + looked_after(act) +
                      " AND u.id = :user_id AND EXISTS (SELECT 1 FROM delegation_" + kind +
                      " l WHERE l.delegation_id = d.id AND l." + kind + "_id = :thing_id)",
                  parameters, act);
}

Result<std::optional<Cover>> cover_of_unit(Transaction& transaction, const Principal& by,
                                           GroupId unit, Timestamp now) {
  if (!is_delegate(by)) return std::optional<Cover>();
  auto parameters = parameters_of(by, now);
  parameters.push_back({"group_id", unit.value});
  return first_of(
      transaction,
      "SELECT d.id FROM delegation d WHERE " + held("d") + " AND d.group_id = :group_id",
      parameters, DelegatedAct::kSee);
}

Result<std::optional<Cover>> cover_of_invitation(Transaction& transaction, const Principal& by,
                                                 const NewInvitation& wanted, Timestamp now) {
  if (!is_delegate(by) || wanted.tenant != by.tenant) return std::optional<Cover>();
  TRY(auto rows,
      transaction.query("SELECT d.id, d.group_id, d.role_max FROM delegation d WHERE " + held("d") +
                            " AND d.tenant_id = :tenant_id AND d.may_invite = 1 ORDER BY d.id",
                        parameters_of(by, now)));
  for (const Row& row : rows) {
    const GroupId unit{row.integer("group_id")};
    const bool is_no_more = wanted.role == Role::kReader ||
                            (wanted.role == Role::kMember && row.text("role_max") == "member");
    if (!is_no_more || std::ranges::find(wanted.groups, unit) == wanted.groups.end()) continue;
    TRY(const bool all, lists_all(transaction, row.integer("id"), unit, wanted));
    if (all) return std::optional(Cover{DelegationId{row.integer("id")}, DelegatedAct::kInvite});
  }
  return std::optional<Cover>();
}

Result<std::optional<Cover>> cover_of_invitation(Transaction& transaction, const Principal& by,
                                                 const Invitation& sent, Timestamp now) {
  if (!is_delegate(by) || sent.invited_by != by.user || !sent.delegation)
    return std::optional<Cover>();
  auto parameters = parameters_of(by, now);
  parameters.push_back({"id", sent.delegation.value});
  return first_of(
      transaction,
      "SELECT d.id FROM delegation d WHERE " + held("d") + " AND d.may_invite = 1 AND d.id = :id",
      parameters, DelegatedAct::kInvite);
}

Result<> check_plain(const std::optional<Cover>& cover, bool privileged) {
  if (!cover || !privileged) return {};
  return fail(Code::kDenied, "iam.delegated_privilege");
}

Result<std::optional<Cover>> check_over(Core& core, Transaction& transaction, const Principal& by,
                                        std::string_view action, const User& user,
                                        DelegatedAct act) {
  TRY(const auto cover, cover_of(transaction, by, user.id, act, core.clock.now()));
  TRY(core.check(by, action, resource_under(resource_of(user.id), user.tenant, cover),
                 Error(Code::kNotFound, "iam.user_missing", {{"user", user.id.text()}})));
  return cover;
}

std::vector<audit::Detail> with_cover(std::vector<audit::Detail> details,
                                      const std::optional<Cover>& cover) {
  if (cover) details.push_back({"delegation", cover->id.text()});
  return details;
}

}  // namespace belfry::iam
