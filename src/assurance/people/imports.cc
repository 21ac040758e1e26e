// Persons from a file: all of it, or nothing and what is wrong by line.
#include "base/ascii.h"
#include "columns.h"
#include "csv/columns.h"
#include "fields.h"
#include "rows.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace belfry::people {
namespace {

// Names of a line.
constexpr std::size_t kAccountsMax = 20;

// A line by its columns.
class Cells {
 public:
  Cells(const csv::Line& line, const csv::Columns& columns) : line_(line), columns_(columns) {}

  // Nothing where the file has no such column.
  std::optional<std::string> find(Column column) const {
    return columns_.find(line_, std::size_t(column));
  }
  std::string text(Column column) const { return find(column).value_or(""); }
  Result<> check() const { return columns_.check(line_); }

 private:
  const csv::Line& line_;
  const csv::Columns& columns_;
};

// What is written in a cell of a date that is known already.
bool is_same(const std::optional<Timestamp>& known, const std::string& cell) {
  return (known ? date_text(*known) : "") == cell;
}

}  // namespace

// What a file refers to, read once.
struct RegisterService::Files {
  std::map<std::string, PersonId> persons;     // by reference
  std::size_t count = 0;                       // of persons
  std::map<std::string, JobRoleId> job_roles;  // by name in lower case
  csv::Columns columns{};

  static Result<Files> read(Transaction& transaction, TenantId tenant) {
    Files files;
    const database::Parameters parameters = {{"tenant", tenant.value}};
    TRY(auto persons, transaction.query("SELECT id, reference FROM person WHERE tenant_id = "
                                        ":tenant",
                                        parameters));
    for (const Row& row : persons) files.persons[row.text("reference")] = {row.integer("id")};
    files.count = persons.size();
    TRY(auto roles, transaction.query("SELECT id, name_key FROM job_role WHERE tenant_id = :tenant",
                                      parameters));
    for (const Row& row : roles) files.job_roles[row.text("name_key")] = {row.integer("id")};
    return files;
  }
};

namespace {

Result<Kind> read_kind(const std::string& cell) {
  const auto kind = kind_named(cell);
  if (!kind) return fail(Code::kInvalid, "people.bad_kind", {{"kind", cell}});
  return *kind;
}

Result<> read_dates(const Cells& cells, const Person* before, Change& change) {
  if (const auto cell = cells.find(Column::kStarts);
      cell && (before == nullptr || !is_same(before->starts, *cell))) {
    TRY(change.starts, read_date(*cell));
  }
  const auto cell = cells.find(Column::kEnds);
  if (!cell || (before != nullptr && is_same(before->ends, *cell))) return {};
  change.ends.emplace();
  if (cell->empty()) return {};
  TRY(*change.ends, read_date(*cell));
  return {};
}

Result<> read_job(const Cells& cells, const std::map<std::string, JobRoleId>& job_roles,
                  const Person* before, Change& change) {
  const std::string name = cells.text(Column::kJobRole);
  const std::string since = cells.text(Column::kJobRoleSince);
  if (name.empty()) return {};
  const auto role = job_roles.find(to_lower(name));
  if (role == job_roles.end())
    return fail(Code::kNotFound, "people.no_job_role", {{"job_role", name}});
  const Job* last = before == nullptr || before->jobs.empty() ? nullptr : &before->jobs.front();
  if (last != nullptr && last->role == role->second &&
      (since.empty() || is_same(last->since, since)))
    return {};
  change.job_role = role->second;
  if (since.empty()) return {};
  TRY(change.job_role_since, read_date(since));
  return {};
}

// Of a line, without its manager and accounts. `before`: who has that reference, or null.
Result<Change> read_line(const Cells& cells, const std::map<std::string, JobRoleId>& job_roles,
                         const Person* before) {
  TRY(cells.check());
  Change change{.name = cells.find(Column::kName), .email = cells.find(Column::kEmail)};
  if (const std::string kind = cells.text(Column::kKind); !kind.empty()) {
    TRY(change.kind, read_kind(kind));
  }
  TRY(read_dates(cells, before, change));
  TRY(read_job(cells, job_roles, before, change));
  return change;
}

NewPerson new_person(const std::string& reference, const Change& change) {
  return {.reference = reference,
          .kind = change.kind.value_or(Kind::kEmployee),
          .name = change.name.value_or(""),
          .email = change.email.value_or(""),
          .starts = *change.starts,
          .ends = change.ends.value_or(std::nullopt)};
}

}  // namespace

Result<PersonId> RegisterService::import_line(Transaction& transaction, const Actor& by,
                                              const csv::Line& line, Files& files,
                                              Imported& imported) {
  const Cells cells(line, files.columns);
  const std::string reference = cells.text(Column::kReference);
  const auto known = files.persons.find(reference);
  if (reference.empty() || known == files.persons.end()) {
    TRY(Change change, read_line(cells, files.job_roles, nullptr));
    if (!change.starts) return fail(Code::kInvalid, "people.bad_date");
    TRY(check_room(files.count++));
    TRY(const PersonId id, insert(transaction, by, new_person(reference, change)));
    if (change.job_role) {
      TRY(const Person made, find_person(transaction, by.tenant, id));
      TRY(move(transaction, made, *change.job_role,
               change.job_role_since.value_or(*change.starts)));
    }
    if (!reference.empty()) files.persons[reference] = id;
    ++imported.recorded;
    return id;
  }
  TRY(const Person before, find_person(transaction, by.tenant, known->second));
  TRY(const Change change, read_line(cells, files.job_roles, &before));
  TRY(auto details, apply(transaction, by, before, change));
  details.empty() ? ++imported.unchanged : ++imported.changed;
  if (!details.empty())
    TRY(note(transaction, by, "people:ChangePerson", resource_of(before.id), std::move(details)));
  return before.id;
}

