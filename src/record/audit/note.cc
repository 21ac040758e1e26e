#include "note.h"

#include "base/text_encoding.h"
#include "crypto/hash.h"

#include <algorithm>
#include <charconv>
#include <tuple>

namespace belfry::audit {

namespace {

constexpr std::string_view kDash = "\xE2\x80\x94 ";  // U+2014 and a space
constexpr std::size_t kSignaturesMax = 100;

// The first four octets of SHA-256(name, line end, type, key), big-endian.
std::uint32_t key_id(std::string_view name, const crypto::PublicKey& key, KeyType type) {
  Buffer text = to_buffer(name);
  text.push_back(std::byte{'\n'});
  text.push_back(static_cast<std::byte>(type));
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
  const auto leaves = whole_number(*size);
  if (!leaves) return malformed();
  out.size = *leaves;
  const auto hash = from_base64(*root);
  if (!hash || hash->size() != out.root.size() || to_base64(*hash) != *root) return malformed();
  std::ranges::copy(*hash, out.root.begin());
  out.origin = *origin;
  out.more = text;
  return out;
}

struct SignatureLine {
  std::string_view name;
  Buffer octets;  // the key's number, then the signature
};

std::optional<SignatureLine> parse_signature(std::string_view line) {
  if (!line.starts_with(kDash)) return std::nullopt;
  line.remove_prefix(kDash.size());
  const std::size_t space = line.find(' ');
  if (space == line.npos || !good_name(line.substr(0, space))) return std::nullopt;
  auto octets = from_base64(line.substr(space + 1));
  // Base64 has spare bits at its end: only the form that we would write is a signature.
  if (!octets || octets->size() < 5 || to_base64(*octets) != line.substr(space + 1))
    return std::nullopt;
  return SignatureLine{line.substr(0, space), std::move(*octets)};
}

// The signature's octets if the line is one of `key`.
std::optional<Buffer> signature_by(const VerifierKey& key, std::string_view line) {
  auto parsed = parse_signature(line);
  if (!parsed || parsed->name != key.name ||
      !std::ranges::equal(View(parsed->octets).first(4), big_endian(key.id)))
    return std::nullopt;
  return Buffer(parsed->octets.begin() + 4, parsed->octets.end());
}

std::string signature_line(const VerifierKey& key, View signature) {
  Buffer octets = big_endian(key.id);
  octets.insert(octets.end(), signature.begin(), signature.end());
  return std::string(kDash) + key.name + " " + to_base64(octets) + "\n";
}

// What a cosignature of that time signs (tlog-cosignature, Ed25519 signed message).
std::string cosigned_message(std::string_view text, std::uint64_t seconds) {
  return "cosignature/v1\ntime " + std::to_string(seconds) + "\n" + std::string(text);
}

}  // namespace

VerifierKey make_verifier_key(std::string name, const crypto::PublicKey& key, KeyType type) {
  const std::uint32_t id = key_id(name, key, type);
  return {std::move(name), id, key, type};
}

std::string VerifierKey::text() const {
  Buffer typed{static_cast<std::byte>(type)};
  typed.insert(typed.end(), key.begin(), key.end());
  return name + "+" + to_hex(big_endian(id)) + "+" + to_base64(typed);
}

Result<VerifierKey> parse_verifier_key(std::string_view text, KeyType type) {
  const auto bad = [&] {
    return fail(Code::kInvalid, "audit.bad_verifier_key", {{"key", std::string(text)}});
  };
  // The base64 at the end may hold plus signs; name and number may not.
  const std::size_t first = text.find('+');
  const std::size_t second = first == text.npos ? first : text.find('+', first + 1);
  if (second == text.npos || !good_name(text.substr(0, first))) return bad();
  const auto octets = from_base64(text.substr(second + 1));
  if (!octets || octets->size() != 33 || octets->front() != static_cast<std::byte>(type))
    return bad();
  crypto::PublicKey key;
  std::copy(octets->begin() + 1, octets->end(), key.begin());
  VerifierKey out = make_verifier_key(std::string(text.substr(0, first)), key, type);
  if (out.text() != text) return bad();
  return out;
}

Result<Note> split_note(std::string_view note) {
  if (note.size() > kNoteLengthMax || !is_utf8(note)) return malformed();
  const std::size_t gap = note.rfind("\n\n");
  if (gap == note.npos) return malformed();
  auto lines = split_signatures(note.substr(gap + 2));
  if (!lines) return malformed();
  return Note{note.substr(0, gap + 1), std::move(*lines)};
}

std::optional<std::vector<std::string_view>> split_signatures(std::string_view lines) {
  std::vector<std::string_view> out;
  while (!lines.empty()) {
    const auto line = next_line(lines);
    if (!line || out.size() == kSignaturesMax || !parse_signature(*line)) return std::nullopt;
    out.push_back(*line);
  }
  return out;
}

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || std::to_string(number) != text) return std::nullopt;
  return number;
}

std::string sign_note(const std::string& text, const VerifierKey& key, View seed) {
  return text + "\n" + signature_line(key, crypto::sign(seed, as_view(text)));
}

std::string checkpoint_text(const std::string& origin, std::uint64_t size, const Hash& root) {
  return origin + "\n" + std::to_string(size) + "\n" + to_base64(root) + "\n";
}

std::string sign_checkpoint(const std::string& origin, std::uint64_t size, const Hash& root,
                            const VerifierKey& key, View seed) {
  return sign_note(checkpoint_text(origin, size, root), key, seed);
}

std::string cosign(std::string_view text, const VerifierKey& key, View seed,
                   std::uint64_t seconds) {
  Buffer timed = big_endian(std::uint32_t(seconds >> 32));
  const Buffer low = big_endian(std::uint32_t(seconds));
  timed.insert(timed.end(), low.begin(), low.end());
  const crypto::Signature signature = crypto::sign(seed, as_view(cosigned_message(text, seconds)));
  timed.insert(timed.end(), signature.begin(), signature.end());
  return signature_line(key, timed);
}

std::optional<Cosignature> find_cosignature(const std::vector<std::string_view>& lines,
                                            std::string_view text, const VerifierKey& key) {
  constexpr std::size_t kTimeLength = 8;
  for (std::string_view line : lines) {
    const auto octets = signature_by(key, line);
    if (!octets || octets->size() != kTimeLength + std::tuple_size_v<crypto::Signature>) continue;
    std::uint64_t seconds = 0;
    for (std::size_t i = 0; i < kTimeLength; ++i)
      seconds = seconds << 8 | std::to_integer<std::uint64_t>((*octets)[i]);
    if (seconds >> 63 == 0 && crypto::verify(key.key, as_view(cosigned_message(text, seconds)),
                                             View(*octets).subspan(kTimeLength)))
      return Cosignature{std::string(line) + "\n", seconds};
  }
  return std::nullopt;
}

Result<OpenedCheckpoint> open_checkpoint(std::string_view note, const VerifierKey& key) {
  TRY(Note split, split_note(note));
  const bool holds = std::ranges::any_of(split.signatures, [&](std::string_view line) {
    const auto signature = signature_by(key, line);
    return signature && crypto::verify(key.key, as_view(split.text), *signature);
  });
  if (!holds) return fail(Code::kCorrupt, "audit.note_not_signed", {{"key", key.name}});
  return parse_checkpoint(split.text);
}

}  // namespace belfry::audit
