// A ledger in memory, and a way to wait for a task.
#pragma once

#include "audit_testing/idle_ledger.h"
#include "runtime/clock.h"
#include "runtime_testing/run_task.h"

#include <utility>
#include <vector>

namespace belfry::measures {

// Keeps events; everything the runner does not call is refused.
class MemoryLedger : public audit::testing::IdleLedger {
 public:
  Task<audit::Receipt> record(TenantId tenant, const audit::Event& event) override {
    if (failing) co_return fail(Code::kRetry, "audit.unavailable");
    events.emplace_back(tenant, event);
    co_return audit::Receipt{tenant, events.size() - 1};
  }
  bool healthy() override { return !failing; }

  std::vector<std::pair<TenantId, audit::Event>> events;
  bool failing = false;
};

using runtime::testing::run_task;

}  // namespace belfry::measures
