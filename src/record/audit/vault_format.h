// The octets of the vault's files: docs/formats/vault.md.
#pragma once

#include "audit/vault.h"
#include "base/bytes.h"
#include "crypto/key_store.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::audit {

inline constexpr std::size_t kVaultFileMax = std::size_t{32} << 20;
inline constexpr std::string_view kTermsName = "hold";

// What a hold is, without how far it is.
struct HoldTerms {
  std::string reason;
  Query filter;
  HoldAuthor by;
  Timestamp placed;
};

// The places of the log that were looked at, [from, until), and what was held of them.
struct VaultPiece {
  Position from, until;
  std::uint64_t events_before = 0;  // in the pieces before it
  std::vector<HeldLeaf> leaves;

  std::uint64_t events() const;
};

// "0.0-300.0": says where a piece belongs, so that no other takes its place.
struct PieceName {
  Position from, until;

  std::string text() const;
  static std::optional<PieceName> parse(std::string_view text);
  auto operator<=>(const PieceName&) const = default;
};

// `hold` is the hold's key, `nonce` random for each file.
using VaultNonce = std::array<std::byte, 12>;
Buffer encode_terms(const crypto::Key& hold, const HoldTerms& terms, const VaultNonce& nonce);
Buffer encode_piece(const crypto::Key& hold, const VaultPiece& piece, const VaultNonce& nonce);
// Errors: corrupt ("audit.vault_malformed"), invalid ("audit.vault_unknown": a later version).
Result<HoldTerms> decode_terms(const crypto::Key& hold, View octets);
Result<VaultPiece> decode_piece(const crypto::Key& hold, View octets);
// Whether the octets are whole, which needs no key.
bool is_whole_vault_file(View octets);

}  // namespace belfry::audit
