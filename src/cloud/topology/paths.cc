#include "paths.h"

namespace belfry::topology {
namespace {

bool is_path(std::string_view path) {
  if (path.size() > 512 || path == "/") return false;
  if (path.starts_with('/')) path.remove_prefix(1);
  while (true) {
    std::size_t slash = path.find('/');
    std::string_view part = path.substr(0, slash);
    if (part.empty() || part == "." || part == "..") return false;
    for (char c : part)
      if (static_cast<unsigned char>(c) < 0x20) return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace

void check_path(Builder& builder, const yaml::Text& path) {
  if (path && !is_path(path.value))
    builder.fault(path.place, Error(Code::kInvalid, "topology.bad_path", {{"path", path.value}}));
}

bool is_below(std::string_view path, std::string_view directory) {
  return path.starts_with(directory) &&
         (path.size() == directory.size() || path[directory.size()] == '/');
}

}  // namespace belfry::topology
