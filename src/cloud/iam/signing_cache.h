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
    SigningIdentity identity;
    bool refresh = false;  // it grows old: whoever gets this looks it up again
  };
  // Nothing: not known, or too old to be used.
  std::optional<Found> find(const std::string& access_key_id, Monotonic now);

  // A lookup takes the generation before it reads the tables; what it then found is kept only if
  // nothing was forgotten meanwhile, so that a revoked key cannot come back.
  std::uint64_t generation() const { return generation_; }
  void keep(const SigningIdentity& identity, Monotonic now, std::uint64_t generation);

  void forget_key(const std::string& access_key_id);
  void forget_user(UserId user);

 private:
  struct Entry {
    SigningIdentity identity;
    Monotonic read;
    std::atomic<bool> refreshing = false;
  };

  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<Entry>> entries_;
  std::atomic<std::uint64_t> generation_ = 0;
};

}  // namespace belfry::iam
