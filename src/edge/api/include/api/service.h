// The REST API (docs/api/openapi.yaml), the console's files, and the endpoints for machines:
// /readyz, /healthz, /metrics.
#pragma once

#include "attestations/attestations.h"
#include "audit/ledger.h"
#include "audit/root_log.h"
#include "audit/vault.h"
#include "database/database.h"
#include "http/server.h"
#include "iam/iam.h"
#include "measures/measures.h"
#include "objects/store.h"
#include "people/people.h"
#include "registers/registers.h"
#include "runtime/blocking.h"
#include "runtime/clock.h"
#include "segments/store.h"
#include "topology/topology.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace belfry::api {

// What the routes serve. Everything outlives the handler.
struct Services {
  Executor executor;  // of work that outlasts its request: one thing at a time
  iam::Iam& iam;
  objects::Store& objects;
  segments::Store& segments;
  measures::Measures& measures;
  attestations::Attestations& attestations;
  audit::Ledger& ledger;
  audit::RootLog& root_log;
  audit::Vault& vault;
  people::Register& people;
  registers::Registers& registers;
  database::Database& database;
  std::shared_ptr<Pool> pool;  // for the database and the console's files
  Clock& clock;
  Random& random;
  const topology::Topology& topology;
  TenantId provider;
  // Collects the engine's facts now, so that what follows reads them fresh.
  std::function<Task<>()> collect;
};

// A request of somebody known that read, or was refused for want of rights.
struct Served {
  TenantId tenant;  // of who asked: its log has a line of it
  std::string request_id;
  Timestamp at;                      // when it came
  std::string service;               // which the action of that line begins with: "iam"
  bool counted_with_others = false;  // the line tells of several, and names another
};

struct Options {
  std::string console_directory;   // of the built console; empty: none
  std::string configuration_path;  // provider.yaml, for checking it again
  // Told after each, from any thread; nothing: nobody counts.
  std::function<void(const Served&)> on_served{};
};

class Api {
 public:
  virtual ~Api() = default;
  // The handler to give to http::listen; it keeps nothing alive.
  virtual http::Handler handler() = 0;
  // On the services' executor, once nobody listens any more: ends the jobs. Returns when none runs.
  virtual boost::asio::awaitable<void> stop() = 0;
};

// Lists the console's files: blocks for a moment.
std::unique_ptr<Api> make_api(Services services, Options options);

}  // namespace belfry::api
