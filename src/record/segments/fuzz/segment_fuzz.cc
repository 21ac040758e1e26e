// Every decoder of what lies on a disk, and the walk along a segment, on any octets.
#include "chain.h"

#include <algorithm>

namespace belfry::segments {
namespace {

class MemoryFile : public File {
 public:
  explicit MemoryFile(View bytes) : bytes_(bytes) {}

  Result<std::size_t> read_at(std::uint64_t offset, MutableView out) const override {
    if (offset >= bytes_.size()) return 0;
    View part = bytes_.subspan(std::size_t(offset));
    part = part.first(std::min(part.size(), out.size()));
    std::ranges::copy(part, out.begin());
    return part.size();
  }
  Result<> write_at(std::uint64_t, std::span<const View>) override { return {}; }
  Result<Bytes> size() const override { return Bytes{bytes_.size()}; }
  Result<> resize(Bytes) override { return {}; }
  Result<> sync(SyncPoint, DiskOrdinal) override { return {}; }

 private:
  View bytes_;
};

void walk(View bytes) {
  auto header = decode_segment_header(bytes);
  if (!header) return;
  SegmentReader reader(std::make_shared<MemoryFile>(bytes), *header);
  for (ChainPoint point = start_of(*header);;) {
    auto batch = reader.header_at(point);
    if (!batch || !*batch) {
      (void)reader.find_later(point);
      (void)reader.is_written(point.offset);
      return;
    }
    (void)reader.whole_batch(point.offset, **batch);
    point = after(point, **batch);
  }
}

// Checksums that match, so that what stands behind them is reached.
void walk_summed(View bytes) {
  if (bytes.size() < kPage + kBatchHeader) return;
  auto header = decode_segment_header(bytes);
  if (!header) return;
  Buffer changed = to_buffer(bytes);
  BatchHeader batch;
  Buffer octets = to_buffer(bytes.subspan(kPage, kBatchHeader));
  batch.incarnation = header->incarnation;
  batch.previous = chain_start(*header);
  batch.epoch = 1;
  batch.records = std::to_integer<std::uint32_t>(octets[0]);
  batch.payload =
      std::to_integer<std::uint32_t>(octets[1]) << 8 | std::to_integer<std::uint32_t>(octets[2]);
  encode(batch, changed.data() + kPage);
  walk(changed);
}

}  // namespace
}  // namespace belfry::segments

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace belfry;
  using namespace belfry::segments;
  View bytes = std::as_bytes(std::span(data, size));
  if (auto identity = decode_identity(bytes)) (void)encode(*identity);
  if (auto descriptor = decode_descriptor(bytes)) (void)encode(*descriptor);
  (void)decode_scrubbed(bytes, {1});
  (void)decode_batch_header(bytes);
  (void)decode_record_header(bytes, 0);
  if (auto file = decode_file_header(bytes); file && size >= kPage + 32)
    (void)decode_file_trailer(bytes.subspan(kPage + 5000 < size ? kPage + 5000 : kPage), *file,
                              5000);
  (void)set_of_folder(as_text(bytes));
  (void)segment_of_name(as_text(bytes));
  (void)file_of_name(as_text(bytes));
  walk(bytes);
  walk_summed(bytes);
  return 0;
}
