#include "tenant_tree.h"

#include <mutex>

namespace belfry::iam {

void TenantTree::add(const Parents& parents) {
  std::unique_lock lock(mutex_);
  parents_.insert(parents.begin(), parents.end());
}

std::size_t TenantTree::size() const {
  std::shared_lock lock(mutex_);
  return parents_.size();
}

bool TenantTree::is_below(TenantId tenant, TenantId ancestor) const {
  std::shared_lock lock(mutex_);
  TenantId at = tenant;
  for (unsigned depth = 0; depth <= kTreeDepthMax; ++depth) {
    auto found = parents_.find(at);
    if (found == parents_.end() || !found->second) return false;
    at = found->second;
    if (at == ancestor) return true;
  }
  return false;
}

}  // namespace belfry::iam
