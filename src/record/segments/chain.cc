#include "chain.h"

#include <algorithm>

namespace belfry::segments {

ChainPoint start_of(const SegmentHeader& segment) {
  return {kPage, 0, chain_start(segment), 0};
}

bool follows(const SegmentHeader& segment, const ChainPoint& point, const BatchHeader& batch) {
  return batch.incarnation == segment.incarnation && batch.number == point.number &&
         batch.previous == point.crc && batch.epoch >= point.epoch &&
         batch.extent() <= segment.size - std::min(segment.size, point.offset);
}

ChainPoint after(const ChainPoint& point, const BatchHeader& batch) {
  return {point.offset + batch.extent(), batch.number + 1, batch.crc, batch.epoch};
}

Result<View> SegmentReader::at(std::uint64_t offset, std::size_t length) {
  bool inside = offset >= window_offset_ && offset + length <= window_offset_ + window_.size();
  if (!inside) {
    window_.resize(std::max(length, kWindow));
    window_offset_ = offset;
    auto count = file_->read_at(offset, window_);
    window_.resize(count.value_or(0));
    if (!count) return std::unexpected(count.error());
  }
  View window(window_);
  window = window.subspan(std::size_t(offset - window_offset_));
  return window.first(std::min(length, window.size()));
}

Result<std::optional<BatchHeader>> SegmentReader::header_at(const ChainPoint& point) {
  if (point.offset + kPage > segment_.size) return std::nullopt;
  TRY(View bytes, at(point.offset, kBatchHeader));
  auto header = decode_batch_header(bytes);
  if (!header || !follows(segment_, point, *header)) return std::nullopt;
  return header;
}

Result<std::optional<Buffer>> SegmentReader::whole_batch(std::uint64_t offset,
                                                         const BatchHeader& header) {
  std::size_t length = std::size_t(kBatchHeader) + header.payload;
  TRY(View bytes, at(offset, length));
  if (bytes.size() < length) return std::nullopt;
  auto found = decode_batch_header(bytes);
  if (!found || found->crc != header.crc || !parse_batch(bytes, header, offset))
    return std::nullopt;
  return to_buffer(bytes);
}

Result<std::optional<BatchAt>> SegmentReader::find_later(const ChainPoint& point) {
  for (std::uint64_t offset = point.offset + kPage; offset + kPage <= segment_.size;
       offset += kPage) {
    TRY(View bytes, at(offset, kBatchHeader));
    if (bytes.size() < kBatchHeader) break;
    auto header = decode_batch_header(bytes);
    bool later = header && header->incarnation == segment_.incarnation &&
                 header->number > point.number && header->epoch >= point.epoch &&
                 offset + header->extent() <= segment_.size;
    if (later) return BatchAt{offset, *header};
  }
  return std::nullopt;
}

Result<bool> SegmentReader::is_written(std::uint64_t offset) {
  if (offset + kPage > segment_.size) return false;
  TRY(View bytes, at(offset, kPage));
  return std::ranges::any_of(bytes, [](std::byte b) { return b != std::byte{}; });
}

Result<Buffer> read_first_page(const File& file) {
  Buffer page(kPage);
  TRY(std::size_t count, file.read_at(0, page));
  page.resize(count);
  return page;
}

std::optional<SegmentHeader> segment_header_of(View page, SetId set, std::uint32_t number) {
  auto header = decode_segment_header(page);
  if (!header || header->set != set || header->number != number) return std::nullopt;
  return header;
}

Result<std::optional<SegmentHeader>> read_segment_header(const File& file, SetId set,
                                                         std::uint32_t number) {
  TRY(Buffer page, read_first_page(file));
  return segment_header_of(page, set, number);
}

}  // namespace belfry::segments
