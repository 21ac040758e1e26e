#include "vault_format.h"

#include "base/codec.h"
#include "base/crc32c.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "leaf.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <charconv>

namespace belfry::audit {
namespace {

constexpr std::string_view kMagic = "belfryvt";
constexpr std::uint16_t kVersion = 1;
enum class Kind : std::uint16_t { kTerms = 1, kPiece = 2 };
constexpr std::size_t kHeaderLength = 8 + 2 + 2 + 4 + 8 + 8 + crypto::kNonceLength;
constexpr std::size_t kChecksumLength = 4;

std::unexpected<Error> malformed() {
  return fail(Code::kCorrupt, "audit.vault_malformed");
}

Buffer sealing_key(const crypto::Key& hold) {
  return crypto::hkdf_sha256(hold.secret, {}, as_view("belfry vault 1"), crypto::kKeyLength);
}

Buffer encode(const crypto::Key& hold, Kind kind, Buffer plain, const VaultNonce& nonce) {
  Encoder out;
  out.raw(as_view(kMagic)).put(kVersion).put(std::uint16_t(kind));
  out.put(std::uint32_t(plain.size() + crypto::kTagLength));
  out.put_i64(hold.tenant.value).put_i64(hold.id.value).raw(nonce);
  const Buffer header = out.buffer();
  out.raw(crypto::seal(sealing_key(hold), nonce, header, plain));
  OPENSSL_cleanse(plain.data(), plain.size());
  out.put(crc32c(out.buffer()));
  return out.take();
}

Result<Buffer> decode(const crypto::Key& hold, Kind kind, View octets) {
  if (!is_whole_vault_file(octets)) return malformed();
  const View covered = octets.first(octets.size() - kChecksumLength);
  Decoder in(covered.subspan(kMagic.size()));
  if (const auto version = in.get<std::uint16_t>(); version != kVersion)
    return fail(Code::kInvalid, "audit.vault_unknown", {{"version", std::to_string(version)}});
  const bool is_kind = in.get<std::uint16_t>() == std::uint16_t(kind);
  const auto length = in.get<std::uint32_t>();
  const bool is_here = in.get_i64() == hold.tenant.value && in.get_i64() == hold.id.value;
  const View nonce = in.raw(crypto::kNonceLength);
  if (!is_kind || !is_here || length != in.rest().size()) return malformed();
  auto plain = crypto::open(sealing_key(hold), nonce, covered.first(kHeaderLength), in.rest());
  return plain ? std::move(plain) : malformed();
}

void put_time(Encoder& out, const std::optional<Timestamp>& time) {
  out.put(std::uint8_t(time.has_value())).put_i64(time ? to_us(*time) : 0);
}
std::optional<Timestamp> take_time(Decoder& in) {
  const bool is_there = in.get<std::uint8_t>() != 0;
  const Timestamp time = from_us(in.get_i64());
  return is_there ? std::optional(time) : std::nullopt;
}

void put_place(Encoder& out, Position place) {
  out.put(place.leaf).put(place.part);
}
Position take_place(Decoder& in) {
  const auto leaf = in.get<std::uint64_t>();
  return {leaf, in.get<std::uint32_t>()};
}

std::string take_text(Decoder& in) {
  return std::string(in.text());
}

std::optional<Position> parse_place(std::string_view text) {
  Position place;
  const char* const end = text.data() + text.size();
  const auto [dot, error] = std::from_chars(text.data(), end, place.leaf);
  if (error != std::errc() || dot == end || *dot != '.') return std::nullopt;
  const auto [last, part_error] = std::from_chars(dot + 1, end, place.part);
  if (part_error != std::errc() || last != end) return std::nullopt;
  return place;
}

std::string text_of(Position place) {
  return std::to_string(place.leaf) + "." + std::to_string(place.part);
}

}  // namespace

std::uint64_t VaultPiece::events() const {
  std::uint64_t count = 0;
  for (const HeldLeaf& leaf : leaves) count += leaf.parts.size();
  return count;
}

std::string PieceName::text() const {
  return text_of(from) + "-" + text_of(until);
}

std::optional<PieceName> PieceName::parse(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == text.npos) return std::nullopt;
  const auto from = parse_place(text.substr(0, dash)), until = parse_place(text.substr(dash + 1));
  if (!from || !until || *until <= *from) return std::nullopt;
  const PieceName name{*from, *until};
  return name.text() == text ? std::optional(name) : std::nullopt;
}

