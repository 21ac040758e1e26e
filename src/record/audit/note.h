// C2SP signed notes (https://c2sp.org/signed-note) with Ed25519, and checkpoints
// (https://c2sp.org/tlog-checkpoint) in them.
#pragma once

#include "audit/ledger.h"
#include "base/bytes.h"
#include "base/result.h"
#include "crypto/sign.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace belfry::audit {

inline constexpr std::size_t kNoteLengthMax = 1 << 20;

struct VerifierKey {
  std::string name;
  std::uint32_t id = 0;
  crypto::PublicKey key{};

  // "name+0a1b2c3d+base64"
  std::string text() const;
};

// `name` is not empty and has neither spaces nor plus.
VerifierKey make_verifier_key(std::string name, const crypto::PublicKey& key);
// Errors: invalid ("audit.bad_verifier_key").
Result<VerifierKey> parse_verifier_key(std::string_view text);

// A checkpoint as a signed note.
std::string sign_checkpoint(const std::string& origin, std::uint64_t size, const Hash& root,
                            const VerifierKey& key, View seed);

struct OpenedCheckpoint {
  std::string origin;
  std::uint64_t size = 0;
  Hash root{};
};

// Signatures by other keys are passed over. Errors: corrupt ("audit.note_malformed",
// "audit.note_not_signed": none by `key` that holds).
Result<OpenedCheckpoint> open_checkpoint(std::string_view note, const VerifierKey& key);

}  // namespace belfry::audit
