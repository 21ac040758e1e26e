#include "storage.h"

#include <spdlog/spdlog.h>

namespace belfry::provider {
namespace {

// A disk syncs batches and serves reads at the same time.
constexpr unsigned kThreadsPerDisk = 2;
constexpr std::size_t kDiskQueueMax = 10'000;

Result<std::shared_ptr<Disk>> open_disk_folder(DataDirectory& directory,
                                               const topology::Disk& disk) {
  auto path = directory.resolve(disk.path);
  if (disk.simulated && !directory.knows_disk(disk.name)) {
    TRY(make_directory(path));
    TRY(directory.remember_disk(disk.name));
  }
  TRY(auto opened, open_disk(path.string()));
  return std::shared_ptr<Disk>(std::move(opened));
}

}  // namespace

Result<std::vector<segments::StoreDisk>> open_disks(DataDirectory& directory,
                                                    const topology::Topology& topology) {
  std::vector<segments::StoreDisk> disks;
  for (const topology::Disk& declared : topology.disks) {
    segments::StoreDisk disk{declared.id,
                             declared.name,
                             declared.server,
                             declared.site,
                             directory.resolve(declared.path).string(),
                             declared.simulated,
                             nullptr};
    auto opened = open_disk_folder(directory, declared);
    if (opened)
      disk.disk = std::move(*opened);
    else
      spdlog::error("disk {} is absent: {}", declared.name, opened.error().describe());
    disks.push_back(std::move(disk));
  }
  return disks;
}

DiskPools::DiskPools(const std::vector<segments::StoreDisk>& disks) {
  for (const segments::StoreDisk& disk : disks)
    pools_[disk.id] = make_pool("disk-" + disk.name, kThreadsPerDisk, kDiskQueueMax);
}

Result<Keys> open_keys(const DataDirectory& directory, const topology::Topology& topology,
                       Clock& clock, Random& random) {
  Keys keys;
  bool first_start = true;
  std::vector<Disk*> disks;
  for (const std::string& path : topology.key_disks) {
    TRY(make_directory(directory.resolve(path)));
    TRY(auto disk, open_disk(directory.resolve(path).string()));
    TRY(auto names, disk->list(""));
    first_start = first_start && names.empty();
    disks.push_back(disk.get());
    keys.disks.push_back(std::move(disk));
  }
  auto master_path = directory.resolve(topology.master_key_file);
  TRY(make_directory(master_path.parent_path()));
  TRY(Buffer master,
      crypto::load_master_key(
          master_path.string(),
          first_start ? crypto::MissingKey::kCreate : crypto::MissingKey::kRefuse, random));
  TRY(keys.store, crypto::open_key_store(disks, master, clock, random));
  return keys;
}

}  // namespace belfry::provider
