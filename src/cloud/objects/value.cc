#include "value.h"

#include "base/text_encoding.h"

#include <algorithm>

namespace belfry::objects {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kVersionWithHeaders = 2;  // of a part, or of an object one of whose has them
constexpr std::uint8_t kVersionWithPolicy = 2;   // of a bucket
constexpr std::uint8_t kVersionWithBlock = 3;    // of a bucket that does not block everything
constexpr std::uint8_t kNotConfigured = 0x80;

std::unexpected<Error> bad(const Entry& entry) {
  return fail(Code::kCorrupt, "object.bad_value", {{"key", entry.key}});
}

void put_headers(Encoder& out, const Headers& headers) {
  out.put(std::uint32_t(headers.size()));
  for (const auto& [name, value] : headers) out.string(name).string(value);
}

Headers get_headers(Decoder& in) {
  Headers headers;
  auto count = in.get<std::uint32_t>();
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    std::string name(in.text());
    headers[name] = in.text();
  }
  return headers;
}

void put_piece(Encoder& out, const Piece& piece) {
  out.put(piece.number).put(piece.size).raw(piece.md5);
  encode_envelope(out, piece.envelope);
}

Piece get_piece(Decoder& in) {
  Piece piece;
  piece.number = in.get<std::uint32_t>();
  piece.size = in.get<std::uint64_t>();
  View md5 = in.raw(piece.md5.size());
  if (in.ok()) std::ranges::copy(md5, piece.md5.begin());
  piece.envelope = decode_envelope(in);
  return piece;
}

ObjectInfo get_info(Decoder& in, const Entry& entry) {
  ObjectInfo info{.key = entry.key, .version = entry.sequence};
  info.size.count = in.get<std::uint64_t>();
  info.etag = in.text();
  info.modified = from_us(in.get_i64());
  info.content_type = in.text();
  info.headers = get_headers(in);
  info.metadata = get_headers(in);
  info.sha256_hex = in.text();
  info.parts = in.get<std::uint32_t>();
  return info;
}

// A bit a setting, in the order of their table.
std::uint8_t bits_of(const std::optional<policy::PublicAccessBlock>& block) {
  if (!block) return kNotConfigured;
  std::uint8_t bits = 0;
  for (std::size_t i = 0; i < policy::kPublicAccessSettings.size(); ++i)
    if (*block.*policy::kPublicAccessSettings[i].flag) bits |= std::uint8_t(1u << i);
  return bits;
}

// False: no program wrote these.
bool read_bits(std::uint8_t bits, std::optional<policy::PublicAccessBlock>& block) {
  block.reset();
  if (bits == kNotConfigured) return true;
  if (bits >> policy::kPublicAccessSettings.size() != 0) return false;
  block.emplace();
  for (std::size_t i = 0; i < policy::kPublicAccessSettings.size(); ++i)
    *block.*policy::kPublicAccessSettings[i].flag = (bits >> i & 1) != 0;
  return true;
}

bool is_known(std::uint8_t version) {
  return version == kVersion || version == kVersionWithHeaders;
}

}  // namespace

std::string etag_of(const crypto::Md5Digest& md5) {
  return to_hex(md5);
}

Buffer encode_bucket(const Bucket& bucket) {
  Encoder out;
  const bool is_blocked = bucket.public_access == policy::PublicAccessBlock{};
  const std::uint8_t version = !is_blocked             ? kVersionWithBlock
                               : bucket.policy.empty() ? kVersion
                                                       : kVersionWithPolicy;
  out.put(version).put_i64(bucket.id.value).put_i64(bucket.tenant.value);
  out.put_i64(to_us(bucket.created)).put(std::uint8_t(bucket.placement_is_default));
  out.put(std::uint32_t(bucket.placement.copies)).put(std::uint32_t(bucket.placement.servers_min));
  out.put(std::uint32_t(bucket.placement.sites_min));
  out.put(std::uint32_t(bucket.placement.sites_allowed.size()));
  for (SiteId site : bucket.placement.sites_allowed) out.put_i64(site.value);
  if (version != kVersion) out.string(bucket.policy);
  if (version == kVersionWithBlock) out.put(bits_of(bucket.public_access));
  return out.take();
}

