// Documents that are decided with again and again, compiled once.
#pragma once

#include "policy/policy.h"

#include <cstddef>
#include <map>
#include <shared_mutex>
#include <string>

namespace belfry::policy {

// Safe to use from any thread. Holds what was asked for lately, of at most 2 *
// kCompiledOctetsMax of documents: a compiled one takes some 50 to 100 times its octets.
inline constexpr std::size_t kCompiledOctetsMax = 256 << 10;
class CompiledPolicies {
 public:
  explicit CompiledPolicies(Kind kind) : kind_(kind) {}

  // Errors: those of `compile`.
  Result<PolicyPtr> find(std::string_view document);

 private:
  using Compiled = std::map<std::string, Result<PolicyPtr>, std::less<>>;
  void keep(std::string_view document, const Result<PolicyPtr>& compiled);

  const Kind kind_;
  std::shared_mutex mutex_;
  // When the younger is full, it becomes the older, and what nobody asked for since is dropped.
  Compiled younger_, older_;
  std::size_t younger_octets_ = 0;
};

}  // namespace belfry::policy
