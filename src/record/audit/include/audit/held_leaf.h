// What a legal hold keeps of a log (docs/formats/vault.md).
#pragma once

#include "audit/query.h"
#include "base/bytes.h"
#include "base/result.h"
#include "crypto/key_store.h"

#include <cstdint>
#include <vector>

namespace belfry::audit {

// The number of its key.
using HoldId = crypto::KeyId;

// A leaf as it is in the log, the key that opens it alone, and which of its events are held: a
// segment leaf opens whole, as its commitment is to all of it.
struct HeldLeaf {
  std::uint64_t index = 0;
  std::vector<std::uint32_t> parts;
  Buffer octets;
  Buffer key;

  // The held events. Errors: corrupt ("audit.leaf_not_authentic", "audit.leaf_commitment").
  Result<std::vector<LoggedEvent>> events() const;
};

}  // namespace belfry::audit
