#include "tile_disks.h"

#include "audit/ledger.h"

#include <algorithm>
#include <functional>
#include <map>

namespace belfry::provider {

std::vector<std::shared_ptr<Disk>> choose_tile_disks(const std::vector<segments::StoreDisk>& disks,
                                                     segments::Store& store) {
  std::vector<const segments::StoreDisk*> chosen;
  auto shares = [&](auto member, const segments::StoreDisk& disk) {
    return std::ranges::any_of(chosen, [&](auto other) { return other->*member == disk.*member; });
  };
  auto take = [&](auto is_wanted) {
    for (const segments::StoreDisk& disk : disks)
      if (disk.disk && chosen.size() < 3 && !shares(&segments::StoreDisk::id, disk) &&
          is_wanted(disk))
        chosen.push_back(&disk);
  };
  std::map<segments::Sequence, std::vector<DiskId>, std::greater<>> savepoints;
  for (const segments::StoreDisk& disk : disks)
    if (auto watched = disk.disk ? store.disk(disk.id) : nullptr)
      if (const segments::Sequence sequence = audit::savepoint_on(*watched); sequence != 0)
        savepoints[sequence].push_back(disk.id);
  for (const auto& [sequence, ids] : savepoints)
    take([&ids](const segments::StoreDisk& disk) {
      return std::ranges::find(ids, disk.id) != ids.end();
    });
  take([&](const segments::StoreDisk& disk) { return !shares(&segments::StoreDisk::site, disk); });
  take(
      [&](const segments::StoreDisk& disk) { return !shares(&segments::StoreDisk::server, disk); });
  take([](const segments::StoreDisk&) { return true; });
  std::vector<std::shared_ptr<Disk>> result;
  result.reserve(chosen.size());
  // As the store uses them: one that hangs does not keep the ledger from publishing.
  for (const segments::StoreDisk* disk : chosen) result.push_back(store.disk(disk->id));
  return result;
}

}  // namespace belfry::provider
