// What a provider does about access by itself: facts for measures, and the tenant of the prober.
#pragma once

#include "base/bytes.h"
#include "base/id.h"
#include "base/time.h"
#include "database/database.h"
#include "runtime/task.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace belfry::iam {

// Who looks after the tenant of the prober, until the next `renew_probe`. Kept in memory alone.
struct ProbeAdministrator {
  TenantId tenant;
  UserId user;
  std::string name, password;
  Buffer totp_seed;
};

// How one step of a probe went (the table probe_step).
struct ProbeStep {
  std::string name;
  bool passed = false;
  std::string got, expected;
  Duration took{};
};

// An event that a probe left in its own log.
struct ProbeMark {
  Timestamp at;
  std::string resource;
};

// An account whose person has left.
struct LeaversAccount {
  TenantId tenant;
  UserId user;
  std::string person;  // names who left, for the log: "belfry:person/12"
  Timestamp left;
};
// Whether it still is one, asked in the transaction that ends it, and noted there.
using StillLeft = std::function<Result<bool>(database::Transaction&)>;

// Safe to use from any thread.
class Upkeep {
 public:
  virtual ~Upkeep() = default;

  // Writes down what the running program holds passwords to (the table password_policy). Safe to
  // repeat. Errors: those of Database.
  virtual Task<> collect_facts() = 0;

  // Writes into the logs which sign-ins were refused without a look since the last call, a line of
  // each user, credential and reason: call it every second, and before the end. Errors: those of
  // Ledger::record_read; what was not written is kept for the next call.
  virtual Task<> log_unseen() = 0;

  // Suspends the account and ends all that it acts with or holds: sessions, tokens, keys, sessions
  // of roles, memberships, profiles, delegations, roles but the least one. False: there was nothing
  // left to end, or the account is nobody's who left. What it did is in the log, with who left and
  // when. Safe to repeat. Errors: conflict ("iam.last_administrator": the tenant would have none
  // left; nothing was changed), retry ("iam.log_unavailable"), those of `still` and Database.
  virtual Task<bool> end_account(const LeaversAccount& account, const StillLeft& still) = 0;

  // Makes the prober's tenant and its administrator, if they are not there. Gives the administrator
  // a new password and a new second factor, and removes every other user, profile, group, session,
  // key and token of that tenant: whatever an earlier probe that was cut short left. Only the
  // tenant that is marked as the prober's is touched. Safe to repeat.
  // Errors: retry ("iam.log_unavailable"), those of Database.
  virtual Task<ProbeAdministrator> renew_probe() = 0;
  // Removes the same and suspends the administrator: nothing of that tenant can be used until the
  // next `renew_probe`. Safe to repeat, and where there is no such tenant.
  virtual Task<> end_probe() = 0;
  // Keeps what the last probe saw, in place of what the one before it did, and what it left in the
  // log. Bounded whatever the number of probes. Errors: those of Database.
  virtual Task<> keep_probe(const std::vector<ProbeStep>& steps,
                            const std::optional<ProbeMark>& mark) = 0;
  // What the next probe looks for: of the events left an hour ago or before the newest, and the
  // oldest, which is eleven months old at most. Errors: those of Database.
  virtual Task<std::vector<ProbeMark>> probe_marks() = 0;
};

}  // namespace belfry::iam
