// Persons: recorded, changed, moved to another job role, leaving.
#include "base/ascii.h"
#include "base/text_encoding.h"
#include "checklist_rows.h"
#include "fields.h"
#include "rows.h"

#include <algorithm>
#include <charconv>
#include <iterator>

namespace belfry::people {
namespace {

constexpr std::size_t kPageMax = 1000;
// Behind a name in lower case and its number: where a page ended.
constexpr char kMark = '|';

struct Key {
  std::string name;
  std::int64_t id = 0;
};

Result<Key> read_key(std::string_view after) {
  if (after.empty()) return Key{};
  const auto mark = after.rfind(kMark);
  Key key;
  if (mark != std::string_view::npos && is_utf8(after) && !after.contains('\0')) {
    key.name = after.substr(0, mark);
    const std::string_view digits = after.substr(mark + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), key.id);
    if (error == std::errc() && end == digits.data() + digits.size()) return key;
  }
  return fail(Code::kInvalid, "people.bad_cursor");
}

std::string_view which(State state) {
  switch (state) {
    case State::kAll:
      return "";
    case State::kFuture:
      return " AND p.starts_us > :now";
    case State::kPresent:
      return " AND p.starts_us <= :now AND (p.ends_us IS NULL OR p.ends_us > :now)";
    case State::kLeft:
      return " AND p.ends_us <= :now";
  }
  return "";
}

Result<> check_reference_free(Transaction& transaction, TenantId tenant, PersonId but,
                              const std::string& reference) {
  TRY(auto rows,
      transaction.query("SELECT id FROM person WHERE tenant_id = :tenant AND "
                        "reference = :reference AND id <> :id",
                        {{"tenant", tenant.value}, {"reference", reference}, {"id", but.value}}));
  if (rows.empty()) return {};
  return fail(Code::kConflict, "people.reference_taken", {{"reference", reference}});
}

database::Value id_or_null(PersonId id) {
  if (!id) return database::Null{};
  return id.value;
}

std::string text_of(const std::optional<Timestamp>& time) {
  return time ? date_text(*time) : "";
}

// A person as `change` makes it, without its job and its end.
Person changed(Person person, const Change& change) {
  person.reference = change.reference.value_or(person.reference);
  person.name = change.name.value_or(person.name);
  person.email = change.email.value_or(person.email);
  person.kind = change.kind.value_or(person.kind);
  person.manager = change.manager.value_or(person.manager);
  person.starts = change.starts.value_or(person.starts);
  person.ends = change.ends.value_or(person.ends);
  return person;
}

Result<> check_fields(Transaction& transaction, const Person& person) {
  TRY(check_reference(person.reference));
  TRY(check_name(person.name));
  TRY(check_email(person.email));
  TRY(check_dates(person.starts, person.ends));
  TRY(check_reference_free(transaction, person.tenant, person.id, person.reference));
  if (!person.manager) return {};
  if (person.manager == person.id) return fail(Code::kInvalid, "people.own_manager");
  TRY(find_person(transaction, person.tenant, person.manager));
  return {};
}

std::vector<audit::Detail> differences(const Person& before, const Person& after) {
  std::vector<audit::Detail> details;
  const auto compare = [&](const char* name, const std::string& was, const std::string& is) {
    if (was != is) details.push_back({name, is});
  };
  compare("reference", before.reference, after.reference);
  compare("name", before.name, after.name);
  compare("email", before.email, after.email);
  compare("kind", std::string(name_of(before.kind)), std::string(name_of(after.kind)));
  if (before.kind != after.kind)
    details.push_back({"kind_before", std::string(name_of(before.kind))});
  compare("manager", before.manager.text(), after.manager.text());
  compare("starts", date_text(before.starts), date_text(after.starts));
  if (before.starts != after.starts) details.push_back({"starts_before", date_text(before.starts)});
  if (before.ends != after.ends) {
    details.push_back({"ends", text_of(after.ends)});
    details.push_back({"ended_before", text_of(before.ends)});
  }
  return details;
}

}  // namespace

