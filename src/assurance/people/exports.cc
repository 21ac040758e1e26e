// Persons as a file that can be imported again.
#include "columns.h"
#include "csv.h"
#include "fields.h"
#include "rows.h"

namespace belfry::people {
namespace {

constexpr std::int64_t kBatch = 1000;
// A file is in memory, at some hundred octets a person.
constexpr std::size_t kPersonsMax = 500'000;

std::vector<std::string> cells_of(const Person& person) {
  const Job* job = person.jobs.empty() ? nullptr : &person.jobs.front();
  std::string accounts;
  for (const Account& account : person.accounts)
    accounts += (accounts.empty() ? "" : " ") + account.name;
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
  co_return co_await write<std::string>([&](Transaction& transaction) -> Result<std::string> {
    std::string file = csv_line({kColumns.begin(), kColumns.end()});
    std::size_t count = 0;
    std::string last;
    for (bool is_more = true; is_more;) {
      TRY(auto rows,
          transaction.query("SELECT " + std::string(kPersonColumns) +
                                " FROM person p WHERE p.tenant_id = :tenant AND "
                                "p.reference > :last ORDER BY p.reference LIMIT :batch",
                            {{"tenant", by.tenant.value}, {"last", last}, {"batch", kBatch}}));
      std::vector<Person> persons;
      for (const Row& row : rows) persons.push_back(person_of(row));
      TRY(add_facts(transaction, persons));
      for (const Person& person : persons) file += csv_line(cells_of(person));
      count += persons.size();
      if (count > kPersonsMax)
        return fail(Code::kExhausted, "people.too_many_people",
                    {{"limit", std::to_string(kPersonsMax)}});
      is_more = std::int64_t(persons.size()) == kBatch;
      if (is_more) last = persons.back().reference;
    }
    TRY(note(transaction, by, "people:ExportPeople", "belfry:tenant/" + by.tenant.text(),
             {{"persons", std::to_string(count)}}));
    return file;
  });
}

}  // namespace belfry::people
