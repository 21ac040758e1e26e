// A disk that passes every call on to another: what tests override is all that differs.
#pragma once

#include "runtime/disk.h"

#include <memory>

namespace belfry::runtime::testing {

class ForwardingDisk : public Disk {
 public:
  explicit ForwardingDisk(std::shared_ptr<Disk> disk) : disk_(std::move(disk)) {}

  Result<std::unique_ptr<File>> open(std::string_view path, Access access) override;
  Result<std::unique_ptr<File>> create(std::string_view path) override;
  Result<std::unique_ptr<File>> create_unnamed(std::string_view directory) override;
  Result<> link(File& unnamed, std::string_view path) override;
  Result<> rename(std::string_view from, std::string_view to) override;
  Result<> remove(std::string_view path) override;
  Result<> remove_tree(std::string_view path) override;
  Result<> make_directory(std::string_view path) override;
  Result<std::vector<std::string>> list(std::string_view directory) override;
  Result<> sync_directory(std::string_view directory, SyncPoint point,
                          DiskOrdinal ordinal) override;
  Result<> sync_all(SyncPoint point, DiskOrdinal ordinal) override;
  Result<> reopen() override;
  Result<Space> space() override;
  Result<std::string> device() override;

 private:
  std::shared_ptr<Disk> disk_;
};

}  // namespace belfry::runtime::testing
