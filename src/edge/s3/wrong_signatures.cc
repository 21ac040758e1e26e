#include "wrong_signatures.h"

#include <utility>

namespace belfry::s3 {
namespace {

constexpr std::size_t kEntriesMax = 10'000;
constexpr Duration kRecordEvery = std::chrono::seconds(1);

}  // namespace

std::uint64_t WrongSignatures::add(const std::string& access_key_id, Timestamp now) {
  std::lock_guard lock(mutex_);
  if (entries_.size() >= kEntriesMax && !entries_.contains(access_key_id)) entries_.clear();
  auto [place, is_new] = entries_.try_emplace(access_key_id);
  Entry& entry = place->second;
  ++entry.since;
  // A clock that was set back must not silence the record.
  bool is_due = is_new || now < entry.recorded || now - entry.recorded >= kRecordEvery;
  if (!is_due) return 0;
  entry.recorded = now;
  return std::exchange(entry.since, 0);
}

}  // namespace belfry::s3
