// The few ways in which the store makes something durable; each SyncPoint of it is here once or
// named by its only caller.
#pragma once

#include "format.h"
#include "runtime/disk.h"

namespace belfry::segments {

// The whole of a file of at most 64 KiB.
Result<Buffer> read_small_file(Disk& disk, std::string_view path);

// Makes the set's folders and its descriptor durable on one disk.
Result<> write_descriptor(Disk& disk, const Descriptor& descriptor, DiskOrdinal ordinal);

// After success every batch written to the segment is durable.
Result<> sync_batches(File& segment, DiskOrdinal ordinal);

// A new segment with nothing but its header, under a durable name. One that is there is replaced.
// The header itself is durable with the first batch: before that, nobody misses the segment.
Result<> create_segment(Disk& disk, const SegmentHeader& header, DiskOrdinal ordinal);
Result<> sync_segment_names(Disk& disk, SetId set, DiskOrdinal ordinal);

// Has what is written to a long file written out while it grows: a few MiB of it are left to its
// last sync, however slow the disk and however many files grow at once.
class WriteBehind {
 public:
  static constexpr std::uint64_t kStep = 4 << 20;

  // The file was written from its start up to `end`. Errors: as of sync.
  Result<> wrote(File& file, std::uint64_t end);

 private:
  std::uint64_t begun_ = 0;
};

// Gives a finished file its name; durable with all its octets after success.
Result<> publish_file(Disk& disk, File& unnamed, SetId set, const FileId& file,
                      DiskOrdinal ordinal);
// A folder in which publish_file() will find its place, durable.
Result<> prepare_shard(Disk& disk, SetId set, const FileId& file, DiskOrdinal ordinal);

}  // namespace belfry::segments
