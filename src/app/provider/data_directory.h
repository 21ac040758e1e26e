// The layout of a provider's data directory.
//
//   DIR/state.db            the relational state (SQLite)
//   DIR/index/              the object index: made again from the disks when it is gone
//   DIR/disks/...           disks that the configuration names by relative paths
//   DIR/keys/...            key disks and the master key, likewise
//   DIR/tls/                the local authority
//   DIR/run/                lock, endpoints.json, ca.pem, credentials.json
#pragma once

#include "base/result.h"
#include "runtime/disk.h"

#include <filesystem>
#include <memory>
#include <string>

namespace belfry::provider {

class DataDirectory {
 public:
  // Makes what is missing (mode 0700) and locks it. Errors: conflict ("provider.already_running"),
  // retry with the reason.
  static Result<std::unique_ptr<DataDirectory>> open(const std::string& path);
  ~DataDirectory();
  DataDirectory(const DataDirectory&) = delete;
  DataDirectory& operator=(const DataDirectory&) = delete;

  const std::filesystem::path& root() const { return root_; }
  // A path of the configuration: relative ones are below the data directory.
  std::filesystem::path resolve(const std::string& path) const;
  // Whether a simulated disk was made here before: then its absence means that it is lost.
  bool knows_disk(const std::string& name) const;
  Result<> remember_disk(const std::string& name);

 private:
  DataDirectory(std::filesystem::path root, int lock) : root_(std::move(root)), lock_(lock) {}

  std::filesystem::path root_;
  int lock_;
};

// Replaces the file in one step: after success its new contents are durable.
enum class Readable { kOwner, kEveryone };
Result<> write_file(Disk& folder, const std::string& name, const std::string& text);
Result<> write_file(const std::filesystem::path& path, const std::string& text, Readable readable);
// Errors: not_found if there is none, retry for all else.
Result<std::string> read_file(const std::filesystem::path& path);
Result<> make_directory(const std::filesystem::path& path);

}  // namespace belfry::provider
