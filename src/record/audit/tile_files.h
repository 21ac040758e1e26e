// The logs' files on the tile disks: `audit/<tenant>/<resource>` on each.
//
// They can be made again from the journal, so they are not synced: a disk that does not take one is
// passed over, and a copy that is not as it should be is replaced by a good one. Calls block.
#pragma once

#include "audit/ledger.h"
#include "base/bytes.h"
#include "base/result.h"
#include "runtime/disk.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace belfry::audit {

class TileFiles {
 public:
  explicit TileFiles(std::vector<std::shared_ptr<Disk>> disks) : disks_(std::move(disks)) {}

  // The first copy that `good` accepts; copies that it refused are replaced. Errors: corrupt
  // ("audit.tile_lost").
  Result<Buffer> read(TenantId tenant, const std::string& path,
                      const std::function<bool(View)>& good);

  enum class Present { kReplace, kCompare };
  // Writes to every disk; with kCompare only where it is missing or different. Errors: retry when
  // no disk has it afterwards.
  Result<> write(TenantId tenant, const std::string& path, View octets, Present present);
  // Removes a folder and what is in it from every disk, except the names in `keep`.
  void remove_all_but(TenantId tenant, const std::string& folder,
                      const std::vector<std::string>& keep);

  struct Found {
    TenantId tenant;
    std::string octets;
  };
  // The checkpoint files that are on any disk.
  std::vector<Found> checkpoints();

 private:
  std::vector<std::shared_ptr<Disk>> disks_;
};

}  // namespace belfry::audit
