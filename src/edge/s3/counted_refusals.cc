#include "counted_refusals.h"

#include <utility>

namespace belfry::s3 {
namespace {

constexpr std::size_t kEntriesMax = 10'000;
constexpr Duration kRecordEvery = std::chrono::seconds(1);

}  // namespace

std::uint64_t CountedRefusals::add(const std::string& name, Timestamp now) {
  std::lock_guard lock(mutex_);
  if (entries_.size() >= kEntriesMax && !entries_.contains(name)) entries_.clear();
  auto [place, is_new] = entries_.try_emplace(name);
  Entry& entry = place->second;
  ++entry.since;
  // A clock that was set back must not silence the record.
  bool is_due = is_new || now < entry.recorded || now - entry.recorded >= kRecordEvery;
  if (!is_due) return 0;
  entry.recorded = now;
  return std::exchange(entry.since, 0);
}

}  // namespace belfry::s3
