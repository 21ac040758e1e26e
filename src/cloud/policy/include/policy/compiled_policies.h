// Documents that are decided with again and again, compiled once.
#pragma once

#include "policy/policy.h"

#include <map>
#include <shared_mutex>
#include <string>

namespace belfry::policy {

// Safe to use from any thread. Holds at most kCompiledPoliciesMax documents: one more drops all,
// and those in use are compiled again.
inline constexpr std::size_t kCompiledPoliciesMax = 1'000;
class CompiledPolicies {
 public:
  explicit CompiledPolicies(Kind kind) : kind_(kind) {}

  // Errors: those of `compile`.
  Result<PolicyPtr> find(std::string_view document);

 private:
  const Kind kind_;
  std::shared_mutex mutex_;
  std::map<std::string, PolicyPtr, std::less<>> compiled_;
};

}  // namespace belfry::policy
