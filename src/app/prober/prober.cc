#include "prober/prober.h"

#include "journeys.h"

#include <algorithm>

namespace belfry::prober {

bool Report::passed() const {
  return !steps.empty() && std::ranges::all_of(steps, &Step::passed);
}

Report probe(const Target& target, const Administrator& administrator,
             const std::vector<Mark>& marks, Clock& clock, Random& random,
             const std::function<bool()>& is_cancelled) {
  return Walk(target, administrator, marks, clock, random, is_cancelled).walk();
}

}  // namespace belfry::prober
