// The root log: rounds that commit to every tenant's checkpoint, in one more log of the ledger, and
// the witnesses on other hosts that cosign its checkpoints. So no tenant can be shown another
// history than the others and the witnesses. docs/formats/root_log.md.
//
// Invariants
//  1. What a witness is asked to cosign is durable: it extends what it cosigned before, also after
//     a crash.
//  2. A witness that finds a fork or a rollback is an alarm: an event of the provider's log and a
//     row that no later answer takes back.
#pragma once

#include "audit/ledger.h"
#include "audit/root_proof.h"
#include "base/time.h"
#include "database/database.h"
#include "runtime/clock.h"
#include "runtime/random.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace belfry::audit {

struct WitnessPeer {
  std::string url;           // the protocol's submission prefix
  std::string verifier_key;  // of type 4
};

enum class WitnessProblem { kNone, kUnreachable, kRefused, kRollback, kFork };
// "none", "unreachable", "refused", "rollback", "fork".
std::string_view name_of(WitnessProblem problem);

struct WitnessState {
  std::string name, url, verifier_key;
  std::uint64_t cosigned_size = 0;
  Timestamp cosigned_at;  // epoch: never
  WitnessProblem problem = WitnessProblem::kNone;
  Timestamp problem_since;
  std::uint64_t alarms = 0;  // rollbacks and forks that it found
  Timestamp last_alarm;
  Timestamp observed_at;
};

struct RootLogOptions {
  std::vector<WitnessPeer> witnesses;
  TenantId provider;  // whose log tells of alarms
  std::shared_ptr<Pool> pool;
  struct Reply {
    int status = 0;
    std::string body;
  };
  // POST url/add-checkpoint. Errors: it gave no answer.
  std::function<Task<Reply>(const WitnessPeer& peer, std::string body)> ask;
};

class RootLog {
 public:
  virtual ~RootLog() = default;

  // Commits to the checkpoints that changed since the last round, and asks the witnesses. Called
  // every few seconds; one at a time. Errors: retry (ledger or database). A witness that does not
  // answer or refuses is no error: witnesses() tells.
  virtual Task<> run_round() = 0;
  // Of the newest of the tenant's checkpoints that is in a cosigned root checkpoint; while there is
  // none, in the newest root checkpoint. Errors: not_found ("audit.root_not_yet").
  virtual Task<RootProof> proof(TenantId tenant) = 0;
  // The newest root checkpoint that a witness cosigned, else the newest.
  virtual Task<std::string> checkpoint() = 0;
  virtual std::vector<WitnessState> witnesses() = 0;
};

// Reads what witnesses said before. What it is given must outlive it. Errors: invalid
// ("audit.bad_verifier_key"), those of the database.
Task<std::unique_ptr<RootLog>> open_root_log(Ledger& ledger, database::Database& database,
                                             Clock& clock, Random& random, RootLogOptions options);

}  // namespace belfry::audit
