// Three key disks in a temporary folder that can refuse writes or vanish.
#pragma once

#include "runtime/disk.h"
#include "runtime_testing/forwarding_disk.h"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <unistd.h>

namespace belfry::crypto {

// Passes everything on, unless it refuses to make files.
class RefusingDisk : public runtime::testing::ForwardingDisk {
 public:
  using ForwardingDisk::ForwardingDisk;
  bool refuses = false;

  Result<std::unique_ptr<File>> create(std::string_view path) override {
    if (refuses) return fail(Code::kRetry, "disk.failed", {{"reason", "told to"}});
    return ForwardingDisk::create(path);
  }
};

class KeyDisks {
 public:
  KeyDisks()
      : folder_(std::filesystem::path(testing::TempDir()) /
                ("belfry-key-disks-" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_ / "machine");
    seal_folder_ =
        std::make_unique<RefusingDisk>(open_disk((folder_ / "machine").string()).value());
    for (std::size_t i = 0; i < disks_.size(); ++i) {
      std::filesystem::create_directories(root(i));
      disks_[i] = std::make_unique<RefusingDisk>(open_disk(root(i).string()).value());
    }
  }
  ~KeyDisks() { std::filesystem::remove_all(folder_); }

  std::array<Disk*, 3> pointers() const {
    return {disks_[0].get(), disks_[1].get(), disks_[2].get()};
  }
  // Beside the master key, as a folder of the machine.
  Disk& seal_folder() { return *seal_folder_; }
  std::filesystem::path seal_file() const { return folder_ / "machine/master.key.months"; }
  std::filesystem::path root(std::size_t disk) const { return folder_ / std::to_string(disk); }
  std::filesystem::path file(std::size_t disk) const { return root(disk) / "keys/keystore"; }

  void refuse_writes(std::size_t disk) { disks_[disk]->refuses = true; }
  void refuse_seal() { seal_folder_->refuses = true; }
  void accept_writes() {
    for (auto& disk : disks_) disk->refuses = false;
    seal_folder_->refuses = false;
  }
  void erase(std::size_t disk) { std::filesystem::remove(file(disk)); }
  void remove_disk(std::size_t disk) { disks_[disk].reset(); }
  // Its content is put away: an empty disk is in its place until it comes back.
  void set_aside(std::size_t disk) {
    std::filesystem::rename(root(disk) / "keys", folder_ / "aside");
  }
  void bring_back(std::size_t disk) {
    std::filesystem::remove_all(root(disk) / "keys");
    std::filesystem::rename(folder_ / "aside", root(disk) / "keys");
  }

 private:
  std::filesystem::path folder_;
  std::array<std::unique_ptr<RefusingDisk>, 3> disks_;
  std::unique_ptr<RefusingDisk> seal_folder_;
};

}  // namespace belfry::crypto
