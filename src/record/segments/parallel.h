// The same work on several disks at once.
#pragma once

#include "disks.h"

#include <functional>

namespace belfry::segments {

// Runs `work(ordinal)` of each device; ends when all have, or their disks are silent. A null device
// is skipped, its result is an error. `work` must be safe to run at the same time for different
// ordinals, and owns what it touches: on a silent disk it may run on.
boost::asio::awaitable<std::vector<Result<>>> on_each(
    const std::vector<StoreDevice*>& devices, std::function<Result<>(unsigned ordinal)> work);

}  // namespace belfry::segments