bool is_whole_vault_file(View octets) {
  if (octets.size() < kHeaderLength + crypto::kTagLength + kChecksumLength ||
      as_text(octets.first(kMagic.size())) != kMagic)
    return false;
  return Decoder(octets.last(kChecksumLength)).get<std::uint32_t>() ==
         crc32c(octets.first(octets.size() - kChecksumLength));
}

Buffer encode_terms(const crypto::Key& hold, const HoldTerms& terms, const VaultNonce& nonce) {
  const Query& filter = terms.filter;
  Encoder out;
  out.put_i64(to_us(terms.placed));
  out.put_i64(terms.by.tenant.value).put_i64(terms.by.user.value).string(terms.by.name);
  out.string(terms.reason);
  put_time(out, filter.from);
  put_time(out, filter.until);
  for (const std::string* text :
       {&filter.actor, &filter.action, &filter.resource, &filter.source_ip, &filter.reason})
    out.string(*text);
  out.put(std::uint8_t(filter.outcome ? std::uint8_t(*filter.outcome) : 0));
  out.put(filter.event_class.value_or(0)).put(std::uint32_t(filter.details.size()));
  for (const Detail& detail : filter.details) out.string(detail.name).string(detail.value);
  return encode(hold, Kind::kTerms, out.take(), nonce);
}

Result<HoldTerms> decode_terms(const crypto::Key& hold, View octets) {
  TRY(const Buffer plain, decode(hold, Kind::kTerms, octets));
  Decoder in(plain);
  HoldTerms terms;
  terms.placed = from_us(in.get_i64());
  terms.by.tenant.value = in.get_i64();
  terms.by.user.value = in.get_i64();
  terms.by.name = take_text(in);
  terms.reason = take_text(in);
  Query& filter = terms.filter;
  filter.from = take_time(in);
  filter.until = take_time(in);
  for (std::string* text :
       {&filter.actor, &filter.action, &filter.resource, &filter.source_ip, &filter.reason})
    *text = take_text(in);
  if (const auto outcome = in.get<std::uint8_t>(); outcome != 0) filter.outcome = Outcome(outcome);
  if (const auto number = in.get<std::uint32_t>(); number != 0) filter.event_class = number;
  const auto details = in.get<std::uint32_t>();
  for (std::uint32_t i = 0; i < details && in.ok(); ++i) {
    std::string name = take_text(in);
    filter.details.push_back({std::move(name), take_text(in)});
  }
  if (!in.done()) return malformed();
  return terms;
}

Buffer encode_piece(const crypto::Key& hold, const VaultPiece& piece, const VaultNonce& nonce) {
  Encoder out;
  put_place(out, piece.from);
  put_place(out, piece.until);
  out.put(piece.events_before).put(std::uint32_t(piece.leaves.size()));
  for (const HeldLeaf& leaf : piece.leaves) {
    out.put(leaf.index).put(std::uint32_t(leaf.parts.size()));
    for (std::uint32_t part : leaf.parts) out.put(part);
    out.string(leaf.octets).string(leaf.key);
  }
  return encode(hold, Kind::kPiece, out.take(), nonce);
}

Result<VaultPiece> decode_piece(const crypto::Key& hold, View octets) {
  TRY(const Buffer plain, decode(hold, Kind::kPiece, octets));
  Decoder in(plain);
  VaultPiece piece;
  piece.from = take_place(in);
  piece.until = take_place(in);
  piece.events_before = in.get<std::uint64_t>();
  const auto count = in.get<std::uint32_t>();
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    HeldLeaf leaf;
    leaf.index = in.get<std::uint64_t>();
    const auto parts = in.get<std::uint32_t>();
    for (std::uint32_t part = 0; part < parts && in.ok(); ++part)
      leaf.parts.push_back(in.get<std::uint32_t>());
    leaf.octets = to_buffer(in.string());
    leaf.key = to_buffer(in.string());
    if (leaf.key.size() != crypto::kKeyLength) return malformed();
    piece.leaves.push_back(std::move(leaf));
  }
  if (!in.done() || piece.until <= piece.from) return malformed();
  return piece;
}

Result<std::vector<LoggedEvent>> HeldLeaf::events() const {
  TRY(const LeafHeader header, decode_leaf_header(octets));
  TRY(const Buffer plain, open_leaf_alone(octets, key));
  TRY(const auto all, events_of(header.type, plain));
  std::vector<LoggedEvent> held;
  for (std::uint32_t part : parts) {
    if (part >= all.size()) return malformed();
    held.push_back({index, part, std::string(all[part])});
  }
  return held;
}

}  // namespace belfry::audit
