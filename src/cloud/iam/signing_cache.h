// The secrets that signatures are checked with, in memory: an S3 request must not wait for SQL.
#pragma once

#include "iam/iam.h"

#include <atomic>
#include <memory>
#include <shared_mutex>
#include <unordered_map>

namespace belfry::iam {

// Safe to use from any thread.
class SigningCache {
 public:
  struct Found {
    std::optional<SigningIdentity> identity;  // nothing: a moment ago there was no such key
    // It grows old: whoever gets this looks it up again, and keeps it or says that it failed.
    bool refresh = false;
  };
  // Nothing: not known, or too old to be used.
  std::optional<Found> find(const std::string& access_key_id, Monotonic now);

  // A lookup takes the generation before it reads the tables; what it then found is kept only if
  // nothing was changed meanwhile, so that a revoked key cannot come back.
  std::uint64_t generation() const { return generation_; }
  void keep(const SigningIdentity& identity, Monotonic now, std::uint64_t generation);
  // There is no such key. For a second or two, so that asking for it again costs no SQL; leaves
  // lookups of other keys alone.
  void keep_unknown(const std::string& access_key_id, Monotonic now, std::uint64_t generation);
  // Who looked it up again learned nothing: the next one tries.
  void refresh_failed(const std::string& access_key_id);

  void forget_key(const std::string& access_key_id);
  // Also when keys of the user begin to count again.
  void forget_user(UserId user);
  void forget_tenant(TenantId tenant);
  // All of roles.
  void forget_sessions();

 private:
  struct Entry {
    SigningIdentity identity;
    Monotonic read;
    std::atomic<bool> refreshing = false;
  };

  void forget_if(auto is_meant);
  void changed();

  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<Entry>> entries_;
  std::unordered_map<std::string, Monotonic> unknown_;  // when it was looked for
  std::atomic<std::uint64_t> generation_ = 0;
};

}  // namespace belfry::iam
