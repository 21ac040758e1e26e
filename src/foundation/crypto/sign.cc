#include "crypto/sign.h"

#include "base/ensure.h"
#include "openssl_pointer.h"

#include <openssl/err.h>
#include <openssl/evp.h>

namespace belfry::crypto {

namespace {

using PrivateKey = OpenSslPointer<EVP_PKEY, &EVP_PKEY_free>;
using Context = OpenSslPointer<EVP_MD_CTX, &EVP_MD_CTX_free>;

constexpr std::size_t kSeedLength = 32;

const unsigned char* octets(View bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

PrivateKey private_key(View seed) {
  ENSURE(seed.size() == kSeedLength);
  PrivateKey key(
      EVP_PKEY_new_raw_private_key_ex(nullptr, "ED25519", nullptr, octets(seed), seed.size()));
  ENSURE(key != nullptr);
  return key;
}

}  // namespace

PublicKey public_key_of(View seed) {
  PrivateKey key = private_key(seed);
  PublicKey out;
  std::size_t length = out.size();
  ENSURE(EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<unsigned char*>(out.data()),
                                     &length) == 1);
  ENSURE(length == out.size());
  return out;
}

Signature sign(View seed, View message) {
  PrivateKey key = private_key(seed);
  Context context(EVP_MD_CTX_new());
  ENSURE(context != nullptr);
  ENSURE(EVP_DigestSignInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, key.get(),
                               nullptr) == 1);
  Signature out;
  std::size_t length = out.size();
  ENSURE(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &length,
                        octets(message), message.size()) == 1);
  ENSURE(length == out.size());
  return out;
}

bool verify(const PublicKey& key, View message, View signature) {
  if (signature.size() != sizeof(Signature)) return false;
  PrivateKey public_key(
      EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, octets(key), key.size()));
  Context context(EVP_MD_CTX_new());
  bool matches = public_key && context &&
                 EVP_DigestVerifyInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr,
                                         public_key.get(), nullptr) == 1 &&
                 EVP_DigestVerify(context.get(), octets(signature), signature.size(),
                                  octets(message), message.size()) == 1;
  // A refused key or signature leaves entries in this thread's error queue.
  ERR_clear_error();
  return matches;
}

}  // namespace belfry::crypto
