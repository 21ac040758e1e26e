#include "tenant_tree.h"

#include <mutex>
#include <utility>

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

void TenantTree::stop(std::int64_t step, AllStopped stopped) {
  std::unique_lock lock(mutex_);
  if (step < step_) return;
  any_stopped_ = !stopped.empty();
  stopped_ = std::move(stopped);
  step_ = step;
}

std::optional<Stopped> TenantTree::stopped(TenantId tenant) const {
  if (!any_stopped_) return std::nullopt;
  std::shared_lock lock(mutex_);
  TenantId at = tenant;
  for (unsigned depth = 0; depth <= kTreeDepthMax && at; ++depth) {
    if (const auto found = stopped_.find(at); found != stopped_.end()) return found->second;
    const auto above = parents_.find(at);
    if (above == parents_.end()) return std::nullopt;
    at = above->second;
  }
  return std::nullopt;
}

bool TenantTree::has_ended(TenantId tenant) const {
  if (!any_stopped_) return false;
  std::shared_lock lock(mutex_);
  const auto found = stopped_.find(tenant);
  return found != stopped_.end() && found->second.ended;
}

Result<> check_going_on(const TenantTree& tree, TenantId tenant) {
  const auto stopped = tree.stopped(tenant);
  if (!stopped) return {};
  if (stopped->ended) return fail(Code::kDenied, "iam.tenant_ended");
  return fail(Code::kDenied, "iam.tenant_suspended", {{"above", stopped->above}});
}

bool says_stopped(const Error& error) {
  return error.message() == "iam.tenant_suspended" || error.message() == "iam.tenant_ended";
}

}  // namespace belfry::iam
