// Mail to people of a tenant about what another module keeps, queued in its transaction.
#pragma once

#include "base/id.h"
#include "base/result.h"
#include "base/time.h"
#include "crypto/key_store.h"
#include "database/database.h"
#include "runtime/random.h"

#include <string>
#include <vector>

namespace belfry::iam {

struct Notice {
  TenantId tenant;
  std::string about;  // "attestation/12"
  std::string kind;   // messages mail.<kind>.*
  // "en", "fr"; empty: of each what it was invited in, and for who was not invited both.
  std::string language;
  std::vector<Argument> arguments;  // of its words
  UserId first;                     // whom it concerns most
  Timestamp expires;                // when it is given up
};

// To the active administrators of the tenant, and to `first` if that one is active, as far as they
// have an address: at most 20. Returns how many. When the tenant's mail of the day is used up, the
// rest gets none: what is told stands elsewhere too.
Result<std::size_t> queue_notice(database::Transaction& transaction, crypto::KeyStore& keys,
                                 Random& random, Timestamp now, const Notice& notice);

}  // namespace belfry::iam
