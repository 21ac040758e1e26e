// HMAC (RFC 2104) with SHA-1 (one-time codes only) or SHA-256.
#pragma once

#include "crypto/hash.h"

namespace belfry::crypto {

// `out` has the digest's length.
void hmac_into(Algorithm algorithm, View key, View bytes, MutableView out);

}  // namespace belfry::crypto
