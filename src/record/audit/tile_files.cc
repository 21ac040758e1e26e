#include "tile_files.h"

#include "savepoint.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <latch>

namespace belfry::audit {

namespace {

// A full bundle of the largest leaves.
constexpr Bytes kFileLengthMax{std::uint64_t{256} * (65'535 + 2)};

constexpr std::string_view kFolder = "audit", kSavepointPath = "audit/savepoint";
// Of a hundred thousand logs and more.
constexpr Bytes kSavepointLengthMax = 4_GiB;

std::string folder_of(TenantId tenant) {
  return std::string(kFolder) + "/" + tenant.text();
}

enum class Writer { kPublication, kRepair };

// Of a file this long, whole pages go past the system's memory: a full bundle is seldom read soon.
constexpr std::size_t kLong = 64 << 10;

// What is written to every disk, in memory from which it may go past the system's.
class Content {
 public:
  explicit Content(View octets)
      : octets_(File::memory_to_write_past(octets.size())), size_(octets.size()) {
    std::ranges::copy(octets, octets_.get());
  }
  View all() const { return {octets_.get(), size_}; }
  Result<> write_to(File& file) const {
    const std::size_t whole = size_ < kLong ? 0 : size_ / File::kPastMemory * File::kPastMemory;
    if (whole > 0) TRY(file.write_past_memory(0, all().first(whole)));
    return file.write_at(whole, all().subspan(whole));
  }

 private:
  std::shared_ptr<std::byte[]> octets_;
  std::size_t size_;
};

// Readers see the old file or the whole new one.
Result<> replace(Disk& disk, const std::string& folder, const std::string& path,
                 const Content& content, Writer writer) {
  const std::string unfinished =
      folder + (writer == Writer::kRepair ? "/unfinished-repair" : "/unfinished");
  auto file = disk.create(unfinished);
  if (!file && file.error().code() == Code::kNotFound) {
    TRY(disk.make_directory(folder));
    file = disk.create(unfinished);
  } else if (!file && file.error().code() == Code::kConflict) {
    TRY(disk.remove(unfinished));
    file = disk.create(unfinished);
  }
  if (!file) return std::unexpected(file.error());
  TRY(content.write_to(**file));
  auto renamed = disk.rename(unfinished, path);
  if (renamed || renamed.error().code() != Code::kNotFound) return renamed;
  TRY(disk.make_directory(path.substr(0, path.rfind('/'))));
  return disk.rename(unfinished, path);
}

// What a disk that hangs may do late, it does with what is its own.
Result<Buffer> read_from(const std::shared_ptr<Disk>& disk, const std::string& path) {
  auto octets = std::make_shared<Buffer>();
  TRY(disk->together([disk, path, octets]() -> Result<> {
    TRY(*octets, read_whole(*disk, path, kFileLengthMax));
    return {};
  }));
  return std::move(*octets);
}

Result<> replace_on(const std::shared_ptr<Disk>& disk, const std::string& folder,
                    const std::string& path, const Content& content, Writer writer) {
  return disk->together([disk, folder, path, content, writer] {
    return replace(*disk, folder, path, content, writer);
  });
}

}  // namespace

std::optional<Buffer> TileFiles::good_copy(std::size_t disk, const std::string& path,
                                           const Good& good, Cached cached) {
  if (cached == Cached::kForget) disks_[disk]->forget_cached(path);
  auto octets = read_from(disks_[disk], path);
  if (!octets || !good(*octets)) return std::nullopt;
  return std::move(*octets);
}

unsigned TileFiles::replace_copies(const std::vector<std::size_t>& bad, const std::string& folder,
                                   const std::string& path, View octets) {
  const Content content(octets);
  unsigned replaced = 0;
  std::lock_guard lock(repairing_);
  for (std::size_t disk : bad) {
    if (replace_on(disks_[disk], folder, path, content, Writer::kRepair))
      ++replaced;
    else
      note_behind(disk);
  }
  return replaced;
}

Result<Buffer> TileFiles::read(TenantId tenant, const std::string& path,
                               const std::function<bool(View)>& good, Repair repair) {
  const std::string folder = folder_of(tenant), full = folder + "/" + path;
  std::vector<std::size_t> bad;
  for (std::size_t disk = 0; disk < disks_.size(); ++disk) {
    if (!disks_[disk]) continue;
    auto octets = good_copy(disk, full, good, Cached::kWelcome);
    if (!octets) {
      bad.push_back(disk);
      continue;
    }
    if (repair == Repair::kYes && !bad.empty()) replace_copies(bad, folder, full, *octets);
    return std::move(*octets);
  }
  return fail(Code::kCorrupt, "audit.tile_lost", {{"path", full}});
}

Result<unsigned> TileFiles::mend(TenantId tenant, const std::string& path,
                                 const std::function<bool(View)>& good) {
  const std::string folder = folder_of(tenant), full = folder + "/" + path;
  std::vector<std::size_t> bad;
  std::optional<Buffer> whole;
  for (std::size_t disk = 0; disk < disks_.size(); ++disk) {
    if (!disks_[disk]) continue;
    auto octets = good_copy(disk, full, good, Cached::kForget);
    if (!octets)
      bad.push_back(disk);
    else if (!whole)
      whole = std::move(octets);
  }
  if (!whole) return fail(Code::kCorrupt, "audit.tile_lost", {{"path", full}});
  return bad.empty() ? 0 : replace_copies(bad, folder, full, *whole);
}

Result<> TileFiles::write(TenantId tenant, std::span<const TileFile> files, Present present) {
  const std::string folder = folder_of(tenant);
  std::vector<Content> contents;
  for (const TileFile& file : files) contents.emplace_back(file.octets);
  std::vector<std::atomic<bool>> written(files.size());
  auto write_on = [&](std::size_t place) {
    const std::shared_ptr<Disk>& disk = disks_[place];
    for (std::size_t i = 0; i < files.size(); ++i) {
      const std::string full = folder + "/" + files[i].path;
      if (present == Present::kCompare) {
        auto there = read_from(disk, full);
        if (there && std::ranges::equal(*there, contents[i].all())) {
          written[i] = true;
          continue;
        }
      }
      if (replace_on(disk, folder, full, contents[i], Writer::kPublication))
        written[i] = true;
      else
        note_behind(place);
    }
  };
  on_each_disk(write_on);
  for (std::size_t i = 0; i < files.size(); ++i)
    if (!written[i])
      return fail(Code::kRetry, "audit.tile_not_written", {{"path", folder + "/" + files[i].path}});
  return {};
}

void TileFiles::on_each_disk(std::function<void(std::size_t disk)> work) {
  std::latch working(std::ptrdiff_t(disks_.size()));
  for (std::size_t disk = 0; disk < disks_.size(); ++disk) {
    auto once = [&, disk] {
      if (disks_[disk]) work(disk);
      working.count_down();
    };
    if (pool_)
      pool_->run_always(once);
    else
      once();
  }
  working.wait();
}

void TileFiles::remove(TenantId tenant, const std::string& path) {
  const std::string full = folder_of(tenant) + "/" + path;
  for (const auto& disk : disks_)
    if (disk) std::ignore = disk->together([disk, full] { return disk->remove(full); });
}

void TileFiles::remove_all_but(TenantId tenant, const std::string& folder,
                               const std::vector<std::string>& keep) {
  const std::string full = folder_of(tenant) + "/" + folder;
  for (const auto& disk : disks_) {
    if (!disk) continue;
    std::ignore = disk->together([disk, full, keep]() -> Result<> {
      if (keep.empty()) return disk->remove_tree(full);
      TRY(auto names, disk->list(full));
      for (const std::string& name : names)
        if (std::ranges::find(keep, name) == keep.end())
          std::ignore = disk->remove(full + "/" + name);
      return {};
    });
  }
}

std::vector<TileFiles::Found> TileFiles::all(const std::string& path) {
  std::vector<Found> found;
  for (const auto& disk : disks_) {
    auto names = disk ? disk->list("audit") : Result<std::vector<std::string>>();
    if (!names) continue;
    for (const std::string& name : *names) {
      TenantId tenant;
      const auto [end, error] =
          std::from_chars(name.data(), name.data() + name.size(), tenant.value);
      if (error != std::errc() || end != name.data() + name.size()) continue;
      if (auto octets = read_from(disk, folder_of(tenant) + "/" + path))
        found.push_back({tenant, std::string(as_text(*octets))});
    }
  }
  return found;
}

bool TileFiles::all_answer() {
  return std::ranges::all_of(disks_, [](const std::shared_ptr<Disk>& disk) {
    return disk && disk->together([disk]() -> Result<> {
      auto space = disk->space();
      return space ? Result<>() : std::unexpected(space.error());
    });
  });
}

bool TileFiles::take_behind(std::size_t disk) {
  std::lock_guard lock(behind_mutex_);
  return std::exchange(behind_[disk], 0) != 0;
}

bool TileFiles::is_behind(std::size_t disk) {
  std::lock_guard lock(behind_mutex_);
  return behind_[disk] != 0;
}

bool TileFiles::is_any_behind() {
  std::lock_guard lock(behind_mutex_);
  return std::ranges::any_of(behind_, [](char behind) { return behind != 0; });
}

void TileFiles::note_behind(std::size_t disk) {
  std::lock_guard lock(behind_mutex_);
  behind_[disk] = 1;
}

Result<> TileFiles::sync(std::size_t disk) {
  const DiskOrdinal ordinal{unsigned(disk)};
  return disks_[disk]->together(
      [disk = disks_[disk], ordinal] { return disk->sync_all(SyncPoint::kLedgerFiles, ordinal); });
}

Result<> TileFiles::write_savepoint(std::size_t disk, const std::shared_ptr<const Buffer>& octets) {
  const DiskOrdinal ordinal{unsigned(disk)};
  return disks_[disk]->together([disk = disks_[disk], octets, ordinal]() -> Result<> {
    TRY(disk->make_directory(kFolder));
    return replace_file(*disk, kSavepointPath, *octets,
                        {SyncPoint::kSavepoint, SyncPoint::kSavepointDirectory}, ordinal);
  });
}

Result<Buffer> TileFiles::read_savepoint(std::size_t disk) {
  if (!disks_[disk]) return fail(Code::kNotFound, "disk.no_file");
  auto octets = std::make_shared<Buffer>();
  TRY(disks_[disk]->together([disk = disks_[disk], octets]() -> Result<> {
    TRY(*octets, read_whole(*disk, kSavepointPath, kSavepointLengthMax));
    return {};
  }));
  return std::move(*octets);
}

segments::Sequence TileFiles::savepoint_on(std::size_t disk) {
  if (!disks_[disk]) return 0;
  auto sequence = std::make_shared<segments::Sequence>();
  std::ignore = disks_[disk]->together([disk = disks_[disk], sequence]() -> Result<> {
    *sequence = audit::savepoint_on(*disk);
    return {};
  });
  return *sequence;
}

segments::Sequence savepoint_on(Disk& disk) {
  auto file = disk.open(kSavepointPath, Access::kRead);
  if (!file) return 0;
  Buffer head(kSavepointHead);
  auto count = (*file)->read_at(0, head);
  return count ? savepoint_sequence(View(head).first(*count)) : 0;
}

}  // namespace belfry::audit
