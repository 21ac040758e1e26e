// How an object's octets are encrypted: docs/formats/envelope.md.
//
// Each blob (an object's or a part's octets) has a data key of its own, used once and wrapped by
// the tenant's key. Its plaintext is cut into chunks, each sealed by itself with its number and
// whether it is the last, so that any chunk can be verified alone and none can be moved, left out
// or cut off.
#pragma once

#include "base/codec.h"
#include "base/id.h"
#include "base/result.h"
#include "crypto/aead.h"
#include "crypto/key_store.h"
#include "runtime/random.h"

#include <array>
#include <string>

namespace belfry::objects {

inline constexpr std::size_t kChunk = 128 << 10;
inline constexpr std::size_t kSealedChunk = kChunk + crypto::kTagLength;
inline constexpr std::size_t kWrappedLength =
    crypto::kNonceLength + crypto::kKeyLength + crypto::kTagLength;

struct Envelope {
  crypto::KeyId key;  // of the tenant
  std::uint32_t version = 0;
  std::array<std::byte, kWrappedLength> wrapped{};
};

// A chunk's place in its blob.
struct ChunkPlace {
  std::uint64_t number = 0;
  bool last = false;
};

// Seals and opens the chunks of one blob. One thread at a time.
class ChunkCipher {
 public:
  // A new data key from `random`, wrapped by `key` into `envelope`.
  static ChunkCipher make(const crypto::Key& key, BucketId bucket, const std::string& object,
                          Random& random, Envelope& envelope);
  // Errors: corrupt ("object.bad_envelope").
  static Result<ChunkCipher> unwrap(const crypto::Key& key, BucketId bucket,
                                    const std::string& object, const Envelope& envelope);

  // `out` holds plain.size() + crypto::kTagLength.
  void seal(ChunkPlace place, View plain, MutableView out);
  // `out` has the size of `sealed`, and may be it. Errors: corrupt.
  Result<> open(ChunkPlace place, View sealed, View tag, MutableView out);

 private:
  ChunkCipher(BucketId bucket, const std::string& object);
  View associated(ChunkPlace place);

  std::array<std::byte, crypto::kKeyLength> data_key_;
  Buffer associated_;  // what binds to the object, then the chunk's place
};

// Octets of a blob of `plain` octets once sealed.
std::uint64_t sealed_size(std::uint64_t plain);
// How many chunks it has: at least one.
std::uint64_t chunks_of(std::uint64_t plain);

void encode_envelope(Encoder& out, const Envelope& envelope);
Envelope decode_envelope(Decoder& in);

}  // namespace belfry::objects
