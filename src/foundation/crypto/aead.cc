#include "crypto/aead.h"

#include "base/ensure.h"
#include "openssl_pointer.h"

#include <openssl/evp.h>

#include <algorithm>
#include <limits>

namespace belfry::crypto {

namespace {

using Context = OpenSslPointer<EVP_CIPHER_CTX, &EVP_CIPHER_CTX_free>;

unsigned char* octets(std::byte* bytes) {
  return reinterpret_cast<unsigned char*>(bytes);
}
const unsigned char* octets(const std::byte* bytes) {
  return reinterpret_cast<const unsigned char*>(bytes);
}
// OpenSSL counts in int; no caller seals gigabytes at once.
int length_of(std::size_t size) {
  ENSURE(size <= std::size_t(std::numeric_limits<int>::max()));
  return int(size);
}

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
EVP_CIPHER_CTX* prepare(EVP_CIPHER_CTX* context, View key, View nonce, View associated) {
  ENSURE(key.size() == kKeyLength && nonce.size() == kNonceLength);
  ENSURE(EVP_CipherInit_ex2(context, nullptr, octets(key.data()), octets(nonce.data()), -1,
                            nullptr) == 1);
  int written = 0;
  if (!associated.empty())
    ENSURE(EVP_CipherUpdate(context, nullptr, &written, octets(associated.data()),
                            length_of(associated.size())) == 1);
  return context;
}

}  // namespace

void seal_into(View key, View nonce, View associated, View plain, MutableView out) {
  thread_local Context kept = make_context(Direction::kSeal);
  ENSURE(out.size() == plain.size() + kTagLength);
  EVP_CIPHER_CTX* context = prepare(kept.get(), key, nonce, associated);
  int written = 0;
  if (!plain.empty())
    ENSURE(EVP_EncryptUpdate(context, octets(out.data()), &written, octets(plain.data()),
                             length_of(plain.size())) == 1);
  ENSURE(std::size_t(written) == plain.size());
  unsigned char* const tag = octets(out.data()) + plain.size();
  ENSURE(EVP_EncryptFinal_ex(context, tag, &written) == 1);
  ENSURE(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, int(kTagLength), tag) == 1);
}

Result<> open_into(View key, View nonce, View associated, View sealed, MutableView out) {
  if (sealed.size() < kTagLength) return fail(Code::kCorrupt, "crypto.not_authentic");
  const std::size_t size = sealed.size() - kTagLength;
  return open_into(key, nonce, associated, sealed.first(size), sealed.last(kTagLength), out);
}

Result<> open_into(View key, View nonce, View associated, View sealed, View tag, MutableView out) {
  thread_local Context kept = make_context(Direction::kOpen);
  ENSURE(out.size() == sealed.size() && tag.size() == kTagLength);
  EVP_CIPHER_CTX* context = prepare(kept.get(), key, nonce, associated);
  int written = 0;
  if (!sealed.empty())
    ENSURE(EVP_DecryptUpdate(context, octets(out.data()), &written, octets(sealed.data()),
                             length_of(sealed.size())) == 1);
  // OpenSSL takes the expected tag as a mutable pointer and only reads it.
  ENSURE(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, int(kTagLength),
                             const_cast<unsigned char*>(octets(tag.data()))) == 1);
  unsigned char nothing[16];
  if (EVP_DecryptFinal_ex(context, nothing, &written) != 1) {
    // Nothing unauthenticated leaves this function.
    std::fill(out.begin(), out.end(), std::byte{0});
    return fail(Code::kCorrupt, "crypto.not_authentic");
  }
  return {};
}

Buffer seal(View key, View nonce, View associated, View plain) {
  Buffer out(plain.size() + kTagLength);
  seal_into(key, nonce, associated, plain, out);
  return out;
}

Result<Buffer> open(View key, View nonce, View associated, View sealed) {
  if (sealed.size() < kTagLength) return fail(Code::kCorrupt, "crypto.not_authentic");
  Buffer out(sealed.size() - kTagLength);
  TRY(open_into(key, nonce, associated, sealed, out));
  return out;
}

}  // namespace belfry::crypto
