// Where the ledger's files go.
#pragma once

#include "runtime/disk.h"
#include "segments/store.h"

#include <memory>
#include <vector>

namespace belfry::provider {

// Three disks for tiles and checkpoints: those that know most of the logs already, for the journal
// may not have it any more; others of three servers and two sites as far as there are. Blocks.
std::vector<std::shared_ptr<Disk>> choose_tile_disks(const std::vector<segments::StoreDisk>& disks,
                                                     segments::Store& store);

}  // namespace belfry::provider
