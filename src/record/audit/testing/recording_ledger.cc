#include "audit_testing/recording_ledger.h"

#include "runtime/simulation.h"

namespace belfry::audit::testing {

RecordingLedger::RecordingLedger() : random_(make_seeded_random(11)) {}

Result<Leaf> RecordingLedger::seal(TenantId tenant, const Event& event) {
  events.emplace_back(tenant, event);
  return Leaf{
      .tenant = tenant, .id = random_->octets<16>(), .octets = to_buffer(as_view(event.action))};
}

}  // namespace belfry::audit::testing
