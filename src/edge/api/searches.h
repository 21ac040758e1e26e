// Searches of the logs, which take the readers' threads for up to a second each: so few of a tenant
// at a time that others always find a thread (app/provider makes three of them).
#pragma once

#include "audit/query.h"
#include "runtime/clock.h"
#include "runtime/task.h"
#include "tenant_places.h"

#include <functional>

namespace belfry::api {

// Safe to use from any thread.
class Searches {
 public:
  static constexpr int kMaxOfTenant = 2;

  // Runs `look` once the tenant has a place for it, for which it waits as long as `patience`.
  // Errors: retry ("api.searches_busy"), those of `look`.
  Task<audit::QueryPage> run(Clock& clock, TenantId tenant, Duration patience,
                             std::function<Task<audit::QueryPage>()> look);

 private:
  static constexpr int kMax = 200;

  TenantPlaces places_{{.of_all = kMax, .of_tenant = kMaxOfTenant}};
};

}  // namespace belfry::api
