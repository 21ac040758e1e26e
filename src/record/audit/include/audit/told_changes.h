// The tables of a module that tells its changes: each change and its event are one transaction.
#pragma once

#include "audit/ledger.h"
#include "audit/outbox.h"
#include "database/values.h"
#include "runtime/blocking.h"

#include <chrono>
#include <memory>
#include <utility>

namespace belfry::audit {

// Safe to use from any thread. What it is given outlives it.
class ToldChanges {
 public:
  // `unavailable`: the message of a change that has to wait, as the log takes nothing.
  ToldChanges(database::Database& database, std::shared_ptr<Pool> pool, Ledger& ledger,
              Outbox& outbox, const char* unavailable)
      : database_(database),
        pool_(std::move(pool)),
        ledger_(ledger),
        outbox_(outbox),
        unavailable_(unavailable) {}

  // Runs `work`, a closure of a Transaction that returns Result<T>, in one on the pool, and gives
  // back what it gave. Errors: retry (`unavailable`), those of `work`, and of Database::write.
  template <class T, class Work>
  Task<T> write(Work work) {
    if (!outbox_.healthy()) co_return fail(Code::kRetry, unavailable_);
    co_return co_await runtime::blocking(*pool_, [this, &work]() -> Result<T> {
      TRY(T value, database::write_value<T>(database_, work));
      outbox_.notify();
      return value;
    });
  }
  // The same of one snapshot. Errors: those of `work`, and of Database::read.
  template <class T, class Work>
  Task<T> read(Work work, Duration limit = kReadLimit) {
    co_return co_await runtime::blocking(
        *pool_, [&] { return database::read_value<T>(database_, limit, work); });
  }

  // Queues an event in the log of `tenant` with the change. Errors: those of Ledger::seal, and of
  // queue_leaf.
  Result<> tell(database::Transaction& transaction, TenantId tenant, const Event& event) {
    TRY(const Leaf leaf, ledger_.seal(tenant, event));
    return queue_leaf(transaction, leaf, event.time);
  }

  // As of Outbox: gives back once the log has what was told so far.
  Task<std::uint64_t> drain() { return outbox_.drain(); }

  database::Database& database() { return database_; }
  Pool& pool() { return *pool_; }

 private:
  // How long reading the tables may take, in all of one call.
  static constexpr Duration kReadLimit = std::chrono::seconds(5);

  database::Database& database_;
  const std::shared_ptr<Pool> pool_;
  Ledger& ledger_;
  Outbox& outbox_;
  const char* const unavailable_;
};

}  // namespace belfry::audit
