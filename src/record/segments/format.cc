#include "format.h"

#include "base/codec.h"
#include "base/crc32c.h"
#include "base/text_encoding.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace belfry::segments {
namespace {

constexpr std::string_view kIdentityMagic = "BELFRYDK";
constexpr std::string_view kDescriptorMagic = "BELFRYRS";
constexpr std::string_view kSegmentMagic = "BELFRYSG";
constexpr std::string_view kFileMagic = "BELFRYFL";
constexpr std::string_view kTrailerMagic = "BELFRYFT";
constexpr std::string_view kScrubbedMagic = "BELFRYSC";
constexpr std::uint32_t kBatchMagic = 0x48425242;  // "BRBH"
constexpr std::uint16_t kVersion = 1;
// Of a descriptor alone: an earlier release would take such a set for one that begins here.
constexpr std::uint16_t kPrunedVersion = 2;
constexpr std::size_t kMembersMax = 16, kSitesMax = 1024;

static_assert(std::endian::native == std::endian::little);

template <class T>
void store(std::byte*& out, T value) {
  std::memcpy(out, &value, sizeof value);
  out += sizeof value;
}

template <class T>
T load(const std::byte*& in) {
  T value;
  std::memcpy(&value, in, sizeof value);
  in += sizeof value;
  return value;
}

Encoder begin(std::string_view magic, std::uint16_t version = kVersion) {
  Encoder out;
  out.raw(as_view(magic)).put(version);
  return out;
}

Buffer finish(Encoder out) {
  out.put(crc32c(out.buffer()));
  return out.take();
}

// The fields between magic, version and CRC of a structure that fills `bytes`.
std::optional<Decoder> opened(View bytes, std::string_view magic,
                              std::uint16_t version = kVersion) {
  if (bytes.size() < magic.size() + 6) return {};
  Decoder tail(bytes.last(4));
  if (tail.get<std::uint32_t>() != crc32c(bytes.first(bytes.size() - 4))) return {};
  Decoder in(bytes.first(bytes.size() - 4));
  if (as_text(in.raw(magic.size())) != magic || in.get<std::uint16_t>() != version) return {};
  return in;
}

// The same at the start of a page whose rest is zero.
Buffer page_of(Buffer bytes) {
  bytes.resize(kPage);
  return bytes;
}

Uuid get_uuid(Decoder& in) {
  Uuid uuid{};
  View bytes = in.raw(uuid.size());
  std::ranges::copy(bytes, uuid.begin());
  return uuid;
}

constexpr std::size_t kSegmentHeader = 8 + 2 + 8 + 2 + 4 + 16 + 8 + 4;
constexpr std::size_t kFileHeader = 8 + 2 + 8 + 16 + 4;

std::string hex_of(std::uint64_t value, int digits) {
  std::string text(std::size_t(digits), '0');
  for (int i = digits - 1; i >= 0; --i, value >>= 4)
    text[std::size_t(i)] = "0123456789abcdef"[value & 15];
  return text;
}

std::optional<std::uint64_t> number_of_hex(std::string_view text, std::size_t digits) {
  if (text.size() != digits) return {};
  std::uint64_t value = 0;
  for (char c : text) {
    if (c >= '0' && c <= '9')
      value = value << 4 | std::uint64_t(c - '0');
    else if (c >= 'a' && c <= 'f')
      value = value << 4 | std::uint64_t(c - 'a' + 10);
    else
      return {};
  }
  return value;
}

}  // namespace

bool is_of_later_version(View bytes) {
  Decoder in(bytes);
  const std::string_view magic = as_text(in.raw(kIdentityMagic.size()));
  const auto version = in.get<std::uint16_t>();
  constexpr std::array kMagics = {kIdentityMagic, kDescriptorMagic, kSegmentMagic, kFileMagic,
                                  kScrubbedMagic};
  const std::uint16_t newest = magic == kDescriptorMagic ? kPrunedVersion : kVersion;
  if (!in.ok() || version <= newest || std::ranges::find(kMagics, magic) == kMagics.end())
    return false;
  // With the version set right, what has merely rotted there is whole.
  Buffer known = to_buffer(bytes);
  for (std::uint16_t right = kVersion; right <= newest; ++right) {
    std::memcpy(known.data() + kIdentityMagic.size(), &right, sizeof right);
    if (decode_identity(known) || decode_descriptor(known) || decode_segment_header(known))
      return false;
  }
  return true;
}

