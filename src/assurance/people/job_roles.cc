// Job roles: what whoever has one is given.
#include "base/ascii.h"
#include "fields.h"
#include "rows.h"

#include <algorithm>
#include <map>
#include <set>

namespace belfry::people {
namespace {

constexpr std::int64_t kJobRolesMax = 1000;
constexpr std::size_t kItemsMax = 100;

// A table of what job roles give, and where its names are.
struct Items {
  const char *table, *column, *named, *missing;
};
constexpr Items kProfiles{"job_role_profile", "profile_id", "iam_profile", "people.no_profile"};
constexpr Items kGroups{"job_role_group", "group_id", "iam_group", "people.no_group"};

std::string columns_of(const Items& items) {
  return std::string("SELECT i.job_role_id, i.") + items.column +
         " AS item_id, COALESCE(n.name, '') AS name FROM " + items.table + " i LEFT JOIN " +
         items.named + " n ON n.id = i." + items.column +
         " WHERE i.tenant_id = :tenant ORDER BY name, item_id";
}

Result<> check_there(Transaction& transaction, TenantId tenant, const Items& items,
                     const std::vector<std::int64_t>& ids) {
  for (const std::int64_t id : ids) {
    TRY(auto rows, transaction.query(std::string("SELECT id FROM ") + items.named +
                                         " WHERE id = :id AND tenant_id = :tenant",
                                     {{"id", id}, {"tenant", tenant.value}}));
    if (rows.empty()) return fail(Code::kNotFound, items.missing, {{"id", std::to_string(id)}});
  }
  return {};
}

Result<> replace(Transaction& transaction, TenantId tenant, JobRoleId role, const Items& items,
                 const std::vector<std::int64_t>& ids) {
  TRY(transaction.execute(std::string("DELETE FROM ") + items.table + " WHERE job_role_id = :role",
                          {{"role", role.value}}));
  for (const std::int64_t id : std::set(ids.begin(), ids.end()))
    TRY(transaction.execute(std::string("INSERT INTO ") + items.table + " (job_role_id, " +
                                items.column + ", tenant_id) VALUES (:role, :id, :tenant)",
                            {{"role", role.value}, {"id", id}, {"tenant", tenant.value}}));
  return {};
}

Result<std::vector<JobRole>> read_job_roles(Transaction& transaction, TenantId tenant,
                                            Timestamp now) {
  const database::Parameters parameters = {{"tenant", tenant.value}, {"now", to_us(now)}};
  TRY(auto rows,
      transaction.query(
          "SELECT r.id, r.name, r.owner, r.account_role, r.created_us, r.changed_us, (SELECT "
          "count(*) FROM person_job j JOIN person p ON p.id = j.person_id WHERE j.job_role_id = "
          "r.id AND j.since_us <= :now AND (j.until_us IS NULL OR j.until_us > :now) AND "
          "(p.ends_us IS NULL OR p.ends_us > :now)) AS persons FROM job_role r WHERE r.tenant_id = "
          ":tenant ORDER BY r.name_key",
          parameters));
  std::vector<JobRole> roles;
  std::map<std::int64_t, std::size_t> places;
  for (const Row& row : rows) {
    places[row.integer("id")] = roles.size();
    roles.push_back({.id = JobRoleId{row.integer("id")},
                     .tenant = tenant,
                     .name = row.text("name"),
                     .owner = row.text("owner"),
                     .account_role = row.text("account_role"),
                     .persons = row.integer("persons"),
                     .created = from_us(row.integer("created_us")),
                     .changed = from_us(row.integer("changed_us"))});
  }
  for (const Items* items : {&kProfiles, &kGroups}) {
    TRY(auto listed, transaction.query(columns_of(*items), {{"tenant", tenant.value}}));
    for (const Row& row : listed) {
      JobRole& role = roles.at(places.at(row.integer("job_role_id")));
      auto& into = items == &kProfiles ? role.profiles : role.groups;
      into.push_back({row.integer("item_id"), row.text("name")});
    }
  }
  return roles;
}

std::string text_of(const std::vector<Named>& items) {
  std::string text;
  for (const Named& item : items) text += (text.empty() ? "" : ", ") + item.name;
  return text;
}

}  // namespace

Result<std::string> name_of_job_role(Transaction& transaction, TenantId tenant, JobRoleId id) {
  TRY(auto rows,
      transaction.query("SELECT name FROM job_role WHERE id = :id AND tenant_id = :tenant",
                        {{"id", id.value}, {"tenant", tenant.value}}));
  if (rows.empty()) return fail(Code::kNotFound, "people.no_job_role", {{"job_role", id.text()}});
  return rows[0].text("name");
}

Task<std::vector<JobRole>> RegisterService::job_roles(TenantId tenant) {
  co_return co_await changes_.read<std::vector<JobRole>>(
      [&](Transaction& transaction) { return read_job_roles(transaction, tenant, clock_.now()); });
}

Result<JobRole> RegisterService::find_job_role(Transaction& transaction, TenantId tenant,
                                               JobRoleId id) {
  TRY(auto roles, read_job_roles(transaction, tenant, clock_.now()));
  const auto found = std::ranges::find(roles, id, &JobRole::id);
  if (found == roles.end())
    return fail(Code::kNotFound, "people.no_job_role", {{"job_role", id.text()}});
  return std::move(*found);
}

Result<> RegisterService::check_items(Transaction& transaction, TenantId tenant,
                                      const WantedJobRole& wanted) {
  if (wanted.profiles.size() + wanted.groups.size() > kItemsMax)
    return fail(Code::kInvalid, "people.too_many_items", {{"limit", std::to_string(kItemsMax)}});
  TRY(check_there(transaction, tenant, kProfiles, wanted.profiles));
  TRY(check_there(transaction, tenant, kGroups, wanted.groups));
  // Roles of the provider's staff are given in its tenant alone, the tenant administrator's
  // elsewhere.
  TRY(auto rows, transaction.query("SELECT t.kind FROM tenant t JOIN iam_role r ON r.name = :role "
                                   "WHERE t.id = :tenant",
                                   {{"role", wanted.account_role}, {"tenant", tenant.value}}));
  const bool is_provider = !rows.empty() && rows[0].text("kind") == "provider";
  const std::string& role = wanted.account_role;
  const bool is_staff = role == "provider_administrator" || role == "operator";
  if (rows.empty() || (is_staff && !is_provider) || (role == "tenant_administrator" && is_provider))
    return fail(Code::kInvalid, "people.bad_account_role", {{"role", role}});
  return {};
}

Task<JobRole> RegisterService::set_job_role(const Actor& by, JobRoleId id,
                                            const WantedJobRole& wanted) {
  CO_TRY(check_name(wanted.name));
  if (!check_name(wanted.owner)) co_return fail(Code::kInvalid, "people.bad_owner");
  co_return co_await changes_.write<JobRole>([&](Transaction& transaction) -> Result<JobRole> {
    TRY(check_items(transaction, by.tenant, wanted));
    if (id) TRY(find_job_role(transaction, by.tenant, id));
    const JobRoleId role = id ? id : JobRoleId{random_.id()};
    const database::Parameters parameters = {
        {"id", role.value},          {"tenant", by.tenant.value},
        {"name", wanted.name},       {"name_key", to_lower(wanted.name)},
        {"owner", wanted.owner},     {"account_role", wanted.account_role},
        {"now", to_us(clock_.now())}};
    TRY(auto others,
        transaction.query("SELECT count(*) AS n, COALESCE(sum(CASE WHEN name_key = :name_key THEN "
                          "1 ELSE 0 END), 0) AS same FROM job_role WHERE tenant_id = :tenant AND "
                          "id <> :id",
                          parameters));
    if (others[0].integer("same") > 0)
      return fail(Code::kConflict, "people.job_role_exists", {{"name", wanted.name}});
    if (!id && others[0].integer("n") >= kJobRolesMax)
      return fail(Code::kConflict, "people.too_many_job_roles",
                  {{"limit", std::to_string(kJobRolesMax)}});
    constexpr std::string_view kInsert =
        "INSERT INTO job_role (id, tenant_id, name, name_key, owner, account_role, created_us, "
        "changed_us) VALUES (:id, :tenant, :name, :name_key, :owner, :account_role, :now, :now)";
    constexpr std::string_view kUpdate =
        "UPDATE job_role SET name = :name, name_key = :name_key, owner = :owner, account_role = "
        ":account_role, changed_us = :now WHERE id = :id";
    TRY(transaction.execute(id ? kUpdate : kInsert, parameters));
    TRY(replace(transaction, by.tenant, role, kProfiles, wanted.profiles));
    TRY(replace(transaction, by.tenant, role, kGroups, wanted.groups));
    TRY(JobRole made, find_job_role(transaction, by.tenant, role));
    TRY(note(transaction, by, "people:SetJobRole", resource_of(role),
             {{"name", made.name},
              {"owner", made.owner},
              {"account_role", made.account_role},
              {"profiles", text_of(made.profiles)},
              {"groups", text_of(made.groups)}}));
    return made;
  });
}

Task<> RegisterService::delete_job_role(const Actor& by, JobRoleId id) {
  CO_TRY(co_await changes_.write<Done>([&](Transaction& transaction) -> Result<Done> {
    TRY(const JobRole role, find_job_role(transaction, by.tenant, id));
    const database::Parameters parameters = {{"id", id.value}};
    TRY(auto rows, transaction.query("SELECT count(*) AS n FROM person_job WHERE job_role_id = :id",
                                     parameters));
    if (rows[0].integer("n") > 0)
      return fail(Code::kConflict, "people.job_role_in_use", {{"name", role.name}});
    for (const char* table : {"job_role_profile", "job_role_group"})
      TRY(transaction.execute("DELETE FROM " + std::string(table) + " WHERE job_role_id = :id",
                              parameters));
    TRY(transaction.execute("DELETE FROM job_role WHERE id = :id", parameters));
    TRY(note(transaction, by, "people:DeleteJobRole", resource_of(id), {{"name", role.name}}));
    return Done{};
  }));
  co_return Result<>();
}

}  // namespace belfry::people
