// The public keys of an issuer (JSON Web Key Set, RFC 7517).
#pragma once

#include "base/bytes.h"
#include "base/result.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::oidc {

// What is verified with (RFC 7518, section 3.1; RFC 8037): nothing with a shared secret.
enum class Algorithm { kRs256, kEs256, kEdDsa };
std::optional<Algorithm> algorithm_named(std::string_view name);

inline constexpr std::size_t kKeysOctetsMax = 64 << 10, kKeysMax = 64;

// Immutable once read; safe to use from any thread.
class KeySet {
 public:
  // Keys that are not understood, or are for something else, are left out (RFC 7517, section 5):
  // kept are RSA of 2048 to 8192 bits, P-256 and Ed25519.
  // Errors: invalid ("oidc.bad_keys").
  static Result<KeySet> parse(std::string_view document);

  std::size_t size() const { return keys_.size(); }

  // Whether a key of this id and algorithm made `signature` over `message`. Without an id there has
  // to be one key of the algorithm alone. Errors: not_found ("oidc.unknown_key"), denied
  // ("oidc.bad_signature").
  Result<> check(Algorithm algorithm, const std::optional<std::string>& id,
                 std::string_view message, View signature) const;

 private:
  struct Key;
  std::vector<std::shared_ptr<const Key>> keys_;
};

}  // namespace belfry::oidc
