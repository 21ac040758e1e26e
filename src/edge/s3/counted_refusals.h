// How often the same was refused to who need not be known: requests with a known access key that
// were not signed with it, and unsigned ones at a bucket. Anybody can make them: they must not fill
// the owner's log. Safe from any thread.
#pragma once

#include "base/time.h"

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

namespace belfry::s3 {

class CountedRefusals {
 public:
  // One more. How many to record now, those since the last record included; 0: none, `name` had its
  // record within the last second. `name` is of something that exists.
  std::uint64_t add(const std::string& name, Timestamp now);

 private:
  struct Entry {
    Timestamp recorded;
    std::uint64_t since = 0;
  };

  std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;  // bounded: forgets all when full
};

}  // namespace belfry::s3
