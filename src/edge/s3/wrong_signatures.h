// How often signatures with a known access key were wrong. Whoever knows the id of a key, which is
// no secret, can make such requests: they must not fill its owner's log. Safe from any thread.
#pragma once

#include "base/time.h"

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

namespace belfry::s3 {

class WrongSignatures {
 public:
  // One more. How many to record now, those since the last record included; 0: none, the key had
  // its record within the last second.
  std::uint64_t add(const std::string& access_key_id, Timestamp now);

 private:
  struct Entry {
    Timestamp recorded;
    std::uint64_t since = 0;
  };

  std::mutex mutex_;
  // Of keys that exist. Bounded: forgets all when full.
  std::unordered_map<std::string, Entry> entries_;
};

}  // namespace belfry::s3
