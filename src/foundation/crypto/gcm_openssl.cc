#include "base/ensure.h"
#include "crypto/aead.h"
#include "gcm.h"
#include "octets.h"
#include "openssl_pointer.h"

#include <openssl/evp.h>

namespace belfry::crypto {
namespace {

using Context = OpenSslPointer<EVP_CIPHER_CTX, &EVP_CIPHER_CTX_free>;

enum class Direction { kSeal, kOpen };

Context make_context(Direction direction) {
  static EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  ENSURE(cipher != nullptr);
  Context context(EVP_CIPHER_CTX_new());
  ENSURE(context != nullptr);
  ENSURE(EVP_CipherInit_ex2(context.get(), cipher, nullptr, nullptr, direction == Direction::kSeal,
                            nullptr) == 1);
  return context;
}

// A context keeps its cipher and gets a key and a nonce for each message: making one anew costs
// about as much as sealing 4 KiB.
EVP_CIPHER_CTX* prepare(EVP_CIPHER_CTX* context, const GcmMessage& message) {
  ENSURE(EVP_CipherInit_ex2(context, nullptr, octets(message.key.data()),
                            octets(message.nonce.data()), -1, nullptr) == 1);
  int written = 0;
  if (!message.associated.empty())
    ENSURE(EVP_CipherUpdate(context, nullptr, &written, octets(message.associated.data()),
                            int(message.associated.size())) == 1);
  return context;
}

class OpenSslGcm : public Gcm {
 public:
  void seal(const GcmMessage& message, View plain, MutableView out,
            MutableView tag) const override {
    thread_local Context kept = make_context(Direction::kSeal);
    EVP_CIPHER_CTX* context = prepare(kept.get(), message);
    int written = 0;
    if (!plain.empty())
      ENSURE(EVP_EncryptUpdate(context, octets(out.data()), &written, octets(plain.data()),
                               int(plain.size())) == 1);
    ENSURE(std::size_t(written) == plain.size());
    ENSURE(EVP_EncryptFinal_ex(context, octets(tag.data()), &written) == 1);
    ENSURE(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, int(kTagLength), tag.data()) == 1);
  }

  bool open(const GcmMessage& message, View sealed, View tag, MutableView out) const override {
    thread_local Context kept = make_context(Direction::kOpen);
    EVP_CIPHER_CTX* context = prepare(kept.get(), message);
    int written = 0;
    if (!sealed.empty())
      ENSURE(EVP_DecryptUpdate(context, octets(out.data()), &written, octets(sealed.data()),
                               int(sealed.size())) == 1);
    // OpenSSL takes the expected tag as a mutable pointer and only reads it.
    ENSURE(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, int(kTagLength),
                               const_cast<std::byte*>(tag.data())) == 1);
    unsigned char nothing[16];
    return EVP_DecryptFinal_ex(context, nothing, &written) == 1;
  }
};

}  // namespace

const Gcm& openssl_gcm() {
  static const OpenSslGcm gcm;
  return gcm;
}

}  // namespace belfry::crypto
