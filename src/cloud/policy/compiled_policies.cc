#include "policy/compiled_policies.h"

#include <mutex>

namespace belfry::policy {

Result<PolicyPtr> CompiledPolicies::find(std::string_view document) {
  {
    std::shared_lock lock(mutex_);
    if (const auto at = compiled_.find(document); at != compiled_.end()) return at->second;
  }
  TRY(PolicyPtr compiled, compile(document, kind_));
  std::unique_lock lock(mutex_);
  if (compiled_.size() >= kCompiledPoliciesMax) compiled_.clear();
  compiled_.emplace(document, compiled);
  return compiled;
}

}  // namespace belfry::policy
