// A whole provider in one process: every module opened in order on one configuration and one data
// directory, and closed again. belfryd runs one; tests run one too.
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "runtime/clock.h"
#include "runtime/task.h"

#include <memory>
#include <string>
#include <vector>

namespace belfry::attestations {
class Attestations;
}
namespace belfry::audit {
class Ledger;
}
namespace belfry::iam {
class Iam;
}
namespace belfry::measures {
class Measures;
}
namespace belfry::objects {
class Store;
}
namespace belfry::people {
class Register;
}
namespace belfry::registers {
class Registers;
}
namespace belfry::segments {
class Store;
}

namespace belfry::provider {

struct Options {
  std::string config;             // provider.yaml
  std::string data;               // directory, made if missing
  std::string annex_directory;    // the measures
  std::string console_directory;  // empty: no console
  bool serves = true;             // listens
  bool background = true;         // scrubs, healing, collectors and measures run by themselves
  Duration disk_hang_limit = std::chrono::seconds(60);  // segments::Options::hang_limit
  // How often the prober plays a customer by itself; nothing: never.
  Duration probe_period{};
};

// Where it listens: DIR/run/endpoints.json. `console` is what a person opens: passkeys want a host
// name, which `api` need not be.
struct Endpoints {
  std::string s3, s3_tls, api, ca, console;
};

// One data directory is open in one process at a time (an flock on DIR/run/lock).
class Provider {
 public:
  virtual ~Provider() = default;

  virtual const Endpoints& endpoints() const = 0;
  // Stops listening, lets requests end, closes everything in order.
  virtual Task<> stop() = 0;

  virtual segments::Store& segments() = 0;
  virtual audit::Ledger& ledger() = 0;
  virtual iam::Iam& iam() = 0;
  virtual objects::Store& objects() = 0;
  virtual measures::Measures& measures() = 0;
  virtual people::Register& people() = 0;
  virtual registers::Registers& registers() = 0;
  virtual attestations::Attestations& attestations() = 0;
  // Brings the tables that observe the engine up to date.
  virtual Task<> collect() = 0;
  // Ends the accounts of persons who have left. Safe to repeat.
  virtual Task<> end_leavers() = 0;
  // Plays a customer, at the addresses that it listens at or `through` others in front of them, and
  // keeps what that showed for the measures. `patience` is how long what was deleted may go on
  // working, and a line of the log may take. One at a time. Errors: internal
  // ("provider.probe_failed", argument steps).
  virtual Task<> probe(Duration patience, const Endpoints* through) = 0;
};

// Opens and serves. `executors` carry the connections; the stores keep to the first.
// Errors: invalid with every fault of the configuration ("provider.bad_configuration", argument
// "faults"), conflict ("provider.already_running"), those of the modules.
Task<std::unique_ptr<Provider>> start(std::vector<Executor> executors, Clock& clock,
                                      Options options);

}  // namespace belfry::provider
