// Ed25519 (RFC 8032).
#pragma once

#include "base/bytes.h"
#include "base/result.h"

#include <array>

namespace belfry::crypto {

using PublicKey = std::array<std::byte, 32>;
using Signature = std::array<std::byte, 64>;

PublicKey public_key_of(View seed);  // 32 octets
Signature sign(View seed, View message);
bool verify(const PublicKey& key, View message, View signature);

}  // namespace belfry::crypto
