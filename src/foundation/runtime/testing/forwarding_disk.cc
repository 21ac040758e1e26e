#include "runtime_testing/forwarding_disk.h"

namespace belfry::runtime::testing {

Result<std::unique_ptr<File>> ForwardingDisk::open(std::string_view path, Access access) {
  return disk_->open(path, access);
}

Result<std::unique_ptr<File>> ForwardingDisk::create(std::string_view path) {
  return disk_->create(path);
}

Result<std::unique_ptr<File>> ForwardingDisk::create_unnamed(std::string_view directory) {
  return disk_->create_unnamed(directory);
}

Result<> ForwardingDisk::link(File& unnamed, std::string_view path) {
  return disk_->link(unnamed, path);
}

Result<> ForwardingDisk::rename(std::string_view from, std::string_view to) {
  return disk_->rename(from, to);
}

Result<> ForwardingDisk::remove(std::string_view path) {
  return disk_->remove(path);
}

Result<> ForwardingDisk::remove_tree(std::string_view path) {
  return disk_->remove_tree(path);
}

Result<> ForwardingDisk::make_directory(std::string_view path) {
  return disk_->make_directory(path);
}

Result<std::vector<std::string>> ForwardingDisk::list(std::string_view directory) {
  return disk_->list(directory);
}

Result<> ForwardingDisk::sync_directory(std::string_view directory, SyncPoint point,
                                        DiskOrdinal ordinal) {
  return disk_->sync_directory(directory, point, ordinal);
}

Result<> ForwardingDisk::sync_all(SyncPoint point, DiskOrdinal ordinal) {
  return disk_->sync_all(point, ordinal);
}

Result<> ForwardingDisk::reopen() {
  return disk_->reopen();
}

Result<Disk::Space> ForwardingDisk::space() {
  return disk_->space();
}

Result<std::string> ForwardingDisk::device() {
  return disk_->device();
}

}  // namespace belfry::runtime::testing
