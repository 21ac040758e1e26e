// One copy of a large file: reading and checking it. All calls block.
#pragma once

#include "disks.h"

#include <functional>

namespace belfry::segments {

// Whether the copy is whole: header, every block, trailer. `read` counts octets.
Result<bool> check_file(Disk& disk, const FilePosition& file,
                        const std::function<void(std::size_t)>& read);

// Octets of the content from `offset`. Nothing if a whole block among them does not match its
// checksum, or the file is shorter than it should be.
Result<std::optional<std::size_t>> read_content(Disk& disk, const FilePosition& file,
                                                std::uint64_t offset, MutableView out);

// Makes the file at `target` a copy of the one at `source`, checking it underway; durable after
// success. Errors: corrupt ("segments.no_good_copy") when the source is not whole.
Result<> copy_file(StoreDevice& source, StoreDevice& target, const FilePosition& file,
                   DiskOrdinal ordinal);

// The files of a set on one disk; sizes are those of the contents, read from the file system.
Result<std::vector<FilePosition>> list_files(StoreDevice& device, SetId set);

}  // namespace belfry::segments
