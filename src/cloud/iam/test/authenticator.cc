#include "authenticator.h"

#include "base/ensure.h"
#include "base/text_encoding.h"
#include "crypto/hash.h"
#include "runtime/random.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

namespace belfry::iam {
namespace {

void add(Buffer& to, View octets) {
  to.insert(to.end(), octets.begin(), octets.end());
}

// RFC 8949: a head of a major type with its number.
Buffer cbor(unsigned major, std::size_t number) {
  const auto octet = [](std::size_t value) { return std::byte(value & 0xff); };
  const std::size_t type = major << 5;
  if (number < 24) return {octet(type | number)};
  if (number < 0x100) return {octet(type | 24), octet(number)};
  return {octet(type | 25), octet(number >> 8), octet(number)};
}

Buffer cbor_octets(View octets) {
  Buffer out = cbor(2, octets.size());
  add(out, octets);
  return out;
}

Buffer cbor_text(std::string_view text) {
  Buffer out = cbor(3, text.size());
  add(out, as_view(text));
  return out;
}

Buffer cbor_number(int number) {
  return number < 0 ? cbor(1, std::size_t(-1 - number)) : cbor(0, std::size_t(number));
}

Buffer joined(std::initializer_list<Buffer> parts) {
  Buffer out;
  for (const Buffer& part : parts) add(out, part);
  return out;
}

std::array<std::byte, 32> number_param(EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  ENSURE(EVP_PKEY_get_bn_param(key, name, &number) == 1);
  std::array<std::byte, 32> out;
  ENSURE(BN_bn2binpad(number, reinterpret_cast<unsigned char*>(out.data()), 32) == 32);
  BN_free(number);
  return out;
}

}  // namespace

struct Authenticator::Key {
  EVP_PKEY* it;
  explicit Key(EVP_PKEY* made) : it(made) { ENSURE(it != nullptr); }
  ~Key() { EVP_PKEY_free(it); }
};

Authenticator::Authenticator(int algorithm)
    : credential_id(32),
      algorithm_(algorithm),
      key_(std::make_unique<Key>(algorithm == kEs256 ? EVP_EC_gen("P-256")
                                 : algorithm == kEdDsa
                                     ? EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")
                                     : EVP_RSA_gen(2048))) {
  make_system_random()->fill(credential_id);
}
Authenticator::~Authenticator() = default;
Authenticator::Authenticator(Authenticator&&) noexcept = default;

Buffer Authenticator::client_data(const char* right_type, const Buffer& challenge) const {
  return to_buffer(R"({"type":")" + (type.empty() ? right_type : type) + R"(","challenge":")" +
                   to_base64url(challenge) + R"(","origin":")" + origin + "\"" + more + "}");
}

Buffer Authenticator::head(const std::string& asked_site, unsigned more_flags) {
  Buffer out = to_buffer(crypto::sha256(as_view(site.empty() ? asked_site : site)));
  out.push_back(std::byte(flags | more_flags));
  for (unsigned shift : {24u, 16u, 8u, 0u}) out.push_back(std::byte(count >> shift & 0xff));
  count += step;
  return out;
}

Buffer Authenticator::public_key() const {
  const Buffer head = joined({cbor_number(3), cbor_number(algorithm_)});
  if (algorithm_ == kEs256)
    return joined({cbor(5, 5), cbor_number(1), cbor_number(2), head, cbor_number(-1),
                   cbor_number(1), cbor_number(-2),
                   cbor_octets(number_param(key_->it, OSSL_PKEY_PARAM_EC_PUB_X)), cbor_number(-3),
                   cbor_octets(number_param(key_->it, OSSL_PKEY_PARAM_EC_PUB_Y))});
  if (algorithm_ == kEdDsa) {
    std::array<std::byte, 32> x;
    std::size_t length = x.size();
    ENSURE(EVP_PKEY_get_raw_public_key(key_->it, reinterpret_cast<unsigned char*>(x.data()),
                                       &length) == 1);
    return joined({cbor(5, 4), cbor_number(1), cbor_number(1), head, cbor_number(-1),
                   cbor_number(6), cbor_number(-2), cbor_octets(x)});
  }
  BIGNUM* modulus = nullptr;
  ENSURE(EVP_PKEY_get_bn_param(key_->it, OSSL_PKEY_PARAM_RSA_N, &modulus) == 1);
  Buffer n(256);
  ENSURE(BN_bn2binpad(modulus, reinterpret_cast<unsigned char*>(n.data()), 256) == 256);
  BN_free(modulus);
  const Buffer e = {std::byte(1), std::byte(0), std::byte(1)};
  return joined({cbor(5, 4), cbor_number(1), cbor_number(3), head, cbor_number(-1), cbor_octets(n),
                 cbor_number(-2), cbor_octets(e)});
}

