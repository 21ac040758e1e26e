#include "policy/compiled_policies.h"

#include <mutex>
#include <optional>
#include <utility>

namespace belfry::policy {

Result<PolicyPtr> CompiledPolicies::find(std::string_view document) {
  std::optional<Result<PolicyPtr>> found;
  {
    std::shared_lock lock(mutex_);
    if (const auto at = younger_.find(document); at != younger_.end()) return at->second;
    if (const auto at = older_.find(document); at != older_.end()) found = at->second;
  }
  if (!found) found = compile(document, kind_);
  keep(document, *found);
  return *std::move(found);
}

void CompiledPolicies::keep(std::string_view document, const Result<PolicyPtr>& compiled) {
  Compiled dropped;  // destroyed after the lock
  std::unique_lock lock(mutex_);
  if (younger_octets_ + document.size() > kCompiledOctetsMax) {
    dropped = std::exchange(older_, std::exchange(younger_, {}));
    younger_octets_ = 0;
  }
  if (younger_.emplace(document, compiled).second) younger_octets_ += document.size();
}

}  // namespace belfry::policy
