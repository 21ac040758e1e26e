#include "searches.h"

namespace belfry::api {
namespace {

constexpr Duration kAskEvery = std::chrono::milliseconds(20);

}  // namespace

Task<audit::QueryPage> Searches::run(Clock& clock, TenantId tenant, Duration patience,
                                     std::function<Task<audit::QueryPage>()> look) {
  const Deadline deadline = clock.deadline_in(patience);
  for (;;) {
    {
      const TenantPlaces::Place place(places_, tenant);
      if (place.is_there()) co_return co_await look();
    }
    if (clock.expired(deadline)) co_return fail(Code::kRetry, "api.searches_busy");
    co_await clock.sleep(kAskEvery);
  }
}

}  // namespace belfry::api
