// The facts of one request, each asked for once however many statements name it, and the work that
// a decision over them may take.
#pragma once

#include "policy/policy.h"

#include <cstddef>
#include <forward_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace belfry::policy {

// Steps of matching that one decision may take, some tenths of a millisecond: whoever writes a
// policy, or a request that it is about, holds up nobody else for longer. Ordinary ones take some
// thousand.
inline constexpr std::size_t kStepsMax = 200'000;

// For one decision, of one thread.
class KnownFacts {
 public:
  explicit KnownFacts(const Facts& facts) : facts_(facts) {}
  KnownFacts(const KnownFacts&) = delete;
  KnownFacts& operator=(const KnownFacts&) = delete;

  // Null when the request has no such key. `key` in lower case, and as long-lived as the policies.
  const std::vector<std::string>* find(std::string_view key) const;

  // Takes a step; false when none is left: then nothing that was found counts.
  bool step() const {
    if (steps_left_ == 0) return false;
    --steps_left_;
    return true;
  }
  bool is_exhausted() const { return steps_left_ == 0; }

 private:
  const Facts& facts_;
  // Few, so that a scan is the fastest search.
  mutable std::forward_list<std::pair<std::string_view, std::optional<std::vector<std::string>>>>
      known_;
  mutable std::size_t steps_left_ = kStepsMax;
};

}  // namespace belfry::policy
