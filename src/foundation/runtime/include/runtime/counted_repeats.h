// How often the same happened, told once in a while: what anybody can bring about again and again
// must not fill a log. Safe from any thread.
#pragma once

#include "base/time.h"

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

namespace belfry {

class CountedRepeats {
 public:
  explicit CountedRepeats(Duration told_every) : told_every_(told_every) {}

  // One more of `name`. How many to tell of now, those since it was last told included; 0: none, it
  // was told of less than that period ago.
  std::uint64_t add(const std::string& name, Timestamp now);
  // Those could not be told: the next is due at once, and tells of them too.
  void give_back(const std::string& name, std::uint64_t count);

 private:
  struct Entry {
    Timestamp told;
    std::uint64_t since = 0;
  };

  const Duration told_every_;
  std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;  // bounded: forgets all when full
};

}  // namespace belfry
