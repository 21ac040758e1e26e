// A round of the root log: one leaf that commits to the checkpoints of many tenants, and tells who
// has no opening neither whose they are, nor how many, nor how large. docs/formats/root_log.md.
//
// The checkpoints stand in the slots of a small tree (RFC 6962), each behind a random salt, in a
// random order, among slots that hold nothing; the leaf holds the root of that tree.
#pragma once

#include "audit/ledger.h"
#include "base/bytes.h"
#include "base/result.h"
#include "runtime/random.h"

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::audit {

// A round has as many slots, or the next power of two that is enough.
inline constexpr std::uint64_t kSlotsMin = 256;
inline constexpr std::uint64_t kSlotsMax = std::uint64_t{1} << 32;

using SlotSalt = std::array<std::byte, 32>;

// Shows that one checkpoint is in a round, and nothing of the others.
struct Opening {
  SlotSalt salt{};
  std::uint64_t slot = 0, slots = 0;
  std::vector<Hash> path;
};

struct Round {
  Leaf leaf;                      // of kRootLog
  std::vector<Opening> openings;  // of each text that was given
};

// `texts`: the unsigned texts of the checkpoints, each once.
Round make_round(std::span<const std::string> texts, Random& random);

// What a slot holds for a checkpoint.
Hash slot_hash(const SlotSalt& salt, std::string_view text);
// The root that a leaf holds. Errors: corrupt ("audit.leaf_malformed"), invalid
// ("audit.leaf_unknown").
Result<Hash> slots_root(View leaf);
// Whether `opening` shows that `text` is in the round that `leaf` commits to.
bool opens(const Opening& opening, std::string_view text, View leaf);

}  // namespace belfry::audit
