// Events of administration: their leaves are rows of the same transaction as the change, and go to
// the ledger from there, once each.
#pragma once

#include "audit/ledger.h"
#include "base/time.h"
#include "database/database.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace belfry::audit {

// The table audit_outbox.
std::vector<database::Migration> migrations();

// Adds `leaf` to the transaction: when it commits, the event will be in the log. Safe to repeat
// with the transaction.
Result<> queue_leaf(database::Transaction& transaction, const Leaf& leaf, Timestamp now);

class Outbox {
 public:
  virtual ~Outbox() = default;

  // Sends everything queued to the ledger, and forgets a row only once its leaf is durable there.
  // Returns how many went. Safe to repeat and to call from several places at once.
  // Errors: retry (ledger or database unavailable), corrupt ("audit.outbox_row": a row is no leaf;
  // those before it went).
  virtual Task<std::uint64_t> drain() = 0;
  // Tells that something was queued: it is sent at once, rather than within a second.
  virtual void notify() = 0;
  // False: more than the limit waits, or the ledger is not healthy. Administration answers 503.
  virtual bool healthy() = 0;
  // Sends what is queued and ends the background work.
  virtual Task<> close() = 0;
};

// Drains in the background from now on. What it is given must outlive close().
std::unique_ptr<Outbox> make_outbox(Executor executor, database::Database& database, Ledger& ledger,
                                    Clock& clock, std::shared_ptr<Pool> pool);

}  // namespace belfry::audit
