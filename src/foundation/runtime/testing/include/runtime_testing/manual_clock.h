// A clock that stands still until a test moves it; whoever sleeps moves it too.
#pragma once

#include "runtime/clock.h"

#include <atomic>

namespace belfry::runtime::testing {

// Safe to use from any thread.
class ManualClock : public Clock {
 public:
  explicit ManualClock(Timestamp start = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1))
      : now_(start) {}

  Timestamp now() const override { return now_; }
  Monotonic monotonic() const override { return Monotonic(now().time_since_epoch()); }
  boost::asio::awaitable<void> sleep(Duration duration) override {
    advance(duration);
    co_return;
  }
  void set(Timestamp now) { now_ = now; }
  void advance(Duration duration) {
    Timestamp before = now_;
    while (!now_.compare_exchange_weak(before, before + duration)) {
    }
  }

 private:
  std::atomic<Timestamp> now_;
};

}  // namespace belfry::runtime::testing
