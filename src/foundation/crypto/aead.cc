#include "crypto/aead.h"

#include "base/ensure.h"
#include "gcm.h"

#include <algorithm>
#include <limits>

namespace belfry::crypto {

namespace {

const Gcm& gcm() {
  static const Gcm& chosen = ipsec_mb_gcm() ? *ipsec_mb_gcm() : openssl_gcm();
  return chosen;
}

// What either library counts right; no caller seals gigabytes at once.
constexpr std::size_t kLengthMax = std::numeric_limits<int>::max();

GcmMessage message_of(View key, View nonce, View associated, View text) {
  ENSURE(key.size() == kKeyLength && nonce.size() == kNonceLength);
  ENSURE(associated.size() <= kLengthMax && text.size() <= kLengthMax);
  return {key, nonce, associated};
}

}  // namespace

void seal_into(View key, View nonce, View associated, View plain, MutableView out) {
  ENSURE(out.size() == plain.size() + kTagLength);
  gcm().seal(message_of(key, nonce, associated, plain), plain, out.first(plain.size()),
             out.last(kTagLength));
}

Result<> open_into(View key, View nonce, View associated, View sealed, MutableView out) {
  if (sealed.size() < kTagLength) return fail(Code::kCorrupt, "crypto.not_authentic");
  const std::size_t size = sealed.size() - kTagLength;
  return open_into(key, nonce, associated, sealed.first(size), sealed.last(kTagLength), out);
}

Result<> open_into(View key, View nonce, View associated, View sealed, View tag, MutableView out) {
  ENSURE(out.size() == sealed.size() && tag.size() == kTagLength);
  if (gcm().open(message_of(key, nonce, associated, sealed), sealed, tag, out)) return {};
  // Nothing unauthenticated leaves this function.
  std::ranges::fill(out, std::byte{0});
  return fail(Code::kCorrupt, "crypto.not_authentic");
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
