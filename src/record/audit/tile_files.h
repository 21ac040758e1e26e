// The logs' files on the tile disks: `audit/<tenant>/<resource>` on each.
//
// While the journal can make them again they are not synced: a disk that does not take one is
// passed over, and is *behind*; a copy that is not as it should be is replaced by a good one.
// sync() makes all of a disk durable, and a savepoint on it (savepoint.h) says that it has all
// files up to there. Calls block, no longer than the disks let them: what a call that hangs may
// touch is its own. Where there is a pool, the disks write beside one another.
//
// Any thread may read. One at a time may write() and remove: whoever publishes. A file appears
// under its name whole, for it is written under another first: `unfinished` by write(),
// `unfinished-repair` by read(), so that neither takes the other's.
#pragma once

#include "audit/ledger.h"
#include "base/bytes.h"
#include "base/result.h"
#include "runtime/blocking.h"
#include "runtime/disk.h"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace belfry::audit {

struct TileFile {
  std::string path;
  Buffer octets;
};

class TileFiles {
 public:
  // `pool` has a thread for each disk, and nothing else to do; null: one disk after the other.
  TileFiles(std::vector<std::shared_ptr<Disk>> disks, std::shared_ptr<Pool> pool)
      : disks_(std::move(disks)), pool_(std::move(pool)), behind_(disks_.size()) {}

  // kNo for what the next publication may remove meanwhile.
  enum class Repair { kYes, kNo };
  // The first copy that `good` accepts; copies that it refused are replaced. Errors: corrupt
  // ("audit.tile_lost").
  Result<Buffer> read(TenantId tenant, const std::string& path,
                      const std::function<bool(View)>& good, Repair repair = Repair::kYes);

  enum class Present { kReplace, kCompare };
  // Writes to every disk, on each in this order; with kCompare only what is missing or different.
  // Errors: retry when no disk has one of them afterwards.
  Result<> write(TenantId tenant, std::span<const TileFile> files, Present present);
  Result<> write(TenantId tenant, TileFile file, Present present) {
    return write(tenant, std::span(&file, 1), present);
  }
  // Reads every copy, from the disk as far as it goes, and replaces those that `good` refuses by
  // one that it accepts; how many. Errors: corrupt ("audit.tile_lost").
  Result<unsigned> mend(TenantId tenant, const std::string& path,
                        const std::function<bool(View)>& good);
  // Removes a file from every disk that has it.
  void remove(TenantId tenant, const std::string& path);
  // Removes a folder and what is in it from every disk, except the names in `keep`.
  void remove_all_but(TenantId tenant, const std::string& folder,
                      const std::vector<std::string>& keep);

  struct Found {
    TenantId tenant;
    std::string octets;
  };
  // The files of logs with that path that are on any disk.
  std::vector<Found> all(const std::string& path);

  // Of one disk, by its place.
  std::size_t disk_count() const { return disks_.size(); }
  // Whether each disk is there and answers.
  bool all_answer();
  // Whether the disk missed something since it was asked last.
  bool take_behind(std::size_t disk);
  void note_behind(std::size_t disk);
  bool is_behind(std::size_t disk);
  bool is_any_behind();
  // After success everything that was written to the disk before is durable.
  Result<> sync(std::size_t disk);
  // Replaces the disk's savepoint; durable after success.
  Result<> write_savepoint(std::size_t disk, const std::shared_ptr<const Buffer>& octets);
  Result<Buffer> read_savepoint(std::size_t disk);
  // The sequence of the savepoint on the disk; 0: it has none, or does not say.
  segments::Sequence savepoint_on(std::size_t disk);

 private:
  enum class Cached { kWelcome, kForget };
  using Good = std::function<bool(View)>;
  std::optional<Buffer> good_copy(std::size_t disk, const std::string& path, const Good& good,
                                  Cached cached);
  unsigned replace_copies(const std::vector<std::size_t>& bad, const std::string& folder,
                          const std::string& path, View octets);
  void on_each_disk(std::function<void(std::size_t disk)> work);

  std::vector<std::shared_ptr<Disk>> disks_;
  std::shared_ptr<Pool> pool_;
  std::mutex repairing_;
  std::mutex behind_mutex_;
  std::vector<char> behind_;  // under behind_mutex_
};

}  // namespace belfry::audit
