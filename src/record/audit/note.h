// C2SP signed notes (https://c2sp.org/signed-note) with Ed25519, and checkpoints
// (https://c2sp.org/tlog-checkpoint) in them.
#pragma once

#include "audit/ledger.h"
#include "base/bytes.h"
#include "base/result.h"
#include "crypto/sign.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::audit {

inline constexpr std::size_t kNoteLengthMax = 1 << 20;

// The octet that names the algorithm in a verifier key and its number.
enum class KeyType : std::uint8_t {
  kEd25519 = 1,      // signs a note
  kCosignature = 4,  // https://c2sp.org/tlog-cosignature: a witness, with the time
};

struct VerifierKey {
  std::string name;
  std::uint32_t id = 0;
  crypto::PublicKey key{};
  KeyType type = KeyType::kEd25519;

  // "name+0a1b2c3d+base64"
  std::string text() const;
};

// `name` is not empty and has neither spaces nor plus.
VerifierKey make_verifier_key(std::string name, const crypto::PublicKey& key,
                              KeyType type = KeyType::kEd25519);
// Errors: invalid ("audit.bad_verifier_key"), also for a key of another type.
Result<VerifierKey> parse_verifier_key(std::string_view text, KeyType type = KeyType::kEd25519);

// Views into a note.
struct Note {
  std::string_view text;                     // to its last line end
  std::vector<std::string_view> signatures;  // well-formed lines, without their line ends
};

// Errors: corrupt ("audit.note_malformed").
Result<Note> split_note(std::string_view note);

// A decimal number without additional zeros; nothing if the text is something else.
std::optional<std::uint64_t> whole_number(std::string_view text);

// `text`, which ends with a line end, as a signed note.
std::string sign_note(const std::string& text, const VerifierKey& key, View seed);

// What a checkpoint says, unsigned: the text of its note.
std::string checkpoint_text(const std::string& origin, std::uint64_t size, const Hash& root);

// A checkpoint as a signed note.
std::string sign_checkpoint(const std::string& origin, std::uint64_t size, const Hash& root,
                            const VerifierKey& key, View seed);

// The line of a cosignature over the note's `text`, with its line end.
std::string cosign(std::string_view text, const VerifierKey& key, View seed, std::uint64_t seconds);

struct Cosignature {
  std::string line;           // with its line end
  std::uint64_t seconds = 0;  // since 1970 UTC
};

// The first of `lines` that is a cosignature of `key` over `text`; the others are passed over.
std::optional<Cosignature> find_cosignature(const std::vector<std::string_view>& lines,
                                            std::string_view text, const VerifierKey& key);
// The well-formed signature lines of a witness' answer; nothing if something else is in it.
std::optional<std::vector<std::string_view>> split_signatures(std::string_view lines);

struct OpenedCheckpoint {
  std::string origin;
  std::uint64_t size = 0;
  Hash root{};
  std::string more;  // lines behind these
};

// Signatures by other keys are passed over. Errors: corrupt ("audit.note_malformed",
// "audit.note_not_signed": none by `key` that holds).
Result<OpenedCheckpoint> open_checkpoint(std::string_view note, const VerifierKey& key);

}  // namespace belfry::audit
