// The same work on several disks at once.
#pragma once

#include "disks.h"

#include <functional>

namespace belfry::segments {

// Runs `work(ordinal)` on the pool of each device; ends when all have. A null device is skipped,
// its result is an error. `work` must be safe to run at the same time for different ordinals.
boost::asio::awaitable<std::vector<Result<>>> on_each(
    const std::vector<StoreDevice*>& devices, std::function<Result<>(unsigned ordinal)> work);

}  // namespace belfry::segments
