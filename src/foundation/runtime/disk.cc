#include "runtime/disk.h"

#include "base/ensure.h"

#include <climits>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <filesystem>
#include <linux/openat2.h>
#include <mutex>
#include <optional>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace belfry {
namespace {

std::unexpected<Error> system_error(std::string_view call, std::string_view path, int number) {
  Code code = Code::kRetry;
  std::string_view message = "disk.failed";
  if (number == ENOENT || number == ENOTDIR) code = Code::kNotFound, message = "disk.no_file";
  // Something of another kind stands there; that says nothing of the disk.
  if (number == EEXIST || number == EISDIR || number == ENOTEMPTY)
    code = Code::kConflict, message = "disk.file_exists";
  if (number == ENOSPC || number == EDQUOT) code = Code::kExhausted, message = "disk.full";
  // Of the process or the machine, not of this disk.
  if (number == EMFILE || number == ENFILE || number == ENOMEM)
    code = Code::kExhausted, message = "disk.no_resources";
  return fail(code, message,
              {{"call", std::string(call)},
               {"path", std::string(path)},
               {"reason", std::strerror(number)}});
}

// Whatever the reason, also a full disk: the kernel may have dropped the pages.
std::unexpected<Error> sync_error(std::string_view call, std::string_view path, int number) {
  return fail(Code::kRetry, "disk.failed",
              {{"call", std::string(call)},
               {"path", std::string(path)},
               {"reason", std::strerror(number)}});
}

// A call of the operating system that may be interrupted.
template <class F>
auto retried(F call) {
  for (;;)
    if (auto result = call(); result >= 0 || errno != EINTR) return result;
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }
  bool valid() const { return number_ >= 0; }

 private:
  int number_;
};

// Aligned as O_DIRECT wants it; not constant, so that the program's file need not hold them.
alignas(4096) std::array<std::byte, 256 << 10> zeros{};

enum class Follow { kLinks, kNothing };

// Adds the entries of a directory to `names`. Zero or the reason.
int names_in(int parent, const char* name, Follow follow, std::vector<std::string>& names) {
  const int flags =
      O_RDONLY | O_DIRECTORY | O_CLOEXEC | (follow == Follow::kNothing ? O_NOFOLLOW : 0);
  const int number = retried([&] { return ::openat(parent, name, flags); });
  if (number < 0) return errno;
  std::unique_ptr<DIR, int (*)(DIR*)> entries(::fdopendir(number), ::closedir);
  if (!entries) {
    const int reason = errno;
    ::close(number);
    return reason;
  }
  errno = 0;
  while (const dirent* entry = ::readdir(entries.get())) {
    std::string_view entry_name = entry->d_name;
    if (entry_name != "." && entry_name != "..") names.emplace_back(entry_name);
    errno = 0;
  }
  return errno;
}

// Removes a file, or a folder and all below it. Zero, also when there is none, or the reason.
int remove_all(int parent, const char* name) {
  if (::unlinkat(parent, name, 0) == 0 || errno == ENOENT) return 0;
  if (errno != EISDIR) return errno;
  std::vector<std::string> names;
  if (int reason = names_in(parent, name, Follow::kNothing, names); reason != 0)
    return reason == ENOENT ? 0 : reason;
  for (const std::string& below : names)
    if (int reason = remove_all(parent, (std::string(name) + "/" + below).c_str()); reason != 0)
      return reason;
  return ::unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT ? 0 : errno;
}

class SystemFile : public File {
 public:
  SystemFile(int descriptor, std::string path) : file_(descriptor), path_(std::move(path)) {}

  Result<std::size_t> read_at(std::uint64_t offset, MutableView out) const override {
    std::size_t done = 0;
    while (done < out.size()) {
      ssize_t got = retried([&] {
        return ::pread(file_.number(), out.data() + done, out.size() - done, off_t(offset + done));
      });
      if (got < 0) return system_error("pread", path_, errno);
      if (got == 0) break;
      done += std::size_t(got);
    }
    return done;
  }

