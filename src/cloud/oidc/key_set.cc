#include "oidc/key_set.h"

#include "base/json_text.h"
#include "base/text_encoding.h"

#include <nlohmann/json.hpp>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <algorithm>

namespace belfry::oidc {
namespace {

using nlohmann::json;

template <auto free_function>
struct Free {
  template <class T>
  void operator()(T* object) const {
    free_function(object);
  }
};
using PublicKey = std::unique_ptr<EVP_PKEY, Free<&EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Free<&EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Free<&EVP_MD_CTX_free>>;
using Number = std::unique_ptr<BIGNUM, Free<&BN_free>>;
using ParameterBuilder = std::unique_ptr<OSSL_PARAM_BLD, Free<&OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Free<&OSSL_PARAM_free>>;
using EcdsaSignature = std::unique_ptr<ECDSA_SIG, Free<&ECDSA_SIG_free>>;

constexpr std::size_t kJsonDepthMax = 8, kKeyIdMax = 256;
constexpr int kRsaBitsMin = 2'048, kRsaBitsMax = 8'192, kExponentBitsMax = 33;
constexpr std::size_t kP256Octets = 32, kEd25519Octets = 32;

const unsigned char* octets(View bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

std::optional<std::string> text_of(const json& object, const char* name) {
  const auto field = object.find(name);
  if (field == object.end() || !field->is_string()) return std::nullopt;
  return field->get<std::string>();
}

std::optional<Buffer> octets_of(const json& object, const char* name) {
  const auto text = text_of(object, name);
  return text ? from_base64url(*text) : std::nullopt;
}

PublicKey make_key(const char* type, OSSL_PARAM* parameters) {
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (!context || !parameters || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1)
    return nullptr;
  return PublicKey(key);
}

PublicKey read_rsa(const json& object) {
  const auto modulus = octets_of(object, "n"), exponent = octets_of(object, "e");
  if (!modulus || !exponent || modulus->size() > kRsaBitsMax / 8 || exponent->size() > 8)
    return nullptr;
  const Number n(BN_bin2bn(octets(*modulus), int(modulus->size()), nullptr));
  const Number e(BN_bin2bn(octets(*exponent), int(exponent->size()), nullptr));
  // Large exponents only make each check dear.
  if (!n || !e || BN_num_bits(n.get()) < kRsaBitsMin || !BN_is_odd(n.get()) ||
      !BN_is_odd(e.get()) || BN_is_one(e.get()) || BN_num_bits(e.get()) > kExponentBitsMax)
    return nullptr;
  const ParameterBuilder builder(OSSL_PARAM_BLD_new());
  if (!builder || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
    return nullptr;
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  return make_key("RSA", parameters.get());
}

PublicKey read_p256(const json& object) {
  const auto x = octets_of(object, "x"), y = octets_of(object, "y");
  if (text_of(object, "crv") != "P-256" || !x || !y || x->size() != kP256Octets ||
      y->size() != kP256Octets)
    return nullptr;
  Buffer point = {std::byte(4)};  // uncompressed (SEC 1, section 2.3.3)
  point.insert(point.end(), x->begin(), x->end());
  point.insert(point.end(), y->begin(), y->end());
  const ParameterBuilder builder(OSSL_PARAM_BLD_new());
  if (!builder ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) != 1)
    return nullptr;
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  return make_key("EC", parameters.get());
}

PublicKey read_ed25519(const json& object) {
  const auto x = octets_of(object, "x");
  if (text_of(object, "crv") != "Ed25519" || !x || x->size() != kEd25519Octets) return nullptr;
  return PublicKey(
      EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, octets(*x), x->size()));
}

bool is_for_verifying(const json& object) {
  if (const auto use = object.find("use"); use != object.end() && *use != "sig") return false;
  const auto operations = object.find("key_ops");
  return operations == object.end() ||
         (operations->is_array() &&
          std::ranges::find(*operations, json("verify")) != operations->end());
}

// JWS has the two numbers side by side (RFC 7518, section 3.4), OpenSSL wants them in DER.
std::optional<Buffer> der_of(View signature) {
  if (signature.size() != 2 * kP256Octets) return std::nullopt;
  const EcdsaSignature pair(ECDSA_SIG_new());
  Number r(BN_bin2bn(octets(signature), kP256Octets, nullptr));
  Number s(BN_bin2bn(octets(signature.subspan(kP256Octets)), kP256Octets, nullptr));
  if (!pair || !r || !s || ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) return std::nullopt;
  // They are the pair's now.
  static_cast<void>(r.release());
  static_cast<void>(s.release());
  const int length = i2d_ECDSA_SIG(pair.get(), nullptr);
  if (length <= 0) return std::nullopt;
  Buffer der{std::size_t(length)};
  auto* out = reinterpret_cast<unsigned char*>(der.data());
  if (i2d_ECDSA_SIG(pair.get(), &out) != length) return std::nullopt;
  return der;
}

}  // namespace

std::optional<Algorithm> algorithm_named(std::string_view name) {
  if (name == "RS256") return Algorithm::kRs256;
  if (name == "ES256") return Algorithm::kEs256;
  // RFC 9864 gives the second name to the only curve that is taken here.
  if (name == "EdDSA" || name == "Ed25519") return Algorithm::kEdDsa;
  return std::nullopt;
}

struct KeySet::Key {
  std::optional<std::string> id;
  Algorithm algorithm;
  PublicKey key;

