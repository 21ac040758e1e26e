// The facts of one request, each asked for once however many statements name it.
#pragma once

#include "policy/policy.h"

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace belfry::policy {

// For one decision, of one thread.
class KnownFacts {
 public:
  explicit KnownFacts(const Facts& facts) : facts_(facts) {}
  KnownFacts(const KnownFacts&) = delete;
  KnownFacts& operator=(const KnownFacts&) = delete;

  // Null when the request has no such key. `key` in lower case, and as long-lived as the policies.
  const std::vector<std::string>* find(std::string_view key) const;

 private:
  const Facts& facts_;
  // Few, so that a scan is the fastest search.
  mutable std::deque<std::pair<std::string_view, std::optional<std::vector<std::string>>>> known_;
};

}  // namespace belfry::policy
