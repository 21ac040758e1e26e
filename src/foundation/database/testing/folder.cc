#include "folder.h"

#include <cstdlib>

namespace belfry::database::testing {
namespace {

namespace files = std::filesystem;

constexpr const char* kMemory = "/dev/shm";
constexpr std::uintmax_t kRoomMin = std::uintmax_t(1) << 30;

}  // namespace

Result<files::path> make_folder(const std::string& name) {
  std::error_code none;
  const files::space_info space = files::space(kMemory, none);
  const bool has_room = !none && space.available >= kRoomMin;
  std::string pattern =
      ((has_room ? files::path(kMemory) : files::temp_directory_path()) / (name + "-XXXXXX"))
          .string();
  if (mkdtemp(pattern.data()) == nullptr)
    return fail(Code::kInternal, "test.directory", {{"path", pattern}});
  return files::path(pattern);
}

}  // namespace belfry::database::testing