  bool read_cached(std::uint64_t offset, std::span<const MutableView> parts) const override {
    std::array<iovec, 16> places;
    if (parts.size() > places.size()) return false;
    std::size_t wanted = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      places[i] = {parts[i].data(), parts[i].size()};
      wanted += parts[i].size();
    }
    ssize_t got =
        ::preadv2(file_.number(), places.data(), int(parts.size()), off_t(offset), RWF_NOWAIT);
    return got >= 0 && std::size_t(got) == wanted;
  }

  Result<> write_at(std::uint64_t offset, std::span<const View> parts) override {
    std::vector<iovec> left;
    left.reserve(parts.size());
    for (View part : parts)
      if (!part.empty()) left.push_back({const_cast<std::byte*>(part.data()), part.size()});
    std::span<iovec> next(left);
    while (!next.empty()) {
      int count = int(std::min<std::size_t>(next.size(), IOV_MAX));
      ssize_t put =
          retried([&] { return ::pwritev(file_.number(), next.data(), count, off_t(offset)); });
      if (put < 0) return system_error("pwritev", path_, errno);
      offset += std::uint64_t(put);
      auto taken = std::size_t(put);
      while (!next.empty() && taken >= next.front().iov_len) {
        taken -= next.front().iov_len;
        next = next.subspan(1);
      }
      if (!next.empty() && taken > 0) {
        next.front().iov_base = static_cast<std::byte*>(next.front().iov_base) + taken;
        next.front().iov_len -= taken;
      }
    }
    return {};
  }

  Result<> write_past_memory(std::uint64_t offset, View octets) override {
    const auto address = reinterpret_cast<std::uintptr_t>(octets.data());
    if ((offset | octets.size() | address) % kPastMemory != 0 || !open_direct())
      return write_at(offset, {&octets, 1});
    while (!octets.empty()) {
      ssize_t put = retried(
          [&] { return ::pwrite(direct_->number(), octets.data(), octets.size(), off_t(offset)); });
      // A file system that opens for this need not take every write.
      if (put < 0 && errno == EINVAL) return write_at(offset, {&octets, 1});
      if (put < 0) return system_error("pwrite", path_, errno);
      offset += std::uint64_t(put);
      octets = octets.subspan(std::size_t(put));
    }
    return {};
  }

  // Past the page cache: through it, zeros would cost as much of the processor as the records. A
  // piece at a time, for each keeps other writes to the file waiting.
  bool make_space(std::uint64_t offset, Bytes length) override {
    if (!open_direct()) return false;
    for (std::uint64_t done = 0; done < length.count;) {
      const std::size_t piece = std::min<std::size_t>(length.count - done, zeros.size());
      ssize_t put = retried(
          [&] { return ::pwrite(direct_->number(), zeros.data(), piece, off_t(offset + done)); });
      if (put <= 0) return false;
      done += std::uint64_t(put);
    }
    return true;
  }

  Result<Bytes> size() const override {
    struct stat status;
    if (::fstat(file_.number(), &status) != 0) return system_error("fstat", path_, errno);
    return Bytes{std::uint64_t(status.st_size)};
  }

  Result<> resize(Bytes size) override {
    if (retried([&] { return ::ftruncate(file_.number(), off_t(size.count)); }) != 0)
      return system_error("ftruncate", path_, errno);
    return {};
  }

  Result<> sync(SyncPoint, DiskOrdinal) override {
    if (::fdatasync(file_.number()) != 0) return sync_error("fdatasync", path_, errno);
    return {};
  }

  Result<> write_back(std::uint64_t offset, Bytes length) override {
    const auto ask = [this](std::uint64_t from, std::uint64_t count, unsigned how) {
      return retried([&] { return ::sync_file_range(number(), off_t(from), off_t(count), how); });
    };
    // A length of zero would mean all that follows.
    const bool waited = offset == 0 || ask(0, offset, SYNC_FILE_RANGE_WAIT_BEFORE) == 0;
    if (!waited || (length.count > 0 && ask(offset, length.count, SYNC_FILE_RANGE_WRITE) != 0))
      return sync_error("sync_file_range", path_, errno);
    return {};
  }

  int number() const { return file_.number(); }

 private:
  bool open_direct() {
    if (!direct_) {
      const std::string itself = "/proc/self/fd/" + std::to_string(file_.number());
      direct_.emplace(::open(itself.c_str(), O_WRONLY | O_DIRECT | O_CLOEXEC));
    }
    return direct_->valid();
  }

  Descriptor file_;
  std::optional<Descriptor> direct_;  // made when it is needed
  std::string path_;
};

}  // namespace

