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
    CO_TRY(more, co_await runtime::blocking(pool_of(*set), [&] { return scrub.step(); }));
    progress(scrub.fraction());
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
  for (const Damage& damage : scrub.left()) damaged(damage);
  co_return Result<>{};
}

}  // namespace belfry::segments
