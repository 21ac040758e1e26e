// The copies of the key store's file on the key disks, written so that each disk has either the
// whole old file or the whole new one.
#pragma once

#include "key_file.h"
#include "runtime/disk.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace belfry::crypto {

class KeyCopies {
 public:
  explicit KeyCopies(std::span<Disk* const> disks) : copies_(disks.size()) {
    for (std::size_t i = 0; i < disks.size(); ++i) copies_[i].disk = disks[i];
  }

  // Reads every copy. What they hold together, under the generation of the newest, or nothing when
  // no disk has one. A disk that missed changes and took others may hold a key that the newest copy
  // lacks, so no copy is simply dropped.
  // Errors: corrupt ("keystore.unreadable"), retry ("keystore.disk_missing": no copy was found, but
  // a disk that could hold one did not answer).
  Result<std::optional<KeyFile>> read_merged(View master_key, Seals seals);
  // Whether every disk holds the same bytes, as last read.
  bool identical() const { return identical_; }

  // Writes `octets` of a new `generation` to every disk. Errors: retry ("keystore.disk_failed")
  // when one did not take it; the others have it then.
  Result<> write(std::uint64_t generation, View octets);

  std::vector<KeyStore::DiskState> states() const;

 private:
  struct Copy {
    Disk* disk = nullptr;
    std::uint64_t generation = 0;
    std::string problem;  // message id
  };
  Error unreadable_error() const;

  std::vector<Copy> copies_;
  std::uint64_t newest_ = 0;
  bool identical_ = false;
};

}  // namespace belfry::crypto
