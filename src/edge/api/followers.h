// How many requests wait for events at a time: each looks into its log again and again. No tenant
// takes the places of all.
#pragma once

#include "base/id.h"

#include <map>
#include <mutex>

namespace belfry::api {

class Followers {
 public:
  static constexpr int kMax = 200, kMaxOfTenant = 50;

  // One more, as long as it lives; not there when there are enough.
  class Place {
   public:
    Place(Followers& followers, TenantId tenant)
        : followers_(followers), tenant_(tenant), is_there_(followers.enter(tenant)) {}
    ~Place() {
      if (is_there_) followers_.leave(tenant_);
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    bool is_there() const { return is_there_; }

   private:
    Followers& followers_;
    const TenantId tenant_;
    const bool is_there_;
  };

 private:
  bool enter(TenantId tenant) {
    std::lock_guard lock(mutex_);
    const auto own = of_tenant_.find(tenant);
    if (count_ == kMax || (own != of_tenant_.end() && own->second == kMaxOfTenant)) return false;
    ++count_;
    ++of_tenant_[tenant];
    return true;
  }
  void leave(TenantId tenant) {
    std::lock_guard lock(mutex_);
    --count_;
    if (const auto own = of_tenant_.find(tenant); --own->second == 0) of_tenant_.erase(own);
  }

  std::mutex mutex_;
  int count_ = 0;                      // under mutex_
  std::map<TenantId, int> of_tenant_;  // under mutex_; none of 0
};

}  // namespace belfry::api
