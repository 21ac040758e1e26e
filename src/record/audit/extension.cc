#include "audit/extension.h"

#include "base/text_encoding.h"
#include "destroyed.h"
#include "ledger_core.h"
#include "note.h"
#include "tile_path.h"
#include "tree.h"

#include <algorithm>

namespace belfry::audit {
namespace {

std::unexpected<Error> differ(std::string_view how, const SignedTree& older,
                              const SignedTree& newer) {
  return fail(Code::kCorrupt, how,
              {{"old_size", std::to_string(older.size)},
               {"old_root", to_hex(older.root)},
               {"size", std::to_string(newer.size)},
               {"root", to_hex(newer.root)}});
}

}  // namespace

Result<SignedTree> read_checkpoint(std::string_view note, const std::string& verifier_key) {
  TRY(const VerifierKey key, parse_verifier_key(verifier_key));
  TRY(OpenedCheckpoint opened, open_checkpoint(note, key));
  // More leaves than the format has room for: nobody signs that by mistake.
  if (opened.size >> 48 != 0 || is_destroyed_origin(opened.origin))
    return fail(Code::kCorrupt, "audit.note_malformed");
  return SignedTree{std::move(opened.origin), opened.size, opened.root};
}

Result<> check_extends(const SignedTree& older, const SignedTree& newer, const ReadTile& read) {
  if (older.origin != newer.origin)
    return fail(Code::kCorrupt, "audit.verify_other_log",
                {{"origin", newer.origin}, {"old_origin", older.origin}});
  if (older.size > newer.size) return differ("audit.verify_shrunk", older, newer);
  const auto tiles = [&](TilePlace place, unsigned width) -> Result<Hashes> {
    const std::uint64_t count = (newer.size >> 8 * place.level) - place.index * kTileWidth;
    const TilePath path{Resource::kTile, place,
                        unsigned(std::min<std::uint64_t>(kTileWidth, count))};
    TRY(const Buffer octets, read(path.text()));
    auto hashes = parse_tile(octets);
    if (!hashes || hashes->size() < width)
      return fail(Code::kCorrupt, "audit.verify_tile", {{"path", path.text()}});
    return std::move(*hashes);
  };
  TRY(const Hashes path, consistency_path(older.size, newer.size, tiles));
  if (!path_extends(older.size, older.root, newer.size, path, newer.root))
    return differ("audit.verify_not_extended", older, newer);
  return {};
}

}  // namespace belfry::audit
