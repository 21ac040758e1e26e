#include "folder.h"

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <unistd.h>
#include <vector>

namespace belfry::database::testing {
namespace {

namespace files = std::filesystem;

constexpr const char* kMemory = "/dev/shm";
constexpr std::uintmax_t kRoomMin = std::uintmax_t(1) << 30;

// Folders of processes that were killed: nobody else removes them, and memory is short.
void remove_left_behind(const files::path& in, const std::string& prefix) {
  std::error_code none;
  std::vector<files::path> left_behind;
  for (const auto& entry : files::directory_iterator(in, none)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(prefix)) continue;
    pid_t process = 0;
    const char* const digits = name.data() + prefix.size();
    const auto [end, error] = std::from_chars(digits, name.data() + name.size(), process);
    if (error != std::errc() || process <= 0 || *end != '-') continue;
    if (::kill(process, 0) != 0 && errno == ESRCH) left_behind.push_back(entry.path());
  }
  for (const files::path& folder : left_behind) files::remove_all(folder, none);
}

}  // namespace

Result<files::path> make_folder(const std::string& name) {
  std::error_code none;
  const files::space_info space = files::space(kMemory, none);
  const bool has_room = !none && space.available >= kRoomMin;
  const files::path in = has_room ? files::path(kMemory) : files::temp_directory_path();
  const std::string prefix = name + "-";
  remove_left_behind(in, prefix);
  std::string pattern = (in / (prefix + std::to_string(::getpid()) + "-XXXXXX")).string();
  if (mkdtemp(pattern.data()) == nullptr)
    return fail(Code::kInternal, "test.directory", {{"path", pattern}});
  return files::path(pattern);
}

}  // namespace belfry::database::testing
