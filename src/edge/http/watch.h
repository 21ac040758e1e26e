// How long the current wait of a connection may last. One sweep a lane looks at all of them, which
// is cheaper than a timer for each read.
#pragma once

#include "base/bytes.h"
#include "base/time.h"

#include <algorithm>
#include <chrono>

namespace belfry::http {

using SteadyTime = std::chrono::steady_clock::time_point;

// The time that a peer has left to keep us waiting. Waiting uses it up and octets that move fill
// it again, up to where it began: whoever moves at least `a_second` on the whole may go on for
// ever, whoever sends an octet now and then may not.
struct Pace {
  Duration full{}, left{};
  Bytes a_second;  // zero: nothing fills it

  Pace(Duration time, Bytes rate) : full(time), left(time), a_second(rate) {}
  // From now on no more than `time` in all.
  void end_within(Duration time) {
    left = std::min(left, time);
    full = left;
    a_second = {};
  }
};

// Touched by the connection's executor alone.
struct Watch {
  SteadyTime until = SteadyTime::max();
  bool expired = false;  // no wait succeeds any more, until `pardon`
  bool ended = false;    // for good: the connection closes

  // Until then, whatever moves.
  void arm(Duration duration) {
    until = std::chrono::steady_clock::now() + duration;
    pace_ = nullptr;
  }
  // As long as the pace has time left. It outlives the wait.
  void arm_paced(Pace& pace) {
    arm(pace.left);
    pace_ = &pace;
  }
  // Octets were read or written.
  void moved(std::size_t octets) {
    if (!pace_ || pace_->a_second.count == 0) return;
    auto more =
        Duration(std::int64_t(octets) * std::micro::den / std::int64_t(pace_->a_second.count));
    until = std::min(until + more, std::chrono::steady_clock::now() + pace_->full);
  }
  void disarm() {
    if (pace_) {
      auto left = until - std::chrono::steady_clock::now();
      pace_->left = std::max(Duration(), std::chrono::duration_cast<Duration>(left));
    }
    pace_ = nullptr;
    until = SteadyTime::max();
  }
  void end() { expired = ended = true; }
  // A wait that was too long does not forbid the next one, which says so to the peer.
  void pardon() { expired = ended; }

 private:
  Pace* pace_ = nullptr;
};

}  // namespace belfry::http
