// From what lies on the disks to a store that serves.
#include "durable.h"
#include "local_store.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <array>

namespace belfry::segments {
namespace {

// As many are passed over when a disk is away that may hold records of a higher sequence.
constexpr Sequence kSequencesLeftOut = Sequence{1} << 32;

}  // namespace

Task<> LocalStore::open() {
  for (const StoreDisk& disk : options_.disks) {
    auto device = std::make_unique<StoreDevice>();
    device->info = disk;
    device->pool = options_.pool_for(disk.id);
    device->index = unsigned(devices_.size());
    if (disk.disk && options_.hang_limit > Duration{}) watch(*device);
    devices_.push_back(std::move(device));
  }
  if (devices_.empty()) co_return fail(Code::kInvalid, "segments.no_disks");
  if (!is_segment_size(options_.segment_size.count))
    co_return fail(Code::kInvalid, "segments.segment_size",
                   {{"size", std::to_string(options_.segment_size.count)}});
  std::map<SetId, Descriptor> descriptors;
  CO_TRY(co_await runtime::blocking(*devices_.front()->pool, [&]() -> Result<> {
    TRY(take_disks());
    TRY(descriptors, read_descriptors(ReadFor::kOpen));
    return {};
  }));
  // One after another: each costs a pass over the headers of its last segment alone.
  for (auto& [id, descriptor] : descriptors) {
    Pool* pool = devices_.front()->pool.get();
    for (StoreDevice* device : devices_of(descriptor))
      if (device && device->good()) pool = device->pool.get();
    CO_TRY(co_await runtime::blocking(*pool, [&] { return recover_set(descriptor); }));
  }
  doubt_unproven();
  if (uncertain_) last_durable_ += kSequencesLeftOut;
  next_sequence_ = last_durable_ + 1;
  if (options_.background) {
    background_ = std::make_shared<Promise<bool>>();
    boost::asio::co_spawn(executor_, tend(), boost::asio::detached);
  }
  co_return Result<>{};
}

void LocalStore::watch(StoreDevice& device) {
  device.watch = DiskWatch::begin(device.info.name, device.info.disk,
                                  {.silence = options_.hang_limit}, [this, &device] {
                                    ++device.silences;
                                    failed(device, device.watch->silence());
                                  });
  device.info.disk = device.watch->disk();
}

// Learns which disks are there. One that cannot be read is failed, not fatal.
Result<> LocalStore::take_disks() {
  for (auto& device : devices_) {
    if (!device->info.disk) {
      device->set(DiskHealth::kAbsent, "not present", clock_.now());
      uncertain_ = true;
      continue;
    }
    auto identity = identify(*device, random_);
    if (!identity && identity.error().code() == Code::kInvalid)
      return std::unexpected(identity.error());
    auto name = identity ? device->disk().device() : std::unexpected(identity.error());
    if (name) {
      device->admit(*identity, *name, clock_.now());
      device->measure(clock_.monotonic(), {});
    } else {
      device->set(DiskHealth::kFailed, name.error().describe(), clock_.now());
      device->has_erred = !DiskWatch::is_silence(name.error());
    }
    if (!device->good()) uncertain_ = true;
  }
  return {};
}

// A failed sync may have lost pages that were not read since: the recovery looked at tails alone.
void LocalStore::doubt_unproven() {
  for (auto& set : all_sets())
    for (StoreDevice* device : set->members()) {
      if (!device) continue;
      if (std::ranges::find(options_.unproven, device->info.id) == options_.unproven.end())
        continue;
      set->expect(device->info.id, ReplicaSet::Check::kEverything);
      // One that is not good is compared when it comes back.
      if (device->good()) set->close(ReplicaSet::Closing::kRepair, [] {});
    }
}

// The highest generation of each set's descriptor; copies that it does not name are removed.
Result<std::map<SetId, Descriptor>> LocalStore::read_descriptors(ReadFor reason) {
  std::map<SetId, Descriptor> newest;
  std::map<SetId, std::vector<StoreDevice*>> holders;
  for (auto& device : devices_) {
    if (!device->good()) continue;
    auto folders = device->disk().list(kSetsFolder);
    if (!folders) {
      failed(*device, folders.error());
      continue;
    }
    for (const std::string& name : *folders) {
      auto id = set_of_folder(name);
      if (!id) continue;
      holders[*id].push_back(device.get());
      TRY(auto descriptor, read_descriptor(*device, *id));
      if (!descriptor) continue;
      auto& known = newest[*id];
      if (descriptor->generation > known.generation || known.members.empty()) known = *descriptor;
    }
  }
  // A set that is being made looks like one that was: only at the start nothing is being made.
  if (reason == ReadFor::kReturn) return newest;
  for (auto& [id, devices] : holders) {
    auto known = newest.find(id);
    for (StoreDevice* device : devices) {
      Member self{device->info.id, device->identity().uuid};
      bool stale = known != newest.end() &&
                   std::ranges::find(known->second.members, self) == known->second.members.end();
      // Without a descriptor anywhere: a set that was being made and took no records, or one whose
      // descriptor cannot be read and that others may know.
      bool unmade = known == newest.end() && is_empty_set(*device, id);
      // What it holds nobody here can say.
      if (known == newest.end() && !unmade) {
        uncertain_ = true;
        std::lock_guard lock(mutex_);
        unreadable_.insert(id);
      }
      if (!stale && !unmade) continue;
      if (Result<> removed = device->disk().remove_tree(set_folder(id)); !removed)
        failed(*device, removed.error());
    }
  }
  return newest;
}

// Nothing if there is none that can be read. Errors: invalid ("segments.later_version").
Result<std::optional<Descriptor>> LocalStore::read_descriptor(StoreDevice& device, SetId set) {
  const std::string path = set_folder(set) + "/descriptor";
  auto bytes = read_small_file(device.disk(), path);
  if (!bytes) {
    failed(device, bytes.error());
    return std::nullopt;
  }
  if (is_of_later_version(*bytes))
    return fail(Code::kInvalid, "segments.later_version",
                {{"path", device.info.path + "/" + path}});
  auto descriptor = decode_descriptor(*bytes);
  if (descriptor && descriptor->set != set) descriptor.reset();
  return descriptor;
}

bool LocalStore::is_empty_set(StoreDevice& device, SetId set) {
  return std::ranges::all_of(
      std::array{segments_folder(set), files_folder(set)}, [&](const std::string& folder) {
        auto names = device.disk().list(folder);
        return names ? names->empty() : names.error().code() == Code::kNotFound;
      });
}

std::vector<StoreDevice*> LocalStore::devices_of(const Descriptor& descriptor) const {
  std::vector<StoreDevice*> members;
  for (const Member& member : descriptor.members) {
    StoreDevice* device = device_of(member.disk);
    // A disk that was emptied or exchanged does not hold the set.
    if (device && device->good() && device->identity().uuid != member.uuid) device = nullptr;
    members.push_back(device);
  }
  return members;
}

Result<> LocalStore::recover_set(const Descriptor& descriptor) {
  std::vector<StoreDevice*> members = devices_of(descriptor);
  for (unsigned i = 0; i < members.size(); ++i) {
    if (!members[i] || !members[i]->good()) continue;
    // Even one that is the same may be in the page cache alone.
    if (Result<> done = write_descriptor(members[i]->disk(), descriptor, {i}); !done)
      failed(*members[i], done.error());
  }
  auto recovered = recover_segments(descriptor, members, *this);
  if (!recovered && recovered.error().code() != Code::kRetry)
    return std::unexpected(recovered.error());
  if (!recovered || recovered->uncertain) uncertain_ = true;
  if (recovered) {
    complete_files(descriptor, members, nullptr, {});
    load_scrubbed(descriptor.set, members);
    raise_sequences(recovered->last);
  }
  auto set = std::make_shared<ReplicaSet>(context_, descriptor, members,
                                          recovered ? std::move(*recovered) : RecoveredSet{});
  std::lock_guard lock(mutex_);
  sets_.try_emplace(descriptor.set, set);
  unreadable_.erase(descriptor.set);
  return {};
}

// Copies files that some members have and others do not. They may be orphans: the store's user
// knows (collect_orphans). `claims`: of a set that is in use; then no file is published or removed
// meanwhile, but the scrub may mend one. `returned`: disks that do not know what was removed.
void LocalStore::complete_files(const Descriptor& descriptor,
                                const std::vector<StoreDevice*>& members, FileClaims* claims,
                                const ReplicaSet::Returned& returned) {
  std::map<FileId, FileHolders> found;
  unsigned present = 0, witnesses = 0;
  for (unsigned i = 0; i < members.size(); ++i) {
    if (!members[i] || !members[i]->good()) continue;
    auto files = list_files(*members[i], descriptor.set);
    if (!files) {
      failed(*members[i], files.error());
      continue;
    }
    ++present;
    witnesses += !returned.contains(members[i]->info.id);
    for (const FilePosition& file : *files) {
      FileHolders& entry = found[file.file];
      entry.file = file;
      entry.ordinals.push_back(i);
    }
  }
  std::uint64_t count = 0;
  Bytes octets;
  for (auto& [id, entry] : found) {
    // Removed while those disks were away, as the others know: it does not come back with them.
    const bool was_removed = witnesses > 0 && std::ranges::all_of(entry.ordinals, [&](unsigned i) {
                               return returned.contains(members[i]->info.id);
                             });
    if (was_removed) {
      for (unsigned i : entry.ordinals)
        (void)members[i]->disk().remove(file_path(descriptor.set, id));
      continue;
    }
    ++count;
    octets += entry.file.size;
    if (entry.ordinals.size() == present) continue;
    FileClaims::Claim claim;
    if (claims) claim = claims->take_within(id, kClaimWait);
    complete_file(descriptor, members, entry);
  }
  std::lock_guard lock(mutex_);
  files_[descriptor.set] = {count, octets};
}

void LocalStore::complete_file(const Descriptor& descriptor,
                               const std::vector<StoreDevice*>& members, const FileHolders& found) {
  const std::string path = file_path(descriptor.set, found.file.file);
  for (unsigned i = 0; i < members.size(); ++i) {
    const bool has = std::ranges::find(found.ordinals, i) != found.ordinals.end();
    if (has || !members[i] || !members[i]->good()) continue;
    // The scrub may have brought it since it was looked for.
    if (members[i]->disk().open(path, Access::kRead)) continue;
    const bool copied = std::ranges::any_of(found.ordinals, [&](unsigned source) {
      Result<> done = copy_file(*members[source], *members[i], found.file, {i});
      // It is the target's fault only if the source can be read.
      if (!done && check_file(members[source]->disk(), found.file, {}))
        failed(*members[i], done.error());
      return done.has_value();
    });
    if (!copied)
      damaged({descriptor.set, members[i]->info.id, true, {}, found.file, CopyState::kMissing, {}});
  }
}

Task<std::unique_ptr<Store>> open_store(Executor executor, Clock& clock, Random& random,
                                        Options options) {
  auto store = std::make_unique<LocalStore>(std::move(executor), clock, random, std::move(options));
  CO_TRY(co_await store->open());
  co_return std::unique_ptr<Store>(std::move(store));
}

}  // namespace belfry::segments
