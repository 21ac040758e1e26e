// The implementation of `Register`: persons.cc, accounts.cc, job_roles.cc, imports.cc, exports.cc,
// leavers.cc; and of `Checklists`: steps.cc, checklists.cc, open_steps.cc.
#pragma once

#include "audit/told_changes.h"
#include "csv/csv.h"
#include "people/checklists.h"
#include "people/people.h"

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

namespace belfry::people {

using database::Row;
using database::Transaction;

// How long reading a whole register may take: nobody can ask for less of it.
inline constexpr Duration kExportLimit = std::chrono::minutes(1);

// Ends what one at a time does.
struct EndTurn {
  void operator()(std::atomic<bool>* is_taken) const { *is_taken = false; }
};
using Turn = std::unique_ptr<std::atomic<bool>, EndTurn>;

// A transaction without a value.
struct Done {};

class RegisterService : public Register, public Checklists {
 public:
  RegisterService(database::Database& database, std::shared_ptr<Pool> pool, audit::Ledger& ledger,
                  audit::Outbox& outbox, Clock& clock, Random& random)
      : changes_(database, std::move(pool), ledger, outbox, "people.log_unavailable"),
        clock_(clock),
        random_(random) {}

  Task<Listing> list(TenantId tenant, State state, Page page) override;
  Task<Person> find(TenantId tenant, PersonId person) override;
  Task<Person> record(const Actor& by, const NewPerson& wanted) override;
  Task<Person> change(const Actor& by, PersonId person, const Change& change) override;
  Task<Person> record_departure(const Actor& by, PersonId person, Timestamp ends,
                                const std::string& reason) override;
  Task<Person> bind(const Actor& by, PersonId person, UserId user) override;
  Task<Person> unbind(const Actor& by, PersonId person, UserId user) override;
  Task<std::vector<JobRole>> job_roles(TenantId tenant) override;
  Task<JobRole> set_job_role(const Actor& by, JobRoleId id, const WantedJobRole& wanted) override;
  Task<> delete_job_role(const Actor& by, JobRoleId id) override;
  Task<Imported> import_people(const Actor& by, std::string file) override;
  Task<std::string> export_people(const Actor& by) override;
  Task<std::vector<Leaver>> leavers() override;
  Result<bool> take_leaver(Transaction& transaction, UserId user) override;
  Task<> note_kept(const Leaver& leaver, const std::string& why) override;

  Checklists& checklists() override { return *this; }
  Task<std::vector<Step>> steps(TenantId tenant) override;
  Task<Step> add_step(const Actor& by, const NewStep& wanted) override;
  Task<Step> change_step(const Actor& by, StepId step, const StepWords& words) override;
  Task<Step> retire_step(const Actor& by, StepId step) override;
  Task<std::vector<Item>> checklist(TenantId tenant, PersonId person) override;
  Task<std::vector<Item>> settle(const Actor& by, PersonId person, StepId step, StepAct act,
                                 const std::string& words, const IsAnother& is_another) override;
  Task<std::vector<Item>> undo(const Actor& by, PersonId person, StepId step,
                               const std::string& reason) override;
  Task<std::string> export_open_steps(const Actor& by) override;

 private:
  struct Files;  // what a file refers to, by name: imports.cc

  // Queues the event of an act with the change.
  Result<> note(Transaction& transaction, const Actor& by, std::string_view action,
                std::string resource, std::vector<audit::Detail> details);

  // The person as it is given back.
  Result<Person> whole(Transaction& transaction, TenantId tenant, PersonId person);
  Result<PersonId> insert(Transaction& transaction, const Actor& by, const NewPerson& wanted);
  // What of it differed, for the log; empty: nothing was changed.
  Result<std::vector<audit::Detail>> apply(Transaction& transaction, const Actor& by,
                                           const Person& before, const Change& change);
  Result<> move(Transaction& transaction, const Person& before, JobRoleId role, Timestamp since);
  // Four eyes rest on whose account is whose: whoever may not suspend administrators says it of
  // none of theirs.
  Result<> check_may_bind(Transaction& transaction, const Actor& by, UserId user);
  // Nor does anybody unbind accounts of the person that it acts as: as the second it could decide
  // for the first, and without any settle the own list.
  Result<> check_not_own(Transaction& transaction, const Actor& by, const Person& person);
  Result<bool> remove_account(Transaction& transaction, const Actor& by, PersonId person,
                              UserId user);
  // When the job that is held began.
  Result<> correct_since(Transaction& transaction, const Person& before, Timestamp since);
  // What of the job differed.
  Result<std::vector<audit::Detail>> apply_job(Transaction& transaction, const Actor& by,
                                               const Person& before, const Change& change);
  Result<> set_end(Transaction& transaction, const Actor& by, const Person& before,
                   const std::optional<Timestamp>& ends);
  // The lists of a person before a change of dates or kind, and who answers for each.
  struct Lists {
    std::vector<Item> items;
    std::vector<UserId> arrival, departure;
  };
  // Who comes back, or begins another contract, has its lists anew, and who changes what they are
  // asked by answers for them: what of it, for the log.
  Result<std::vector<audit::Detail>> renew_checklists(Transaction& transaction, const Actor& by,
                                                      const Person& before, const Person& after,
                                                      const Lists& lists);
  Result<> note_author(Transaction& transaction, const Person& person, StepKind kind, UserId user);
  Result<Lists> read_lists(Transaction& transaction, const Person& person);
  // That mandatory steps of a contract that began (ended) are asked no more, or are due later, is
  // as good as a waiver: another person's. What of it, for the log.
  Result<std::vector<audit::Detail>> check_lifted(Transaction& transaction, const Actor& by,
                                                  const Person& before, const Person& after,
                                                  const Lists& lists);
  // Whoever may not have an administrator leave changes no end of one either.
  Result<> check_may_end(Transaction& transaction, const Actor& by, PersonId person);
  // False: it is the person's already.
  Result<bool> add_account(Transaction& transaction, const Actor& by, const Person& person,
                           UserId user);
  Result<> add_accounts(Transaction& transaction, const Actor& by, const Person& person,
                        const std::string& names);
  Result<JobRole> find_job_role(Transaction& transaction, TenantId tenant, JobRoleId id);
  // A line of a file, without who it refers to, which comes after all lines.
  Result<PersonId> import_line(Transaction& transaction, const Actor& by, const csv::Line& line,
                               Files& files, Imported& imported);
  Result<> import_relations(Transaction& transaction, const Actor& by, PersonId id,
                            const csv::Line& line, const Files& files);
  Result<Imported> import_lines(Transaction& transaction, const Actor& by,
                                const std::vector<csv::Line>& lines);
  Result<> check_items(Transaction& transaction, TenantId tenant, const WantedJobRole& wanted);

  audit::ToldChanges changes_;
  Clock& clock_;
  Random& random_;
  std::atomic<bool> is_importing_ = false, is_exporting_steps_ = false;
};

}  // namespace belfry::people
