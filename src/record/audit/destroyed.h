// Up to where the entries of a log are destroyed: a signed note beside its checkpoint, so that
// somebody without keys tells what was destroyed from what somebody left out
// (docs/formats/journal.md, "Destroyed entries").
#pragma once

#include "audit/hash.h"
#include "base/result.h"
#include "base/time.h"
#include "note.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace belfry::audit {

inline constexpr std::string_view kDestroyedFile = "destroyed";

struct Destroyed {
  std::uint64_t leaves = 0;  // the first ones, in whole bundles: no key opens any of them
  Hash root{};               // of the tree of just those
  Timestamp until;           // none of them was written later
};

// Of the notes of the log whose checkpoints have `origin`. A checkpoint's origin is none.
std::string destroyed_origin(const std::string& origin);
bool is_destroyed_origin(std::string_view origin);

std::string sign_destroyed(const std::string& origin, const Destroyed& destroyed,
                           const VerifierKey& key, View seed);

// `origin` is that of the log's checkpoints. Errors: those of open_checkpoint(); corrupt
// ("audit.note_malformed"), also for a note of another log or of parts of bundles.
Result<Destroyed> open_destroyed(std::string_view note, const std::string& origin,
                                 const VerifierKey& key);

}  // namespace belfry::audit
