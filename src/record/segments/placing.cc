// Which set an append goes to.
//
// One set at a time takes a group's appends, so that they share batches; when it has filled a
// segment, or has more queued than one batch holds, another open one takes its turn.
#include "durable.h"
#include "local_store.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>

namespace belfry::segments {
namespace {

constexpr Duration kMeasureEvery = std::chrono::seconds(1);
constexpr Bytes kRoomToRelease = 1_MiB;

}  // namespace

Task<std::shared_ptr<ReplicaSet>> LocalStore::set_for_append(Stream stream,
                                                             const Placement& placement,
                                                             Reserve reserve) {
  GroupKey key{stream, placement};
  for (;;) {
    if (closed_) co_return fail(Code::kRetry, "segments.closed");
    std::shared_ptr<Promise<Result<>>> opening;
    bool mine = false;
    {
      std::lock_guard lock(mutex_);
      Group& group = groups_[key];
      std::erase_if(group.open,
                    [](auto& set) { return !set->takes_appends() || !set->complete(); });
      if (!group.open.empty()) {
        group.current %= group.open.size();
        // The least queued one takes over when the current one has a full batch waiting.
        if (group.open[group.current]->queued() > ReplicaSet::kBatchMax) {
          auto least =
              std::ranges::min_element(group.open, {}, [](auto& set) { return set->queued(); });
          group.current = std::size_t(least - group.open.begin());
        }
        co_return group.open[group.current];
      }
      if (!group.opening) {
        group.opening = std::make_shared<Promise<Result<>>>();
        mine = true;
      }
      opening = group.opening;
    }
    if (mine) {
      auto opened = co_await runtime::blocking(
          *devices_.front()->pool, [&] { return open_some_set(key, Spread::kReuse, reserve); });
      {
        std::lock_guard lock(mutex_);
        Group& group = groups_[key];
        if (opened) group.open.push_back(*opened);
        group.opening = nullptr;
      }
      Result<> outcome;
      if (!opened) outcome = std::unexpected(opened.error());
      opening->set(outcome);
    }
    CO_TRY(co_await opening->wait());
  }
}

// Blocks. A set that exists and is complete, or a new one; to widen, a new one first, while there
// are fewer sets than disks.
Result<std::shared_ptr<ReplicaSet>> LocalStore::open_some_set(const GroupKey& key, Spread spread,
                                                              Reserve reserve) {
  std::vector<std::shared_ptr<ReplicaSet>> candidates;
  for (auto& set : all_sets()) {
    bool suits = set->stream() == key.first && set->placement() == key.second &&
                 !set->takes_appends() && set->complete() && has_room(*set, reserve);
    if (suits) candidates.push_back(set);
  }
  std::ranges::sort(candidates, {},
                    [](auto& set) { return std::pair(set->stored().count, set->id()); });
  std::size_t eligible = loads({}, room_to_open(reserve)).size();
  std::size_t existing = 0;
  for (auto& set : all_sets())
    existing += set->stream() == key.first && set->placement() == key.second;
  bool widen =
      spread == Spread::kWiden && existing < std::max<std::size_t>(options_.open_sets, eligible);
  if (candidates.empty() || widen) {
    auto created = create_set(key, reserve);
    if (created || candidates.empty()) return created;
  }
  for (auto& set : candidates)
    if (set->open()) return set;
  return create_set(key, reserve);
}

Bytes LocalStore::room_to_open(Reserve reserve) const {
  // A removal and its event are small.
  return reserve == Reserve::kUse ? kRoomToRelease : options_.space_reserve + options_.segment_size;
}

bool LocalStore::has_room(const ReplicaSet& set, Reserve reserve) const {
  return std::ranges::all_of(set.members(), [&](StoreDevice* device) {
    if (!device || !device->good()) return false;
    device->measure(clock_.monotonic(), kMeasureEvery);
    return device->space().free >= room_to_open(reserve);
  });
}

// Errors: exhausted ("segments.full").
Task<> LocalStore::keep_reserve(const ReplicaSet& set) const {
  const auto is_full = [&](StoreDevice* device) {
    return device && device->good() && device->space().free < options_.space_reserve;
  };
  for (StoreDevice* device : set.members()) {
    if (!is_full(device)) continue;
    // Something may have been removed since.
    co_await runtime::blocking(*device->pool, [&]() -> Result<> {
      device->measure(clock_.monotonic(), kMeasureEvery);
      return {};
    });
    if (is_full(device)) co_return no_disks(set.placement());
  }
  co_return Result<>{};
}

Bytes LocalStore::size_of(const ReplicaSet& set) const {
  Bytes size = set.stored() + options_.segment_size;
  std::lock_guard lock(mutex_);
  if (auto files = files_.find(set.id()); files != files_.end()) size += files->second.second;
  return size;
}

std::vector<Load> LocalStore::loads(const std::vector<StoreDevice*>& without, Bytes free) const {
  // Those being made first: one that is made meanwhile is among all then.
  std::map<SetId, std::vector<StoreDevice*>> members;
  {
    std::lock_guard lock(mutex_);
    members = making_;
  }
  for (auto& set : all_sets()) members[set->id()] = set->members();
  std::map<StoreDevice*, std::size_t> counts;
  for (auto& [set, devices] : members)
    for (StoreDevice* device : devices) ++counts[device];
  std::vector<Load> loads;
  for (auto& device : devices_) {
    if (!device->good() || std::ranges::find(without, device.get()) != without.end()) continue;
    device->measure(clock_.monotonic(), kMeasureEvery);
    if (device->space().free < free) continue;
    loads.push_back({device.get(), device->space(), counts[device.get()]});
  }
  return loads;
}

// Until what it returns goes, the set is not taken for one that a returning disk brings.
std::shared_ptr<void> LocalStore::mark_making(SetId set, std::vector<StoreDevice*> on) {
  {
    std::lock_guard lock(mutex_);
    making_.emplace(set, std::move(on));
  }
  return {nullptr, [this, set](void*) {
            std::lock_guard lock(mutex_);
            making_.erase(set);
          }};
}

Result<std::shared_ptr<ReplicaSet>> LocalStore::create_set(const GroupKey& key, Reserve reserve) {
  for (std::size_t round = 0; round <= devices_.size(); ++round) {
    Descriptor descriptor{{random_.id()}, key.first, key.second, 1, {}};
    // Asked beforehand: a disk that does not answer must not keep other sets waiting.
    for (auto& device : devices_)
      if (device->good()) device->measure(clock_.monotonic(), kMeasureEvery);
    // Two sets made at once see each other's disks: they would take the same ones.
    std::unique_lock choosing(choosing_);
    std::vector<Load> candidates = loads({}, room_to_open(reserve));
    std::vector<StoreDevice*> chosen = choose_disks(key.second, {}, candidates);
    if (chosen.empty()) return no_disks(key.second);
    const auto making = mark_making(descriptor.set, chosen);
    choosing.unlock();
    for (StoreDevice* device : chosen)
      descriptor.members.push_back({device->info.id, device->identity().uuid});
    bool written = true;
    for (unsigned i = 0; i < chosen.size() && written; ++i) {
      Result<> done = write_descriptor(chosen[i]->disk(), descriptor, {i});
      if (done) continue;
      failed(*chosen[i], done.error());
      written = false;
    }
    if (!written) continue;
    auto set = std::make_shared<ReplicaSet>(context_, descriptor, chosen, RecoveredSet{});
    if (!set->open()) continue;
    std::lock_guard lock(mutex_);
    sets_[set->id()] = set;
    return set;
  }
  return no_disks(key.second);
}

std::unexpected<Error> LocalStore::no_disks(const Placement& placement) const {
  const bool any_full = std::ranges::any_of(devices_, [&](auto& device) {
    return device->good() && device->space().free < room_to_open(Reserve::kKeep);
  });
  std::string policy = std::to_string(placement.copies) + " copies, " +
                       std::to_string(placement.servers_min) + " servers, " +
                       std::to_string(placement.sites_min) + " sites";
  if (any_full) return fail(Code::kExhausted, "segments.full", {{"policy", policy}});
  return fail(Code::kRetry, "segments.no_disks", {{"policy", policy}});
}

// Runs where a batch was built: hands the rest to the executor.
void LocalStore::change_over(SetId filled) {
  boost::asio::post(executor_, [this, filled, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    std::lock_guard lock(mutex_);
    for (auto& [key, group] : groups_) {
      auto place = std::ranges::find_if(group.open, [&](auto& set) { return set->id() == filled; });
      if (place == group.open.end()) continue;
      group.current = std::size_t(place - group.open.begin()) + 1;
      if (group.opening || closed_) continue;
      group.opening = std::make_shared<Promise<Result<>>>();
      boost::asio::co_spawn(executor_, open_another(key, filled), boost::asio::detached);
    }
  });
}

// Opens a set beside those that are open, or in the place of the one that has filled a segment, so
// that in time the sets of a group fill alike.
boost::asio::awaitable<void> LocalStore::open_another(GroupKey key, SetId filled) {
  auto opened = co_await runtime::blocking(
      *devices_.front()->pool, [&] { return open_some_set(key, Spread::kWiden, Reserve::kKeep); });
  std::shared_ptr<Promise<Result<>>> opening;
  std::shared_ptr<ReplicaSet> retired;
  {
    std::lock_guard lock(mutex_);
    Group& group = groups_[key];
    if (opened) {
      group.open.push_back(*opened);
      auto place = std::ranges::find_if(group.open, [&](auto& set) { return set->id() == filled; });
      if (group.open.size() > options_.open_sets && place != group.open.end()) {
        retired = *place;
        group.open.erase(place);
      }
      group.current = group.open.size() - 1;
    }
    opening = std::exchange(group.opening, nullptr);
  }
  if (retired) retired->close(ReplicaSet::Closing::kRetire, [] {});
  opening->set(Result<>{});
}

}  // namespace belfry::segments
