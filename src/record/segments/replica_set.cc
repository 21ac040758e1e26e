#include "replica_set.h"

#include "base/ensure.h"
#include "durable.h"

#include <algorithm>

namespace belfry::segments {

ReplicaSet::ReplicaSet(SetContext& context, Descriptor descriptor,
                       std::vector<StoreDevice*> members, RecoveredSet recovered)
    : context_(context),
      id_(descriptor.set),
      stream_(descriptor.stream),
      placement_(descriptor.placement),
      descriptor_(std::move(descriptor)),
      members_(std::move(members)),
      segments_(std::move(recovered.segments)),
      tail_(recovered.tail) {}

Descriptor ReplicaSet::descriptor() const {
  std::lock_guard lock(mutex_);
  return descriptor_;
}

std::vector<StoreDevice*> ReplicaSet::members() const {
  std::lock_guard lock(mutex_);
  return members_;
}

bool ReplicaSet::complete() const {
  std::lock_guard lock(mutex_);
  return std::ranges::all_of(members_,
                             [](StoreDevice* device) { return device && device->good(); });
}

bool ReplicaSet::takes_appends() const {
  std::lock_guard lock(mutex_);
  return open_;
}

std::uint64_t ReplicaSet::queued() const {
  std::lock_guard lock(mutex_);
  return queued_;
}

std::map<std::uint32_t, SegmentInfo> ReplicaSet::segments() const {
  std::lock_guard lock(mutex_);
  return segments_;
}

std::optional<SegmentInfo> ReplicaSet::segment(std::uint32_t number) const {
  std::lock_guard lock(mutex_);
  auto found = segments_.find(number);
  if (found == segments_.end()) return {};
  return found->second;
}

Bytes ReplicaSet::stored() const {
  std::lock_guard lock(mutex_);
  Bytes sum;
  for (auto& [number, info] : segments_) sum += Bytes{info.end};
  return sum;
}

Result<std::shared_ptr<File>> ReplicaSet::segment_file(unsigned ordinal, std::uint32_t number) {
  StoreDevice* device;
  {
    std::lock_guard lock(mutex_);
    auto found = files_.find({ordinal, number});
    if (found != files_.end()) return found->second;
    device = members_[ordinal];
  }
  TRY(std::shared_ptr<File> file,
      device->disk().open(segment_path(id_, number), Access::kReadWrite));
  std::lock_guard lock(mutex_);
  // Bounded: a store of thousands of segments keeps few of them open.
  if (files_.size() >= 64) files_.erase(files_.begin());
  files_[{ordinal, number}] = file;
  return file;
}

void ReplicaSet::forget_files() {
  std::lock_guard lock(mutex_);
  files_.clear();
}

void ReplicaSet::renew(Descriptor descriptor, std::vector<StoreDevice*> members,
                       RecoveredSet recovered) {
  std::lock_guard lock(mutex_);
  ENSURE(!open_ && !busy_);
  descriptor_ = std::move(descriptor);
  members_ = std::move(members);
  segments_ = std::move(recovered.segments);
  tail_ = recovered.tail;
  active_ = {};
  files_.clear();
}

Result<> ReplicaSet::open() {
  std::lock_guard lock(mutex_);
  if (open_) return {};
  ENSURE(!busy_);
  if (segments_.empty()) {
    TRY(begin_segment());
  } else {
    auto& [number, info] = *segments_.rbegin();
    active_ = {&info, {}};
    for (StoreDevice* device : members_) {
      auto file = device->disk().open(segment_path(id_, number), Access::kReadWrite);
      if (!file) {
        context_.notes.failed(*device, file.error());
        return std::unexpected(file.error());
      }
      active_.files.push_back(std::move(*file));
    }
    // A new session, told apart from what a crash may have left behind.
    ++tail_->epoch;
  }
  open_ = true;
  return {};
}

void ReplicaSet::close(std::move_only_function<void()> drained) {
  bool idle;
  {
    std::lock_guard lock(mutex_);
    open_ = false;
    idle = !busy_;
    if (!idle) drained_ = std::move(drained);
  }
  if (idle) drained();
}

}  // namespace belfry::segments
