#include "register.h"

namespace belfry::people {

std::string resource_of(PersonId person) {
  return "belfry:person/" + person.text();
}

std::string resource_of(JobRoleId role) {
  return "belfry:job-role/" + role.text();
}

Result<> RegisterService::note(Transaction& transaction, const Actor& by, std::string_view action,
                               std::string resource, std::vector<audit::Detail> details) {
  audit::Event event;
  event.time = clock_.now();
  event.event_class = audit::EventClass::kUserManagement;
  event.action = action;
  event.actor = by.name;
  event.actor_id = by.user;
  event.source_ip = by.source_ip;
  event.resource = std::move(resource);
  event.details = std::move(details);
  event.details.insert(event.details.end(), by.how.begin(), by.how.end());
  return changes_.tell(transaction, by.tenant, event);
}

std::unique_ptr<Register> make_register(database::Database& database, std::shared_ptr<Pool> pool,
                                        audit::Ledger& ledger, audit::Outbox& outbox, Clock& clock,
                                        Random& random) {
  return std::make_unique<RegisterService>(database, std::move(pool), ledger, outbox, clock,
                                           random);
}

}  // namespace belfry::people
