// Whether a log is still the one that it was.
#pragma once

#include "audit/ledger.h"

namespace belfry::audit {

// What a log was at some moment: its first `size` leaves had this root (RFC 6962, 2.1).
struct Earlier {
  std::uint64_t size = 0;
  Hash root{};
};

// Whether the log of `tenant` as it is now begins with those leaves, unchanged and in that order;
// what it had grown by since is of no account. False too if it is shorter. Of an earlier log
// without leaves: true. Reads some tiles, whatever the size. Errors: those of Ledger.
Task<bool> begins_with(Ledger& ledger, TenantId tenant, Earlier earlier);

}  // namespace belfry::audit
