// Whether a log goes on from an earlier signed checkpoint of it, or is another history.
#pragma once

#include "audit/hash.h"
#include "base/bytes.h"
#include "base/result.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace belfry::audit {

// What a checkpoint says.
struct SignedTree {
  std::string origin;
  std::uint64_t size = 0;
  Hash root{};
};

// Errors: corrupt ("audit.note_malformed", "audit.note_not_signed"), also for the note of a log
// that tells of destroyed leaves; invalid ("audit.bad_verifier_key").
Result<SignedTree> read_checkpoint(std::string_view note, const std::string& verifier_key);

// A tile of the newer log by its name, "tile/0/000.p/17": at least the hashes that it has there.
using ReadTile = std::function<Result<Buffer>(const std::string& path)>;

// That the tree of `older` begins that of `newer`, which the tiles prove whoever gives them (RFC
// 6962, 2.1.2). Errors: corrupt ("audit.verify_other_log": another origin; "audit.verify_shrunk",
// "audit.verify_not_extended": with sizes and roots of both); those of `read`.
Result<> check_extends(const SignedTree& older, const SignedTree& newer, const ReadTile& read);

}  // namespace belfry::audit
