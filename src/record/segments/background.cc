// What the store does by itself: looking after disks, healing, scrubbing.
#include "local_store.h"

#include <algorithm>

namespace belfry::segments {
namespace {

constexpr Duration kRound = std::chrono::seconds(5), kSlice = std::chrono::milliseconds(100);

}  // namespace

boost::asio::awaitable<void> LocalStore::tend() {
  while (!closed_) {
    (void)co_await tend_once();
    co_await pause(kRound);
  }
  background_->set(true);
}

// In slices, so that closing need not wait for long.
boost::asio::awaitable<void> LocalStore::pause(Duration duration) {
  for (Duration slept{}; slept < duration && !closed_; slept += kSlice)
    co_await clock_.sleep(kSlice);
}

Task<> LocalStore::tend_once() {
  CO_TRY(co_await inspect_disks());
  Timestamp now = clock_.now();
  auto due_for_healing = all_sets();
  std::erase_if(due_for_healing, [&](auto& set) {
    return !set->in_repair() && std::ranges::none_of(set->members(), [&](StoreDevice* device) {
      // Null: the disk was emptied or exchanged, and will not bring the copy back.
      return !device || (!device->good() && now - device->since() >= options_.heal_after);
    });
  });
  CO_TRY(co_await heal_sets(std::move(due_for_healing)));
  // The set that was scrubbed longest ago, if its time has come.
  std::shared_ptr<ReplicaSet> due;
  Timestamp oldest = now - options_.scrub_period;
  for (auto& set : all_sets()) {
    std::lock_guard lock(mutex_);
    auto time = scrubbed_.find(set->id());
    Timestamp last = time == scrubbed_.end() ? Timestamp{} : time->second;
    if (last > oldest || !set->complete()) continue;
    oldest = last;
    due = set;
  }
  if (!due) co_return Result<>{};
  ScrubReport report;
  co_return co_await scrub_set(due, report, {});
}

}  // namespace belfry::segments
