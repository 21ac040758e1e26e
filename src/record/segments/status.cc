#include "local_store.h"
#include "segments/names.h"

#include <algorithm>

namespace belfry::segments {

std::string_view name_of(DiskHealth health) {
  switch (health) {
    case DiskHealth::kGood:
      return "good";
    case DiskHealth::kFailed:
      return "failed";
    case DiskHealth::kAbsent:
      return "absent";
  }
  return "failed";
}

std::shared_ptr<Disk> LocalStore::disk(DiskId disk) {
  StoreDevice* device = device_of(disk);
  return device ? device->info.disk : nullptr;
}

std::vector<DiskStatus> LocalStore::disks() {
  std::vector<DiskStatus> all;
  std::vector<SetStatus> statuses = sets();
  std::set<DiskId> to_compare;
  for (auto& set : all_sets())
    for (auto& [disk, check] : set->returned())
      if (check == ReplicaSet::Check::kEverything) to_compare.insert(disk);
  for (auto& device : devices_) {
    DiskStatus status{device->info.id, device->health(), device->reason(), {}, {}, {}, {}};
    status.unproven = to_compare.contains(device->info.id) || device->has_erred;
    bool first = true;
    for (const SetStatus& set : statuses) {
      if (std::ranges::find(set.disks, device->info.id) == set.disks.end()) continue;
      status.used += set.stored;
      if (first || set.last_scrub < status.last_scrub) status.last_scrub = set.last_scrub;
      first = false;
    }
    if (device->good()) {
      const Disk::Space space = device->space();
      status.free = space.free;
      status.total = space.total;
    }
    all.push_back(std::move(status));
  }
  return all;
}

std::vector<SetStatus> LocalStore::sets() {
  std::vector<SetStatus> all;
  for (auto& set : all_sets()) {
    Descriptor descriptor = set->descriptor();
    auto members = set->members();
    SetStatus status{set->id(), set->stream(), set->placement(), descriptor.generation};
    for (std::size_t i = 0; i < members.size(); ++i) {
      status.disks.push_back(descriptor.members[i].disk);
      if (!members[i] || !members[i]->good()) status.missing.push_back(descriptor.members[i].disk);
    }
    status.stored = set->stored();
    status.segments = set->segments().size();
    std::lock_guard lock(mutex_);
    if (auto files = files_.find(set->id()); files != files_.end()) {
      status.files = files->second.first;
      status.stored += files->second.second;
    }
    if (auto time = scrubbed_.find(set->id()); time != scrubbed_.end())
      status.last_scrub = time->second;
    status.damaged = std::uint64_t(std::ranges::count_if(
        damages_, [&](const Damage& damage) { return damage.set == set->id(); }));
    all.push_back(std::move(status));
  }
  return all;
}

std::vector<SetId> LocalStore::unreadable_sets() {
  std::lock_guard lock(mutex_);
  return {unreadable_.begin(), unreadable_.end()};
}

std::vector<Damage> LocalStore::damages() {
  std::lock_guard lock(mutex_);
  return damages_;
}

}  // namespace belfry::segments
