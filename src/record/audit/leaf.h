// The octets of a leaf: docs/formats/leaf.md.
#pragma once

#include "audit/ledger.h"
#include "base/bytes.h"
#include "base/result.h"
#include "crypto/aead.h"
#include "crypto/key_store.h"

#include <array>
#include <string_view>
#include <vector>

namespace belfry::audit {

inline constexpr std::size_t kLeafLengthMax = 65'535;
inline constexpr std::size_t kSaltLength = 32;
inline constexpr std::size_t kLeafHeaderLength = 1 + 1 + 16 + 8 + 32 + crypto::kNonceLength;
inline constexpr std::size_t kPlainLengthMax =
    kLeafLengthMax - kLeafHeaderLength - kSaltLength - crypto::kTagLength;

inline constexpr std::uint8_t kLeafVersion = 1;

// A reader that does not know the type counts and proves the leaf, and does not open it.
enum class LeafType : std::uint8_t { kEvent = 1, kSegment = 2 };

struct LeafHeader {
  LeafType type = LeafType::kEvent;
  LeafId id{};
  crypto::KeyId key;
  Hash commitment{};
  std::array<std::byte, crypto::kNonceLength> nonce{};
};

// What has to be random in a leaf.
struct LeafRandom {
  LeafId id;
  std::array<std::byte, kSaltLength> salt;
  std::array<std::byte, crypto::kNonceLength> nonce;
};

// Errors: invalid ("audit.event_too_large").
Result<Buffer> seal_leaf(LeafType type, const crypto::Key& month, View plain,
                         const LeafRandom& random);

// The id, which has the same place in every version. Errors: corrupt ("audit.leaf_malformed").
Result<LeafId> leaf_id(View octets);
// Errors: corrupt ("audit.leaf_malformed"), invalid ("audit.leaf_unknown": a later version or
// type).
Result<LeafHeader> decode_leaf_header(View octets);

// The plaintext, once tag and commitment hold. Errors: besides those of the header corrupt
// ("audit.leaf_not_authentic", "audit.leaf_commitment").
Result<Buffer> open_leaf(View octets, View month_secret);
// The key that opens this leaf and no other of its month.
Buffer leaf_key(View month_secret, const LeafId& id);
// As open_leaf, with that key.
Result<Buffer> open_leaf_alone(View octets, View leaf_key);

// The segment's plaintext: each event behind a 32-bit length.
void add_to_segment(Buffer& plain, std::string_view event);
// The events of a plaintext of that type; views into it. Errors: corrupt.
Result<std::vector<std::string_view>> events_of(LeafType type, View plain);

}  // namespace belfry::audit