Result<Bucket> decode_bucket(const Entry& entry, BucketExtent extent) {
  Decoder in(entry.value);
  const auto version = in.get<std::uint8_t>();
  Bucket bucket{.name = entry.key};
  bucket.id.value = in.get_i64();
  bucket.tenant.value = in.get_i64();
  bucket.created = from_us(in.get_i64());
  bucket.placement_is_default = in.get<std::uint8_t>() != 0;
  bucket.placement.copies = in.get<std::uint32_t>();
  bucket.placement.servers_min = in.get<std::uint32_t>();
  bucket.placement.sites_min = in.get<std::uint32_t>();
  auto sites = in.get<std::uint32_t>();
  for (std::uint32_t i = 0; i < sites && in.ok(); ++i)
    bucket.placement.sites_allowed.push_back(SiteId{in.get_i64()});
  if (version < kVersion || version > kVersionWithBlock) return bad(entry);
  if (version != kVersion) {
    const std::string_view policy = in.text();
    if (extent == BucketExtent::kWhole) bucket.policy = policy;
  }
  const bool is_understood =
      version != kVersionWithBlock || read_bits(in.get<std::uint8_t>(), bucket.public_access);
  if (!is_understood || !in.ok()) return bad(entry);
  return bucket;
}

Buffer encode_object(const ObjectValue& object) {
  const ObjectInfo& info = object.info;
  Encoder out;
  out.buffer().reserve(192 + info.content_type.size() + 112 * object.pieces.size());
  bool has_headers =
      std::ranges::any_of(object.pieces, [](const Piece& piece) { return !piece.headers.empty(); });
  out.put(has_headers ? kVersionWithHeaders : kVersion);
  out.put(info.size.count).string(info.etag).put_i64(to_us(info.modified));
  out.string(info.content_type);
  put_headers(out, info.headers);
  put_headers(out, info.metadata);
  out.string(info.sha256_hex).put(info.parts).string(object.upload_id);
  out.put(std::uint32_t(kChunk)).put(std::uint32_t(object.pieces.size()));
  for (const Piece& piece : object.pieces) put_piece(out, piece);
  if (has_headers)
    for (const Piece& piece : object.pieces) put_headers(out, piece.headers);
  return out.take();
}

Result<ObjectInfo> decode_info(const Entry& entry) {
  Decoder in(entry.value);
  bool known = is_known(in.get<std::uint8_t>());
  ObjectInfo info = get_info(in, entry);
  if (!known || !in.ok()) return bad(entry);
  return info;
}

Result<ObjectValue> decode_object(const Entry& entry) {
  Decoder in(entry.value);
  auto version = in.get<std::uint8_t>();
  bool known = is_known(version);
  ObjectValue object{.info = get_info(in, entry)};
  object.upload_id = in.text();
  known = known && in.get<std::uint32_t>() == kChunk;
  auto count = in.get<std::uint32_t>();
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) object.pieces.push_back(get_piece(in));
  if (version == kVersionWithHeaders)
    for (Piece& piece : object.pieces)
      if (in.ok()) piece.headers = get_headers(in);
  if (object.info.parts > 0)
    for (const Piece& piece : object.pieces)
      object.info.part_extents.push_back({piece.number, {piece.size}, piece.headers});
  if (!known || !in.ok() || object.pieces.size() != entry.blobs.size()) return bad(entry);
  return object;
}

Buffer encode_upload(const Upload& upload) {
  Encoder out;
  out.put(kVersion).put_i64(to_us(upload.started)).string(upload.content_type);
  put_headers(out, upload.headers);
  put_headers(out, upload.metadata);
  return out.take();
}

Result<Upload> decode_upload(const Entry& entry) {
  Decoder in(entry.value);
  bool known = in.get<std::uint8_t>() == kVersion;
  Upload upload{.id = to_hex(as_view(entry.suffix)), .key = entry.key};
  upload.started = from_us(in.get_i64());
  upload.content_type = in.text();
  upload.headers = get_headers(in);
  upload.metadata = get_headers(in);
  if (!known || !in.ok()) return bad(entry);
  return upload;
}

Buffer encode_part(const PartValue& part) {
  Encoder out;
  const Headers& headers = part.piece.headers;
  out.put(headers.empty() ? kVersion : kVersionWithHeaders);
  out.put_i64(to_us(part.modified)).put(std::uint32_t(kChunk));
  put_piece(out, part.piece);
  if (!headers.empty()) put_headers(out, headers);
  return out.take();
}

Result<PartValue> decode_part(const Entry& entry) {
  Decoder in(entry.value);
  auto version = in.get<std::uint8_t>();
  bool known = is_known(version);
  PartValue part;
  part.modified = from_us(in.get_i64());
  known = known && in.get<std::uint32_t>() == kChunk;
  part.piece = get_piece(in);
  if (version == kVersionWithHeaders) part.piece.headers = get_headers(in);
  if (!known || !in.ok() || entry.blobs.size() != 1) return bad(entry);
  return part;
}

}  // namespace belfry::objects
