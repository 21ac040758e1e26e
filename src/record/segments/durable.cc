#include "durable.h"

#include <algorithm>

namespace belfry::segments {
namespace {

constexpr std::size_t kSmallFileMax = 64 << 10;

}  // namespace

Result<Buffer> read_small_file(Disk& disk, std::string_view path) {
  TRY(auto file, disk.open(path, Access::kRead));
  Buffer content(kSmallFileMax);
  TRY(std::size_t count, file->read_at(0, content));
  content.resize(count);
  return content;
}

Result<> write_descriptor(Disk& disk, const Descriptor& descriptor, DiskOrdinal ordinal) {
  std::string folder = set_folder(descriptor.set);
  TRY(disk.make_directory(segments_folder(descriptor.set)));
  TRY(disk.make_directory(files_folder(descriptor.set)));
  TRY(replace_file(disk, folder + "/descriptor", encode(descriptor),
                   {SyncPoint::kDescriptor, SyncPoint::kDescriptorDirectory}, ordinal));
  return disk.sync_directory(kSetsFolder, SyncPoint::kSetDirectory, ordinal);
}

Result<> sync_batches(File& segment, DiskOrdinal ordinal) {
  return segment.sync(SyncPoint::kSegmentBatch, ordinal);
}

Result<> create_segment(Disk& disk, const SegmentHeader& header, DiskOrdinal ordinal) {
  std::string path = segment_path(header.set, header.number);
  if (auto removed = disk.remove(path); !removed && removed.error().code() != Code::kNotFound)
    return removed;
  TRY(auto file, disk.create_unnamed(segments_folder(header.set)));
  TRY(file->write_at(0, encode(header)));
  // The sync of its first batch makes the header durable too.
  TRY(disk.link(*file, path));
  return sync_segment_names(disk, header.set, ordinal);
}

Result<> sync_segment_names(Disk& disk, SetId set, DiskOrdinal ordinal) {
  return disk.sync_directory(segments_folder(set), SyncPoint::kSegmentDirectory, ordinal);
}

Result<> prepare_shard(Disk& disk, SetId set, const FileId& file, DiskOrdinal ordinal) {
  TRY(disk.make_directory(file_shard(set, file)));
  return disk.sync_directory(files_folder(set), SyncPoint::kFileShardDirectory, ordinal);
}

Result<> WriteBehind::wrote(File& file, std::uint64_t end) {
  if (end - begun_ < kStep) return {};
  TRY(file.write_back(begun_, Bytes{end - begun_}));
  begun_ = end;
  return {};
}

Result<> publish_file(Disk& disk, File& unnamed, SetId set, const FileId& file,
                      DiskOrdinal ordinal) {
  TRY(unnamed.sync(SyncPoint::kFileData, ordinal));
  TRY(disk.link(unnamed, file_path(set, file)));
  return disk.sync_directory(file_shard(set, file), SyncPoint::kFileDirectory, ordinal);
}

}  // namespace belfry::segments
