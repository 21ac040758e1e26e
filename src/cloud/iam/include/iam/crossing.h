// What one tenant's user does with another's things, told to both logs. Where both are one tenant,
// it is one event.
#pragma once

#include "audit/ledger.h"
#include "iam/iam.h"

namespace belfry::iam {

// In the log of `owner`, which knows the other's user by the name that policies have, not by the
// person's number; and in that of `by`. Errors: those of Ledger::record_read.
Result<> record_in_both(audit::Ledger& ledger, const Principal& by, const audit::Event& event,
                        TenantId owner);
// The leaf of a change for the log of `owner`. That of `by` has the event from now on, before the
// change is made, as of something asked for. Errors: those of Ledger::seal and record_read.
Result<audit::Leaf> seal_for_both(audit::Ledger& ledger, const Principal& by,
                                  const audit::Event& event, TenantId owner);
// By what credential somebody acts, as the events of changes tell it.
std::vector<audit::Detail> credential_details(const Principal& by);
// Takes out what only the tenant of who acted is told: the person, its key, who is behind a role.
void hide_person(audit::Event& event);

}  // namespace belfry::iam
