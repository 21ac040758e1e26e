// A disk that passes every call on to another: what tests override is all that differs.
#pragma once

#include "runtime/disk.h"

#include <memory>

namespace belfry::audit {

class ForwardingDisk : public Disk {
 public:
  explicit ForwardingDisk(std::shared_ptr<Disk> disk) : disk_(std::move(disk)) {}

  Result<std::unique_ptr<File>> open(std::string_view path, Access access) override {
    return disk_->open(path, access);
  }
  Result<std::unique_ptr<File>> create(std::string_view path) override {
    return disk_->create(path);
  }
  Result<std::unique_ptr<File>> create_unnamed(std::string_view directory) override {
    return disk_->create_unnamed(directory);
  }
  Result<> link(File& unnamed, std::string_view path) override {
    return disk_->link(unnamed, path);
  }
  Result<> rename(std::string_view from, std::string_view to) override {
    return disk_->rename(from, to);
  }
  Result<> remove(std::string_view path) override { return disk_->remove(path); }
  Result<> remove_tree(std::string_view path) override { return disk_->remove_tree(path); }
  Result<> make_directory(std::string_view path) override { return disk_->make_directory(path); }
  Result<std::vector<std::string>> list(std::string_view directory) override {
    return disk_->list(directory);
  }
  Result<> sync_directory(std::string_view directory, SyncPoint point,
                          DiskOrdinal ordinal) override {
    return disk_->sync_directory(directory, point, ordinal);
  }
  Result<> reopen() override { return disk_->reopen(); }
  Result<Space> space() override { return disk_->space(); }
  Result<std::string> device() override { return disk_->device(); }

 private:
  std::shared_ptr<Disk> disk_;
};

}  // namespace belfry::audit
