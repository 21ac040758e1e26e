// Who stands below whom, in memory, so that a decision never waits.
#pragma once

#include "base/id.h"
#include "runtime/random.h"

#include <shared_mutex>
#include <unordered_map>

namespace belfry::iam {

// How deep the tree may grow: a bound for every walk.
inline constexpr unsigned kTreeDepthMax = 8;

// Safe to use from any thread.
class TenantTree {
 public:
  using Parents = std::unordered_map<TenantId, TenantId>;  // the provider's is zero

  // Tenants neither go nor move: what is known stays.
  void add(const Parents& parents);
  std::size_t size() const;
  // Whether `tenant` stands below `ancestor`; not below itself. Unknown tenants are below nothing.
  bool is_below(TenantId tenant, TenantId ancestor) const;

 private:
  mutable std::shared_mutex mutex_;
  Parents parents_;
};

// Twelve digits, as programs expect of an account's number.
TenantId make_tenant_id(Random& random);

}  // namespace belfry::iam
