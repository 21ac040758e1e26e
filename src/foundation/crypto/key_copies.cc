#include "key_copies.h"

namespace belfry::crypto {

namespace {

constexpr std::string_view kDirectory = "keys";
constexpr std::string_view kPath = "keys/keystore";

Result<Buffer> read_copy(Disk& disk) {
  auto octets = read_whole(disk, kPath, {kKeyFileLengthMax});
  if (!octets && octets.error().code() == Code::kCorrupt)
    return fail(Code::kCorrupt, "keystore.torn");
  return octets;
}

Result<> write_copy(Disk& disk, DiskOrdinal ordinal, View octets) {
  TRY(disk.make_directory(kDirectory));
  TRY(replace_file(disk, kPath, octets, {SyncPoint::kKeyStore, SyncPoint::kKeyStoreDirectory},
                   ordinal));
  return disk.sync_directory("", SyncPoint::kKeyStoreFolder, ordinal);
}

}  // namespace

Result<std::optional<KeyFile>> KeyCopies::read_merged(View master_key, Seals seals) {
  std::optional<KeyFile> merged;
  std::optional<Buffer> first;
  bool unreadable = false, unanswered = false;
  identical_ = true;
  for (Copy& copy : copies_) {
    auto octets = copy.disk ? read_copy(*copy.disk)
                            : Result<Buffer>(fail(Code::kRetry, "keystore.disk_missing"));
    auto file = octets ? decode_key_file(*octets, master_key, seals)
                       : Result<KeyFile>(std::unexpected(octets.error()));
    // Made by a later release: it would lose what this one does not know.
    if (!file && file.error().message() == "keystore.unknown_version")
      return std::unexpected(file.error());
    if (!file) {
      const Code code = file.error().code();
      copy.problem = code == Code::kNotFound ? "keystore.copy_missing" : file.error().message();
      unreadable |= code == Code::kCorrupt;
      unanswered |= code != Code::kCorrupt && code != Code::kNotFound;
      identical_ = false;
      continue;
    }
    copy.generation = file->generation;
    if (!first) first = *octets;
    identical_ &= *first == *octets;
    merged = merged ? merge(std::move(*merged), *file) : std::move(*file);
  }
  if (merged) return newest_ = merged->generation, merged;
  if (unreadable) return std::unexpected(unreadable_error());
  if (unanswered) return fail(Code::kRetry, "keystore.disk_missing");
  return merged;
}

Error KeyCopies::unreadable_error() const {
  Error error(Code::kCorrupt, "keystore.unreadable");
  for (std::size_t i = 0; i < copies_.size(); ++i)
    error.with("disk" + std::to_string(i + 1), copies_[i].problem);
  return error;
}

Result<> KeyCopies::write(std::uint64_t generation, View octets) {
  newest_ = generation;
  std::optional<Error> failed;
  for (std::size_t i = 0; i < copies_.size(); ++i) {
    Copy& copy = copies_[i];
    auto written = copy.disk ? write_copy(*copy.disk, {unsigned(i)}, octets)
                             : Result<>(fail(Code::kRetry, "keystore.disk_missing"));
    if (written) {
      copy.generation = generation;
      copy.problem.clear();
    } else {
      copy.problem = written.error().message();
      failed.emplace(Code::kRetry, "keystore.disk_failed");
      failed->with("disk", std::to_string(i + 1)).with("reason", written.error().describe());
    }
  }
  if (failed) return std::unexpected(std::move(*failed));
  return {};
}

std::vector<KeyStore::DiskState> KeyCopies::states() const {
  std::vector<KeyStore::DiskState> states;
  states.reserve(copies_.size());
  for (const Copy& copy : copies_)
    states.push_back({std::string(kPath), copy.generation,
                      copy.generation == newest_ && newest_ != 0 && copy.problem.empty()});
  return states;
}

}  // namespace belfry::crypto
