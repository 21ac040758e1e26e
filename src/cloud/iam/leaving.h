// What an account acts with and holds, ended at once: of who is deleted, and of who has left.
#pragma once

#include "grants.h"

#include <cstdint>

namespace belfry::iam {

// How much there was.
struct Ended {
  std::int64_t sessions = 0, tokens = 0, keys = 0, rights = 0;
  bool any() const { return sessions + tokens + keys + rights > 0; }
};

// Ends sessions, tokens, keys, sessions of roles and links of the user, and all that it holds with
// the records of it, but its role and its boundary; whatever it asked for or was asked for it is
// cancelled. Who calls it has the caches forget the user once the transaction is done.
Result<Ended> end_what_works(Transaction& transaction, UserId user, const Ending& ending);

}  // namespace belfry::iam
