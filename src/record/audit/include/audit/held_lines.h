// The lines of `held.jsonl` (docs/formats/vault.md): what a hold keeps, to be read and verified
// anywhere.
#pragma once

#include "audit/held_leaf.h"
#include "base/result.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::audit {

inline constexpr std::string_view kHeldFile = "held.jsonl";
inline constexpr std::size_t kHeldLineMax = std::size_t{1} << 20;

// Without its end. Errors: corrupt, when the leaf does not open to what is held of it.
Result<std::string> held_line(const HeldLeaf& leaf);
// `looked_at`: of how many leaves of the log, from the first, the lines have all that is held.
struct HeldCount {
  std::uint64_t leaves = 0, events = 0, looked_at = 0;
};
std::string last_held_line(HoldId hold, const HeldCount& count);

struct HeldLine {
  std::optional<HeldLeaf> leaf;  // nothing: the last line
  std::vector<LoggedEvent> events;
  std::string hold;
  HeldCount count;  // of the last line; looked_at 0: one of before it was told
};

// Errors: corrupt ("audit.held_line").
Result<HeldLine> parse_held_line(std::string_view line);

}  // namespace belfry::audit