Buffer Authenticator::sign(View message) const {
  const Buffer other = to_buffer("something else");
  if (signs_something_else) message = other;
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  const EVP_MD* digest = algorithm_ == kEdDsa ? nullptr : EVP_sha256();
  ENSURE(EVP_DigestSignInit(context, nullptr, digest, nullptr, key_->it) == 1);
  Buffer out(512);
  std::size_t length = out.size();
  ENSURE(EVP_DigestSign(context, reinterpret_cast<unsigned char*>(out.data()), &length,
                        reinterpret_cast<const unsigned char*>(message.data()),
                        message.size()) == 1);
  EVP_MD_CTX_free(context);
  out.resize(length);
  return out;
}

Buffer Authenticator::statement(View signed_data) const {
  if (attestation == Attestation::kNone) return cbor(5, 0);
  const Buffer start = joined({cbor_text("alg"), cbor_number(algorithm_), cbor_text("sig"),
                               cbor_octets(sign(signed_data))});
  if (attestation == Attestation::kSelf) return joined({cbor(5, 2), start});
  X509* certificate = X509_new();
  X509_set_version(certificate, X509_VERSION_3);
  X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key_->it);
  ENSURE(X509_sign(certificate, key_->it, EVP_sha256()) > 0);
  unsigned char* encoded = nullptr;
  const int length = i2d_X509(certificate, &encoded);
  ENSURE(length > 0);
  const Buffer out = joined(
      {cbor(5, 3), start, cbor_text("x5c"), cbor(4, 1),
       cbor_octets(std::as_bytes(std::span<const unsigned char>(encoded, std::size_t(length))))});
  OPENSSL_free(encoded);
  X509_free(certificate);
  return out;
}

PasskeyAttestation Authenticator::create(const PasskeyCreation& asked) {
  constexpr unsigned kHasCredential = 0x40, kHasExtensions = 0x80;
  user_handle = asked.user_handle;
  PasskeyAttestation made;
  made.client_data = client_data("webauthn.create", asked.challenge);
  Buffer data = head(asked.site, kHasCredential | (adds_extension ? kHasExtensions : 0));
  data.resize(data.size() + 16);  // the model: told to nobody
  data.push_back(std::byte(credential_id.size() >> 8));
  data.push_back(std::byte(credential_id.size() & 0xff));
  add(data, credential_id);
  add(data, public_key());
  if (adds_extension) add(data, joined({cbor(5, 1), cbor_text("credProtect"), cbor_number(2)}));
  Buffer signed_data = data;
  add(signed_data, crypto::sha256(made.client_data));
  made.attestation_object = joined(
      {cbor(5, 3), cbor_text("fmt"),
       cbor_text(attestation == Attestation::kNone ? "none" : "packed"), cbor_text("attStmt"),
       statement(signed_data), cbor_text("authData"), cbor_octets(data)});
  made.transports = {"internal"};
  return made;
}

PasskeyAssertion Authenticator::get(const PasskeyRequest& asked) {
  PasskeyAssertion used;
  used.credential_id = credential_id;
  used.client_data = client_data("webauthn.get", asked.challenge);
  used.authenticator_data = head(asked.site, 0);
  used.user_handle = user_handle;
  Buffer signed_data = used.authenticator_data;
  add(signed_data, crypto::sha256(used.client_data));
  used.signature = sign(signed_data);
  return used;
}

}  // namespace belfry::iam
