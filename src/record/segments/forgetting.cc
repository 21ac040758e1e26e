// Segments that nobody needs any more.
#include "local_store.h"

#include <algorithm>

namespace belfry::segments {

// A segment's records are older than the first one of a later segment.
std::vector<std::uint32_t> ReplicaSet::begin_forgetting(Sequence last) {
  std::vector<std::uint32_t> numbers;
  std::lock_guard lock(mutex_);
  if (repairing_ || copying_) return numbers;
  for (auto segment = segments_.begin(); segment != segments_.end();) {
    const auto later = std::find_if(std::next(segment), segments_.end(),
                                    [](const auto& one) { return one.second.first != 0; });
    if (later == segments_.end() || later->second.first > last + 1) break;
    numbers.push_back(segment->first);
    segment = segments_.erase(segment);
  }
  changing_ += numbers.empty() ? 0 : 1;
  return numbers;
}

Task<std::uint64_t> LocalStore::forget(Stream stream, Sequence last) {
  std::uint64_t forgotten = 0;
  for (const auto& set : all_sets()) {
    if (set->stream() != stream || !set->complete()) continue;
    const auto numbers = set->begin_forgetting(last);
    if (numbers.empty()) continue;
    auto remove = [this, &set, &numbers]() -> Result<> {
      const auto members = set->members();
      // The oldest first, so that what a crash leaves has no gap.
      for (std::uint32_t number : numbers)
        for (unsigned ordinal = 0; ordinal < members.size(); ++ordinal) {
          open_files_.forget({set->id(), ordinal, number});
          if (members[ordinal] && members[ordinal]->good())
            std::ignore = members[ordinal]->disk().remove(segment_path(set->id(), number));
        }
      return {};
    };
    std::ignore = co_await runtime::blocking(pool_of(*set), std::move(remove));
    set->end_removing();
    forgotten += numbers.size();
  }
  co_return forgotten;
}

}  // namespace belfry::segments
