// Who works for a tenant, and what access goes with that: persons, job roles, accounts.
#pragma once

#include "audit/ledger.h"
#include "audit/outbox.h"
#include "base/id.h"
#include "base/result.h"
#include "base/time.h"
#include "database/database.h"
#include "runtime/blocking.h"
#include "runtime/clock.h"
#include "runtime/random.h"
#include "runtime/task.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::people {

using PersonId = Id<struct PersonTag>;
using JobRoleId = Id<struct JobRoleTag>;

// The tables job_role, job_role_profile, job_role_group, person, person_job, person_account,
// former_account, and those of checklists.h.
std::vector<database::Migration> migrations();

enum class Kind { kEmployee, kContractor, kExternal };
std::string_view name_of(Kind kind);
std::optional<Kind> kind_named(std::string_view name);

// Who asks, as the log tells it. Rights were checked before.
// Those who answer for something: another person than each of them lets it off.
struct Responsible {
  std::vector<UserId> users;     // each once; of a program, who owned it then
  std::vector<UserId> barred{};  // that are, or were, of whose list it is: nobody waits for them
};
// Whether who acts is another person than each, as far as is known of accounts: false if that is
// not sure, and nobody else could act. Errors: denied, with the words of the caller.
using IsAnother =
    std::function<Result<bool>(database::Transaction& transaction, const Responsible& responsible)>;

struct Actor {
  TenantId tenant;
  UserId user;
  std::string name, source_ip;
  std::vector<audit::Detail> how{};  // by what credential, beside what each act tells
  // Whether it may suspend administrators itself: else it does not have them leave either.
  bool may_suspend_administrators = false;
  // Asked in the transaction of a correction that lets a person off steps of its lists; empty: it
  // never is.
  IsAnother is_another{};
};

// A profile or a group.
struct Named {
  std::int64_t id = 0;
  std::string name;  // empty: it is there no more
};

// What whoever has the job is given.
struct JobRole {
  JobRoleId id;
  TenantId tenant;
  std::string name, owner;
  std::string account_role;  // what the role of an account may be besides "reader": "operator"
  std::vector<Named> profiles{}, groups{};
  std::int64_t persons = 0;  // who have it now
  Timestamp created{}, changed{};
};

struct WantedJobRole {
  std::string name, owner, account_role = "reader";
  std::vector<std::int64_t> profiles{}, groups{};
};

struct Job {
  JobRoleId role;
  std::string name;
  Timestamp since;
  std::optional<Timestamp> until{};
};

struct Account {
  UserId user;
  std::string name;
  bool active = true;
  Timestamp bound;
  std::optional<Timestamp> ended{};  // because its person left
  std::string kept{};                // why it was not: "last_administrator"; empty: no reason
};

// One that is the person's no more. Who acts by it is that person still wherever a second person is
// asked for.
struct FormerAccount {
  UserId user;
  std::string name;
  Timestamp bound, unbound;  // the last time
};

struct Person {
  PersonId id;
  TenantId tenant;
  std::string reference;  // the tenant's own number of it; its id where none was given
  Kind kind = Kind::kEmployee;
  std::string name, email;
  PersonId manager{};  // zero: none
  std::string manager_reference{};
  Timestamp starts;
  std::optional<Timestamp> ends{};
  std::string departure_reason{};
  std::vector<Job> jobs{};  // the latest first
  std::vector<Account> accounts{};
  std::vector<FormerAccount> former_accounts{};
  std::int64_t overdue_steps = 0;  // mandatory ones of its checklists
  Timestamp created, changed;
};

// Whether the contract is over.
inline bool has_left(const Person& person, Timestamp now) {
  return person.ends && *person.ends <= now;
}

struct NewPerson {
  std::string reference{};
  Kind kind = Kind::kEmployee;
  std::string name, email{};
  PersonId manager{};
  JobRoleId job_role{};  // zero: none yet
  Timestamp starts;
  std::optional<Timestamp> ends{};
};

// What is to be changed; what is not given stays.
struct Change {
  std::optional<std::string> reference{}, name{}, email{};
  std::optional<Kind> kind{};
  std::optional<PersonId> manager{};  // zero: none
  std::optional<Timestamp> starts{};
  std::optional<std::optional<Timestamp>> ends{};  // nothing: no end is known any more
  std::optional<JobRoleId> job_role{};
  std::optional<Timestamp> job_role_since{};  // of job_role, else of the one held; not given: now
};

enum class State { kAll, kFuture, kPresent, kLeft };
std::optional<State> state_named(std::string_view name);

struct Page {
  std::string after;  // where the page before ended; empty: from the first
  std::size_t limit = 100;
  std::string reference{};  // only who has it; empty: all
};
struct Listing {
  std::vector<Person> persons;
  std::string next;  // empty: it was the last page
};

