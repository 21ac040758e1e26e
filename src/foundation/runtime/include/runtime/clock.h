// The time, behind an interface so that a simulation can own it.
#pragma once

#include "base/time.h"
#include "runtime/task.h"

#include <memory>

namespace belfry {

// A point on a clock that never jumps; only differences mean anything.
using Monotonic = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

// Until when a wait may last.
struct Deadline {
  Monotonic at;
};

// Safe to use from any thread.
class Clock {
 public:
  virtual ~Clock() = default;

  virtual Timestamp now() const = 0;
  virtual Monotonic monotonic() const = 0;

  // Waits; ends early with an exception when the coroutine is cancelled.
  virtual boost::asio::awaitable<void> sleep(Duration duration) = 0;

  Deadline deadline_in(Duration duration) const { return {monotonic() + duration}; }
  bool expired(Deadline deadline) const { return monotonic() >= deadline.at; }
};

// The machine's clock. Timers run on `executor` of the waiting coroutine.
std::unique_ptr<Clock> make_system_clock();

}  // namespace belfry