Buffer encode(const DiskIdentity& identity) {
  Encoder out = begin(kIdentityMagic);
  out.put_i64(identity.disk.value).raw(identity.uuid).put(identity.epoch);
  return finish(std::move(out));
}

std::optional<DiskIdentity> decode_identity(View bytes) {
  auto in = opened(bytes, kIdentityMagic);
  if (!in) return {};
  DiskIdentity identity;
  identity.disk = {in->get_i64()};
  identity.uuid = get_uuid(*in);
  identity.epoch = in->get<std::uint64_t>();
  if (!in->done()) return {};
  return identity;
}

Buffer encode(const Descriptor& descriptor) {
  Encoder out = begin(kDescriptorMagic, descriptor.is_pruned ? kPrunedVersion : kVersion);
  const Placement& placement = descriptor.placement;
  out.put_i64(descriptor.set.value)
      .put(std::uint16_t(descriptor.stream))
      .put(descriptor.generation)
      .put(std::uint16_t(placement.copies))
      .put(std::uint16_t(placement.servers_min))
      .put(std::uint16_t(placement.sites_min))
      .put(std::uint16_t(placement.sites_allowed.size()));
  for (SiteId site : placement.sites_allowed) out.put_i64(site.value);
  out.put(std::uint16_t(descriptor.members.size()));
  for (const Member& member : descriptor.members) out.put_i64(member.disk.value).raw(member.uuid);
  return finish(std::move(out));
}

std::optional<Descriptor> decode_descriptor(View bytes) {
  Descriptor descriptor;
  auto in = opened(bytes, kDescriptorMagic);
  if (!in) {
    in = opened(bytes, kDescriptorMagic, kPrunedVersion);
    descriptor.is_pruned = true;
  }
  if (!in) return {};
  descriptor.set = {in->get_i64()};
  descriptor.stream = Stream(in->get<std::uint16_t>());
  descriptor.generation = in->get<std::uint64_t>();
  descriptor.placement.copies = in->get<std::uint16_t>();
  descriptor.placement.servers_min = in->get<std::uint16_t>();
  descriptor.placement.sites_min = in->get<std::uint16_t>();
  auto sites = in->get<std::uint16_t>();
  if (sites > kSitesMax) return {};
  for (unsigned i = 0; i < sites; ++i)
    descriptor.placement.sites_allowed.push_back({in->get_i64()});
  auto members = in->get<std::uint16_t>();
  if (members == 0 || members > kMembersMax) return {};
  for (unsigned i = 0; i < members; ++i) {
    Member member;
    member.disk = {in->get_i64()};
    member.uuid = get_uuid(*in);
    descriptor.members.push_back(member);
  }
  if (!in->done() || descriptor.set.value <= 0) return {};
  return descriptor;
}

Buffer encode(const SegmentHeader& header) {
  Encoder out = begin(kSegmentMagic);
  out.put_i64(header.set.value)
      .put(std::uint16_t(header.stream))
      .put(header.number)
      .raw(header.incarnation)
      .put(header.size);
  return page_of(finish(std::move(out)));
}

std::optional<SegmentHeader> decode_segment_header(View page) {
  if (page.size() < kSegmentHeader) return {};
  auto in = opened(page.first(kSegmentHeader), kSegmentMagic);
  if (!in) return {};
  SegmentHeader header;
  header.set = {in->get_i64()};
  header.stream = Stream(in->get<std::uint16_t>());
  header.number = in->get<std::uint32_t>();
  header.incarnation = get_uuid(*in);
  header.size = in->get<std::uint64_t>();
  if (!in->done() || !is_segment_size(header.size)) return {};
  return header;
}

std::uint32_t chain_start(const SegmentHeader& header) {
  return crc32c(encode(header));
}

