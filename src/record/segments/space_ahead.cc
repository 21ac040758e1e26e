// Space for the batches to come: zeros, written beside the batches, so that these only overwrite.
#include "replica_set.h"

#include <algorithm>

namespace belfry::segments {

// It may end on a silent disk when set and devices are gone: each disk touches only this.
struct ReplicaSet::Making {
  std::uint64_t offset, length;
  std::vector<std::shared_ptr<File>> files;
  std::vector<StoreDevice*> devices;
  std::atomic<unsigned> left = unsigned(files.size());
  std::atomic<bool> made = true;
};

// None where a disk is nearly full: what is left there is for records.
std::uint64_t ReplicaSet::space_to_make(std::uint64_t from) const {
  const std::uint64_t size = active_.info->header.size;
  for (StoreDevice* device : members_)
    if (device->space().free < context_.space_reserve + Bytes{2 * size}) return 0;
  const std::uint64_t most = std::min(context_.space_ahead.count, size / 16);
  return std::min(most / kPage * kPage, size - from);
}

// With `mutex_`, when a batch has ended. Null: there is enough, or none at all, and then the next
// batch makes its own.
std::shared_ptr<ReplicaSet::Making> ReplicaSet::plan_space() {
  const std::uint64_t from = active_.space_end;
  if (!open_ || making_space_ || from <= tail_->offset) return nullptr;
  const std::uint64_t length = space_to_make(from);
  if (length == 0 || from - tail_->offset > length / 2) return nullptr;
  making_space_ = true;
  return std::make_shared<Making>(from, length, active_.files, members_);
}

void ReplicaSet::make_space(std::shared_ptr<Making> making) {
  for (unsigned ordinal = 0; ordinal < making->files.size(); ++ordinal) {
    making->devices[ordinal]->run(
        [making, file = making->files[ordinal]] {
          if (!file->make_space(making->offset, Bytes{making->length})) making->made = false;
        },
        [self = shared_from_this(), making](Result<> outcome) {
          if (!outcome) making->made = false;
          if (making->left.fetch_sub(1) == 1) self->space_made(*making);
        });
  }
}

void ReplicaSet::space_made(const Making& making) {
  std::vector<std::move_only_function<void()>> drained;
  bool go_on;
  {
    std::lock_guard lock(mutex_);
    making_space_ = false;
    if (making.made) active_.space_end = making.offset + making.length;
    go_on = std::exchange(awaits_space_, false);
    if (is_drained()) drained.swap(drained_);
  }
  if (go_on) start_batch();
  for (auto& resume : drained) resume();
}

}  // namespace belfry::segments
