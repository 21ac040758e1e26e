// The prober, run by the provider against its own listeners.
#pragma once

#include "iam/iam.h"
#include "prober/prober.h"
#include "runtime/blocking.h"
#include "runtime/clock.h"
#include "runtime/random.h"
#include "runtime/task.h"

#include <atomic>
#include <memory>

namespace belfry::provider {

class Probing {
 public:
  // What it is given outlives it.
  Probing(iam::Iam& iam, Clock& clock, Random& random)
      : iam_(iam), clock_(clock), random_(random), pool_(make_pool("prober", 1, 1)) {}

  // One probe: a tenant of its own with new secrets, the journeys, what they showed, and nothing
  // left that works. Says loudly what failed. One at a time. Errors: those of iam::Upkeep;
  // internal ("provider.probe_failed", argument steps) when a step failed.
  Task<> probe(const prober::Target& target);
  // The probe underway ends soon and keeps nothing; the next ones do nothing.
  void cancel() { cancelled_ = true; }

 private:
  iam::Iam& iam_;
  Clock& clock_;
  Random& random_;
  // Its calls block for seconds: they get a thread of their own.
  const std::unique_ptr<Pool> pool_;
  std::atomic<bool> cancelled_ = false;
};

}  // namespace belfry::provider