void encode(BatchHeader& header, std::byte* out) {
  const std::byte* start = out;
  store(out, kBatchMagic);
  store(out, header.flags);
  store(out, std::uint16_t(0));
  std::memcpy(out, header.incarnation.data(), header.incarnation.size());
  out += header.incarnation.size();
  store(out, header.epoch);
  store(out, header.number);
  store(out, header.records);
  store(out, header.first_sequence);
  store(out, header.payload);
  store(out, header.previous);
  store(out, header.records_crc);
  header.crc = crc32c(View(start, kBatchHeader - 4));
  store(out, header.crc);
}

std::optional<BatchHeader> decode_batch_header(View bytes) {
  if (bytes.size() < kBatchHeader) return {};
  const std::byte* in = bytes.data();
  if (load<std::uint32_t>(in) != kBatchMagic) return {};
  BatchHeader header;
  header.flags = load<std::uint16_t>(in);
  load<std::uint16_t>(in);
  std::memcpy(header.incarnation.data(), in, header.incarnation.size());
  in += header.incarnation.size();
  header.epoch = load<std::uint64_t>(in);
  header.number = load<std::uint32_t>(in);
  header.records = load<std::uint32_t>(in);
  header.first_sequence = load<Sequence>(in);
  header.payload = load<std::uint32_t>(in);
  header.previous = load<std::uint32_t>(in);
  header.records_crc = load<std::uint32_t>(in);
  header.crc = load<std::uint32_t>(in);
  if (header.crc != crc32c(bytes.first(kBatchHeader - 4))) return {};
  if (std::uint64_t(header.records) * kRecordHeader > header.payload) return {};
  return header;
}

std::uint32_t record_seed(const Uuid& incarnation, std::uint32_t offset) {
  std::array<std::byte, 20> bytes;
  std::memcpy(bytes.data(), incarnation.data(), 16);
  std::memcpy(bytes.data() + 16, &offset, 4);
  return crc32c(bytes);
}

void encode(const RecordHeader& header, std::uint32_t seed, std::byte* out) {
  const std::byte* start = out;
  store(out, header.type);
  store(out, header.flags);
  store(out, header.length);
  store(out, header.sequence);
  store(out, header.body_crc);
  store(out, crc32c(View(start, kRecordHeader - 4), seed));
}

std::optional<RecordHeader> decode_record_header(View bytes, std::uint32_t seed) {
  if (bytes.size() < kRecordHeader) return {};
  const std::byte* in = bytes.data();
  RecordHeader header;
  header.type = load<std::uint16_t>(in);
  header.flags = load<std::uint16_t>(in);
  header.length = load<std::uint32_t>(in);
  header.sequence = load<Sequence>(in);
  header.body_crc = load<std::uint32_t>(in);
  if (load<std::uint32_t>(in) != crc32c(bytes.first(kRecordHeader - 4), seed)) return {};
  return header;
}

std::optional<std::vector<ParsedRecord>> parse_batch(View bytes, const BatchHeader& header,
                                                     std::uint64_t offset) {
  if (bytes.size() < std::uint64_t(kBatchHeader) + header.payload) return {};
  View left = bytes.subspan(kBatchHeader, header.payload);
  std::uint64_t at = offset + kBatchHeader;
  std::vector<ParsedRecord> records;
  records.reserve(header.records);
  std::uint32_t headers_crc = 0;
  for (std::uint32_t i = 0; i < header.records; ++i) {
    auto record = decode_record_header(left, record_seed(header.incarnation, std::uint32_t(at)));
    if (!record || record->sequence != header.first_sequence + i) return {};
    headers_crc = crc32c(left.first(kRecordHeader), headers_crc);
    if (record->length > left.size() - kRecordHeader) return {};
    View body = left.subspan(kRecordHeader, record->length);
    if (crc32c(body) != record->body_crc) return {};
    records.push_back({*record, std::uint32_t(at), body});
    left = left.subspan(kRecordHeader + record->length);
    at += kRecordHeader + record->length;
  }
  if (!left.empty() || headers_crc != header.records_crc) return {};
  return records;
}

