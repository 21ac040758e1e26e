#include "scrub.h"

#include "durable.h"
#include "local_store.h"

#include <algorithm>

namespace belfry::segments {

Task<ScrubReport> LocalStore::scrub(DiskId disk, std::function<void(double)> progress) {
  std::vector<std::shared_ptr<ReplicaSet>> chosen;
  for (auto& set : all_sets()) {
    Descriptor descriptor = set->descriptor();
    bool on_disk = std::ranges::any_of(descriptor.members,
                                       [&](const Member& member) { return member.disk == disk; });
    if (!disk || on_disk) chosen.push_back(set);
  }
  ScrubReport total;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    CO_TRY(co_await scrub_set(chosen[i], total, [&](double fraction) {
      if (progress) progress((double(i) + fraction) / double(chosen.size()));
    }));
  }
  if (progress) progress(1);
  co_return total;
}

Task<> LocalStore::scrub_set(std::shared_ptr<ReplicaSet> set, ScrubReport& total,
                             std::function<void(double)> progress) {
  SetScrub scrub(*this, clock_, set);
  for (bool more = true; more;) {
    Monotonic start = clock_.monotonic();
    CO_TRY(more, co_await runtime::blocking(pool_of(*set), [&] { return scrub.step(); }));
    if (progress) {
      progress(scrub.fraction());
    } else {
      // By itself it takes a fifth of the disks' time at most.
      auto taken = std::chrono::floor<Duration>(clock_.monotonic() - start);
      co_await pause(4 * taken);
      if (closed_) co_return fail(Code::kRetry, "segments.closed");
    }
  }
  const ScrubReport& report = scrub.report();
  total.sets += report.sets;
  total.records += report.records;
  total.files += report.files;
  total.read += report.read;
  total.repaired += report.repaired;
  total.found.insert(total.found.end(), report.found.begin(), report.found.end());
  {
    std::lock_guard lock(mutex_);
    std::erase_if(damages_, [&](const Damage& damage) { return damage.set == set->id(); });
    files_[set->id()] = {scrub.files(), scrub.file_octets()};
    if (!scrub.partial()) scrubbed_[set->id()] = clock_.now();
  }
  if (!scrub.partial())
    co_await runtime::blocking(pool_of(*set), [&]() -> Result<> {
      save_scrubbed(set->id(), set->members(), clock_.now());
      return {};
    });
  for (const Damage& damage : scrub.left()) damaged(damage);
  // What could not be mended while the set was growing is mended while it stands still.
  if (scrub.needs_resync()) {
    CO_TRY(co_await resync(set));
    settle(
        set->id(), {}, [](const Damage& damage) { return damage.state == CopyState::kMissing; },
        set_folder(set->id()));
  }
  co_return Result<>{};
}

void LocalStore::load_scrubbed(SetId set, const std::vector<StoreDevice*>& members) {
  for (StoreDevice* device : members) {
    if (!device || !device->good()) continue;
    auto bytes = read_small_file(device->disk(), set_folder(set) + "/scrubbed");
    auto time = bytes ? decode_scrubbed(*bytes, set) : std::nullopt;
    std::lock_guard lock(mutex_);
    if (time) scrubbed_[set] = std::max(scrubbed_[set], *time);
  }
}

// Not synced: what a power cut takes of it is scrubbed again.
void LocalStore::save_scrubbed(SetId set, const std::vector<StoreDevice*>& members,
                               Timestamp time) {
  std::string path = set_folder(set) + "/scrubbed";
  for (StoreDevice* device : members) {
    if (!device || !device->good()) continue;
    Disk& disk = device->disk();
    (void)disk.remove(path + ".new");
    auto file = disk.create(path + ".new");
    if (file && (*file)->write_at(0, encode_scrubbed(set, time)))
      (void)disk.rename(path + ".new", path);
  }
}

}  // namespace belfry::segments
