// The vault's files: `vault/<hold>/<name>` on three disks. Unlike those of the logs nothing else
// has what they say, so each is synced, with its name and its folder's, and is there once all three
// have it. None is changed once it is written.
//
// Calls block, no longer than the disks let them. Any thread; one at a time writes,
// checks or removes, which the vault's turn sees to.
#pragma once

#include "audit/vault.h"
#include "base/bytes.h"
#include "runtime/disk.h"

#include <memory>
#include <set>
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
  // The names in a hold's folder on any disk, and those of them that one of the three lacks; each
  // disk is listed once.
  struct Names {
    std::set<std::string> all, lacking;
  };
  Names names(HoldId hold);
  // Durable on all three disks. Errors: retry ("audit.vault_not_written": some may have it).
  Result<> write(HoldId hold, const std::string& name, View octets);
  // The first copy that is whole; writes nothing. Errors: corrupt ("audit.vault_lost") when no copy
  // is whole.
  Result<Buffer> read(HoldId hold, const std::string& name);
  // Reads each of the three, and writes those anew that are not as the first whole copy. `written`
  // tells whether all three are whole now. Errors: corrupt ("audit.vault_lost").
  struct Checked {
    Buffer octets;
    Result<> written;  // as of write
  };
  Result<Checked> check(HoldId hold, const std::string& name);
  // Writes a whole copy to each of the three, also where there is one: who wrote it may not have
  // come to its last sync. Errors: as of read, and of write.
  Result<> spread(HoldId hold, const std::string& name);
  // Removes a hold's folder, or one file of it, from every disk that lets it. A start removes what
  // is left of a folder.
  void remove(HoldId hold);
  void remove(HoldId hold, const std::string& name);

 private:
  std::vector<std::shared_ptr<Disk>> all() const;
  Result<> write_to(std::size_t disk, HoldId hold, const std::string& name,
                    const std::shared_ptr<const Buffer>& content);

  std::vector<std::shared_ptr<Disk>> disks_, elsewhere_;
};

}  // namespace belfry::audit