Result<> RegisterService::import_relations(Transaction& transaction, const Actor& by, PersonId id,
                                           const csv::Line& line, const Files& files) {
  const Cells cells(line, files.columns);
  TRY(const Person person, find_person(transaction, by.tenant, id));
  if (const auto manager = cells.find(Column::kManager);
      manager && *manager != person.manager_reference) {
    const auto found = files.persons.find(*manager);
    if (!manager->empty() && found == files.persons.end())
      return fail(Code::kNotFound, "people.no_person", {{"person", *manager}});
    TRY(auto details,
        apply(transaction, by, person, {.manager = manager->empty() ? PersonId{} : found->second}));
    TRY(note(transaction, by, "people:ChangePerson", resource_of(id), std::move(details)));
  }
  return add_accounts(transaction, by, person, cells.text(Column::kAccounts));
}

Result<> RegisterService::add_accounts(Transaction& transaction, const Actor& by,
                                       const Person& person, const std::string& names) {
  std::size_t count = 0;
  for (std::string_view rest = names; !rest.empty();) {
    if (++count > kAccountsMax)
      return fail(Code::kInvalid, "people.too_many_accounts",
                  {{"limit", std::to_string(kAccountsMax)}});
    const std::string name(rest.substr(0, rest.find(' ')));
    rest = trim(rest.substr(name.size()));
    if (std::ranges::any_of(person.accounts, [&](const Account& account) {
          return to_lower(account.name) == to_lower(name);
        }))
      continue;
    TRY(auto rows, transaction.query("SELECT id FROM iam_user WHERE name_key = :name AND "
                                     "tenant_id = :tenant AND deleted_us IS NULL",
                                     {{"name", to_lower(name)}, {"tenant", by.tenant.value}}));
    if (rows.empty()) return fail(Code::kNotFound, "people.no_account", {{"account", name}});
    const UserId user{rows[0].integer("id")};
    TRY(const bool is_new, add_account(transaction, by, person, user));
    // It stands there twice.
    if (!is_new) continue;
    TRY(note(transaction, by, "people:BindAccount", resource_of(person.id),
             {{"name", person.name}, {"account", user.text()}}));
  }
  return {};
}

Result<Imported> RegisterService::import_lines(Transaction& transaction, const Actor& by,
                                               const std::vector<csv::Line>& lines) {
  Imported imported;
  TRY(Files files, Files::read(transaction, by.tenant));
  TRY(files.columns, csv::Columns::read(lines, kColumns));
  std::vector<PersonId> persons(lines.size());
  std::set<std::string> references;
  const auto blame = [&](std::size_t i, const Error& error) {
    imported.faults.push_back({lines[i].number, error});
    return imported.faults.size() < kFaultsMax;
  };
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::string reference = Cells(lines[i], files.columns).text(Column::kReference);
    auto done = !reference.empty() && !references.insert(reference).second
                    ? Result<PersonId>(fail(Code::kConflict, "people.reference_taken",
                                            {{"reference", reference}}))
                    : import_line(transaction, by, lines[i], files, imported);
    if (done)
      persons[i] = *done;
    else if (!csv::is_fault_of_file(done.error(), "people"))
      return std::unexpected(done.error());
    else if (!blame(i, done.error()))
      return imported;
  }
  // Managers may stand below whom they manage.
  for (std::size_t i = 1; i < lines.size(); ++i) {
    if (!persons[i]) continue;
    auto done = import_relations(transaction, by, persons[i], lines[i], files);
    if (!done && !csv::is_fault_of_file(done.error(), "people"))
      return std::unexpected(done.error());
    if (!done && !blame(i, done.error())) return imported;
  }
  return imported;
}

Task<Imported> RegisterService::import_people(const Actor& by, std::string file) {
  if (file.size() > kFileOctetsMax)
    co_return fail(
        Code::kInvalid, "people.file_too_large",
        {{"lines", std::to_string(kLinesMax)}, {"kib", std::to_string(kFileOctetsMax >> 10)}});
  CO_TRY(const auto lines,
         co_await runtime::blocking(changes_.pool(), [&] { return csv::parse(file); }));
  if (lines.size() > kLinesMax + 1)
    co_return fail(
        Code::kInvalid, "people.file_too_large",
        {{"lines", std::to_string(kLinesMax)}, {"kib", std::to_string(kFileOctetsMax >> 10)}});
  // A file leaves an event a line: the next one waits until the log has them.
  if (is_importing_.exchange(true)) co_return fail(Code::kRetry, "people.import_runs");
  const Turn turn(&is_importing_);
  Imported faulty;
  auto done = co_await changes_.write<Imported>([&](Transaction& transaction) -> Result<Imported> {
    TRY(Imported imported, import_lines(transaction, by, lines));
    if (!imported.faults.empty()) {
      std::ranges::sort(imported.faults, {}, &Fault::line);
      faulty = std::move(imported);
      // Nothing of it stays.
      return fail(Code::kInvalid, "people.import_faults");
    }
    TRY(note(transaction, by, "people:ImportPeople", "belfry:tenant/" + by.tenant.text(),
             {{"recorded", std::to_string(imported.recorded)},
              {"changed", std::to_string(imported.changed)},
              {"unchanged", std::to_string(imported.unchanged)}}));
    return imported;
  });
  // It is in the table: should the log be away, it is sent later.
  if (done) std::ignore = co_await changes_.drain();
  if (done || done.error().message() != "people.import_faults") co_return done;
  faulty.recorded = faulty.changed = faulty.unchanged = 0;
  co_return faulty;
}

}  // namespace belfry::people
