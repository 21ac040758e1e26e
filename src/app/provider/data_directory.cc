#include "data_directory.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <sys/file.h>
#include <unistd.h>

namespace belfry::provider {
namespace {

std::unexpected<Error> file_error(const std::filesystem::path& path, int number) {
  return fail(Code::kRetry, "provider.file_failed",
              {{"path", path.string()}, {"reason", std::strerror(number)}});
}

}  // namespace

Result<> make_directory(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return {};
  std::filesystem::create_directories(path, error);
  if (error) return file_error(path, error.value());
  std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
  if (error) return file_error(path, error.value());
  return {};
}

Result<std::unique_ptr<DataDirectory>> DataDirectory::open(const std::string& path) {
  std::filesystem::path root = std::filesystem::absolute(path);
  TRY(make_directory(root));
  for (const char* part : {"run", "tls", "index", "run/disks"}) TRY(make_directory(root / part));
  std::filesystem::path lock_path = root / "run" / "lock";
  int lock = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) return file_error(lock_path, errno);
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    ::close(lock);
    return fail(Code::kConflict, "provider.already_running", {{"path", root.string()}});
  }
  return std::unique_ptr<DataDirectory>(new DataDirectory(std::move(root), lock));
}

DataDirectory::~DataDirectory() {
  ::close(lock_);
}

std::filesystem::path DataDirectory::resolve(const std::string& path) const {
  return root_ / path;  // an absolute path stands alone
}

bool DataDirectory::knows_disk(const std::string& name) const {
  std::error_code error;
  return std::filesystem::exists(root_ / "run" / "disks" / name, error);
}

Result<> DataDirectory::remember_disk(const std::string& name) {
  return write_file(root_ / "run" / "disks" / name, "", Readable::kOwner);
}

Result<> write_file(Disk& folder, const std::string& name, const std::string& text) {
  return replace_file(folder, name, as_view(text),
                      {SyncPoint::kProviderFile, SyncPoint::kProviderFileDirectory}, {});
}

Result<> write_file(const std::filesystem::path& path, const std::string& text, Readable readable) {
  TRY(auto folder, open_disk(path.parent_path().string()));
  TRY(write_file(*folder, path.filename().string(), text));
  if (readable == Readable::kOwner) return {};
  using std::filesystem::perms;
  std::error_code error;
  std::filesystem::permissions(
      path, perms::owner_read | perms::owner_write | perms::group_read | perms::others_read, error);
  if (error) return file_error(path, error.value());
  return {};
}

Result<std::string> read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in && errno == ENOENT)
    return fail(Code::kNotFound, "provider.file_failed",
                {{"path", path.string()}, {"reason", std::strerror(errno)}});
  std::string text;
  std::array<char, 4096> piece;
  while (in.read(piece.data(), piece.size()), in.gcount() > 0)
    text.append(piece.data(), std::size_t(in.gcount()));
  if (!in.eof()) return file_error(path, errno);
  return text;
}

}  // namespace belfry::provider
