// AES-256-GCM by one of two libraries, which write the same octets.
#pragma once

#include "base/bytes.h"

namespace belfry::crypto {

struct GcmMessage {
  View key, nonce, associated;  // kKeyLength, kNonceLength, what an int counts; so are texts
};

// Safe to use from any thread.
class Gcm {
 public:
  virtual ~Gcm() = default;
  // `out` has the size of `plain`, `tag` kTagLength.
  virtual void seal(const GcmMessage& message, View plain, MutableView out,
                    MutableView tag) const = 0;
  // Whether the tag is right: if not, nothing of `out` may be used. `out` has the size of `sealed`,
  // and may be it.
  virtual bool open(const GcmMessage& message, View sealed, View tag, MutableView out) const = 0;
};

const Gcm& openssl_gcm();
// Intel's library. Null where there is none for the processor, or where it fails the vectors that
// it tests itself with.
const Gcm* ipsec_mb_gcm();

}  // namespace belfry::crypto
