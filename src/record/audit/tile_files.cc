#include "tile_files.h"

#include <algorithm>
#include <charconv>

namespace belfry::audit {

namespace {

// A full bundle of the largest leaves.
constexpr std::uint64_t kFileLengthMax = std::uint64_t{256} * (65'535 + 2);

std::string folder_of(TenantId tenant) {
  return "audit/" + tenant.text();
}

Result<Buffer> read_whole(Disk& disk, const std::string& path) {
  TRY(auto file, disk.open(path, Access::kRead));
  TRY(Bytes size, file->size());
  if (size.count > kFileLengthMax) return fail(Code::kCorrupt, "audit.tile_lost");
  Buffer octets(size.count);
  TRY(std::size_t got, file->read_at(0, octets));
  octets.resize(got);
  return octets;
}

// Readers see the old file or the whole new one.
Result<> replace(Disk& disk, const std::string& folder, const std::string& path, View octets) {
  const std::string unfinished = folder + "/unfinished";
  auto file = disk.create(unfinished);
  if (!file && file.error().code() == Code::kNotFound) {
    TRY(disk.make_directory(folder));
    file = disk.create(unfinished);
  } else if (!file && file.error().code() == Code::kConflict) {
    TRY(disk.remove(unfinished));
    file = disk.create(unfinished);
  }
  if (!file) return std::unexpected(file.error());
  TRY((*file)->write_at(0, octets));
  auto renamed = disk.rename(unfinished, path);
  if (renamed || renamed.error().code() != Code::kNotFound) return renamed;
  TRY(disk.make_directory(path.substr(0, path.rfind('/'))));
  return disk.rename(unfinished, path);
}

}  // namespace

Result<Buffer> TileFiles::read(TenantId tenant, const std::string& path,
                               const std::function<bool(View)>& good) {
  const std::string folder = folder_of(tenant), full = folder + "/" + path;
  std::vector<Disk*> bad;
  for (const auto& disk : disks_) {
    if (!disk) continue;
    auto octets = read_whole(*disk, full);
    if (!octets || !good(*octets)) {
      bad.push_back(disk.get());
      continue;
    }
    for (Disk* other : bad) std::ignore = replace(*other, folder, full, *octets);
    return octets;
  }
  return fail(Code::kCorrupt, "audit.tile_lost", {{"path", full}});
}

Result<> TileFiles::write(TenantId tenant, const std::string& path, View octets, Present present) {
  const std::string folder = folder_of(tenant), full = folder + "/" + path;
  Result<> outcome = fail(Code::kRetry, "audit.tile_not_written", {{"path", full}});
  for (const auto& disk : disks_) {
    if (!disk) continue;
    if (present == Present::kCompare) {
      auto there = read_whole(*disk, full);
      if (there && std::ranges::equal(*there, octets)) {
        outcome = {};
        continue;
      }
    }
    if (replace(*disk, folder, full, octets)) outcome = {};
  }
  return outcome;
}

void TileFiles::remove_all_but(TenantId tenant, const std::string& folder,
                               const std::vector<std::string>& keep) {
  const std::string full = folder_of(tenant) + "/" + folder;
  for (const auto& disk : disks_) {
    if (!disk) continue;
    if (keep.empty()) {
      std::ignore = disk->remove_tree(full);
      continue;
    }
    auto names = disk->list(full);
    if (!names) continue;
    for (const std::string& name : *names)
      if (std::ranges::find(keep, name) == keep.end())
        std::ignore = disk->remove(full + "/" + name);
  }
}

std::vector<TileFiles::Found> TileFiles::checkpoints() {
  std::vector<Found> found;
  for (const auto& disk : disks_) {
    auto names = disk ? disk->list("audit") : Result<std::vector<std::string>>();
    if (!names) continue;
    for (const std::string& name : *names) {
      TenantId tenant;
      const auto [end, error] =
          std::from_chars(name.data(), name.data() + name.size(), tenant.value);
      if (error != std::errc() || end != name.data() + name.size()) continue;
      if (auto octets = read_whole(*disk, folder_of(tenant) + "/checkpoint"))
        found.push_back({tenant, std::string(as_text(*octets))});
    }
  }
  return found;
}

}  // namespace belfry::audit
