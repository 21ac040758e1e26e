// Bringing sets that miss a disk back to full strength.
//
// Order, so that a crash at any point leaves a set that can be healed again: the set takes no
// appends; its tail is settled on the disks that are left; the new disk gets every segment and
// file; then its descriptor with the next generation, which from now on is the truth; then the
// others'. Only then are appends taken.
#include "durable.h"
#include "local_store.h"

#include <algorithm>

namespace belfry::segments {

Task<std::uint64_t> LocalStore::heal() {
  std::uint64_t healed = 0;
  for (auto& set : all_sets()) {
    if (set->complete()) continue;
    co_await drain_for_repair(set);
    auto done = co_await runtime::blocking(pool_of(*set), [&] { return heal_set(*set); });
    if (done) ++healed;
  }
  co_return healed;
}

boost::asio::awaitable<void> LocalStore::drain_for_repair(std::shared_ptr<ReplicaSet> set) {
  co_await runtime::suspend([&](std::move_only_function<void()> resume) {
    set->close(ReplicaSet::Closing::kRepair, std::move(resume));
  });
}

// Blocks.
Result<> LocalStore::heal_set(ReplicaSet& set) {
  Descriptor descriptor = set.descriptor();
  std::vector<StoreDevice*> members = set.members();
  std::vector<StoreDevice*> kept;
  std::vector<unsigned> lost;
  for (unsigned i = 0; i < members.size(); ++i) {
    if (members[i] && members[i]->good())
      kept.push_back(members[i]);
    else
      lost.push_back(i);
  }
  if (kept.empty()) return fail(Code::kRetry, "segments.set_unreadable");
  auto chosen = choose_disks(descriptor.placement, kept, loads(kept));
  if (chosen.size() != lost.size()) return no_disks(descriptor.placement);
  // An earlier life of the set on the new disk counts for nothing.
  for (StoreDevice* device : chosen) {
    TRY(device->disk().remove_tree(set_folder(set.id())));
    TRY(device->disk().make_directory(segments_folder(set.id())));
    TRY(device->disk().make_directory(files_folder(set.id())));
  }
  descriptor.generation = set.next_generation();
  for (std::size_t i = 0; i < lost.size(); ++i) {
    members[lost[i]] = chosen[i];
    descriptor.members[lost[i]] = {chosen[i]->info.id, chosen[i]->identity().uuid};
  }
  // Recovery finds everything missing on the new disks, and completes it there.
  TRY(auto recovered, recover_segments(descriptor, members, *this));
  complete_files(descriptor, members);
  for (unsigned ordinal : lost)
    TRY(write_descriptor(members[ordinal]->disk(), descriptor, {ordinal}));
  for (unsigned i = 0; i < members.size(); ++i) {
    if (std::ranges::find(lost, i) != lost.end()) continue;
    TRY(write_descriptor(members[i]->disk(), descriptor, {i}));
  }
  for (StoreDevice* device : members)
    if (!device->good()) return fail(Code::kRetry, "segments.disk_failed");
  last_durable_ = std::max(last_durable_.load(), recovered.last);
  set.renew(descriptor, members, std::move(recovered));
  settle(set.id(), {},
         [&](const Damage& damage) {
           return std::ranges::none_of(descriptor.members, [&](const Member& member) {
             return member.disk == damage.disk;
           });
         },
         {});
  for (StoreDevice* device : chosen)
    happened({Happening::Kind::kSetHealed, set.id(), {}, device->info.id, {}});
  return {};
}

// Makes the copies on the members equal again, without a change of members.
Task<> LocalStore::resync(std::shared_ptr<ReplicaSet> set) {
  co_await drain_for_repair(set);
  co_return co_await runtime::blocking(pool_of(*set), [&] { return resync_set(*set); });
}

// Blocks.
Result<> LocalStore::resync_set(ReplicaSet& set) {
  Descriptor descriptor = set.descriptor();
  std::vector<StoreDevice*> members = devices_of(descriptor);
  TRY(auto recovered, recover_segments(descriptor, members, *this));
  complete_files(descriptor, members, returning_);
  for (unsigned i = 0; i < members.size(); ++i) {
    if (!members[i] || !members[i]->good()) continue;
    TRY(write_descriptor(members[i]->disk(), descriptor, {i}));
  }
  last_durable_ = std::max(last_durable_.load(), recovered.last);
  set.renew(descriptor, members, std::move(recovered));
  return {};
}

Task<> LocalStore::inspect_disks() {
  for (auto& device : devices_) {
    if (!device->info.disk) continue;
    CO_TRY(bool returned,
           co_await runtime::blocking(*device->pool, [&] { return inspect(*device); }));
    if (!returned) continue;
    returning_ = device->info.id;
    for (auto& set : all_sets()) {
      Descriptor descriptor = set->descriptor();
      Member self{device->info.id, device->identity().uuid};
      if (std::ranges::find(descriptor.members, self) == descriptor.members.end()) continue;
      (void)co_await resync(set);
    }
    returning_ = {};
    happened({Happening::Kind::kDiskReturned, {}, device->info.id, {}, {}});
  }
  co_return Result<>{};
}

// A folder that is gone answers nothing any more, whatever files of it are still open. One that is
// there again is admitted; true then. A failed disk waits for a restart.
Result<bool> LocalStore::inspect(StoreDevice& device) {
  if (device.health() == DiskHealth::kFailed) return false;
  Result<> reopened = device.disk().reopen();
  // A lack of descriptors says nothing of the disk.
  if (!reopened && reopened.error().code() == Code::kExhausted) return false;
  bool there = reopened.has_value();
  if (device.good()) {
    auto bytes = read_small_file(device.disk(), kIdentityName);
    if (!bytes && bytes.error().code() == Code::kExhausted) return false;
    auto identity = bytes ? decode_identity(*bytes) : std::nullopt;
    if (there && identity && *identity == device.identity()) return false;
    device.set(DiskHealth::kAbsent, "its folder is gone", clock_.now());
    happened({Happening::Kind::kDiskFailed, {}, device.info.id, {}, device.reason()});
    for (auto& set : all_sets()) set->forget_files();
  }
  if (!there) return false;
  auto identity = identify(device, random_);
  auto name = device.disk().device();
  if (!identity || !name) return false;
  ++identity->epoch;
  if (!write_identity(device, *identity)) return false;
  device.admit(*identity, *name, clock_.now());
  (void)remove_stale(device);
  return device.good();
}

// Sets that the disk held before it went, and that were healed to another one.
Result<> LocalStore::remove_stale(StoreDevice& device) {
  TRY(auto folders, device.disk().list(kSetsFolder));
  for (const std::string& name : folders) {
    auto id = set_of_folder(name);
    auto set = id ? find_set(*id) : nullptr;
    if (!set) continue;
    Descriptor descriptor = set->descriptor();
    Member self{device.info.id, device.identity().uuid};
    if (std::ranges::find(descriptor.members, self) == descriptor.members.end())
      TRY(device.disk().remove_tree(set_folder(*id)));
  }
  return {};
}

}  // namespace belfry::segments
