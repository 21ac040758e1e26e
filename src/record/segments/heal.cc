// Bringing sets that miss a disk back to full strength.
//
// Order, so that a crash at any point leaves a set that can be healed again: the set takes no
// appends; its tail is settled on the disks that are left; the new disk gets every segment and
// file; then its descriptor with the next generation, which from now on is the truth; then the
// others'. Only then are appends taken.
#include "durable.h"
#include "local_store.h"
#include "scrub.h"

#include <algorithm>

namespace belfry::segments {
namespace {

constexpr Duration kReturnPause = std::chrono::seconds(30), kReturnPauseMax = std::chrono::hours(1);

}  // namespace

Task<std::uint64_t> LocalStore::heal() {
  co_return co_await heal_sets(all_sets());
}

Task<std::uint64_t> LocalStore::heal_sets(std::vector<std::shared_ptr<ReplicaSet>> sets) {
  std::uint64_t healed = 0;
  for (auto& set : sets) {
    // Two repairs of one set would take each other's work for an earlier life.
    auto turn = co_await repairs_.take();
    if (set->complete() && !set->in_repair()) continue;
    co_await drain_for_repair(set);
    auto done = co_await runtime::blocking(pool_of(*set), [&] { return heal_set(*set); });
    if (co_await conclude(set, std::move(done))) ++healed;
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
  set.heed_returned();
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
  if (kept.empty())
    return fail(Code::kRetry, "segments.set_unreadable", {{"set", set.id().text()}});
  auto chosen =
      choose_disks(descriptor.placement, kept, loads(kept, options_.space_reserve + size_of(set)));
  if (chosen.size() != lost.size()) return no_disks(descriptor.placement);
  descriptor.generation = set.next_generation();
  for (std::size_t i = 0; i < lost.size(); ++i) {
    members[lost[i]] = chosen[i];
    descriptor.members[lost[i]] = {chosen[i]->info.id, chosen[i]->identity().uuid};
  }
  auto copied = copy_to(descriptor, members, lost, set);
  if (!copied) {
    // What it has of the set is of no use, and takes room.
    for (StoreDevice* device : chosen)
      if (device->good()) (void)device->disk().remove_tree(set_folder(set.id()));
    return std::unexpected(copied.error());
  }
  for (unsigned i = 0; i < members.size(); ++i) {
    if (std::ranges::find(lost, i) != lost.end()) continue;
    TRY(noted(*members[i], write_descriptor(members[i]->disk(), descriptor, {i})));
  }
  raise_sequences(copied->last);
  set.renew(descriptor, members, std::move(*copied));
  settle(set.id(), {},
         [&](const Damage& damage) {
           return std::ranges::none_of(descriptor.members, [&](const Member& member) {
             return member.disk == damage.disk;
           });
         },
         {});
  for (StoreDevice* device : chosen) {
    set.heed(device->info.id);
    happened({Happening::Kind::kSetHealed, set.id(), {}, device->info.id, {}});
  }
  return {};
}

// Everything of the set onto the members at the ordinals in `fresh`, their descriptors last.
Result<RecoveredSet> LocalStore::copy_to(const Descriptor& descriptor,
                                         const std::vector<StoreDevice*>& members,
                                         const std::vector<unsigned>& fresh, ReplicaSet& set) {
  // An earlier life of the set on a disk counts for nothing.
  for (unsigned ordinal : fresh) {
    Disk& disk = members[ordinal]->disk();
    TRY(noted(*members[ordinal], disk.remove_tree(set_folder(descriptor.set))));
    TRY(noted(*members[ordinal], disk.make_directory(segments_folder(descriptor.set))));
    TRY(noted(*members[ordinal], disk.make_directory(files_folder(descriptor.set))));
  }
  // Recovery finds everything missing on the new disks, and completes it there.
  TRY(auto recovered, recover_segments(descriptor, members, *this));
  // The new disks know as little of what was removed as those that came back.
  ReplicaSet::Returned unknowing = set.returned();
  for (unsigned ordinal : fresh)
    unknowing.try_emplace(members[ordinal]->info.id, ReplicaSet::Check::kTails);
  complete_files(descriptor, members, &set.claims(), unknowing);
  for (unsigned ordinal : fresh)
    TRY(noted(*members[ordinal],
              write_descriptor(members[ordinal]->disk(), descriptor, {ordinal})));
  for (StoreDevice* device : members)
    if (!device->good())
      return fail(Code::kRetry, "segments.disk_failed", {{"disk", device->info.name}});
  return recovered;
}

Result<> LocalStore::noted(StoreDevice& device, Result<> outcome) {
  if (!outcome) failed(device, outcome.error());
  return outcome;
}

void LocalStore::raise_sequences(Sequence last) {
  const auto raise = [](std::atomic<Sequence>& value, Sequence least) {
    Sequence seen = value.load();
    while (seen < least && !value.compare_exchange_weak(seen, least)) {
    }
  };
  raise(next_sequence_, last + 1);
  raise(last_durable_, last);
}

// Makes the copies on the members equal again, without a change of members.
Task<> LocalStore::resync(std::shared_ptr<ReplicaSet> set) {
  auto turn = co_await repairs_.take();
  co_await drain_for_repair(set);
  auto done = co_await runtime::blocking(pool_of(*set), [&] { return resync_set(*set); });
  co_return co_await conclude(set, std::move(done));
}

// Compares what disks brought back, where that is asked for, and ends the repair.
Task<> LocalStore::conclude(std::shared_ptr<ReplicaSet> set, Result<> repaired) {
  const auto returned = set->returned();
  const bool everything = std::ranges::any_of(
      returned, [](auto& one) { return one.second == ReplicaSet::Check::kEverything; });
  if (repaired && everything) repaired = co_await compare(set);
  co_return co_await runtime::blocking(pool_of(*set), [&] { return ended(*set, repaired); });
}

// Blocks. Ends a repair; what was to be removed meanwhile goes from whatever disks the set has now.
Result<> LocalStore::ended(ReplicaSet& set, Result<> outcome) {
  const auto removed =
      set.end_repair(outcome ? ReplicaSet::Repair::kDone : ReplicaSet::Repair::kFailed);
  for (const FileId& file : removed) {
    auto claim = set.claims().take_within(file, kClaimWait);
    for (StoreDevice* device : set.members())
      if (device && device->good()) (void)device->disk().remove(file_path(set.id(), file));
  }
  return outcome;
}

// Blocks. The repair goes on.
Result<> LocalStore::resync_set(ReplicaSet& set) {
  set.heed_returned();
  Descriptor descriptor = set.descriptor();
  std::vector<StoreDevice*> members = devices_of(descriptor);
  // An attempt to heal may have left a descriptor somewhere: this one is the truth from now on.
  descriptor.generation = set.next_generation();
  TRY(auto recovered, recover_segments(descriptor, members, *this));
  complete_files(descriptor, members, &set.claims(), set.returned());
  for (unsigned i = 0; i < members.size(); ++i) {
    if (!members[i] || !members[i]->good()) continue;
    TRY(noted(*members[i], write_descriptor(members[i]->disk(), descriptor, {i})));
  }
  raise_sequences(recovered.last);
  set.renew(descriptor, members, std::move(recovered));
  return {};
}

// Reads every octet of a set that is in repair from its disks.
Task<> LocalStore::compare(std::shared_ptr<ReplicaSet> set) {
  SetScrub scrub(*this, clock_, set, SetScrub::Source::kDisk);
  for (bool more = true; more;) {
    if (closed_) co_return fail(Code::kRetry, "segments.closed");
    CO_TRY(more, co_await runtime::blocking(pool_of(*set), [&] { return scrub.step(); }));
  }
  for (const Damage& damage : scrub.left()) damaged(damage);
  // One that fell silent meanwhile returns by itself: it is still to be compared then.
  for (auto& [disk, check] : set->returned())
    if (check == ReplicaSet::Check::kEverything && scrub.left_out(disk))
      co_return fail(Code::kRetry, "segments.disk_failed", {{"disk", device_of(disk)->info.name}});
  co_return Result<>{};
}

Task<> LocalStore::inspect_disks() {
  auto turn = co_await inspections_.take();
  for (auto& device : devices_) {
    if (!device->info.disk) continue;
    CO_TRY(bool is_back,
           co_await runtime::blocking(*device->pool, [&] { return inspect(*device); }));
    // One that cannot return now is tried again.
    if (is_back) (void)co_await bring_back(*device, ReplicaSet::Check::kTails, std::nullopt);
  }
  co_return Result<>{};
}

Task<> LocalStore::readmit(DiskId disk) {
  std::optional turn(co_await inspections_.take());
  StoreDevice* device = device_of(disk);
  if (!device || !device->info.disk) co_return fail(Code::kRetry, "segments.disk_absent");
  if (device->good())
    co_return fail(Code::kConflict, "segments.disk_good", {{"disk", device->info.name}});
  if (device->watch && !device->watch->forgive())
    co_return std::unexpected(device->watch->silence());
  CO_TRY(co_await runtime::blocking(*device->pool, [&] { return device->disk().reopen(); }));
  co_return co_await bring_back(*device, ReplicaSet::Check::kEverything, std::move(turn));
}

// A disk that is not good counts again, with all its sets brought up to date. `inspection` ends
// once the disk counts: to compare all that it holds may take hours, and others are looked at
// meanwhile. Errors: why it does not count, or why a set of it is still in repair.
Task<> LocalStore::bring_back(StoreDevice& device, ReplicaSet::Check check,
                              std::optional<Turns::Turn> inspection) {
  // A set that names the disk as it was before it was emptied or exchanged, too: it learns that it
  // misses a member, and is healed.
  std::vector<std::shared_ptr<ReplicaSet>> concerned = all_sets();
  std::erase_if(concerned, [&](auto& set) {
    return std::ranges::none_of(set->descriptor().members, [&](const Member& member) {
      return member.disk == device.info.id;
    });
  });
  // In repair from before the disk counts: nobody may append to a set of which it lags behind. All
  // at once, which keeps nobody waiting: none of them took appends without the disk, they are read
  // meanwhile, and as soon as it counts new sets are made on it too.
  for (auto& set : concerned) {
    set->expect(device.info.id, check);
    co_await drain_for_repair(set);
  }
  if (auto admitted = co_await runtime::blocking(*device.pool, [&] { return admit(device); });
      !admitted) {
    for (auto& set : concerned)
      co_await runtime::blocking(*device.pool, [&] { return ended(*set, admitted); });
    co_return admitted;
  }
  Result<> outcome = co_await runtime::blocking(*device.pool, [&] { return load_unknown_sets(); });
  inspection.reset();
  for (auto& set : concerned) {
    // Healing may have repaired it meanwhile, and heeded what came back.
    if (!set->in_repair()) continue;
    if (auto done = co_await resync(set); !done && outcome) outcome = done;
  }
  if (!device.good())
    co_return fail(Code::kRetry, "segments.disk_failed", {{"disk", device.info.name}});
  happened({Happening::Kind::kDiskReturned, {}, device.info.id, {}, {}});
  co_return outcome;
}

// Sets whose disks were all away when the store was opened. Blocks.
Result<> LocalStore::load_unknown_sets() {
  TRY(auto descriptors, read_descriptors(ReadFor::kReturn));
  for (auto& [id, descriptor] : descriptors) {
    {
      std::lock_guard lock(mutex_);
      if (sets_.contains(id) || making_.contains(id)) continue;
    }
    TRY(recover_set(descriptor));
  }
  raise_sequences(last_durable_);
  return {};
}

// Blocks. A folder that is gone answers nothing any more, whatever files of it are still open.
// True: a disk that was away, or silent, is there again.
Result<bool> LocalStore::inspect(StoreDevice& device) {
  if (device.health() == DiskHealth::kFailed) return answers_again(device);
  if (device.good()) device.measure(clock_.monotonic(), {});
  Result<> reopened = device.disk().reopen();
  // A lack of descriptors says nothing of the disk.
  if (!reopened && reopened.error().code() == Code::kExhausted) return false;
  if (device.good()) {
    auto bytes = read_small_file(device.disk(), kIdentityName);
    if (!bytes && bytes.error().code() == Code::kExhausted) return false;
    auto identity = bytes ? decode_identity(*bytes) : std::nullopt;
    if (reopened && identity && *identity == device.identity()) return false;
    if (device.leave_good(DiskHealth::kAbsent, "its folder is gone", clock_.now()))
      happened({Happening::Kind::kDiskFailed, {}, device.info.id, {}, device.reason()});
    for (auto& set : all_sets()) set->forget_files();
  }
  // It may have become silent meanwhile.
  return reopened.has_value() && device.health() == DiskHealth::kAbsent;
}

// Whether a disk that failed because it was silent may return: all its calls have come back, none
// with an error. Each time it waits longer, so that one that falls silent again and again does not
// keep its sets busy.
bool LocalStore::answers_again(StoreDevice& device) {
  if (!device.watch || device.has_erred) return false;
  const unsigned before = std::max(device.silences.load(), 1u) - 1;
  Duration pause{};
  if (before > 0) pause = std::min(kReturnPauseMax, kReturnPause * (1u << std::min(before, 16u)));
  if (clock_.now() - device.since() < pause || !device.watch->forgive()) return false;
  auto late = device.watch->late_error();
  if (!late) return true;
  device.has_erred = true;
  device.set(DiskHealth::kFailed, late->describe(), device.since());
  return false;
}

// Blocks. Writes the identity anew, which shows that the disk writes, syncs and reads; then it
// counts. Nothing of a set is written before (invariant 5 of store.h).
Result<> LocalStore::admit(StoreDevice& device) {
  auto identity = identify(device, random_);
  if (!identity) return refused(device, identity.error());
  auto name = device.disk().device();
  if (!name) return refused(device, name.error());
  ++identity->epoch;
  if (auto written = write_identity(device, *identity); !written)
    return refused(device, written.error());
  // While nobody may choose the disk for a copy.
  (void)remove_stale(device, *identity);
  device.admit(*identity, *name, clock_.now());
  device.measure(clock_.monotonic(), {});
  return {};
}

// A failed disk says why it cannot return. What did so by an error does not try by itself again.
std::unexpected<Error> LocalStore::refused(StoreDevice& device, const Error& error) {
  const bool is_failure = error.code() == Code::kRetry && !DiskWatch::is_silence(error);
  if (is_failure) {
    device.has_erred = true;
    if (device.health() == DiskHealth::kAbsent)
      happened({Happening::Kind::kDiskFailed, {}, device.info.id, {}, error.describe()});
    device.set(DiskHealth::kFailed, error.describe(), clock_.now());
  }
  return std::unexpected(error);
}

// Sets that the disk held before it went, and that were healed to another one.
Result<> LocalStore::remove_stale(StoreDevice& device, const DiskIdentity& identity) {
  TRY(auto folders, device.disk().list(kSetsFolder));
  for (const std::string& name : folders) {
    auto id = set_of_folder(name);
    auto set = id ? find_set(*id) : nullptr;
    if (!set) continue;
    Descriptor descriptor = set->descriptor();
    Member self{device.info.id, identity.uuid};
    if (std::ranges::find(descriptor.members, self) == descriptor.members.end())
      TRY(device.disk().remove_tree(set_folder(*id)));
  }
  return {};
}

}  // namespace belfry::segments