  static std::shared_ptr<const Key> read(const json& object) {
    if (!object.is_object() || !is_for_verifying(object)) return nullptr;
    auto key = std::make_shared<Key>();
    key->id = text_of(object, "kid");
    if (key->id && key->id->size() > kKeyIdMax) return nullptr;
    const auto type = text_of(object, "kty");
    if (type == "RSA") {
      key->algorithm = Algorithm::kRs256;
      key->key = read_rsa(object);
    } else if (type == "EC") {
      key->algorithm = Algorithm::kEs256;
      key->key = read_p256(object);
    } else if (type == "OKP") {
      key->algorithm = Algorithm::kEdDsa;
      key->key = read_ed25519(object);
    }
    if (!key->key) return nullptr;
    // A key that says what it is for is for nothing else.
    const auto said = object.find("alg");
    if (said != object.end() &&
        (!said->is_string() || algorithm_named(said->get<std::string>()) != key->algorithm))
      return nullptr;
    return key;
  }

  bool made(std::string_view message, View signature) const {
    std::optional<Buffer> der;
    if (algorithm == Algorithm::kEs256) {
      der = der_of(signature);
      if (!der) return false;
      signature = *der;
    }
    const DigestContext context(EVP_MD_CTX_new());
    const char* digest = algorithm == Algorithm::kEdDsa ? nullptr : "SHA256";
    // RSA's padding is PKCS #1 v1.5 unless told otherwise, as RS256 wants it.
    return context &&
           EVP_DigestVerifyInit_ex(context.get(), nullptr, digest, nullptr, nullptr, key.get(),
                                   nullptr) == 1 &&
           EVP_DigestVerify(context.get(), octets(signature), signature.size(),
                            octets(as_view(message)), message.size()) == 1;
  }
};

Result<KeySet> KeySet::parse(std::string_view document) {
  const auto bad = fail(Code::kInvalid, "oidc.bad_keys");
  if (document.size() > kKeysOctetsMax || fault_of_json(document, kJsonDepthMax)) return bad;
  const json set = json::parse(document, nullptr, false);
  if (!set.is_object()) return bad;
  const auto keys = set.find("keys");
  if (keys == set.end() || !keys->is_array() || keys->size() > kKeysMax) return bad;
  KeySet read;
  for (const json& object : *keys)
    if (auto key = Key::read(object)) read.keys_.push_back(std::move(key));
  // What OpenSSL refused leaves entries in this thread's error queue.
  ERR_clear_error();
  return read;
}

Result<> KeySet::check(Algorithm algorithm, const std::optional<std::string>& id,
                       std::string_view message, View signature) const {
  const Key* found = nullptr;
  for (const auto& key : keys_) {
    if (key->algorithm != algorithm || (id && key->id != id)) continue;
    // Which one is meant must be plain.
    if (found) return fail(Code::kNotFound, "oidc.unknown_key");
    found = key.get();
  }
  if (!found) return fail(Code::kNotFound, "oidc.unknown_key");
  const bool is_made = found->made(message, signature);
  ERR_clear_error();
  if (!is_made) return fail(Code::kDenied, "oidc.bad_signature");
  return {};
}

}  // namespace belfry::oidc
