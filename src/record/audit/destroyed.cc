#include "destroyed.h"

#include "tree.h"

namespace belfry::audit {
namespace {

constexpr std::string_view kSuffix = "/destroyed";

}  // namespace

std::string destroyed_origin(const std::string& origin) {
  return origin + std::string(kSuffix);
}

bool is_destroyed_origin(std::string_view origin) {
  return origin.ends_with(kSuffix);
}

// A checkpoint of the tree that is destroyed, with the time as its one line more.
std::string sign_destroyed(const std::string& origin, const Destroyed& destroyed,
                           const VerifierKey& key, View seed) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(destroyed.until.time_since_epoch());
  return sign_note(checkpoint_text(destroyed_origin(origin), destroyed.leaves, destroyed.root) +
                       std::to_string(seconds.count()) + "\n",
                   key, seed);
}

Result<Destroyed> open_destroyed(std::string_view note, const std::string& origin,
                                 const VerifierKey& key) {
  TRY(const OpenedCheckpoint opened, open_checkpoint(note, key));
  const auto seconds = whole_number(opened.more.substr(0, opened.more.find('\n')));
  const bool is_one = opened.origin == destroyed_origin(origin) && opened.size != 0 &&
                      opened.size % kTileWidth == 0 && seconds && *seconds >> 33 == 0 &&
                      opened.more == std::to_string(*seconds) + "\n";
  if (!is_one) return fail(Code::kCorrupt, "audit.note_malformed");
  return Destroyed{opened.size, opened.root, Timestamp(std::chrono::seconds(*seconds))};
}

}  // namespace belfry::audit
