#include "storage.h"

#include "audit/retention.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>

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

std::string key_paths(const DataDirectory& directory, const topology::Topology& topology) {
  std::string paths;
  for (const std::string& path : topology.key_disks)
    paths += (paths.empty() ? "" : ", ") + directory.resolve(path).string();
  return paths;
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

bool hold_sets(const DataDirectory& directory, const topology::Topology& topology) {
  return std::ranges::any_of(topology.disks, [&](const topology::Disk& disk) {
    std::error_code error;
    std::filesystem::directory_iterator entry(directory.resolve(disk.path) / "sets", error);
    return !error && entry != std::filesystem::directory_iterator();
  });
}

std::string seal_name_of(const topology::Topology& topology) {
  return std::filesystem::path(topology.master_key_file).filename().string() + ".months";
}

Result<Keys> open_keys(const DataDirectory& directory, const topology::Topology& topology,
                       KeyStoreUse use, Clock& clock, Random& random) {
  Keys keys;
  bool empty = true;
  std::vector<Disk*> disks;
  for (const std::string& path : topology.key_disks) {
    TRY(make_directory(directory.resolve(path)));
    TRY(auto disk, open_disk(directory.resolve(path).string()));
    TRY(auto names, disk->list(""));
    // A file system that was just made has this folder.
    empty = empty && std::ranges::all_of(names, [](auto& name) { return name == "lost+found"; });
    disks.push_back(disk.get());
    keys.disks.push_back(std::move(disk));
  }
  if (empty && use == KeyStoreUse::kInUse)
    return fail(Code::kNotFound, "provider.keys_missing",
                {{"paths", key_paths(directory, topology)}});
  auto master_path = directory.resolve(topology.master_key_file);
  TRY(make_directory(master_path.parent_path()));
  TRY(Buffer master,
      crypto::load_master_key(master_path.string(),
                              empty ? crypto::MissingKey::kCreate : crypto::MissingKey::kRefuse,
                              random));
  TRY(keys.seal_folder, open_disk(master_path.parent_path().string()));
  crypto::SealPlace seal{*keys.seal_folder, seal_name_of(topology)};
  TRY(keys.store, crypto::open_key_store(disks, master, std::move(seal), clock, random));
  return keys;
}

void tell_old_months(crypto::KeyStore& keys, Clock& clock, const topology::Topology& topology) {
  const unsigned kept = topology.ledger_months_kept;
  const std::size_t old = audit::count_old_months(keys, clock, kept);
  if (old == 0) return;
  spdlog::warn(
      "in an hour the keys of {} months of the ledger, of all tenants, are destroyed: "
      "ledger_retention_months is {}; stop the daemon if the clock or that is wrong",
      old, kept);
}

audit::VaultOptions vault_options(const std::vector<segments::StoreDisk>& disks,
                                  const std::vector<std::shared_ptr<Disk>>& tile_disks,
                                  segments::Store& store, std::shared_ptr<Pool> pool) {
  audit::VaultOptions options{.disks = tile_disks, .pool = std::move(pool)};
  for (const segments::StoreDisk& disk : disks)
    if (disk.disk && std::ranges::find(tile_disks, store.disk(disk.id)) == tile_disks.end())
      options.elsewhere.push_back(store.disk(disk.id));
  return options;
}

void tell_waiting(audit::Vault& vault) {
  for (TenantId tenant : vault.waiting())
    spdlog::error(
        "old months of the log of tenant {} are not destroyed: what legal holds keep of them is "
        "not in the vault; look at its holds and at the disks",
        tenant.text());
}

}  // namespace belfry::provider
