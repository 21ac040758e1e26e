#include "rows.h"

#include <algorithm>
#include <map>

namespace belfry::people {
namespace {

constexpr std::pair<Kind, std::string_view> kKinds[] = {{Kind::kEmployee, "employee"},
                                                        {Kind::kContractor, "contractor"},
                                                        {Kind::kExternal, "external"}};
constexpr std::pair<State, std::string_view> kStates[] = {{State::kAll, "all"},
                                                          {State::kFuture, "future"},
                                                          {State::kPresent, "present"},
                                                          {State::kLeft, "left"}};

}  // namespace

std::string in_list(const std::vector<Person>& persons, database::Parameters& parameters) {
  std::string list = " IN (";
  for (std::size_t i = 0; i < persons.size(); ++i) {
    const std::string name = "p" + std::to_string(i);
    list += (i == 0 ? ":" : ", :") + name;
    parameters.push_back({name, persons[i].id.value});
  }
  return list + ")";
}

std::string_view name_of(Kind kind) {
  return kKinds[std::size_t(kind)].second;
}

std::optional<Kind> kind_named(std::string_view name) {
  for (const auto& [kind, text] : kKinds)
    if (text == name) return kind;
  return std::nullopt;
}

std::optional<State> state_named(std::string_view name) {
  for (const auto& [state, text] : kStates)
    if (text == name) return state;
  return std::nullopt;
}

std::optional<Timestamp> optional_time(const Row& row, std::string_view column) {
  if (row.is_null(column)) return std::nullopt;
  return from_us(row.integer(column));
}

database::Value time_or_null(const std::optional<Timestamp>& time) {
  if (!time) return database::Null{};
  return to_us(*time);
}

Person person_of(const Row& row) {
  return {.id = PersonId{row.integer("id")},
          .tenant = TenantId{row.integer("tenant_id")},
          .reference = row.text("reference"),
          .kind = kind_named(row.text("kind")).value_or(Kind::kExternal),
          .name = row.text("name"),
          .email = row.text("email"),
          .manager = PersonId{row.is_null("manager_id") ? 0 : row.integer("manager_id")},
          .manager_reference = row.text("manager_reference"),
          .starts = from_us(row.integer("starts_us")),
          .ends = optional_time(row, "ends_us"),
          .departure_reason = row.text("departure_reason"),
          .created = from_us(row.integer("created_us")),
          .changed = from_us(row.integer("changed_us"))};
}

Result<> add_facts(Transaction& transaction, std::vector<Person>& persons) {
  if (persons.empty()) return {};
  std::map<std::int64_t, Person*> by_id;
  for (Person& person : persons) by_id[person.id.value] = &person;
  database::Parameters parameters;
  const std::string these = in_list(persons, parameters);
  TRY(auto jobs, transaction.query("SELECT j.person_id, j.since_us, j.until_us, j.job_role_id, "
                                   "r.name FROM person_job j JOIN job_role r ON r.id = "
                                   "j.job_role_id WHERE j.person_id" +
                                       these + " ORDER BY j.person_id, j.since_us DESC",
                                   parameters));
  for (const Row& row : jobs)
    by_id.at(row.integer("person_id"))
        ->jobs.push_back({.role = JobRoleId{row.integer("job_role_id")},
                          .name = row.text("name"),
                          .since = from_us(row.integer("since_us")),
                          .until = optional_time(row, "until_us")});
  TRY(auto accounts,
      transaction.query("SELECT a.person_id, a.user_id, a.bound_us, a.ended_us, a.kept, u.name, "
                        "u.active FROM person_account a JOIN iam_user u ON u.id = a.user_id WHERE "
                        "a.person_id" +
                            these + " ORDER BY a.person_id, u.name_key",
                        parameters));
  for (const Row& row : accounts)
    by_id.at(row.integer("person_id"))
        ->accounts.push_back({.user = UserId{row.integer("user_id")},
                              .name = row.text("name"),
                              .active = row.flag("active"),
                              .bound = from_us(row.integer("bound_us")),
                              .ended = optional_time(row, "ended_us"),
                              .kept = row.text("kept")});
  TRY(auto former,
      transaction.query("SELECT f.person_id, f.user_id, f.bound_us, f.unbound_us, u.name FROM "
                        "former_account f JOIN iam_user u ON u.id = f.user_id WHERE f.person_id" +
                            these + " ORDER BY f.person_id, f.unbound_us DESC, u.name_key",
                        parameters));
  for (const Row& row : former)
    by_id.at(row.integer("person_id"))
        ->former_accounts.push_back({.user = UserId{row.integer("user_id")},
                                     .name = row.text("name"),
                                     .bound = from_us(row.integer("bound_us")),
                                     .unbound = from_us(row.integer("unbound_us"))});
  return {};
}

bool is_theirs(const Person& person, UserId user) {
  return std::ranges::find(person.accounts, user, &Account::user) != person.accounts.end() ||
         std::ranges::find(person.former_accounts, user, &FormerAccount::user) !=
             person.former_accounts.end();
}

Result<UserId> owner_of(Transaction& transaction, UserId user) {
  TRY(auto rows, transaction.query("SELECT owner_id FROM iam_user WHERE id = :id AND owner_id IS "
                                   "NOT NULL",
                                   {{"id", user.value}}));
  return rows.empty() ? user : UserId{rows[0].integer("owner_id")};
}

Result<> check_room(std::size_t persons) {
  if (persons < kPersonsMax) return {};
  return fail(Code::kConflict, "people.too_many_people", {{"limit", std::to_string(kPersonsMax)}});
}

Result<Person> find_person(Transaction& transaction, TenantId tenant, PersonId id) {
  TRY(auto rows, transaction.query("SELECT " + std::string(kPersonColumns) +
                                       " FROM person p WHERE p.id = :id AND p.tenant_id = :tenant",
                                   {{"id", id.value}, {"tenant", tenant.value}}));
  if (rows.empty()) return fail(Code::kNotFound, "people.no_person", {{"person", id.text()}});
  std::vector<Person> found{person_of(rows[0])};
  TRY(add_facts(transaction, found));
  return std::move(found[0]);
}

}  // namespace belfry::people
