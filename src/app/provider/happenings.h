// What happened on the disks, on its way to the provider's log.
#pragma once

#include "audit/ledger.h"
#include "segments/store.h"
#include "topology/topology.h"

#include <mutex>
#include <vector>

namespace belfry::provider {

// Collects from any thread, even before there is a ledger.
class HappeningLog {
 public:
  void add(const segments::Happening& happening);
  // Writes what has come since. What could not be written is kept for the next time.
  Task<> drain(audit::Ledger& ledger, TenantId provider, const topology::Topology& topology,
               Clock& clock);

 private:
  static constexpr std::size_t kPendingMax = 10'000;

  std::mutex mutex_;
  std::vector<segments::Happening> pending_;
};

}  // namespace belfry::provider
