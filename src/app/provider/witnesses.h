// How the ledger's witnesses are asked: over HTTP, each with a time limit.
#pragma once

#include "audit/root_log.h"
#include "data_directory.h"
#include "topology/topology.h"

namespace belfry::provider {

// Who is asked, and how; `database_pool` is for what they said.
audit::RootLogOptions root_log_options(const topology::Topology& topology,
                                       const DataDirectory& directory, TenantId provider,
                                       std::shared_ptr<Pool> database_pool);

// Tells the daemon's log of what is new since the last call: alarms are errors.
class WitnessLog {
 public:
  void tell(const std::vector<audit::WitnessState>& witnesses);

 private:
  std::map<std::string, audit::WitnessProblem> told_;  // by verifier key
};

}  // namespace belfry::provider
