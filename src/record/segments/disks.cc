#include "disks.h"

#include "durable.h"

#include <algorithm>
#include <set>

namespace belfry::segments {

std::string StoreDevice::reason() const {
  std::lock_guard lock(mutex_);
  return reason_;
}

DiskIdentity StoreDevice::identity() const {
  std::lock_guard lock(mutex_);
  return identity_;
}

std::string StoreDevice::device() const {
  std::lock_guard lock(mutex_);
  return device_;
}

Timestamp StoreDevice::since() const {
  std::lock_guard lock(mutex_);
  return since_;
}

void StoreDevice::wrote(std::uint64_t octets) {
  std::uint64_t seen = free_.load();
  while (!free_.compare_exchange_weak(seen, seen - std::min(seen, octets))) {
  }
}

bool StoreDevice::has_shard(SetId set, const FileId& file) const {
  std::lock_guard lock(mutex_);
  auto shards = shards_.find(set);
  return shards != shards_.end() && shards->second.test(std::size_t(file[0]));
}

void StoreDevice::note_shard(SetId set, const FileId& file) {
  std::lock_guard lock(mutex_);
  shards_[set].set(std::size_t(file[0]));
}

void StoreDevice::measure(Monotonic now, Duration age) {
  if (total_ != 0 && now - measured_.load() < age) return;
  measured_ = now;
  auto space = disk().space();
  if (!space) return;
  total_ = space->total.count;
  free_ = space->free.count;
}

void StoreDevice::set(DiskHealth health, std::string reason, Timestamp now) {
  std::lock_guard lock(mutex_);
  health_ = health;
  reason_ = std::move(reason);
  since_ = now;
}

bool StoreDevice::leave_good(DiskHealth health, std::string reason, Timestamp now) {
  std::lock_guard lock(mutex_);
  if (health_ != DiskHealth::kGood) return false;
  health_ = health;
  reason_ = std::move(reason);
  since_ = now;
  return true;
}

void StoreDevice::run(std::move_only_function<void()> work,
                      std::move_only_function<void(Result<>)> settle) {
  if (watch) return watch->run(std::move(work), std::move(settle), DiskWatch::Room::kAlways);
  auto both = std::make_shared<std::pair<decltype(work), decltype(settle)>>(std::move(work),
                                                                            std::move(settle));
  pool->run_always([both] {
    both->first();
    both->second({});
  });
}

void StoreDevice::admit(const DiskIdentity& identity, std::string device, Timestamp now) {
  std::lock_guard lock(mutex_);
  identity_ = identity;
  device_ = std::move(device);
  reason_.clear();
  since_ = now;
  has_erred = false;
  shards_.clear();
  health_ = DiskHealth::kGood;
}

namespace {

// Depth first over the candidates in order of load, so that the first choice found is a good one.
class Choice {
 public:
  Choice(const Placement& placement, const std::vector<StoreDevice*>& kept,
         const std::vector<Load>& loads)
      : placement_(placement), chosen_(kept), kept_(kept.size()), loads_(loads) {}

  bool search(std::size_t from) {
    if (chosen_.size() == placement_.copies) return suits();
    if (++steps_ > kStepsMax) return false;
    for (std::size_t i = from; i < loads_.size(); ++i) {
      if (!fits_beside(*loads_[i].device)) continue;
      chosen_.push_back(loads_[i].device);
      if (search(i + 1)) return true;
      chosen_.pop_back();
    }
    return false;
  }

  std::vector<StoreDevice*> added() const { return {chosen_.begin() + long(kept_), chosen_.end()}; }

 private:
  static constexpr std::size_t kStepsMax = 200'000;

  bool fits_beside(const StoreDevice& candidate) const {
    std::set<ServerId> servers{candidate.info.server};
    for (const StoreDevice* other : chosen_) {
      bool same_device = other->device() == candidate.device() &&
                         !(other->info.simulated && candidate.info.simulated);
      if (other == &candidate || same_device) return false;
      servers.insert(other->info.server);
    }
    // Each copy still to be chosen adds one server at best.
    return servers.size() + (placement_.copies - chosen_.size() - 1) >= placement_.servers_min;
  }

  bool suits() const {
    std::set<ServerId> servers;
    std::set<SiteId> sites;
    for (const StoreDevice* device : chosen_) {
      servers.insert(device->info.server);
      sites.insert(device->info.site);
    }
    return servers.size() >= placement_.servers_min && sites.size() >= placement_.sites_min;
  }

  const Placement& placement_;
  std::vector<StoreDevice*> chosen_;
  std::size_t kept_;
  const std::vector<Load>& loads_;
  std::size_t steps_ = 0;
};

}  // namespace

std::vector<StoreDevice*> choose_disks(const Placement& placement,
                                       const std::vector<StoreDevice*>& kept,
                                       std::vector<Load> loads) {
  std::erase_if(loads, [&](const Load& load) {
    return !placement.sites_allowed.empty() &&
           std::ranges::find(placement.sites_allowed, load.device->info.site) ==
               placement.sites_allowed.end();
  });
  std::ranges::sort(loads, [](const Load& a, const Load& b) {
    if (a.sets != b.sets) return a.sets < b.sets;
    if (a.space.free != b.space.free) return a.space.free > b.space.free;
    return a.device->index < b.device->index;
  });
  Choice choice(placement, kept, loads);
  if (!choice.search(0)) return {};
  return choice.added();
}

Result<> write_identity(StoreDevice& device, const DiskIdentity& identity) {
  TRY(device.disk().make_directory(kSetsFolder));
  return replace_file(device.disk(), kIdentityName, encode(identity),
                      {SyncPoint::kDiskIdentity, SyncPoint::kDiskIdentityDirectory},
                      {device.index});
}

Result<DiskIdentity> identify(StoreDevice& device, Random& random) {
  auto bytes = read_small_file(device.disk(), kIdentityName);
  if (bytes) {
    auto identity = decode_identity(*bytes);
    if (!identity && is_of_later_version(*bytes))
      return fail(Code::kInvalid, "segments.later_version",
                  {{"path", device.info.path + "/" + std::string(kIdentityName)}});
    if (!identity)
      return fail(Code::kCorrupt, "segments.identity_lost", {{"disk", device.info.name}});
    if (identity->disk != device.info.id)
      return fail(Code::kInvalid, "segments.wrong_disk",
                  {{"disk", device.info.name}, {"path", device.info.path}});
    TRY(write_identity(device, *identity));
    return *identity;
  }
  if (bytes.error().code() != Code::kNotFound) return std::unexpected(bytes.error());
  auto sets = device.disk().list(kSetsFolder);
  if (sets && !sets->empty())
    return fail(Code::kCorrupt, "segments.identity_lost", {{"disk", device.info.name}});
  if (!sets && sets.error().code() != Code::kNotFound) return std::unexpected(sets.error());
  DiskIdentity identity{device.info.id, random.octets<16>(), 1};
  TRY(write_identity(device, identity));
  return identity;
}

}  // namespace belfry::segments
