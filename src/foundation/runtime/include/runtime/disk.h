// One disk as a folder tree, behind an interface so that a simulation can cut its power.
//
// Calls block: await them through runtime::blocking(). A Disk is safe to use from any thread; a
// File from several at once as long as their ranges do not overlap. Paths are relative to the
// disk's root, with `/`; `..` is refused.
//
// Errors of every call: not_found (no such file), conflict (it exists already), exhausted (no space
// left), retry (the device failed: errno is in the argument "reason"). After an error of `sync` the
// disk is to be treated as failed: the kernel may have dropped the pages, so a repeated call proves
// nothing.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "runtime/sync_point.h"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace belfry {

// Which of the disks that hold the same bytes, 0 first: names one sync of a replicated commit.
struct DiskOrdinal {
  unsigned value = 0;
};

class File {
 public:
  virtual ~File() = default;

  // Reads until `out` is full or the file ends; returns how many octets were read.
  virtual Result<std::size_t> read_at(std::uint64_t offset, MutableView out) const = 0;
  // Fills the parts one after another if the system has those octets in memory. Never waits for the
  // device: false when it would have to, or cannot tell.
  virtual bool read_cached(std::uint64_t offset, std::span<const MutableView> parts) const {
    static_cast<void>(offset), static_cast<void>(parts);
    return false;
  }
  // Writes the parts one after another from `offset`. Not durable before `sync`.
  virtual Result<> write_at(std::uint64_t offset, std::span<const View> parts) = 0;
  // The same, and keeps nothing of it in memory if the system can write without: `offset`, the
  // length and the address of `octets` should be multiples of kPastMemory.
  virtual Result<> write_past_memory(std::uint64_t offset, View octets) {
    return write_at(offset, octets);
  }
  static constexpr std::size_t kPastMemory = 4096;
  static std::shared_ptr<std::byte[]> memory_to_write_past(std::size_t size);
  // Writes zeros from `offset`, where the file must end or hold nothing that is needed, so that
  // what is written there later only overwrites: its syncs need no change of the file system's own.
  // Both are multiples of 4096. False: it could not, and later writes make their space themselves.
  virtual bool make_space(std::uint64_t offset, Bytes length) {
    static_cast<void>(offset), static_cast<void>(length);
    return false;
  }
  // Has the device begin to write what was written there, and waits for what it began before: a
  // file that grows by gigabytes leaves its last sync little to do. Makes nothing durable. Errors:
  // as of sync, and with the same meaning.
  virtual Result<> write_back(std::uint64_t offset, Bytes length) {
    static_cast<void>(offset), static_cast<void>(length);
    return {};
  }
  virtual Result<Bytes> size() const = 0;
  // Cuts or extends with zeros.
  virtual Result<> resize(Bytes size) = 0;
  // After success everything written to the file is durable (fdatasync); its name may not be.
  virtual Result<> sync(SyncPoint point, DiskOrdinal ordinal) = 0;

  Result<> write_at(std::uint64_t offset, View bytes) { return write_at(offset, {&bytes, 1}); }
  bool read_cached(std::uint64_t offset, MutableView out) const {
    return read_cached(offset, {&out, 1});
  }
};

enum class Access { kRead, kReadWrite };

class Disk {
 public:
  virtual ~Disk() = default;

  virtual Result<std::unique_ptr<File>> open(std::string_view path, Access access) = 0;
  // For reading, if the system knows the file without asking the device. Never waits for it: null
  // when it would have to, when there is no such file, or when it cannot tell.
  virtual std::unique_ptr<File> open_cached(std::string_view) { return nullptr; }
  // A new empty file under that name.
  virtual Result<std::unique_ptr<File>> create(std::string_view path) = 0;
  // A file without a name yet (O_TMPFILE) on the file system of `directory`; gone unless linked.
  virtual Result<std::unique_ptr<File>> create_unnamed(std::string_view directory) = 0;
  virtual Result<> link(File& unnamed, std::string_view path) = 0;
  // Replaces `to` if it exists.
  virtual Result<> rename(std::string_view from, std::string_view to) = 0;
  virtual Result<> remove(std::string_view path) = 0;
  virtual Result<> remove_tree(std::string_view path) = 0;
  // With its parents; nothing to do if it exists.
  virtual Result<> make_directory(std::string_view path) = 0;
  // Names of the entries, sorted, without `.` and `..`.
  virtual Result<std::vector<std::string>> list(std::string_view directory) = 0;
  // After success the names in `directory` are durable.
  virtual Result<> sync_directory(std::string_view directory, SyncPoint point,
                                  DiskOrdinal ordinal) = 0;
  // After success everything that was written to the disk before, and its names, is durable: for
  // many small files, each of which would cost a sync (syncfs). Others' octets on the same file
  // system are written out too. An error tells that a write since the last call failed, or that
  // after reopen() nobody can tell.
  virtual Result<> sync_all(SyncPoint point, DiskOrdinal ordinal) = 0;

  // Looks again at what is behind the disk: after its folder was deleted and made again, or its
  // device mounted again, calls go to the new one. Errors: not_found when there is none.
  virtual Result<> reopen() { return {}; }

  // Runs `work`, which calls this disk several times and owns all that it touches. A watched disk
  // changes threads once for all of it; after "disk.silent" `work` may go on running.
  virtual Result<> together(std::move_only_function<Result<>()> work) { return work(); }

  // Asks the operating system to read the file from the device again the next time. No promise.
  virtual void forget_cached(std::string_view) {}

  struct Space {
    Bytes total;
    Bytes free;
  };
  virtual Result<Space> space() = 0;
  // Equal for folders that share a block device, and so fail together.
  virtual Result<std::string> device() = 0;
};

// The whole of a file that is known to be small. Errors: besides those of reading, corrupt
// ("disk.file_too_long").
Result<Buffer> read_whole(Disk& disk, std::string_view path, Bytes size_max);

// The syncs of one file that is replaced whole.
struct ReplaceSyncs {
  SyncPoint data;
  SyncPoint directory;
};

// Replaces `path` at once: after a power cut there is the old content or the new one; after success
// the new one is durable. What is the same already is only synced, which a full disk can do too.
// Leaves of an earlier attempt lie under `path`.new and mean nothing.
Result<> replace_file(Disk& disk, std::string_view path, View content, ReplaceSyncs syncs,
                      DiskOrdinal ordinal);

// The folder `root` of the machine, which must exist. Every call goes to the folder that was
// opened, wherever it is now: one that was deleted stays deleted, also when another has taken its
// name, until reopen().
Result<std::unique_ptr<Disk>> open_disk(std::string_view root);

}  // namespace belfry
