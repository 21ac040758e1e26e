// An issuer's private keys, made at random: signs what an issuer signs, and what it should not.
#pragma once

#include "base/bytes.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::oidc::testing {

enum class KeyKind { kRsa, kP256, kEd25519 };

class IssuerKey {
 public:
  // `rsa_bits` of an RSA key alone.
  IssuerKey(KeyKind kind, std::string id, unsigned rsa_bits = 2'048);

  const std::string& id() const { return id_; }
  std::string_view algorithm() const;
  // The public half, as a member of a key set: `more` are further members, each after a comma.
  std::string jwk(std::string_view more = "") const;
  // A signature as JWS has it.
  Buffer sign(std::string_view message) const;
  // A token with the usual header.
  std::string token(std::string_view claims) const;
  std::string token(std::string_view header, std::string_view claims) const;

 private:
  struct State;
  KeyKind kind_;
  std::string id_;
  std::shared_ptr<const State> state_;
};

std::string key_set_of(const std::vector<std::string>& jwks);

}  // namespace belfry::oidc::testing