Buffer encode(const FileHeader& header) {
  Encoder out = begin(kFileMagic);
  out.put_i64(header.set.value).raw(header.file);
  return page_of(finish(std::move(out)));
}

std::optional<FileHeader> decode_file_header(View page) {
  if (page.size() < kFileHeader) return {};
  auto in = opened(page.first(kFileHeader), kFileMagic);
  if (!in) return {};
  FileHeader header;
  header.set = {in->get_i64()};
  header.file = get_uuid(*in);
  if (!in->done()) return {};
  return header;
}

Buffer encode(const FileTrailer& trailer, const FileHeader& header) {
  Encoder out;
  for (std::uint32_t crc : trailer.block_crcs) out.put(crc);
  out.raw(as_view(kTrailerMagic))
      .put(kVersion)
      .put(std::uint16_t(0))
      .put(trailer.size)
      .put(kFileBlock)
      .put(std::uint32_t(trailer.block_crcs.size()));
  // The trailer belongs to its file: another's is not taken for it.
  out.put(crc32c(out.buffer(), crc32c(encode(header))));
  return out.take();
}

std::optional<FileTrailer> decode_file_trailer(View bytes, const FileHeader& header,
                                               std::uint64_t size) {
  if (bytes.size() != trailer_length(size)) return {};
  Decoder in(bytes);
  FileTrailer trailer;
  for (std::uint64_t i = 0; i < blocks_of(size); ++i)
    trailer.block_crcs.push_back(in.get<std::uint32_t>());
  bool sound = as_text(in.raw(kTrailerMagic.size())) == kTrailerMagic;
  sound = in.get<std::uint16_t>() == kVersion && sound;
  in.get<std::uint16_t>();
  trailer.size = in.get<std::uint64_t>();
  sound = in.get<std::uint32_t>() == kFileBlock && sound;
  sound = in.get<std::uint32_t>() == trailer.block_crcs.size() && trailer.size == size && sound;
  std::uint32_t expected = crc32c(bytes.first(bytes.size() - 4), crc32c(encode(header)));
  if (in.get<std::uint32_t>() != expected || !sound || !in.done()) return {};
  return trailer;
}

Buffer encode_scrubbed(SetId set, Timestamp time) {
  Encoder out = begin(kScrubbedMagic);
  out.put_i64(set.value).put_i64(to_us(time));
  return finish(std::move(out));
}

std::optional<Timestamp> decode_scrubbed(View bytes, SetId set) {
  auto in = opened(bytes, kScrubbedMagic);
  if (!in || in->get_i64() != set.value) return {};
  Timestamp time = from_us(in->get_i64());
  if (!in->done()) return {};
  return time;
}

std::string set_folder(SetId set) {
  return std::string(kSetsFolder) + "/" + hex_of(std::uint64_t(set.value), 16);
}

std::optional<SetId> set_of_folder(std::string_view name) {
  auto number = number_of_hex(name, 16);
  if (!number || *number == 0 || *number >> 63 != 0) return {};
  return SetId{std::int64_t(*number)};
}

std::string segments_folder(SetId set) {
  return set_folder(set) + "/segments";
}

std::string segment_path(SetId set, std::uint32_t number) {
  return segments_folder(set) + "/" + hex_of(number, 8);
}

std::optional<std::uint32_t> segment_of_name(std::string_view name) {
  auto number = number_of_hex(name, 8);
  if (!number) return {};
  return std::uint32_t(*number);
}

std::string files_folder(SetId set) {
  return set_folder(set) + "/files";
}

std::string file_shard(SetId set, const FileId& file) {
  return files_folder(set) + "/" + to_hex(View(file).first(1));
}

std::string file_path(SetId set, const FileId& file) {
  return file_shard(set, file) + "/" + to_hex(file);
}

std::optional<FileId> file_of_name(std::string_view name) {
  auto bytes = name.size() == 32 ? from_hex(name) : std::nullopt;
  if (!bytes || to_hex(*bytes) != name) return {};
  FileId file;
  std::ranges::copy(*bytes, file.begin());
  return file;
}

}  // namespace belfry::segments
