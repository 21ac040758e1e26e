// Walking the batches of one copy of a segment. Each batch names its number and the CRC of the
// header before it, so that nothing left behind a cut can be taken for a continuation.
#pragma once

#include "format.h"
#include "runtime/disk.h"

namespace belfry::segments {

// Between two batches: what the next one must say to follow.
struct ChainPoint {
  std::uint64_t offset = kPage;
  std::uint32_t number = 0;
  std::uint32_t crc = 0;
  std::uint64_t epoch = 0;  // the least it may have
};

ChainPoint start_of(const SegmentHeader& segment);
bool follows(const SegmentHeader& segment, const ChainPoint& point, const BatchHeader& batch);
ChainPoint after(const ChainPoint& point, const BatchHeader& batch);

struct BatchAt {
  std::uint64_t offset = 0;
  BatchHeader header;
};

// Reads one copy with some read-ahead. Not thread-safe.
class SegmentReader {
 public:
  SegmentReader(std::shared_ptr<const File> file, SegmentHeader segment)
      : file_(std::move(file)), segment_(segment) {}

  // The batch at `point`, if one is there that follows. Errors: those of the disk.
  Result<std::optional<BatchHeader>> header_at(const ChainPoint& point);
  // Header and payload, or nothing if a checksum is wrong.
  Result<std::optional<Buffer>> whole_batch(std::uint64_t offset, const BatchHeader& header);
  // The first batch of this incarnation after `point` that could not be reached along the chain:
  // what lies between has rotted.
  Result<std::optional<BatchAt>> find_later(const ChainPoint& point);
  // Whether the page at `offset` holds anything but zeros.
  Result<bool> is_written(std::uint64_t offset);

  const SegmentHeader& segment() const { return segment_; }

 private:
  static constexpr std::size_t kWindow = 256 << 10;

  // Up to `length` octets at `offset`: fewer at the end of the file.
  Result<View> at(std::uint64_t offset, std::size_t length);

  std::shared_ptr<const File> file_;
  SegmentHeader segment_;
  Buffer window_;
  std::uint64_t window_offset_ = 0;
};

Result<Buffer> read_first_page(const File& file);
// The header in a segment's first page, if it is one of this set and number.
std::optional<SegmentHeader> segment_header_of(View page, SetId set, std::uint32_t number);
// Both together.
Result<std::optional<SegmentHeader>> read_segment_header(const File& file, SetId set,
                                                         std::uint32_t number);

}  // namespace belfry::segments