Task<Listing> RegisterService::list(TenantId tenant, State state, Page page) {
  CO_TRY(const Key after, read_key(page.after));
  const std::size_t limit = std::clamp<std::size_t>(page.limit, 1, kPageMax);
  co_return co_await changes_.read<Listing>([&](Transaction& transaction) -> Result<Listing> {
    TRY(auto rows,
        transaction.query("SELECT " + std::string(kPersonColumns) +
                              " FROM person p WHERE p.tenant_id = :tenant AND (p.name_key > :name "
                              "OR (p.name_key = :name AND p.id > :id)) AND (:reference = '' OR "
                              "p.reference = :reference)" +
                              std::string(which(state)) + " ORDER BY p.name_key, p.id LIMIT :limit",
                          {{"tenant", tenant.value},
                           {"name", after.name},
                           {"id", after.id},
                           {"reference", page.reference},
                           {"now", to_us(clock_.now())},
                           {"limit", std::int64_t(limit) + 1}}));
    Listing listing;
    for (const Row& row : rows) {
      if (listing.persons.size() == limit) {
        const Person& last = listing.persons.back();
        listing.next = to_lower(last.name) + kMark + last.id.text();
        break;
      }
      listing.persons.push_back(person_of(row));
    }
    TRY(add_facts(transaction, listing.persons));
    TRY(add_overdue_steps(transaction, listing.persons, clock_.now()));
    return listing;
  });
}

Result<Person> RegisterService::whole(Transaction& transaction, TenantId tenant, PersonId person) {
  TRY(Person found, find_person(transaction, tenant, person));
  std::vector<Person> alone{std::move(found)};
  TRY(add_overdue_steps(transaction, alone, clock_.now()));
  return std::move(alone[0]);
}

Task<Person> RegisterService::find(TenantId tenant, PersonId person) {
  co_return co_await changes_.read<Person>(
      [&](Transaction& transaction) { return whole(transaction, tenant, person); });
}

Result<PersonId> RegisterService::insert(Transaction& transaction, const Actor& by,
                                         const NewPerson& wanted) {
  const Timestamp now = clock_.now();
  Person person{.id = PersonId{random_.id()},
                .tenant = by.tenant,
                .reference = wanted.reference,
                .kind = wanted.kind,
                .name = wanted.name,
                .email = wanted.email,
                .manager = wanted.manager,
                .starts = wanted.starts,
                .ends = wanted.ends,
                .created = now,
                .changed = now};
  if (person.reference.empty()) person.reference = person.id.text();
  TRY(check_fields(transaction, person));
  TRY(const UserId user, owner_of(transaction, by.user));
  TRY(transaction.execute(
      "INSERT INTO person (id, tenant_id, reference, kind, name, name_key, email, manager_id, "
      "starts_us, ends_us, departure_reason, created_us, changed_us) VALUES (:id, :tenant, "
      ":reference, :kind, :name, :name_key, :email, :manager, :starts, :ends, '', :now, :now)",
      {{"id", person.id.value},
       {"tenant", by.tenant.value},
       {"reference", person.reference},
       {"kind", std::string(name_of(person.kind))},
       {"name", person.name},
       {"name_key", to_lower(person.name)},
       {"email", person.email},
       {"manager", id_or_null(person.manager)},
       {"starts", to_us(person.starts)},
       {"ends", time_or_null(person.ends)},
       {"now", to_us(now)}}));
  TRY(note_author(transaction, person, StepKind::kArrival, user));
  if (person.ends) TRY(note_author(transaction, person, StepKind::kDeparture, user));
  std::vector<audit::Detail> details = {{"reference", person.reference},
                                        {"name", person.name},
                                        {"kind", std::string(name_of(person.kind))},
                                        {"starts", date_text(person.starts)},
                                        {"ends", text_of(person.ends)}};
  if (wanted.job_role) {
    TRY(std::string name, name_of_job_role(transaction, by.tenant, wanted.job_role));
    TRY(move(transaction, person, wanted.job_role, person.starts));
    details.push_back({"job_role", std::move(name)});
  }
  TRY(note(transaction, by, "people:RecordPerson", resource_of(person.id), std::move(details)));
  return person.id;
}

Task<Person> RegisterService::record(const Actor& by, const NewPerson& wanted) {
  co_return co_await changes_.write<Person>([&](Transaction& transaction) -> Result<Person> {
    TRY(auto rows, transaction.query("SELECT count(*) AS n FROM person WHERE tenant_id = :tenant",
                                     {{"tenant", by.tenant.value}}));
    TRY(check_room(std::size_t(rows[0].integer("n"))));
    TRY(const PersonId id, insert(transaction, by, wanted));
    return whole(transaction, by.tenant, id);
  });
}

