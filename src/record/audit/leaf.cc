#include "leaf.h"

#include "base/codec.h"
#include "crypto/hash.h"

#include <algorithm>
#include <cstring>

namespace belfry::audit {

namespace {

template <std::size_t N>
std::array<std::byte, N> take(Decoder& in) {
  std::array<std::byte, N> out{};
  const View bytes = in.raw(N);
  std::ranges::copy(bytes, out.begin());
  return out;
}

}  // namespace

Buffer leaf_key(View month_secret, const LeafId& id) {
  return crypto::hkdf_sha256(month_secret, {}, id, crypto::kKeyLength);
}

Result<Buffer> seal_leaf(LeafType type, const crypto::Key& month, View plain,
                         const LeafRandom& random) {
  if (plain.size() > kPlainLengthMax)
    return fail(
        Code::kInvalid, "audit.event_too_large",
        {{"octets", std::to_string(plain.size())}, {"limit", std::to_string(kPlainLengthMax)}});
  Buffer salted;
  salted.reserve(kSaltLength + plain.size());
  salted.insert(salted.end(), random.salt.begin(), random.salt.end());
  salted.insert(salted.end(), plain.begin(), plain.end());
  Encoder out;
  out.buffer().reserve(kLeafHeaderLength + salted.size() + crypto::kTagLength);
  out.put(kLeafVersion).put(std::uint8_t(type)).raw(random.id).put_i64(month.id.value);
  out.raw(crypto::sha256(salted)).raw(random.nonce);
  Buffer octets = out.take();
  octets.resize(kLeafHeaderLength + salted.size() + crypto::kTagLength);
  crypto::seal_into(leaf_key(month.secret, random.id), random.nonce,
                    View(octets).first(kLeafHeaderLength), salted,
                    MutableView(octets).subspan(kLeafHeaderLength));
  return octets;
}

Result<LeafId> leaf_id(View octets) {
  if (octets.size() < 2 + sizeof(LeafId) || octets.size() > kLeafLengthMax)
    return fail(Code::kCorrupt, "audit.leaf_malformed");
  LeafId id;
  std::ranges::copy(octets.subspan(2, id.size()), id.begin());
  return id;
}

Result<LeafHeader> decode_leaf_header(View octets) {
  TRY(LeafId id, leaf_id(octets));
  Decoder in(octets);
  const auto version = in.get<std::uint8_t>();
  const auto type = in.get<std::uint8_t>();
  if (version != kLeafVersion ||
      (type != std::uint8_t(LeafType::kEvent) && type != std::uint8_t(LeafType::kSegment)))
    return fail(Code::kInvalid, "audit.leaf_unknown",
                {{"version", std::to_string(version)}, {"type", std::to_string(type)}});
  if (octets.size() < kLeafHeaderLength + kSaltLength + crypto::kTagLength)
    return fail(Code::kCorrupt, "audit.leaf_malformed");
  in.raw(id.size());
  LeafHeader header{LeafType(type), id};
  header.key.value = in.get_i64();
  header.commitment = take<32>(in);
  header.nonce = take<crypto::kNonceLength>(in);
  return header;
}

Result<Buffer> open_leaf(View octets, View month_secret) {
  TRY(const LeafHeader header, decode_leaf_header(octets));
  return open_leaf_alone(octets, leaf_key(month_secret, header.id));
}

Result<Buffer> open_leaf_alone(View octets, View leaf_key) {
  TRY(const LeafHeader header, decode_leaf_header(octets));
  auto salted = crypto::open(leaf_key, header.nonce, octets.first(kLeafHeaderLength),
                             octets.subspan(kLeafHeaderLength));
  if (!salted) return fail(Code::kCorrupt, "audit.leaf_not_authentic");
  // AES-GCM does not commit to its key: the tag alone would let one ciphertext be two events.
  if (crypto::sha256(*salted) != header.commitment)
    return fail(Code::kCorrupt, "audit.leaf_commitment");
  salted->erase(salted->begin(), salted->begin() + kSaltLength);
  return std::move(*salted);
}

void add_to_segment(Buffer& plain, std::string_view event) {
  Encoder length;
  length.put(std::uint32_t(event.size()));
  plain.insert(plain.end(), length.buffer().begin(), length.buffer().end());
  const View bytes = as_view(event);
  plain.insert(plain.end(), bytes.begin(), bytes.end());
}

Result<std::vector<std::string_view>> events_of(LeafType type, View plain) {
  if (type == LeafType::kEvent) return std::vector{as_text(plain)};
  std::vector<std::string_view> events;
  Decoder in(plain);
  while (in.ok() && !in.rest().empty()) events.push_back(in.text());
  if (!in.ok()) return fail(Code::kCorrupt, "audit.leaf_malformed");
  return events;
}

Buffer Leaf::encode() const {
  Encoder out;
  out.put_i64(tenant.value).raw(octets);
  return out.take();
}

Result<Leaf> Leaf::decode(View encoded) {
  Decoder in(encoded);
  Leaf leaf;
  leaf.tenant.value = in.get_i64();
  leaf.octets = to_buffer(in.rest());
  if (!in.ok() || leaf.tenant.value < 0) return fail(Code::kCorrupt, "audit.leaf_malformed");
  TRY(leaf.id, leaf_id(leaf.octets));
  return leaf;
}

}  // namespace belfry::audit
