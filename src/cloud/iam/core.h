// What every part of the implementation works with: the tables, the log, the tree of tenants, and
// the checks that come before a change.
#pragma once

#include "database/values.h"
#include "iam/iam.h"
#include "open_tenants.h"
#include "policy/compiled_policies.h"
#include "rights.h"
#include "secrets.h"
#include "signing_cache.h"
#include "tenant_tree.h"
#include "trail.h"

#include <atomic>
#include <mutex>
#include <string>

namespace belfry::iam {

using database::Row;
using database::Transaction;

// How long reading the tables may take, in all of one call.
inline constexpr Duration kReadLimit = std::chrono::seconds(5);

// A transaction without a value.
struct Done {};

// One a provider; outlives the services over it. Safe from any thread.
struct Core {
  Core(database::Database& database, std::shared_ptr<Pool> pool, crypto::KeyStore& keys,
       audit::Ledger& ledger, audit::Outbox& outbox, Clock& clock, Random& random);
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  // Runs `work` in one transaction on the pool and gives its value back.
  template <class T, class Work>
  Task<T> write(Work work);
  template <class T, class Work>
  Task<T> read(Work work);

  // As `Iam::authorize`; what is refused goes to the log. What belongs to another tenant is
  // answered with `missing` instead of a refusal, as if it were not there.
  Result<> check(const Principal& by, std::string_view action, const Resource& resource,
                 const Error& missing);
  Result<> check_user(const Principal& by, std::string_view action, const User& user);
  // As SecondFactors::check_fresh.
  Result<> check_fresh(const Principal& by, std::string_view action, const std::string& resource);
  Result<> refresh_tree(Transaction& transaction);
  // The same, however fresh it is.
  Result<> reread_tree(Transaction& transaction);
  // A sealed seed that is no user's, to be opened where there is none. The same at each call.
  Result<std::string> nobodys_seed();
  // Ends the sessions of `user` but the one of `by`.
  Result<> end_other_sessions(Transaction& transaction, const Principal& by, UserId user);

  database::Database& database;
  const std::shared_ptr<Pool> pool;
  crypto::KeyStore& keys;
  Clock& clock;
  Random& random;
  Trail trail;
  TenantTree tree;
  OpenTenants open_tenants;
  policy::CompiledPolicies held{policy::Kind::kIdentity};  // what principals hold
  SigningCache signing;

 private:
  std::atomic<std::int64_t> tree_read_us_ = 0;
  std::mutex nobodys_seed_mutex_;
  std::string nobodys_seed_;
};

template <class T, class Work>
Task<T> Core::write(Work work) {
  CO_TRY(trail.check_healthy());
  co_return co_await runtime::blocking(*pool, [this, &work]() -> Result<T> {
    TRY(T value, database::write_value<T>(database, work));
    trail.committed();
    return value;
  });
}

template <class T, class Work>
Task<T> Core::read(Work work) {
  co_return co_await runtime::blocking(
      *pool, [&] { return database::read_value<T>(database, kReadLimit, work); });
}

}  // namespace belfry::iam
