// The open steps of everybody, as a file.
#include "checklist_rows.h"
#include "csv/csv.h"
#include "fields.h"
#include "rows.h"

namespace belfry::people {
namespace {

constexpr std::int64_t kBatch = 500;
const char* const kHead[] = {"reference", "name", "person_kind", "starts", "ends",
                             "list",      "step", "mandatory",   "due",    "overdue"};

std::vector<std::string> cells_of(const Person& person, const Item& item) {
  return {person.reference,
          person.name,
          std::string(name_of(person.kind)),
          date_text(person.starts),
          person.ends ? date_text(*person.ends) : "",
          std::string(name_of(item.kind)),
          item.step ? item.name : item.fact,
          item.is_mandatory ? "yes" : "no",
          item.due ? date_text(*item.due) : "",
          item.is_overdue ? "yes" : "no"};
}

// Persons of whom something may be open, behind a reference.
Result<std::vector<Person>> read_batch(Transaction& transaction, TenantId tenant,
                                       const std::string& last, Timestamp now) {
  TRY(auto rows,
      transaction.query(
          "SELECT " + std::string(kPersonColumns) +
              " FROM person p WHERE p.tenant_id = :tenant AND p.reference > :last AND (EXISTS "
              "(SELECT 1 FROM checklist_step s LEFT JOIN checklist_item i ON i.person_id = p.id "
              "AND i.step_id = s.id WHERE s.tenant_id = p.tenant_id AND i.state IS NULL AND NOT " +
              std::string(kIsOver) + " AND " + std::string(kIsAsked) +
              ") OR (p.ends_us IS NOT NULL AND (p.ends_us > :now OR EXISTS (SELECT 1 FROM "
              "person_account a JOIN iam_user u ON u.id = a.user_id WHERE a.person_id = p.id AND " +
              std::string(kWorks) + ")))) ORDER BY p.reference LIMIT :batch",
          {{"tenant", tenant.value}, {"last", last}, {"now", to_us(now)}, {"batch", kBatch}}));
  std::vector<Person> persons;
  persons.reserve(rows.size());
  for (const Row& row : rows) persons.push_back(person_of(row));
  return persons;
}

}  // namespace

Task<std::string> RegisterService::export_open_steps(const Actor& by) {
  std::size_t count = 0;
  const Timestamp now = clock_.now();
  const auto read_all = [&](Transaction& transaction) -> Result<std::string> {
    count = 0;
    std::string file = csv::line_of({std::begin(kHead), std::end(kHead)});
    std::string last;
    for (bool is_more = true; is_more;) {
      TRY(const auto persons, read_batch(transaction, by.tenant, last, now));
      TRY(Items items, read_items(transaction, persons, now));
      for (const Person& person : persons)
        for (const Item& item : items[person.id]) {
          if (item.state != ItemState::kOpen || is_over(item.kind, person, now)) continue;
          file += csv::line_of(cells_of(person, item));
          ++count;
        }
      is_more = std::int64_t(persons.size()) == kBatch;
      if (is_more) last = persons.back().reference;
    }
    return file;
  };
  // The file is whole in memory.
  if (is_exporting_steps_.exchange(true)) co_return fail(Code::kRetry, "people.export_runs");
  const Turn turn(&is_exporting_steps_);
  CO_TRY(std::string file, co_await changes_.read<std::string>(read_all, kExportLimit));
  // Nobody else's change waits for the reading.
  CO_TRY(co_await changes_.write<Done>([&](Transaction& transaction) -> Result<Done> {
    TRY(note(transaction, by, "people:ExportOpenSteps", "belfry:tenant/" + by.tenant.text(),
             {{"steps", std::to_string(count)}}));
    return Done{};
  }));
  co_return file;
}

}  // namespace belfry::people
