// The way back for administrators who lost everything, on the provider's own machine.
#pragma once

#include "provider/provider.h"

namespace belfry::provider {

struct Recovery {
  std::string user, reason, language;
};

struct Recovered {
  std::string user;
  std::string link;         // sets another password, once, within an hour; empty: it was mailed
  bool role_given = false;  // as nobody administered the provider any more; for a day
};

// Opens the provider without serving anybody, lets the administrator in again
// (iam::LostPasswords::recover_administrator), and closes it: needs its data directory and its
// master key, and that no daemon runs. Errors: conflict ("provider.already_running"), not_found
// ("provider.never_started"), those of iam and of `start`.
Task<Recovered> recover_administrator(std::vector<Executor> executors, Clock& clock,
                                      Options options, Recovery wanted);

}  // namespace belfry::provider
