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
      tail_(recovered.tail),
      next_number_(recovered.next_number) {}

std::uint64_t ReplicaSet::next_generation() {
  std::lock_guard lock(mutex_);
  generation_ = std::max(generation_, descriptor_.generation) + 1;
  return generation_;
}

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

bool ReplicaSet::in_repair() const {
  std::lock_guard lock(mutex_);
  return repairing_;
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
  const OpenFiles::Key key{id_, ordinal, number};
  if (auto opened = opened_segment_file(ordinal, number)) return opened;
  StoreDevice* device;
  std::uint64_t opened_for;
  {
    std::lock_guard lock(mutex_);
    device = members_[ordinal];
    opened_for = opened_for_;
  }
  // A disk that was emptied or exchanged holds nothing of the set.
  if (!device) return fail(Code::kRetry, "segments.disk_absent");
  TRY(std::shared_ptr<File> file,
      device->disk().open(segment_path(id_, number), Access::kReadWrite));
  context_.open_files.keep(key, file);
  std::unique_lock lock(mutex_);
  const bool outdated = opened_for != opened_for_;
  lock.unlock();
  if (outdated) context_.open_files.forget(key);
  return file;
}

std::shared_ptr<File> ReplicaSet::opened_segment_file(unsigned ordinal,
                                                      std::uint32_t number) const {
  return context_.open_files.find({id_, ordinal, number});
}

void ReplicaSet::forget_files() {
  {
    std::lock_guard lock(mutex_);
    ++opened_for_;
  }
  context_.open_files.forget(id_);
}

void ReplicaSet::renew(Descriptor descriptor, std::vector<StoreDevice*> members,
                       RecoveredSet recovered) {
  {
    std::lock_guard lock(mutex_);
    ENSURE(!open_ && !busy_ && !making_space_);
    descriptor_ = std::move(descriptor);
    members_ = std::move(members);
    segments_ = std::move(recovered.segments);
    tail_ = recovered.tail;
    next_number_ = recovered.next_number;
    active_ = {};
  }
  forget_files();
}

void ReplicaSet::expect(DiskId returned, Check check) {
  std::lock_guard lock(mutex_);
  Check& known = returned_.try_emplace(returned, check).first->second;
  known = std::max(known, check);
  heeded_.erase(returned);
}

ReplicaSet::Returned ReplicaSet::returned() const {
  std::lock_guard lock(mutex_);
  return returned_;
}

void ReplicaSet::heed_returned() {
  std::lock_guard lock(mutex_);
  heeded_.clear();
  for (StoreDevice* device : members_)
    if (device && device->good() && returned_.contains(device->info.id))
      heeded_.insert(device->info.id);
}

void ReplicaSet::heed(DiskId disk) {
  std::lock_guard lock(mutex_);
  heeded_.insert(disk);
}

std::vector<FileId> ReplicaSet::end_repair(Repair outcome) {
  std::lock_guard lock(mutex_);
  copying_ = false;
  if (outcome == Repair::kDone)
    std::erase_if(returned_, [this](auto& one) {
      return heeded_.contains(one.first) ||
             std::ranges::none_of(descriptor_.members,
                                  [&](const Member& member) { return member.disk == one.first; });
    });
  repairing_ &= outcome == Repair::kFailed || !returned_.empty();
  return std::exchange(put_off_, {});
}

Result<> ReplicaSet::open() {
  std::vector<StoreDevice*> devices = members();
  std::optional<std::uint32_t> last;
  {
    std::lock_guard lock(mutex_);
    if (open_) return {};
    if (repairing_ || busy_ || making_space_) return fail(Code::kRetry, "segments.busy");
    if (!segments_.empty()) last = segments_.rbegin()->first;
    busy_ = true;  // nobody else may begin a segment meanwhile
  }
  std::vector<std::shared_ptr<File>> files;
  Result<> opened;
  for (std::size_t i = 0; i < devices.size() && last && opened; ++i) {
    if (!devices[i]) {
      opened = fail(Code::kRetry, "segments.disk_absent");
      break;
    }
    auto file = devices[i]->disk().open(segment_path(id_, *last), Access::kReadWrite);
    if (file)
      files.push_back(std::move(*file));
    else
      opened = std::unexpected(file.error());
    if (!opened) context_.notes.failed(*devices[i], opened.error());
  }
  std::vector<std::move_only_function<void()>> drained;
  std::unique_lock lock(mutex_);
  busy_ = false;
  if (repairing_) opened = fail(Code::kRetry, "segments.busy");
  if (!opened) {
    if (is_drained()) drained.swap(drained_);
    lock.unlock();
    for (auto& resume : drained) resume();
    return opened;
  }
  if (last) {
    active_ = {&segments_.at(*last), std::move(files)};
    // A new session, told apart from what a crash may have left behind.
    ++tail_->epoch;
  }
  open_ = true;
  return {};
}

void ReplicaSet::close(Closing closing, std::move_only_function<void()> drained) {
  {
    std::lock_guard lock(mutex_);
    open_ = false;
    repairing_ |= closing == Closing::kRepair;
    copying_ |= closing == Closing::kRepair;
    if (!is_drained()) {
      drained_.push_back(std::move(drained));
      return;
    }
  }
  drained();
}

bool ReplicaSet::begin_publishing(const std::vector<StoreDevice*>& devices) {
  std::lock_guard lock(mutex_);
  bool same = !repairing_ && members_ == devices &&
              std::ranges::all_of(devices, [](StoreDevice* device) { return device->good(); });
  changing_ += same;
  return same;
}

void ReplicaSet::end_publishing() {
  end_changing();
}

ReplicaSet::Removing ReplicaSet::begin_removing(const FileId& file) {
  std::lock_guard lock(mutex_);
  if (!copying_) {
    ++changing_;
    return Removing::kNow;
  }
  if (put_off_.size() >= kPutOffMax) return Removing::kRefused;
  put_off_.push_back(file);
  return Removing::kPutOff;
}

void ReplicaSet::end_removing() {
  end_changing();
}

void ReplicaSet::end_changing() {
  std::vector<std::move_only_function<void()>> drained;
  {
    std::lock_guard lock(mutex_);
    --changing_;
    if (is_drained()) drained.swap(drained_);
  }
  for (auto& resume : drained) resume();
}

}  // namespace belfry::segments
