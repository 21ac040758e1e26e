#include "policy_file.h"

#include <fstream>
#include <iostream>
#include <sys/stat.h>

namespace belfry::command_line {
namespace {

// More than a policy may have, so that the server is the one that refuses it.
constexpr std::size_t kFileOctetsMax = 64 << 10;

std::string read_octets(std::istream& in) {
  std::string octets(kFileOctetsMax, '\0');
  in.read(octets.data(), std::streamsize(octets.size()));
  octets.resize(std::size_t(in.gcount()));
  return octets;
}

}  // namespace

Result<std::string> read_policy_file(const std::string& path) {
  if (path == "-") return read_octets(std::cin);
  struct stat file{};
  if (::stat(path.c_str(), &file) != 0)
    return fail(Code::kNotFound, "cli.no_policy_file", {{"path", path}});
  std::ifstream in(path);
  if (!in || S_ISDIR(file.st_mode))
    return fail(Code::kInvalid, "cli.no_policy_file", {{"path", path}});
  return read_octets(in);
}

}  // namespace belfry::command_line
