// Names of the resources of a log in the C2SP tlog-tiles layout.
#pragma once

#include "base/result.h"
#include "tree.h"

#include <string>
#include <string_view>

namespace belfry::audit {

enum class Resource { kCheckpoint, kDestroyed, kTile, kEntries };

struct TilePath {
  Resource resource = Resource::kCheckpoint;
  TilePlace place;              // the level is 0 for entries
  unsigned width = kTileWidth;  // less: partial

  bool full() const { return width == kTileWidth; }
  // "checkpoint", "destroyed", "tile/0/x001/234.p/17", "tile/entries/000"
  std::string text() const;
  // The folder that holds the partial tiles of this place: "tile/0/x001/234.p".
  std::string partial_folder() const;
};

// Errors: invalid ("audit.no_such_tile").
Result<TilePath> parse_tile_path(std::string_view text);

}  // namespace belfry::audit
