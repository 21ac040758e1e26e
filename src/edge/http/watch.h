// How long the current wait of a connection may last. One sweep a lane looks at all of them, which
// is cheaper than a timer for each read.
#pragma once

#include "base/time.h"

#include <chrono>

namespace belfry::http {

using SteadyTime = std::chrono::steady_clock::time_point;

// Touched by the connection's executor alone.
struct Watch {
  SteadyTime until = SteadyTime::max();
  bool expired = false;  // sticky: the connection ends
  Duration renewal{};    // each octet moved gives this much more; zero: none does

  // Until then, whatever moves.
  void arm(Duration duration) {
    until = std::chrono::steady_clock::now() + duration;
    renewal = {};
  }
  // As long as something moves within each `duration`.
  void arm_renewed(Duration duration) {
    arm(duration);
    renewal = duration;
  }
  void moved() {
    if (renewal != Duration()) until = std::chrono::steady_clock::now() + renewal;
  }
  void disarm() { until = SteadyTime::max(); }
};

}  // namespace belfry::http
