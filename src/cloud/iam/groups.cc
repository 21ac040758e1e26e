// Groups of a tenant's users.
#include "base/ascii.h"
#include "delegated.h"
#include "grants.h"
#include "names.h"
#include "paging.h"
#include "profile_service.h"
#include "rows.h"

namespace belfry::iam {
namespace {

constexpr std::int64_t kGroupsMax = 500;  // of a tenant
constexpr std::string_view kColumns =
    "g.id, g.tenant_id, g.name, g.created_us, "
    "(SELECT count(*) FROM group_member m WHERE m.group_id = g.id) AS members";

std::string resource_of(GroupId id) {
  return "belfry:group/" + id.text();
}

Error group_missing(GroupId id) {
  return Error(Code::kNotFound, "iam.group_missing", {{"group", id.text()}});
}

Group group_of(const Row& row) {
  return {.id = GroupId{row.integer("id")},
          .tenant = TenantId{row.integer("tenant_id")},
          .name = row.text("name"),
          .created = from_us(row.integer("created_us")),
          .members = std::size_t(row.integer("members"))};
}

Result<Right> membership_of(Transaction& transaction, const Group& group, const User& member) {
  TRY(const bool privileged, gives_privileges(transaction, group.id));
  return Right{.kind = RightKind::kMembership,
               .tenant = group.tenant,
               .user = member.id,
               .group = group.id,
               .holder = member.name,
               .name = group.name,
               .privileged = privileged};
}

}  // namespace

Result<Group> ProfileService::read_group(Transaction& transaction, const Principal& by, GroupId id,
                                         std::string_view action,
                                         const std::optional<Cover>& cover) {
  TRY(auto rows, transaction.query("SELECT " + std::string(kColumns) +
                                       " FROM iam_group g WHERE g.id = :id AND "
                                       "g.tenant_id = :tenant_id",
                                   {{"id", id.value}, {"tenant_id", by.tenant.value}}));
  if (rows.empty()) return std::unexpected(group_missing(id));
  Group group = group_of(rows[0]);
  TRY(core_.check(by, action, resource_under(resource_of(id), group.tenant, cover),
                  group_missing(id)));
  return group;
}

Task<Listing<Group>> ProfileService::list_groups(const Principal& by, Page page) {
  using List = Listing<Group>;
  CO_TRY(const std::string after, read_text_key(page.after));
  constexpr std::string_view kAction = "iam:ListGroups";
  const bool all = decide(core_.tree, by, kAction, {"belfry:group/*", by.tenant}).has_value();
  CO_TRY(core_.check(by, kAction, resource_under("belfry:group/*", by.tenant, listing_cover(by)),
                     group_missing({})));
  co_return co_await core_.read<List>([&](Transaction& transaction) -> Result<List> {
    TRY(auto rows,
        transaction.query("SELECT " + std::string(kColumns) +
                              " FROM iam_group g WHERE g.tenant_id = :tenant_id AND (:all = 1 OR " +
                              is_group_of_delegate("g.id") +
                              ") AND g.name > :after ORDER BY g.name LIMIT :limit",
                          {{"tenant_id", by.tenant.value},
                           {"all", std::int64_t(all)},
                           {"by_id", by.user.value},
                           {"now_us", to_us(core_.clock.now())},
                           {"after", after},
                           {"limit", rows_of(page)}}));
    std::vector<Group> groups;
    groups.reserve(rows.size());
    for (const Row& row : rows) groups.push_back(group_of(row));
    return page_of(std::move(groups), page, [](const Group& group) { return group.name; });
  });
}

Task<Group> ProfileService::create_group(const Principal& by, const std::string& name) {
  CO_TRY(core_.check(by, "iam:CreateGroup", {"belfry:group/*", by.tenant}, group_missing({})));
  if (!is_display_name(name)) co_return fail(Code::kInvalid, "iam.bad_group_name");
  const Group group{.id = GroupId{core_.random.id()},
                    .tenant = by.tenant,
                    .name = name,
                    .created = core_.clock.now()};
  co_return co_await core_.write<Group>([&](Transaction& transaction) -> Result<Group> {
    TRY(auto counted, transaction.query("SELECT count(*) AS n FROM iam_group "
                                        "WHERE tenant_id = :tenant_id",
                                        {{"tenant_id", by.tenant.value}}));
    if (counted[0].integer("n") >= kGroupsMax)
      return fail(Code::kConflict, "iam.too_many_groups",
                  {{"maximum", std::to_string(kGroupsMax)}});
    TRY(auto same, transaction.query("SELECT id FROM iam_group WHERE tenant_id = :tenant_id "
                                     "AND name = :name",
                                     {{"tenant_id", by.tenant.value}, {"name", name}}));
    if (!same.empty()) return fail(Code::kConflict, "iam.group_exists", {{"name", name}});
    TRY(
        transaction.execute("INSERT INTO iam_group (id, tenant_id, name, created_us) "
                            "VALUES (:id, :tenant_id, :name, :created_us)",
                            {{"id", group.id.value},
                             {"tenant_id", by.tenant.value},
                             {"name", name},
                             {"created_us", to_us(group.created)}}));
    TRY(core_.trail.changed(transaction, by.tenant, by,
                            {"iam:CreateGroup", resource_of(group.id), {{"name", name}}}));
    return group;
  });
}

Task<> ProfileService::delete_group(const Principal& by, GroupId id) {
  CO_TRY(co_await core_.write<Done>([&](Transaction& transaction) -> Result<Done> {
    TRY(const Group group, read_group(transaction, by, id, "iam:DeleteGroup"));
    TRY(core_.check_fresh(by, "iam:DeleteGroup", resource_of(id)));
    TRY(transaction.execute(
        "UPDATE iam_grant SET ended_us = :now_us, ended_by_user_id = :by_id, "
        "end_reason = 'group_deleted' WHERE ended_us IS NULL AND "
        "group_id = :id",
        {{"now_us", to_us(core_.clock.now())}, {"by_id", by.user.value}, {"id", id.value}}));
    TRY(delete_delegations(transaction, "group_id = :id", {{"id", id.value}}));
    for (const char* table : {"delegation_group", "group_member", "group_profile"})
      TRY(transaction.execute("DELETE FROM " + std::string(table) + " WHERE group_id = :id",
                              {{"id", id.value}}));
    TRY(transaction.execute("DELETE FROM iam_group WHERE id = :id", {{"id", id.value}}));
    TRY(core_.trail.changed(transaction, by.tenant, by,
                            {"iam:DeleteGroup", resource_of(id), {{"name", group.name}}}));
    return Done{};
  }));
  core_.signing.forget_tenant(by.tenant);
  co_return Result<>();
}

Task<Listing<GroupMember>> ProfileService::list_members(const Principal& by, GroupId id,
                                                        Page page) {
  using List = Listing<GroupMember>;
  CO_TRY(const std::string after, read_text_key(page.after));
  co_return co_await core_.read<List>([&](Transaction& transaction) -> Result<List> {
    TRY(const auto cover, cover_of_unit(transaction, by, id, core_.clock.now()));
    TRY(read_group(transaction, by, id, "iam:ListGroups", cover));
    TRY(auto rows,
        transaction.query("SELECT u.id, u.name, u.name_key, m.since_us FROM group_member m JOIN "
                          "iam_user u ON u.id = m.user_id WHERE m.group_id = :id AND "
                          "u.name_key > :after ORDER BY u.name_key LIMIT :limit",
                          {{"id", id.value}, {"after", after}, {"limit", rows_of(page)}}));
    std::vector<GroupMember> members;
    members.reserve(rows.size());
    for (const Row& row : rows)
      members.push_back(
          {UserId{row.integer("id")}, row.text("name"), from_us(row.integer("since_us"))});
    return page_of(std::move(members), page,
                   [](const GroupMember& member) { return to_lower(member.name); });
  });
}

Task<> ProfileService::add_member(const Principal& by, GroupId id, UserId user) {
  CO_TRY(co_await core_.write<Done>([&](Transaction& transaction) -> Result<Done> {
    TRY(const auto cover,
        cover_of(transaction, by, user, DelegatedAct::kGive, {.group = id}, core_.clock.now()));
    TRY(const Group group, read_group(transaction, by, id, "iam:ChangeGroup", cover));
    TRY(const User member, read_user_of(transaction, by, user));
    TRY(core_.check_fresh(by, "iam:AddGroupMember", resource_of(id)));
    TRY(check_may_hold(member));
    TRY(Right right, membership_of(transaction, group, member));
    TRY(check_plain(cover, right.privileged));
    TRY(check_may_give_alone(transaction, by, member, right.privileged));
    TRY(const bool is_new, give(core_, transaction, right, {.origin = "direct", .by = by.user}));
    if (!is_new) return Done{};
    TRY(core_.trail.changed(transaction, by.tenant, by,
                            {"iam:AddGroupMember", resource_of(id),
                             with_cover({{"group", group.name}, {"user", member.name}}, cover)}));
    return Done{};
  }));
  core_.signing.forget_user(user);
  co_return Result<>();
}

Task<> ProfileService::remove_member(const Principal& by, GroupId id, UserId user) {
  CO_TRY(co_await core_.write<Done>([&](Transaction& transaction) -> Result<Done> {
    TRY(const auto cover,
        cover_of(transaction, by, user, DelegatedAct::kGive, {.group = id}, core_.clock.now()));
    TRY(const Group group, read_group(transaction, by, id, "iam:ChangeGroup", cover));
    TRY(const User member, read_user_of(transaction, by, user));
    TRY(core_.check_fresh(by, "iam:RemoveGroupMember", resource_of(id)));
    TRY(const Right right, membership_of(transaction, group, member));
    TRY(const std::int64_t removed,
        take_away(transaction, right,
                  {.reason = "withdrawn", .by = by.user, .at = core_.clock.now()}));
    if (removed == 0)
      return fail(Code::kNotFound, "iam.no_member", {{"group", group.name}, {"user", member.name}});
    TRY(core_.trail.changed(transaction, by.tenant, by,
                            {"iam:RemoveGroupMember", resource_of(id),
                             with_cover({{"group", group.name}, {"user", member.name}}, cover)}));
    return Done{};
  }));
  core_.signing.forget_user(user);
  co_return Result<>();
}

}  // namespace belfry::iam
