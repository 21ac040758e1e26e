#include "note.h"

#include "base/text_encoding.h"
#include "crypto/hash.h"

#include <algorithm>
#include <charconv>

namespace belfry::audit {

namespace {

constexpr std::byte kEd25519{0x01};
constexpr std::string_view kDash = "\xE2\x80\x94 ";  // U+2014 and a space
constexpr std::size_t kSignaturesMax = 100;

// The first four octets of SHA-256(name, line end, type, key), big-endian.
std::uint32_t key_id(std::string_view name, const crypto::PublicKey& key) {
  Buffer text = to_buffer(name);
  text.push_back(std::byte{'\n'});
  text.push_back(kEd25519);
  text.insert(text.end(), key.begin(), key.end());
  const crypto::Digest digest = crypto::sha256(text);
  std::uint32_t id = 0;
  for (std::size_t i = 0; i < 4; ++i) id = id << 8 | std::to_integer<std::uint32_t>(digest[i]);
  return id;
}

Buffer big_endian(std::uint32_t value) {
  Buffer out;
  for (int shift = 24; shift >= 0; shift -= 8)
    out.push_back(static_cast<std::byte>(value >> shift));
  return out;
}

bool good_name(std::string_view name) {
  return !name.empty() && is_utf8(name) && name.find_first_of(" \t\r\n+") == name.npos;
}

std::unexpected<Error> malformed() {
  return fail(Code::kCorrupt, "audit.note_malformed");
}

// Cuts the first line off `rest`; nothing without a line end.
std::optional<std::string_view> next_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  if (end == rest.npos) return std::nullopt;
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return line;
}

Result<OpenedCheckpoint> parse_checkpoint(std::string_view text) {
  OpenedCheckpoint out;
  const auto origin = next_line(text), size = next_line(text), root = next_line(text);
  if (!origin || origin->empty() || !size || !root) return malformed();
  const auto [end, error] = std::from_chars(size->data(), size->data() + size->size(), out.size);
  if (error != std::errc() || end != size->data() + size->size() ||
      std::to_string(out.size) != *size)
    return malformed();
  const auto hash = from_base64(*root);
  if (!hash || hash->size() != out.root.size() || to_base64(*hash) != *root) return malformed();
  std::ranges::copy(*hash, out.root.begin());
  out.origin = *origin;
  return out;
}

// Whether a signature line is one of `key` over `text`; nothing if it is malformed.
std::optional<bool> signature_holds(std::string_view line, std::string_view text,
                                    const VerifierKey& key) {
  if (!line.starts_with(kDash)) return std::nullopt;
  line.remove_prefix(kDash.size());
  const std::size_t space = line.find(' ');
  if (space == line.npos || !good_name(line.substr(0, space))) return std::nullopt;
  const auto octets = from_base64(line.substr(space + 1));
  // Base64 has spare bits at its end: only the form that we would write is a signature.
  if (!octets || octets->size() < 5 || to_base64(*octets) != line.substr(space + 1))
    return std::nullopt;
  if (line.substr(0, space) != key.name ||
      !std::ranges::equal(View(*octets).first(4), big_endian(key.id)))
    return false;
  return crypto::verify(key.key, as_view(text), View(*octets).subspan(4));
}

}  // namespace

VerifierKey make_verifier_key(std::string name, const crypto::PublicKey& key) {
  const std::uint32_t id = key_id(name, key);
  return {std::move(name), id, key};
}

std::string VerifierKey::text() const {
  Buffer typed{kEd25519};
  typed.insert(typed.end(), key.begin(), key.end());
  return name + "+" + to_hex(big_endian(id)) + "+" + to_base64(typed);
}

Result<VerifierKey> parse_verifier_key(std::string_view text) {
  const auto bad = [&] {
    return fail(Code::kInvalid, "audit.bad_verifier_key", {{"key", std::string(text)}});
  };
  // The base64 at the end may hold plus signs; name and number may not.
  const std::size_t first = text.find('+');
  const std::size_t second = first == text.npos ? first : text.find('+', first + 1);
  if (second == text.npos || !good_name(text.substr(0, first))) return bad();
  const auto octets = from_base64(text.substr(second + 1));
  if (!octets || octets->size() != 33 || octets->front() != kEd25519) return bad();
  crypto::PublicKey key;
  std::copy(octets->begin() + 1, octets->end(), key.begin());
  VerifierKey out = make_verifier_key(std::string(text.substr(0, first)), key);
  if (out.text() != text) return bad();
  return out;
}

std::string sign_checkpoint(const std::string& origin, std::uint64_t size, const Hash& root,
                            const VerifierKey& key, View seed) {
  const std::string text = origin + "\n" + std::to_string(size) + "\n" + to_base64(root) + "\n";
  Buffer signature = big_endian(key.id);
  const crypto::Signature octets = crypto::sign(seed, as_view(text));
  signature.insert(signature.end(), octets.begin(), octets.end());
  return text + "\n" + std::string(kDash) + key.name + " " + to_base64(signature) + "\n";
}

Result<OpenedCheckpoint> open_checkpoint(std::string_view note, const VerifierKey& key) {
  if (note.size() > kNoteLengthMax || !is_utf8(note)) return malformed();
  const std::size_t gap = note.rfind("\n\n");
  if (gap == note.npos) return malformed();
  const std::string_view text = note.substr(0, gap + 1);
  std::string_view rest = note.substr(gap + 2);
  bool holds = false;
  for (std::size_t count = 0; !rest.empty(); ++count) {
    const auto line = next_line(rest);
    const auto signature = line ? signature_holds(*line, text, key) : std::nullopt;
    if (!signature || count == kSignaturesMax) return malformed();
    holds |= *signature;
  }
  if (!holds) return fail(Code::kCorrupt, "audit.note_not_signed", {{"key", key.name}});
  return parse_checkpoint(text);
}

}  // namespace belfry::audit
