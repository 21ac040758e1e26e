// A ledger that keeps what is sealed.
#pragma once

#include "audit_testing/idle_ledger.h"
#include "runtime/random.h"

#include <memory>
#include <utility>
#include <vector>

namespace belfry::audit::testing {

class RecordingLedger : public IdleLedger {
 public:
  RecordingLedger();
  // A leaf of an id of its own, which opens to nothing.
  Result<Leaf> seal(TenantId tenant, const Event& event) override;

  std::vector<std::pair<TenantId, Event>> events;

 private:
  const std::unique_ptr<Random> random_;
};

}  // namespace belfry::audit::testing
