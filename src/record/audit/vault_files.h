// The vault's files: `vault/<hold>/<name>` on three disks. Unlike those of the logs nothing else
// has what they say, so each is synced, with its name and its folder's, and is there once all three
// have it. None is changed once it is written.
//
// Calls block, no longer than the disks let them. Any thread; one at a time writes or removes.
#pragma once

#include "audit/vault.h"
#include "base/bytes.h"
#include "runtime/disk.h"

#include <memory>
#include <string>
#include <vector>

namespace belfry::audit {

class VaultFiles {
 public:
  // Files are written to `disks`, and read from them and from `elsewhere`.
  VaultFiles(std::vector<std::shared_ptr<Disk>> disks,
             std::vector<std::shared_ptr<Disk>> elsewhere);

  // Whether each of the three answers.
  bool are_there();
  // The holds that any disk has a folder of.
  std::vector<HoldId> holds();
  // The names in a hold's folder on any disk.
  std::vector<std::string> names(HoldId hold);
  // Durable on all three disks. Errors: retry ("audit.vault_not_written": some may have it).
  Result<> write(HoldId hold, const std::string& name, View octets);
  // The first copy that is whole; the three disks that have none get it. Errors: corrupt
  // ("audit.vault_lost") when no copy is whole.
  Result<Buffer> read(HoldId hold, const std::string& name);
  // Brings copies to those of the three that have none. With kAgain also where each has one: who
  // wrote it may not have come to its last sync. Errors: as of read, and of write.
  enum class Sync { kAsNeeded, kAgain };
  Result<> spread(HoldId hold, const std::string& name, Sync sync);
  // Removes a hold's folder from every disk that lets it. A start removes what is left.
  void remove(HoldId hold);

 private:
  std::vector<std::shared_ptr<Disk>> all() const;

  std::vector<std::shared_ptr<Disk>> disks_, elsewhere_;
};

}  // namespace belfry::audit
