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
    co_await runtime::suspend(
        [&](std::move_only_function<void()> resume) { set->close(std::move(resume)); });
    auto done = co_await runtime::blocking(pool_of(*set), [&] { return heal_set(*set); });
    if (done) ++healed;
  }
  co_return healed;
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
  for (StoreDevice* device : chosen) TRY(device->disk().remove_tree(set_folder(set.id())));
  ++descriptor.generation;
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
  for (StoreDevice* device : chosen)
    happened({Happening::Kind::kSetHealed, set.id(), {}, device->info.id, {}});
  return {};
}

// A folder that is gone answers nothing any more, whatever files of it are still open.
Task<> LocalStore::inspect_disks() {
  for (auto& device : devices_) {
    if (!device->info.disk) continue;
    CO_TRY(co_await runtime::blocking(*device->pool, [&] { return inspect(*device); }));
  }
  co_return Result<>{};
}

Result<> LocalStore::inspect(StoreDevice& device) {
  if (!device.good()) return {};
  auto bytes = read_small_file(device.disk(), kIdentityName);
  auto identity = bytes ? decode_identity(*bytes) : std::nullopt;
  if (identity && *identity == device.identity()) return {};
  device.set(DiskHealth::kAbsent, bytes ? "another disk" : bytes.error().describe(), clock_.now());
  happened({Happening::Kind::kDiskFailed, {}, device.info.id, {}, device.reason()});
  for (auto& set : all_sets()) set->forget_files();
  return {};
}

}  // namespace belfry::segments
