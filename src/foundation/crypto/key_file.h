// The bytes of the key store's file: docs/formats/keystore.md.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/aead.h"
#include "crypto/key_store.h"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace belfry::crypto {

struct StoredKey {
  Key key;
  // Known to be in a file that was durable on every key disk.
  bool confirmed = false;
  // Its secret is gone, and no older copy may bring it back.
  bool destroyed = false;
};

struct KeyFile {
  std::uint64_t generation = 0;
  std::vector<StoredKey> keys;
  // Months and holds that are left out, because they are sealed under none of the seals that were
  // given.
  std::size_t months_closed = 0;
  // In the newest format, under the newest of the seals.
  bool current = true;
};

// The seals of months, oldest first: at least one to write.
using Seals = std::span<const Buffer>;

inline constexpr std::size_t kKeyFileLengthMax = std::size_t{64} << 20;

Buffer encode_key_file(const KeyFile& file, View master_key, View newest_seal, View nonce);

// Errors: corrupt, whose message says which: "keystore.torn" (checksum or length),
// "keystore.other_master_key", "keystore.unknown_version", "keystore.malformed".
Result<KeyFile> decode_key_file(View octets, View master_key, Seals seals);

// The keys of both, the higher generation; a destroyed key stays destroyed.
KeyFile merge(KeyFile one, const KeyFile& other);

// What decode_key_file() reads once the file's seal is open. `version` is the format's.
Result<KeyFile> decode_keys(View plain, std::uint16_t version, Seals seals);

}  // namespace belfry::crypto
