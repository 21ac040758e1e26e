#include "runtime/counted_repeats.h"

#include <utility>

namespace belfry {
namespace {

constexpr std::size_t kEntriesMax = 10'000;

}  // namespace

std::uint64_t CountedRepeats::add(const std::string& name, Timestamp now) {
  std::lock_guard lock(mutex_);
  if (entries_.size() >= kEntriesMax && !entries_.contains(name)) entries_.clear();
  auto [place, is_new] = entries_.try_emplace(name);
  Entry& entry = place->second;
  ++entry.since;
  // A clock that was set back must not silence what is told.
  bool is_due = is_new || now < entry.told || now - entry.told >= told_every_;
  if (!is_due) return 0;
  entry.told = now;
  return std::exchange(entry.since, 0);
}

void CountedRepeats::give_back(const std::string& name, std::uint64_t count) {
  std::lock_guard lock(mutex_);
  const auto place = entries_.find(name);
  if (place == entries_.end()) return;
  place->second.since += count;
  place->second.told = Timestamp();
}

}  // namespace belfry
