// Signing keys that were derived before: four HMACs fewer a request. Safe from any thread.
#pragma once

#include "crypto/hash.h"
#include "signature.h"

#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace belfry::s3 {

class SigningKeys {
 public:
  std::optional<crypto::Digest> find(const Claim& claim, const std::string& secret);
  // Only once a signature made with it held: what nobody proved must not push out what is used.
  void keep(const Claim& claim, const std::string& secret, const crypto::Digest& key);

 private:
  struct Entry {
    std::string secret;
    crypto::Digest key;
  };

  std::mutex mutex_;
  // By access key, date and region. Bounded: forgets all when full.
  std::unordered_map<std::string, Entry> entries_;
};

}  // namespace belfry::s3
