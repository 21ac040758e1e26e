#include "vault_files.h"

#include "vault_format.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

namespace belfry::audit {
namespace {

constexpr std::string_view kFolder = "vault";
constexpr std::size_t kCopies = 3;

std::string folder_of(HoldId hold) {
  return std::string(kFolder) + "/" + hold.text();
}

Result<> write_copy(Disk& disk, const std::string& folder, const std::string& name, View octets,
                    DiskOrdinal ordinal) {
  TRY(disk.make_directory(folder));
  TRY(replace_file(disk, folder + "/" + name, octets,
                   {SyncPoint::kVault, SyncPoint::kVaultDirectory}, ordinal));
  for (std::string_view above : {kFolder, std::string_view("")})
    TRY(disk.sync_directory(above, SyncPoint::kVaultFolder, ordinal));
  return {};
}

// What a disk that hangs may do late, it does with what is its own.
Result<Buffer> read_copy(const std::shared_ptr<Disk>& disk, const std::string& path) {
  auto octets = std::make_shared<Buffer>();
  TRY(disk->together([disk, path, octets]() -> Result<> {
    TRY(*octets, read_whole(*disk, path, {kVaultFileMax}));
    return {};
  }));
  if (!is_whole_vault_file(*octets)) return fail(Code::kCorrupt, "audit.vault_malformed");
  return std::move(*octets);
}

Result<std::vector<std::string>> list_copy(const std::shared_ptr<Disk>& disk,
                                           const std::string& folder) {
  auto names = std::make_shared<std::vector<std::string>>();
  TRY(disk->together([disk, folder, names]() -> Result<> {
    TRY(*names, disk->list(folder));
    return {};
  }));
  return std::move(*names);
}

}  // namespace

VaultFiles::VaultFiles(std::vector<std::shared_ptr<Disk>> disks,
                       std::vector<std::shared_ptr<Disk>> elsewhere)
    : disks_(std::move(disks)), elsewhere_(std::move(elsewhere)) {}

std::vector<std::shared_ptr<Disk>> VaultFiles::all() const {
  std::vector<std::shared_ptr<Disk>> all;
  for (const auto* some : {&disks_, &elsewhere_})
    std::ranges::copy_if(*some, std::back_inserter(all),
                         [](auto& disk) { return disk != nullptr; });
  return all;
}

bool VaultFiles::are_there() {
  return disks_.size() >= kCopies && std::ranges::all_of(disks_, [](const auto& disk) {
           return disk && list_copy(disk, "").has_value();
         });
}

std::vector<HoldId> VaultFiles::holds() {
  std::set<HoldId> found;
  for (const auto& disk : all())
    for (const std::string& name :
         list_copy(disk, std::string(kFolder)).value_or(std::vector<std::string>())) {
      HoldId hold;
      const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), hold.value);
      if (error == std::errc() && end == name.data() + name.size() && hold.value > 0)
        found.insert(hold);
    }
  return {found.begin(), found.end()};
}

VaultFiles::Names VaultFiles::names(HoldId hold) {
  Names names;
  std::map<std::string, std::size_t> copies;
  const auto is_of_three = [&](const auto& disk) {
    return std::ranges::find(disks_, disk) != disks_.end();
  };
  for (const auto& disk : all())
    for (std::string& name :
         list_copy(disk, folder_of(hold)).value_or(std::vector<std::string>())) {
      if (name.ends_with(".new")) continue;
      copies[name] += is_of_three(disk) ? 1 : 0;
      names.all.insert(std::move(name));
    }
  for (const auto& [name, count] : copies)
    if (count < kCopies) names.lacking.insert(name);
  return names;
}

Result<> VaultFiles::write_to(std::size_t number, HoldId hold, const std::string& name,
                              const std::shared_ptr<const Buffer>& content) {
  const auto failed = [&](std::string reason) {
    return fail(Code::kRetry, "audit.vault_not_written",
                {{"disk", std::to_string(number + 1)}, {"reason", std::move(reason)}});
  };
  if (number >= disks_.size() || !disks_[number]) return failed("disk.absent");
  const auto& disk = disks_[number];
  auto written = disk->together([disk, folder = folder_of(hold), name, content, number] {
    return write_copy(*disk, folder, name, *content, {unsigned(number)});
  });
  return written ? Result<>() : failed(written.error().describe());
}

Result<> VaultFiles::write(HoldId hold, const std::string& name, View octets) {
  const auto content = std::make_shared<const Buffer>(octets.begin(), octets.end());
  for (std::size_t i = 0; i < std::max(kCopies, disks_.size()); ++i)
    TRY(write_to(i, hold, name, content));
  return {};
}

Result<Buffer> VaultFiles::read(HoldId hold, const std::string& name) {
  const std::string path = folder_of(hold) + "/" + name;
  for (const auto& disk : all())
    if (auto octets = read_copy(disk, path)) return octets;
  return fail(Code::kCorrupt, "audit.vault_lost", {{"path", path}});
}

Result<VaultFiles::Checked> VaultFiles::check(HoldId hold, const std::string& name) {
  const std::string path = folder_of(hold) + "/" + name;
  // What rots on the medium is not seen in memory.
  for (const auto& disk : all()) disk->forget_cached(path);
  TRY(Buffer good, read(hold, name));
  Checked checked;
  const auto content = std::make_shared<const Buffer>(std::move(good));
  for (std::size_t i = 0; i < std::max(kCopies, disks_.size()); ++i) {
    if (i < disks_.size() && disks_[i])
      if (const auto octets = read_copy(disks_[i], path); octets && *octets == *content) continue;
    auto written = write_to(i, hold, name, content);
    if (!written && checked.written) checked.written = std::move(written);
  }
  checked.octets = *content;
  return checked;
}

Result<> VaultFiles::spread(HoldId hold, const std::string& name) {
  TRY(const Buffer octets, read(hold, name));
  return write(hold, name, octets);
}

void VaultFiles::remove(HoldId hold, const std::string& name) {
  const std::string path = folder_of(hold) + "/" + name;
  for (const auto& disk : all())
    std::ignore = disk->together([disk, path] { return disk->remove(path); });
}

void VaultFiles::remove(HoldId hold) {
  const std::string folder = folder_of(hold);
  for (const auto& disk : all())
    std::ignore = disk->together([disk, folder] { return disk->remove_tree(folder); });
}

}  // namespace belfry::audit
