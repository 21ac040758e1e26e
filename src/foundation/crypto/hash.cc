#include "crypto/hash.h"

#include "base/ensure.h"
#include "hmac.h"
#include "octets.h"
#include "openssl_pointer.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>
#include <cstring>

namespace belfry::crypto {

namespace {

using Context = OpenSslPointer<EVP_MD_CTX, &EVP_MD_CTX_free>;
using MacContext = OpenSslPointer<EVP_MAC_CTX, &EVP_MAC_CTX_free>;

// Fetching an algorithm costs more than hashing a small message, so each is fetched once and kept.
const EVP_MD* fetched(Algorithm algorithm) {
  static const EVP_MD* const md5 = EVP_MD_fetch(nullptr, "MD5", nullptr);
  static const EVP_MD* const sha1 = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  const EVP_MD* found = algorithm == Algorithm::kMd5    ? md5
                        : algorithm == Algorithm::kSha1 ? sha1
                                                        : sha256;
  ENSURE(found != nullptr);
  return found;
}

std::size_t length_of(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::kMd5:
      return 16;
    case Algorithm::kSha1:
      return 20;
    case Algorithm::kSha256:
      return 32;
  }
  return 0;
}

void digest_into(Algorithm algorithm, EVP_MD_CTX* context, View bytes, std::byte* out) {
  ENSURE(EVP_DigestInit_ex2(context, fetched(algorithm), nullptr) == 1);
  ENSURE(EVP_DigestUpdate(context, bytes.data(), bytes.size()) == 1);
  ENSURE(EVP_DigestFinal_ex(context, octets(out), nullptr) == 1);
}

MacContext make_mac(const char* digest) {
  static EVP_MAC* const hmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  ENSURE(hmac != nullptr);
  MacContext context(EVP_MAC_CTX_new(hmac));
  ENSURE(context != nullptr);
  OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>(digest), 0),
      OSSL_PARAM_construct_end()};
  ENSURE(EVP_MAC_CTX_set_params(context.get(), parameters) == 1);
  return context;
}

}  // namespace

struct Hasher::State {
  Context context{EVP_MD_CTX_new()};
  Algorithm algorithm;
  void begin() { ENSURE(EVP_DigestInit_ex2(context.get(), fetched(algorithm), nullptr) == 1); }
};

Hasher::Hasher(Algorithm algorithm) : state_(std::make_unique<State>()) {
  state_->algorithm = algorithm;
  ENSURE(state_->context != nullptr);
  state_->begin();
}
Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

void Hasher::update(View bytes) {
  ENSURE(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1);
}

Buffer Hasher::finish() {
  Buffer out(length_of(state_->algorithm));
  ENSURE(EVP_DigestFinal_ex(state_->context.get(), octets(out.data()), nullptr) == 1);
  state_->begin();
  return out;
}

Digest sha256(View bytes) {
  thread_local Context context(EVP_MD_CTX_new());
  Digest out;
  digest_into(Algorithm::kSha256, context.get(), bytes, out.data());
  return out;
}

Md5Digest md5(View bytes) {
  thread_local Context context(EVP_MD_CTX_new());
  Md5Digest out;
  digest_into(Algorithm::kMd5, context.get(), bytes, out.data());
  return out;
}

void hmac_into(Algorithm algorithm, View key, View bytes, MutableView out) {
  thread_local MacContext sha1 = make_mac("SHA1");
  thread_local MacContext sha256_mac = make_mac("SHA256");
  ENSURE(algorithm != Algorithm::kMd5 && out.size() == length_of(algorithm));
  EVP_MAC_CTX* context = (algorithm == Algorithm::kSha1 ? sha1 : sha256_mac).get();
  // A null key means "as before" to OpenSSL; an empty one is as good as one zero octet (RFC 2104
  // pads with zeros).
  static constexpr unsigned char kZero[1] = {};
  const unsigned char* key_octets = key.empty() ? kZero : octets(key.data());
  const std::size_t key_length = key.empty() ? 1 : key.size();
  std::size_t written = 0;
  ENSURE(EVP_MAC_init(context, key_octets, key_length, nullptr) == 1);
  ENSURE(EVP_MAC_update(context, octets(bytes.data()), bytes.size()) == 1);
  ENSURE(EVP_MAC_final(context, octets(out.data()), &written, out.size()) == 1);
}

Digest hmac_sha256(View key, View bytes) {
  Digest out;
  hmac_into(Algorithm::kSha256, key, bytes, out);
  return out;
}

Buffer hkdf_sha256(View key, View salt, View info, std::size_t length) {
  ENSURE(length <= 255 * sizeof(Digest));
  Digest extracted = hmac_sha256(salt, key);
  Buffer out;
  out.reserve(length);
  Buffer block;
  for (unsigned char counter = 1; out.size() < length; ++counter) {
    block.insert(block.end(), info.begin(), info.end());
    block.push_back(std::byte{counter});
    Digest next = hmac_sha256(extracted, block);
    const std::size_t taken = std::min(next.size(), length - out.size());
    out.insert(out.end(), next.begin(), next.begin() + std::ptrdiff_t(taken));
    OPENSSL_cleanse(block.data(), block.size());
    block.assign(next.begin(), next.end());
    OPENSSL_cleanse(next.data(), next.size());
  }
  OPENSSL_cleanse(block.data(), block.size());
  OPENSSL_cleanse(extracted.data(), extracted.size());
  return out;
}

bool equal_constant_time(View a, View b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace belfry::crypto
