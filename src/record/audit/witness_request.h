// The texts of the C2SP tlog-witness protocol.
#pragma once

#include "audit/ledger.h"
#include "base/result.h"
#include "tree.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace belfry::audit {

// The protocol's bound.
inline constexpr std::size_t kConsistencyLinesMax = 63;

struct AddCheckpoint {
  std::uint64_t old_size = 0;
  Hashes path;
  std::string_view note;
};

std::string encode_add_checkpoint(const AddCheckpoint& request);
// `note` is a view into `body`, whatever it holds; nothing if the rest is malformed.
std::optional<AddCheckpoint> parse_add_checkpoint(std::string_view body);

// The body of a 409: a size and a line end.
std::optional<std::uint64_t> parse_size_line(std::string_view body);

}  // namespace belfry::audit
