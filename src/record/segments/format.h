// The bytes on the disks, as docs/formats/segment.md lists them: little-endian, each structure with
// a magic and a CRC-32C of its own. Decoders give nothing for octets that are not whole and valid;
// they never trust a length.
#pragma once

#include "base/bytes.h"
#include "base/id.h"
#include "segments/store.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace belfry::segments {

using Uuid = std::array<std::byte, 16>;

// What a sync covers: batches start at multiples of it, so that no acknowledged sector is written
// a second time.
inline constexpr std::uint32_t kPage = 4096;
inline constexpr std::uint32_t kBatchHeader = 64;
inline constexpr std::uint32_t kRecordHeader = 24;
inline constexpr std::uint32_t kFileBlock = 4u << 20;

constexpr std::uint64_t round_up(std::uint64_t value) {
  return (value + kPage - 1) / kPage * kPage;
}

// `belfry-disk` in a disk's root: which disk this is, and which life of it.
struct DiskIdentity {
  DiskId disk;
  Uuid uuid{};              // made when the empty disk was taken into use
  std::uint64_t epoch = 1;  // counts its admissions after failures
  bool operator==(const DiskIdentity&) const = default;
};

Buffer encode(const DiskIdentity& identity);
std::optional<DiskIdentity> decode_identity(View bytes);

struct Member {
  DiskId disk;
  Uuid uuid{};  // an emptied disk has another one, so it does not count as holding the set
  auto operator<=>(const Member&) const = default;
};

struct Descriptor {
  SetId set;
  Stream stream{};
  Placement placement;
  std::uint64_t generation = 1;
  std::vector<Member> members;  // by ordinal
  bool is_pruned = false;       // its first segments may be gone, because nobody needs them
  bool operator==(const Descriptor&) const = default;
};

Buffer encode(const Descriptor& descriptor);
std::optional<Descriptor> decode_descriptor(View bytes);

// The first page of a segment, the same on all disks; never written again.
struct SegmentHeader {
  SetId set;
  Stream stream{};
  std::uint32_t number = 0;
  Uuid incarnation{};
  std::uint64_t size = 0;  // octets, whole pages
  bool operator==(const SegmentHeader&) const = default;
};

// What a segment may grow to: offsets have 32 bits.
constexpr bool is_segment_size(std::uint64_t size) {
  return size % kPage == 0 && size >= 4 * kPage && size <= (std::uint64_t{1} << 32) - kPage;
}

Buffer encode(const SegmentHeader& header);  // one page
std::optional<SegmentHeader> decode_segment_header(View page);
// What the first batch of the segment chains to.
std::uint32_t chain_start(const SegmentHeader& header);

struct BatchHeader {
  // An empty batch that recovery wrote over a tail that it discarded.
  static constexpr std::uint16_t kCut = 1;

  std::uint16_t flags = 0;
  Uuid incarnation{};
  std::uint64_t epoch = 0;   // of the set's session: grows with each recovery
  std::uint32_t number = 0;  // in the segment, from 0
  std::uint32_t records = 0;
  Sequence first_sequence = 0;    // its records have consecutive ones
  std::uint32_t payload = 0;      // octets of the records, headers included
  std::uint32_t previous = 0;     // CRC of the header of the batch before, or chain_start()
  std::uint32_t records_crc = 0;  // of the records' headers one after another
  std::uint32_t crc = 0;          // of this header: set by encode and decode

  std::uint64_t extent() const { return round_up(std::uint64_t(kBatchHeader) + payload); }
  Sequence last_sequence() const { return first_sequence + records - 1; }
};

void encode(BatchHeader& header, std::byte* out);  // kBatchHeader octets
std::optional<BatchHeader> decode_batch_header(View bytes);

struct RecordHeader {
  RecordType type = 0;
  std::uint16_t flags = 0;   // zero
  std::uint32_t length = 0;  // of the body
  Sequence sequence = 0;
  std::uint32_t body_crc = 0;
};

// Seeds a record's header CRC, so that it holds at one offset of one incarnation alone.
std::uint32_t record_seed(const Uuid& incarnation, std::uint32_t offset);
void encode(const RecordHeader& header, std::uint32_t seed, std::byte* out);
std::optional<RecordHeader> decode_record_header(View bytes, std::uint32_t seed);

struct ParsedRecord {
  RecordHeader header;
  std::uint32_t offset;  // in the segment
  View body;
};

// The records of a batch, `bytes` being its header and payload, read at `offset` of the segment.
// Nothing if any checksum is wrong.
std::optional<std::vector<ParsedRecord>> parse_batch(View bytes, const BatchHeader& header,
                                                     std::uint64_t offset);

// A file: one page of header, the content, then one CRC a block and this trailer.
struct FileHeader {
  SetId set;
  FileId file{};
  bool operator==(const FileHeader&) const = default;
};

Buffer encode(const FileHeader& header);  // one page
std::optional<FileHeader> decode_file_header(View page);

struct FileTrailer {
  std::uint64_t size = 0;                 // of the content
  std::vector<std::uint32_t> block_crcs;  // of each kFileBlock octets of it
};

constexpr std::uint64_t blocks_of(std::uint64_t size) {
  return (size + kFileBlock - 1) / kFileBlock;
}
constexpr std::uint64_t trailer_length(std::uint64_t size) {
  return blocks_of(size) * 4 + 32;
}
Buffer encode(const FileTrailer& trailer, const FileHeader& header);
// `bytes` are the trailer_length(size) octets after the content.
std::optional<FileTrailer> decode_file_trailer(View bytes, const FileHeader& header,
                                               std::uint64_t size);

// When a set was last scrubbed whole: `scrubbed` beside the descriptor, not synced.
Buffer encode_scrubbed(SetId set, Timestamp time);
std::optional<Timestamp> decode_scrubbed(View bytes, SetId set);

// Whether they begin like one of these structures, in a version that this release does not know:
// such things are not for it to judge, and never removed.
bool is_of_later_version(View bytes);

// Names below a disk's root.
inline constexpr std::string_view kIdentityName = "belfry-disk";
inline constexpr std::string_view kSetsFolder = "sets";
std::string set_folder(SetId set);
std::optional<SetId> set_of_folder(std::string_view name);
std::string segments_folder(SetId set);
std::string segment_path(SetId set, std::uint32_t number);
std::optional<std::uint32_t> segment_of_name(std::string_view name);
std::string files_folder(SetId set);
std::string file_shard(SetId set, const FileId& file);
std::string file_path(SetId set, const FileId& file);
std::optional<FileId> file_of_name(std::string_view name);

}  // namespace belfry::segments
