// How much of one kind is under way at a time. No tenant takes the places of all.
#pragma once

#include "base/id.h"

#include <map>
#include <mutex>

namespace belfry::api {

// Safe to use from any thread.
class TenantPlaces {
 public:
  struct Limits {
    int of_all, of_tenant;
  };
  explicit TenantPlaces(Limits limits) : limits_(limits) {}

  // One more, as long as it lives; not there when there are enough.
  class Place {
   public:
    Place(TenantPlaces& places, TenantId tenant)
        : places_(places), tenant_(tenant), is_there_(places.enter(tenant)) {}
    ~Place() {
      if (is_there_) places_.leave(tenant_);
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    bool is_there() const { return is_there_; }

   private:
    TenantPlaces& places_;
    const TenantId tenant_;
    const bool is_there_;
  };

 private:
  bool enter(TenantId tenant) {
    std::lock_guard lock(mutex_);
    const auto own = of_tenant_.find(tenant);
    if (count_ == limits_.of_all || (own != of_tenant_.end() && own->second == limits_.of_tenant))
      return false;
    ++count_;
    ++of_tenant_[tenant];
    return true;
  }
  void leave(TenantId tenant) {
    std::lock_guard lock(mutex_);
    --count_;
    if (const auto own = of_tenant_.find(tenant); --own->second == 0) of_tenant_.erase(own);
  }

  const Limits limits_;
  std::mutex mutex_;
  int count_ = 0;                      // under mutex_
  std::map<TenantId, int> of_tenant_;  // under mutex_; none of 0
};

}  // namespace belfry::api
