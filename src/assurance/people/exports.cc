// Persons as a file that can be imported again.
#include "columns.h"
#include "csv/csv.h"
#include "fields.h"
#include "rows.h"

namespace belfry::people {
namespace {

constexpr std::int64_t kBatch = 1000;

std::vector<std::string> cells_of(const Person& person) {
  const Job* job = person.jobs.empty() ? nullptr : &person.jobs.front();
  std::string accounts;
  for (const Account& account : person.accounts)
    accounts += (accounts.empty() ? "" : " ") + account.name;
  // Names of accounts are not the register's to choose: a space keeps them from being a formula,
  // and is no part of what is imported.
  if (csv::is_formula(accounts)) accounts.insert(accounts.begin(), ' ');
  return {person.reference,
          std::string(name_of(person.kind)),
          person.name,
          person.email,
          job != nullptr ? job->name : "",
          job != nullptr ? date_text(job->since) : "",
          date_text(person.starts),
          person.ends ? date_text(*person.ends) : "",
          person.manager_reference,
          accounts};
}

}  // namespace

Task<std::string> RegisterService::export_people(const Actor& by) {
  std::size_t count = 0;
  const auto read_all = [&](Transaction& transaction) -> Result<std::string> {
    count = 0;
    std::string file = csv::line_of({kColumns.begin(), kColumns.end()});
    std::string last;
    for (bool is_more = true; is_more;) {
      TRY(auto rows,
          transaction.query("SELECT " + std::string(kPersonColumns) +
                                " FROM person p WHERE p.tenant_id = :tenant AND "
                                "p.reference > :last ORDER BY p.reference LIMIT :batch",
                            {{"tenant", by.tenant.value}, {"last", last}, {"batch", kBatch}}));
      std::vector<Person> persons;
      persons.reserve(rows.size());
      for (const Row& row : rows) persons.push_back(person_of(row));
      TRY(add_facts(transaction, persons));
      for (const Person& person : persons) file += csv::line_of(cells_of(person));
      count += persons.size();
      is_more = std::int64_t(persons.size()) == kBatch;
      if (is_more) last = persons.back().reference;
    }
    return file;
  };
  CO_TRY(std::string file, co_await changes_.read<std::string>(read_all, kExportLimit));
  // Nobody else's change waits for the reading.
  CO_TRY(co_await changes_.write<Done>([&](Transaction& transaction) -> Result<Done> {
    TRY(note(transaction, by, "people:ExportPeople", "belfry:tenant/" + by.tenant.text(),
             {{"persons", std::to_string(count)}}));
    return Done{};
  }));
  co_return file;
}

}  // namespace belfry::people