std::shared_ptr<std::byte[]> File::memory_to_write_past(std::size_t size) {
  const std::size_t whole = (size + kPastMemory - 1) / kPastMemory * kPastMemory;
  auto* memory = static_cast<std::byte*>(std::aligned_alloc(kPastMemory, whole));
  ENSURE(memory != nullptr);
  return {memory, std::free};
}

namespace {

class SystemDisk : public Disk {
 public:
  SystemDisk(int root, std::string path) : path_(std::move(path)) { use(root); }

  Result<std::unique_ptr<File>> open(std::string_view path, Access access) override {
    return open_with(path, access == Access::kRead ? O_RDONLY : O_RDWR);
  }

  // openat2(2), since Linux 5.12.
  std::unique_ptr<File> open_cached(std::string_view path) override {
    auto name = checked(path);
    if (!name) return nullptr;
    open_how how{.flags = O_RDONLY | O_CLOEXEC, .mode = 0, .resolve = RESOLVE_CACHED};
    const long number = ::syscall(SYS_openat2, root_.load(), name->c_str(), &how, sizeof how);
    if (number < 0) return nullptr;
    return std::make_unique<SystemFile>(int(number), std::string(path));
  }

  Result<std::unique_ptr<File>> create(std::string_view path) override {
    return open_with(path, O_RDWR | O_CREAT | O_EXCL);
  }

  Result<std::unique_ptr<File>> create_unnamed(std::string_view directory) override {
    return open_with(directory, O_RDWR | O_TMPFILE);
  }

  Result<> link(File& unnamed, std::string_view path) override {
    TRY(std::string name, checked(path));
    int number = static_cast<SystemFile&>(unnamed).number();
    std::string source = "/proc/self/fd/" + std::to_string(number);
    if (::linkat(AT_FDCWD, source.c_str(), root_.load(), name.c_str(), AT_SYMLINK_FOLLOW) != 0)
      return system_error("linkat", path, errno);
    return {};
  }

  Result<> rename(std::string_view from, std::string_view to) override {
    TRY(std::string source, checked(from));
    TRY(std::string target, checked(to));
    if (::renameat(root_.load(), source.c_str(), root_.load(), target.c_str()) != 0)
      return system_error("renameat", from, errno);
    return {};
  }

  Result<> remove(std::string_view path) override {
    TRY(std::string name, checked(path));
    if (::unlinkat(root_.load(), name.c_str(), 0) != 0)
      return system_error("unlinkat", path, errno);
    return {};
  }

  Result<> remove_tree(std::string_view path) override {
    TRY(std::string name, checked(path));
    if (int reason = remove_all(root_.load(), name.c_str()); reason != 0)
      return system_error("unlinkat", path, reason);
    return {};
  }

  Result<> make_directory(std::string_view path) override {
    TRY(std::string name, checked(path));
    for (std::size_t end = 0; end != name.npos;) {
      end = name.find('/', end + 1);
      const std::string part = name.substr(0, end);
      if (::mkdirat(root_.load(), part.c_str(), 0777) == 0) continue;
      const int reason = errno;
      struct stat status;
      const bool there = reason == EEXIST &&
                         ::fstatat(root_.load(), part.c_str(), &status, 0) == 0 &&
                         S_ISDIR(status.st_mode);
      if (!there) return system_error("mkdirat", path, reason);
    }
    return {};
  }

  Result<std::vector<std::string>> list(std::string_view directory) override {
    TRY(std::string name, checked(directory));
    std::vector<std::string> names;
    if (int reason = names_in(root_.load(), name.c_str(), Follow::kLinks, names); reason != 0)
      return system_error("readdir", directory, reason);
    std::ranges::sort(names);
    return names;
  }