// What is wrong with a line of a file.
struct Fault {
  std::size_t line = 0;  // the first is 1
  Error error;
};
struct Imported {
  std::size_t recorded = 0, changed = 0, unchanged = 0;
  std::vector<Fault> faults{};  // any: nothing was imported; at most kFaultsMax
};
inline constexpr std::size_t kFaultsMax = 100;
// Of a file. Each line leaves an event of its own, and the log takes so many at once.
inline constexpr std::size_t kLinesMax = 2000;
inline constexpr std::size_t kFileOctetsMax = std::size_t{1} << 20;
// Of a tenant.
inline constexpr std::size_t kPersonsMax = 50'000;
// Within which who bound an account takes that back as a mistake.
inline constexpr Duration kMistakeLimit = std::chrono::hours(1);

// An account that is to end: its person has left.
struct Leaver {
  TenantId tenant;
  UserId user;
  PersonId person;
  Timestamp left;
  std::string kept;  // as in Account
};

class Checklists;  // checklists.h

// Every call is safe from any thread, sees one tenant alone, and leaves its event in that tenant's
// log in the transaction of the change. Errors of changes: retry ("people.log_unavailable").
class Register {
 public:
  virtual ~Register() = default;

  virtual Checklists& checklists() = 0;

  // By name. Errors: invalid ("people.bad_cursor").
  virtual Task<Listing> list(TenantId tenant, State state, Page page) = 0;
  // Errors: not_found ("people.no_person"), here and below.
  virtual Task<Person> find(TenantId tenant, PersonId person) = 0;
  // Errors: invalid ("people.bad_name", "people.bad_email", "people.bad_reference",
  // "people.ends_before_start", "people.bad_date"), not_found ("people.no_job_role"), conflict
  // ("people.reference_taken", "people.too_many_people").
  virtual Task<Person> record(const Actor& by, const NewPerson& wanted) = 0;
  // The job role that was is kept with its end. Errors: as of record; conflict
  // ("people.moved_since": another job role began later; "people.no_job": a date of none;
  // "people.job_began": a later date of one that followed another and holds already),
  // invalid ("people.own_manager"), denied ("people.administrator_leaves": the end of one who has
  // an account of an administrator; "people.steps_lifted": mandatory steps of a contract that began
  // or ended would not be asked any more, or be due later, and who acts is not surely another than
  // who answers for them).
  virtual Task<Person> change(const Actor& by, PersonId person, const Change& change) = 0;
  // The contract is over from `ends` on: accounts end by themselves then. Errors: invalid
  // ("people.bad_reason"), denied ("people.administrator_leaves", "people.steps_lifted").
  virtual Task<Person> record_departure(const Actor& by, PersonId person, Timestamp ends,
                                        const std::string& reason) = 0;
  // What is unbound is kept as a former account, but for what the same person bound within
  // kMistakeLimit. Errors of both: not_found ("people.no_account"); conflict
  // ("people.account_taken", "people.program_account"), denied ("people.administrator_leaves": the
  // person has left; "people.administrator_account"; of unbind, "people.own_accounts").
  virtual Task<Person> bind(const Actor& by, PersonId person, UserId user) = 0;
  virtual Task<Person> unbind(const Actor& by, PersonId person, UserId user) = 0;

  // By name.
  virtual Task<std::vector<JobRole>> job_roles(TenantId tenant) = 0;
  // A new one, for a zero id. Errors: invalid ("people.bad_name", "people.bad_owner",
  // "people.bad_account_role"), not_found ("people.no_job_role", "people.no_profile",
  // "people.no_group"), conflict ("people.job_role_exists", "people.too_many_job_roles").
  virtual Task<JobRole> set_job_role(const Actor& by, JobRoleId id,
                                     const WantedJobRole& wanted) = 0;
  // Errors: conflict ("people.job_role_in_use": somebody has it, or had it).
  virtual Task<> delete_job_role(const Actor& by, JobRoleId id) = 0;

  // Comma-separated values (RFC 4180) with a line of column names, as `export_people` writes them:
  // whoever has a reference that is known is changed, everybody else recorded. All of it, or
  // nothing and what is wrong by line. Errors: invalid ("people.file_too_large",
  // "csv.not_utf8", "csv.bad_line", "csv.no_columns", "csv.unknown_column"), retry
  // ("people.import_runs": one file at a time).
  virtual Task<Imported> import_people(const Actor& by, std::string file) = 0;
  virtual Task<std::string> export_people(const Actor& by) = 0;

  // Accounts to be ended now, of any tenant: some, the longest gone first, those that are kept for
  // a reason last.
  virtual Task<std::vector<Leaver>> leavers() = 0;
  // In the transaction that ends it: whether the account's person is gone still; notes that it is
  // ended.
  virtual Result<bool> take_leaver(database::Transaction& transaction, UserId user) = 0;
  // That it cannot be ended, and why; an event the first time.
  virtual Task<> note_kept(const Leaver& leaver, const std::string& why) = 0;
};

// What it is given outlives it.
std::unique_ptr<Register> make_register(database::Database& database, std::shared_ptr<Pool> pool,
                                        audit::Ledger& ledger, audit::Outbox& outbox, Clock& clock,
                                        Random& random);

std::string resource_of(PersonId person);  // "belfry:person/12"
std::string resource_of(JobRoleId role);   // "belfry:job-role/12"

}  // namespace belfry::people
