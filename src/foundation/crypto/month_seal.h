// The key under which the secrets of audit months are sealed once more: docs/formats/keystore.md.
//
// The file has one key, or two while months are destroyed:
//
//   [current] -- begin() --> [current, next] -- the key disks take `next` -- finish() --> [next]
//
// Invariants
//  1. Every copy on a key disk is sealed under a key that the file has.
//  2. After finish() no copy made before begin() opens: its key is in no file.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/key_store.h"

#include <vector>

namespace belfry::crypto {

// Names a seal without saying anything about it.
inline constexpr std::size_t kSealIdLength = 8;
Buffer seal_id(View seal);
// 48 octets. The same each time for one key, so that no nonce has two plaintexts.
Buffer seal_month(View seal, KeyId id, View secret);
// Errors: corrupt ("crypto.not_authentic").
Result<Buffer> open_month(View seal, KeyId id, View sealed);

class MonthSeal {
 public:
  explicit MonthSeal(SealPlace place) : place_(std::move(place)) {}

  // Reads the file; no keys when there is none, or when it is empty. Errors: corrupt
  // ("keystore.seal_malformed").
  Result<> read();
  bool exists() const { return exists_; }
  const std::vector<Buffer>& keys() const { return keys_; }
  // What is sealed from now on is sealed under this one.
  const Buffer& newest() const { return keys_.back(); }
  bool is_changing() const { return keys_.size() > 1; }

  // Durable before they return. Of begin() a change that was cut short is gone on with.
  Result<> make(Random& random);
  Result<> begin(Random& random);
  Result<> finish();

 private:
  Result<> write(const std::vector<Buffer>& keys);

  SealPlace place_;
  std::vector<Buffer> keys_;  // one or two, the newest last; empty: none yet
  bool exists_ = false;
};

}  // namespace belfry::crypto
