// The implementation of `Interventions`: interventions.cc, intervening.cc, break_glass.cc,
// intervention_rows.cc.
#pragma once

#include "core.h"
#include "iam/interventions.h"
#include "people_service.h"

#include <memory>
#include <string>

namespace belfry::iam {

class InterventionService : public Interventions {
 public:
  InterventionService(Core& core, PeopleService& people) : core_(core), people_(people) {}

  Task<Intervention> ask(const Principal& by, const NewIntervention& wanted) override;
  Task<Intervention> break_glass(const Principal& by, const NewIntervention& wanted) override;
  Task<Intervention> report(const Principal& by, InterventionId id,
                            const std::string& text) override;
  Task<Listing<Intervention>> list(const Principal& by, std::optional<InterventionState> state,
                                   Page page) override;
  Task<Intervention> find(const Principal& by, InterventionId id) override;
  Task<Intervention> approve(const Principal& by, InterventionId id,
                             const std::string& reason) override;
  Task<Intervention> refuse(const Principal& by, InterventionId id,
                            const std::string& reason) override;
  Task<Intervention> end(const Principal& by, InterventionId id) override;
  Task<> turn() override;

 private:
  static Result<> check_room_for(Transaction& transaction, const Principal& by,
                                 InterventionKind kind);
  Result<InterventionId> insert(Transaction& transaction, const Principal& by,
                                const NewIntervention& wanted, const User& staff,
                                InterventionKind kind);
  // Writes down what `named` is to do, and tells both.
  Result<Intervention> take(Transaction& transaction, const Principal& by,
                            const NewIntervention& wanted, UserId named, InterventionKind kind);
  // That a person proved a second factor just now: of a program, before it got its token.
  Result<> check_just_proved(Transaction& transaction, const Principal& by, std::string_view action,
                             const std::string& resource);
  // That no report of that user's is overdue.
  Result<> check_reports(Transaction& transaction, UserId staff);
  // That `by` is who reports about it, and that a report is due.
  Result<> check_reporter(Transaction& transaction, const Principal& by, const Intervention& about);
  // One, if the caller may see it; else it is missing.
  Result<Intervention> read(Transaction& transaction, const Principal& by, InterventionId id);
  // One that is pending, if the caller may decide it.
  Result<Intervention> read_to_decide(Transaction& transaction, const Principal& by,
                                      InterventionId id);
  Result<Intervention> decide(Transaction& transaction, const Principal& by, InterventionId id,
                              InterventionState state, const std::string& reason);
  // Whether who asked, and whom it is for, are still what they were then: active staff, and of a
  // break-glass administrators with a second factor. Errors: conflict ("iam.opener_gone").
  Result<> check_opener(Transaction& transaction, const Intervention& asked);
  Result<> check_none_open(Transaction& transaction, const Intervention& wanted);
  Result<std::vector<UserId>> write_down_ends(Transaction& transaction);
  // To the customer's administrators, where mail is sent.
  Result<> tell_by_mail(Transaction& transaction, const Intervention& about);
  // In the logs of both: of the customer, and of the provider.
  Result<> tell_both(Transaction& transaction, const Principal& by, const Intervention& about,
                     std::string_view action, const std::string& words);

  Core& core_;
  PeopleService& people_;
};

// All of it but how long.
Result<> check_wanted(const NewIntervention& wanted);

// What `staff`, a user of the provider, may reach at `now`; null: nothing.
Result<std::shared_ptr<const std::vector<OpenIntervention>>> read_open_interventions(
    Core& core, Transaction& transaction, TenantId tenant, UserId staff, Timestamp now);

// The policy document of actions on a bucket (empty: on all).
std::string document_of(const std::vector<std::string>& actions, const std::string& bucket);

std::string resource_of(InterventionId id);
// Said of another tenant's thing that is no secret: here the provider's.
Error denied(std::string_view action, const std::string& resource);
// A query of interventions up to its WHERE, `intervention i`, with :tenant_id (the provider's),
// :viewer_id (the tenant of who reads) and :now_us.
extern const std::string kInterventionQuery;
Intervention intervention_of(const Row& row, Timestamp now);

}  // namespace belfry::iam