  Result<> sync_directory(std::string_view directory, SyncPoint, DiskOrdinal) override {
    TRY(std::string name, checked(directory));
    Descriptor opened(retried(
        [&] { return ::openat(root_.load(), name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
    if (!opened.valid()) return system_error("openat", directory, errno);
    if (::fsync(opened.number()) != 0) return sync_error("fsync", directory, errno);
    return {};
  }

  // The descriptor of the root is older than what was written: the kernel tells it of every
  // failure. Of those before another took its place nobody knows.
  Result<> sync_all(SyncPoint, DiskOrdinal) override {
    if (exchanged_.exchange(false)) return sync_error("syncfs", path_, ESTALE);
    if (::syncfs(root_.load()) != 0) return sync_error("syncfs", path_, errno);
    return {};
  }

  Result<> reopen() override {
    std::lock_guard lock(reopening_);
    int number = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (number < 0) return system_error("open", path_, errno);
    struct stat before, now;
    bool same = ::fstat(root_.load(), &before) == 0 && ::fstat(number, &now) == 0 &&
                before.st_dev == now.st_dev && before.st_ino == now.st_ino;
    if (same)
      ::close(number);
    else
      use(number), exchanged_ = true;
    return {};
  }

  void forget_cached(std::string_view path) override {
    auto file = open_with(path, O_RDONLY);
    if (file) ::posix_fadvise(static_cast<SystemFile&>(**file).number(), 0, 0, POSIX_FADV_DONTNEED);
  }

  Result<Space> space() override {
    struct statvfs status;
    if (::fstatvfs(root_.load(), &status) != 0) return system_error("fstatvfs", path_, errno);
    return Space{{status.f_blocks * status.f_frsize}, {status.f_bavail * status.f_frsize}};
  }

  Result<std::string> device() override {
    struct stat status;
    if (::fstat(root_.load(), &status) != 0) return system_error("fstat", path_, errno);
    return std::to_string(status.st_dev);
  }

 private:
  // `path` for the *at() calls, or invalid if it leaves the root.
  static Result<std::string> checked(std::string_view path) {
    std::filesystem::path parsed(path);
    bool leaves = parsed.is_absolute() || std::ranges::find(parsed, "..") != parsed.end();
    if (leaves) return fail(Code::kInvalid, "disk.path_outside", {{"path", std::string(path)}});
    return path.empty() ? std::string(".") : std::string(path);
  }

  Result<std::unique_ptr<File>> open_with(std::string_view path, int flags) {
    TRY(std::string name, checked(path));
    int number =
        retried([&] { return ::openat(root_.load(), name.c_str(), flags | O_CLOEXEC, 0600); });
    if (number < 0) return system_error("openat", path, errno);
    return std::make_unique<SystemFile>(number, std::string(path));
  }

  // Calls on other threads may still use the folder that was there before, so it stays open.
  void use(int root) {
    opened_.push_back(std::make_unique<Descriptor>(root));
    root_ = root;
  }

  std::atomic<int> root_ = -1;
  std::atomic<bool> exchanged_ = false;  // since the last sync_all()
  std::mutex reopening_;
  std::vector<std::unique_ptr<Descriptor>> opened_;
  std::string path_;
};

}  // namespace

Result<> replace_file(Disk& disk, std::string_view path, View content, ReplaceSyncs syncs,
                      DiskOrdinal ordinal) {
  // One that is the same may be in the page cache alone, if the process died before it was durable.
  auto there = read_whole(disk, path, {content.size()});
  const bool is_same = there && std::ranges::equal(*there, content);
  const std::string unfinished = std::string(path) + ".new";
  if (auto removed = disk.remove(unfinished); !removed && removed.error().code() != Code::kNotFound)
    return removed;
  TRY(auto file, is_same ? disk.open(path, Access::kReadWrite) : disk.create(unfinished));
  if (!is_same) TRY(file->write_at(0, content));
  TRY(file->sync(syncs.data, ordinal));
  if (!is_same) TRY(disk.rename(unfinished, path));
  const std::size_t slash = path.rfind('/');
  return disk.sync_directory(slash == path.npos ? "" : path.substr(0, slash), syncs.directory,
                             ordinal);
}

Result<Buffer> read_whole(Disk& disk, std::string_view path, Bytes size_max) {
  TRY(auto file, disk.open(path, Access::kRead));
  TRY(Bytes size, file->size());
  if (size > size_max)
    return fail(Code::kCorrupt, "disk.file_too_long",
                {{"path", std::string(path)}, {"limit", std::to_string(size_max.count)}});
  Buffer octets(size.count);
  TRY(std::size_t got, file->read_at(0, octets));
  octets.resize(got);
  return octets;
}

Result<std::unique_ptr<Disk>> open_disk(std::string_view root) {
  std::string path(root);
  int number = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (number < 0) return system_error("open", root, errno);
  return std::make_unique<SystemDisk>(number, std::move(path));
}

}  // namespace belfry
