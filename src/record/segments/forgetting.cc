// Segments that nobody needs any more.
//
// Before the first one goes all members have a descriptor that says so, of a version that an
// earlier release refuses: it would take the records that are left for all there were.
#include "durable.h"
#include "local_store.h"

#include <algorithm>

namespace belfry::segments {

// A segment's records are older than the first one of a later segment.
std::vector<std::uint32_t> ReplicaSet::begin_forgetting(Sequence last) {
  std::vector<std::uint32_t> numbers;
  std::lock_guard lock(mutex_);
  if (repairing_ || copying_) return numbers;
  for (auto segment = segments_.begin(); segment != segments_.end(); ++segment) {
    const auto later = std::find_if(std::next(segment), segments_.end(),
                                    [](const auto& one) { return one.second.first != 0; });
    if (later == segments_.end() || later->second.first > last + 1) break;
    numbers.push_back(segment->first);
  }
  changing_ += numbers.empty() ? 0 : 1;
  return numbers;
}

void ReplicaSet::tell_pruned(const Descriptor& told) {
  std::lock_guard lock(mutex_);
  descriptor_ = told;
}

void ReplicaSet::forget(const std::vector<std::uint32_t>& numbers) {
  std::lock_guard lock(mutex_);
  for (std::uint32_t number : numbers) segments_.erase(number);
}

Result<> LocalStore::tell_pruned(ReplicaSet& set) {
  Descriptor descriptor = set.descriptor();
  if (descriptor.is_pruned) return {};
  descriptor.is_pruned = true;
  descriptor.generation = set.next_generation();
  const auto members = set.members();
  for (unsigned ordinal = 0; ordinal < members.size(); ++ordinal) {
    if (!members[ordinal]) return fail(Code::kRetry, "segments.disk_absent");
    TRY(noted(*members[ordinal],
              write_descriptor(members[ordinal]->disk(), descriptor, {ordinal})));
  }
  set.tell_pruned(descriptor);
  return {};
}

Result<> LocalStore::forget_segments(ReplicaSet& set, const std::vector<std::uint32_t>& numbers) {
  TRY(tell_pruned(set));
  set.forget(numbers);
  const auto members = set.members();
  // The oldest first, so that what a crash leaves has no gap.
  for (std::uint32_t number : numbers)
    for (unsigned ordinal = 0; ordinal < members.size(); ++ordinal) {
      open_files_.forget({set.id(), ordinal, number});
      if (members[ordinal] && members[ordinal]->good())
        std::ignore = members[ordinal]->disk().remove(segment_path(set.id(), number));
    }
  return {};
}

Task<std::uint64_t> LocalStore::forget(Stream stream, Sequence last) {
  std::uint64_t forgotten = 0;
  for (const auto& set : all_sets()) {
    if (set->stream() != stream || !set->complete()) continue;
    const auto numbers = set->begin_forgetting(last);
    if (numbers.empty()) continue;
    auto remove = [this, &set, &numbers] { return forget_segments(*set, numbers); };
    const auto removed = co_await runtime::blocking(pool_of(*set), std::move(remove));
    set->end_removing();
    if (removed) forgotten += numbers.size();
  }
  co_return forgotten;
}

}  // namespace belfry::segments
