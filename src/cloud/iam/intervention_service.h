// The implementation of `Interventions`: interventions.cc, intervening.cc, intervention_rows.cc.
#pragma once

#include "core.h"
#include "iam/interventions.h"

#include <memory>
#include <string>

namespace belfry::iam {

class InterventionService : public Interventions {
 public:
  explicit InterventionService(Core& core) : core_(core) {}

  Task<Intervention> ask(const Principal& by, const NewIntervention& wanted) override;
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
  static Result<> check_room_for(Transaction& transaction, const Principal& by);
  Result<InterventionId> insert(Transaction& transaction, const Principal& by,
                                const NewIntervention& wanted, const User& staff);
  // One, if the caller may see it; else it is missing.
  Result<Intervention> read(Transaction& transaction, const Principal& by, InterventionId id);
  // One that is pending, if the caller may decide it.
  Result<Intervention> read_to_decide(Transaction& transaction, const Principal& by,
                                      InterventionId id);
  Result<Intervention> decide(Transaction& transaction, const Principal& by, InterventionId id,
                              InterventionState state, const std::string& reason);
  Result<> check_none_open(Transaction& transaction, const Intervention& wanted);
  Result<std::vector<UserId>> write_down_ends(Transaction& transaction);
  // In the logs of both: of the customer, and of the provider.
  Result<> tell_both(Transaction& transaction, const Principal& by, const Intervention& about,
                     std::string_view action, const std::string& words);

  Core& core_;
};

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
