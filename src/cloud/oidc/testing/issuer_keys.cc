#include "oidc_testing/issuer_keys.h"

#include "base/ensure.h"
#include "base/text_encoding.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>

#include <algorithm>

namespace belfry::oidc::testing {
namespace {

constexpr std::size_t kP256Octets = 32;

Buffer number_of(EVP_PKEY* key, const char* name, std::size_t octets_min) {
  BIGNUM* number = nullptr;
  ENSURE(EVP_PKEY_get_bn_param(key, name, &number) == 1);
  Buffer octets(std::max(octets_min, std::size_t(BN_num_bytes(number))));
  ENSURE(BN_bn2binpad(number, reinterpret_cast<unsigned char*>(octets.data()), int(octets.size())) >
         0);
  BN_free(number);
  return octets;
}

// The two numbers side by side, out of DER.
Buffer pair_of(View der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  ECDSA_SIG* pair = d2i_ECDSA_SIG(nullptr, &at, long(der.size()));
  ENSURE(pair != nullptr);
  Buffer octets(2 * kP256Octets);
  auto* out = reinterpret_cast<unsigned char*>(octets.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(pair), out, kP256Octets);
  BN_bn2binpad(ECDSA_SIG_get0_s(pair), out + kP256Octets, kP256Octets);
  ECDSA_SIG_free(pair);
  return octets;
}

}  // namespace

struct IssuerKey::State {
  EVP_PKEY* key = nullptr;
  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { EVP_PKEY_free(key); }
};

IssuerKey::IssuerKey(KeyKind kind, std::string id, unsigned rsa_bits)
    : kind_(kind), id_(std::move(id)) {
  auto state = std::make_shared<State>();
  if (kind == KeyKind::kRsa)
    state->key = EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t(rsa_bits));
  else if (kind == KeyKind::kP256)
    state->key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
  else
    state->key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  ENSURE(state->key != nullptr);
  state_ = std::move(state);
}

std::string_view IssuerKey::algorithm() const {
  return kind_ == KeyKind::kRsa ? "RS256" : kind_ == KeyKind::kP256 ? "ES256" : "EdDSA";
}

std::string IssuerKey::jwk(std::string_view more) const {
  EVP_PKEY* key = state_->key;
  const auto member = [](std::string_view name, View value) {
    return ",\"" + std::string(name) + "\":\"" + to_base64url(value) + "\"";
  };
  std::string text = R"({"kid":")" + id_ + '"' + std::string(more);
  if (kind_ == KeyKind::kRsa) {
    text += R"(,"kty":"RSA")" + member("n", number_of(key, OSSL_PKEY_PARAM_RSA_N, 0)) +
            member("e", number_of(key, OSSL_PKEY_PARAM_RSA_E, 0));
  } else if (kind_ == KeyKind::kP256) {
    text += R"(,"kty":"EC","crv":"P-256")" +
            member("x", number_of(key, OSSL_PKEY_PARAM_EC_PUB_X, kP256Octets)) +
            member("y", number_of(key, OSSL_PKEY_PARAM_EC_PUB_Y, kP256Octets));
  } else {
    Buffer x(32);
    std::size_t length = x.size();
    ENSURE(EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(x.data()), &length));
    text += R"(,"kty":"OKP","crv":"Ed25519")" + member("x", x);
  }
  return text + "}";
}

Buffer IssuerKey::sign(std::string_view message) const {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  const char* digest = kind_ == KeyKind::kEd25519 ? nullptr : "SHA256";
  ENSURE(EVP_DigestSignInit_ex(context, nullptr, digest, nullptr, nullptr, state_->key, nullptr) ==
         1);
  const auto* octets = reinterpret_cast<const unsigned char*>(message.data());
  std::size_t length = 0;
  ENSURE(EVP_DigestSign(context, nullptr, &length, octets, message.size()) == 1);
  Buffer signature(length);
  ENSURE(EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &length,
                        octets, message.size()) == 1);
  EVP_MD_CTX_free(context);
  signature.resize(length);
  return kind_ == KeyKind::kP256 ? pair_of(signature) : signature;
}

std::string IssuerKey::token(std::string_view claims) const {
  return token(
      R"({"alg":")" + std::string(algorithm()) + R"(","typ":"JWT","kid":")" + id_ + R"("})",
      claims);
}

std::string IssuerKey::token(std::string_view header, std::string_view claims) const {
  const std::string message = to_base64url(as_view(header)) + "." + to_base64url(as_view(claims));
  return message + "." + to_base64url(sign(message));
}

std::string key_set_of(const std::vector<std::string>& jwks) {
  std::string text = R"({"keys":[)";
  for (const std::string& jwk : jwks) text += (text.ends_with('[') ? "" : ",") + jwk;
  return text + "]}";
}

}  // namespace belfry::oidc::testing