Result<> RegisterService::move(Transaction& transaction, const Person& before, JobRoleId role,
                               Timestamp since) {
  TRY(check_date(since));
  database::Parameters parameters = {{"person", before.id.value}, {"since", to_us(since)}};
  if (!before.jobs.empty()) {
    const Timestamp last = before.jobs.front().since;
    if (since < last) return fail(Code::kConflict, "people.moved_since");
    // What began at that instant was a mistake.
    if (since == last)
      TRY(
          transaction.execute("DELETE FROM person_job WHERE person_id = :person AND since_us = "
                              ":since",
                              parameters));
    TRY(
        transaction.execute("UPDATE person_job SET until_us = :since WHERE person_id = :person "
                            "AND until_us IS NULL",
                            parameters));
  }
  parameters.push_back({"role", role.value});
  parameters.push_back({"tenant", before.tenant.value});
  TRY(
      transaction.execute("INSERT INTO person_job (person_id, since_us, job_role_id, tenant_id) "
                          "VALUES (:person, :since, :role, :tenant)",
                          parameters));
  return {};
}

Result<> RegisterService::check_may_end(Transaction& transaction, const Actor& by,
                                        PersonId person) {
  if (by.may_suspend_administrators) return {};
  TRY(auto administrators,
      transaction.query("SELECT count(*) AS n FROM person_account a JOIN iam_user u ON u.id = "
                        "a.user_id WHERE a.person_id = :id AND " +
                            std::string(kAdministers),
                        {{"id", person.value}}));
  if (administrators[0].integer("n") == 0) return {};
  return fail(Code::kDenied, "people.administrator_leaves");
}

Result<> RegisterService::set_end(Transaction& transaction, const Actor& by, const Person& before,
                                  const std::optional<Timestamp>& ends) {
  TRY(check_may_end(transaction, by, before.id));
  const database::Parameters parameters = {{"id", before.id.value}, {"ends", time_or_null(ends)}};
  TRY(transaction.execute("UPDATE person SET ends_us = :ends WHERE id = :id", parameters));
  if (!ends)
    TRY(
        transaction.execute("UPDATE person SET departure_reason = '', departure_recorded_us = NULL "
                            "WHERE id = :id",
                            parameters));
  // Whoever comes back is ended anew when it goes again.
  if (!ends || *ends > clock_.now())
    TRY(
        transaction.execute("UPDATE person_account SET ended_us = NULL, kept = '' WHERE "
                            "person_id = :id",
                            parameters));
  return {};
}

Result<> RegisterService::correct_since(Transaction& transaction, const Person& before,
                                        Timestamp since) {
  TRY(check_date(since));
  const Timestamp was = before.jobs.front().since;
  if (before.jobs.size() > 1) {
    const Timestamp earlier = before.jobs[1].since;
    if (since <= earlier) return fail(Code::kConflict, "people.moved_since");
    // Rights of the job before are due to go by then: nobody gives itself more time.
    if (was <= clock_.now() && since > was)
      return fail(Code::kConflict, "people.job_began", {{"since", format_rfc3339(was)}});
    TRY(transaction.execute(
        "UPDATE person_job SET until_us = :since WHERE person_id = :person AND since_us = :earlier",
        {{"since", to_us(since)}, {"person", before.id.value}, {"earlier", to_us(earlier)}}));
  }
  TRY(transaction.execute(
      "UPDATE person_job SET since_us = :since WHERE person_id = :person AND since_us = :was",
      {{"since", to_us(since)}, {"person", before.id.value}, {"was", to_us(was)}}));
  return {};
}

Result<std::vector<audit::Detail>> RegisterService::apply_job(Transaction& transaction,
                                                              const Actor& by, const Person& before,
                                                              const Change& change) {
  std::vector<audit::Detail> details;
  const Job* held = before.jobs.empty() ? nullptr : &before.jobs.front();
  if (held == nullptr && !change.job_role) {
    if (change.job_role_since) return fail(Code::kConflict, "people.no_job");
    return details;
  }
  if (held != nullptr && change.job_role.value_or(held->role) == held->role) {
    if (!change.job_role_since || *change.job_role_since == held->since) return details;
    TRY(correct_since(transaction, before, *change.job_role_since));
    details.push_back({"job_role_since", date_text(*change.job_role_since)});
    details.push_back({"job_role_since_before", date_text(held->since)});
    return details;
  }
  const Timestamp since = change.job_role_since.value_or(clock_.now());
  TRY(std::string name, name_of_job_role(transaction, by.tenant, *change.job_role));
  TRY(move(transaction, before, *change.job_role, since));
  details.push_back({"job_role", std::move(name)});
  details.push_back({"job_role_since", date_text(since)});
  if (held != nullptr) details.push_back({"job_role_before", held->name});
  return details;
}

Result<std::vector<audit::Detail>> RegisterService::apply(Transaction& transaction, const Actor& by,
                                                          const Person& before,
                                                          const Change& change) {
  const Person after = changed(before, change);
  TRY(check_fields(transaction, after));
  std::vector<audit::Detail> details = differences(before, after);
  const bool is_list_touched =
      after.kind != before.kind || after.starts != before.starts || after.ends != before.ends;
  Lists lists;
  if (is_list_touched) {
    TRY(lists, read_lists(transaction, before));
    TRY(auto of_lists, renew_checklists(transaction, by, before, after, lists));
    std::ranges::move(of_lists, std::back_inserter(details));
  }
  if (after.ends != before.ends) TRY(set_end(transaction, by, before, after.ends));
  TRY(auto of_job, apply_job(transaction, by, before, change));
  std::ranges::move(of_job, std::back_inserter(details));
  if (details.empty()) return details;
  TRY(
      transaction.execute("UPDATE person SET reference = :reference, kind = :kind, name = :name, "
                          "name_key = :name_key, email = :email, manager_id = :manager, starts_us "
                          "= :starts, changed_us = :now WHERE id = :id",
                          {{"reference", after.reference},
                           {"kind", std::string(name_of(after.kind))},
                           {"name", after.name},
                           {"name_key", to_lower(after.name)},
                           {"email", after.email},
                           {"manager", id_or_null(after.manager)},
                           {"starts", to_us(after.starts)},
                           {"now", to_us(clock_.now())},
                           {"id", before.id.value}}));
  if (is_list_touched) {
    TRY(auto lifted, check_lifted(transaction, by, before, after, lists));
    std::ranges::move(lifted, std::back_inserter(details));
  }
  return details;
}

Task<Person> RegisterService::change(const Actor& by, PersonId person, const Change& change) {
  co_return co_await changes_.write<Person>([&](Transaction& transaction) -> Result<Person> {
    TRY(const Person before, find_person(transaction, by.tenant, person));
    TRY(auto details, apply(transaction, by, before, change));
    if (!details.empty())
      TRY(note(transaction, by, "people:ChangePerson", resource_of(person), std::move(details)));
    return whole(transaction, by.tenant, person);
  });
}

Task<Person> RegisterService::record_departure(const Actor& by, PersonId person, Timestamp ends,
                                               const std::string& reason) {
  CO_TRY(check_reason(reason));
  co_return co_await changes_.write<Person>([&](Transaction& transaction) -> Result<Person> {
    TRY(const Person before, find_person(transaction, by.tenant, person));
    TRY(check_dates(before.starts, ends));
    TRY(const Lists lists, read_lists(transaction, before));
    TRY(set_end(transaction, by, before, ends));
    TRY(transaction.execute(
        "UPDATE person SET departure_reason = :reason, "
        "departure_recorded_us = :now, changed_us = :now WHERE id = :id",
        {{"reason", reason}, {"now", to_us(clock_.now())}, {"id", person.value}}));
    Person after = before;
    after.ends = ends;
    std::vector<audit::Detail> details = {
        {"name", before.name}, {"ends", date_text(ends)}, {"reason", reason}};
    TRY(auto of_lists, renew_checklists(transaction, by, before, after, lists));
    std::ranges::move(of_lists, std::back_inserter(details));
    TRY(auto lifted, check_lifted(transaction, by, before, after, lists));
    std::ranges::move(lifted, std::back_inserter(details));
    TRY(note(transaction, by, "people:RecordDeparture", resource_of(person), std::move(details)));
    return whole(transaction, by.tenant, person);
  });
}

}  // namespace belfry::people
