#include "input.h"

#include <charconv>
#include <fstream>
#include <iostream>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

namespace belfry::command_line {
namespace {

constexpr std::size_t kDocumentOctetsMax = 64 << 10;

std::string read_octets(std::istream& in) {
  std::string octets(kDocumentOctetsMax, '\0');
  in.read(octets.data(), std::streamsize(octets.size()));
  octets.resize(std::size_t(in.gcount()));
  return octets;
}

}  // namespace

std::string ask(const std::string& prompt, Echo echo) {
  bool terminal = ::isatty(STDIN_FILENO);
  bool is_secret = echo == Echo::kHidden;
  termios old_mode{};
  if (terminal) {
    std::cerr << prompt << ": " << std::flush;
    ::tcgetattr(STDIN_FILENO, &old_mode);
    termios mode = old_mode;
    if (is_secret) mode.c_lflag &= ~tcflag_t(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSANOW, &mode);
  }
  std::string line;
  std::getline(std::cin, line);
  if (terminal) {
    ::tcsetattr(STDIN_FILENO, TCSANOW, &old_mode);
    if (is_secret) std::cerr << "\n";
  }
  return line;
}

Result<std::string> ask_new_secret(const std::string& prompt, const std::string& prompt_again) {
  std::string secret = ask(prompt, Echo::kHidden);
  if (::isatty(STDIN_FILENO) && ask(prompt_again, Echo::kHidden) != secret)
    return fail(Code::kInvalid, "cli.passwords_differ");
  return secret;
}

Result<std::string> read_document(const std::string& path) {
  if (path == "-") return read_octets(std::cin);
  struct stat file{};
  if (::stat(path.c_str(), &file) != 0)
    return fail(Code::kNotFound, "cli.no_policy_file", {{"path", path}});
  std::ifstream in(path);
  if (!in || S_ISDIR(file.st_mode))
    return fail(Code::kInvalid, "cli.no_policy_file", {{"path", path}});
  return read_octets(in);
}

Result<std::string> read_file(const std::string& path) {
  constexpr std::size_t kOctetsMax = std::size_t{2} << 20;
  std::string octets(kOctetsMax, '\0');
  std::ifstream file;
  if (path != "-") file.open(path, std::ios::binary);
  std::istream& in = path == "-" ? std::cin : file;
  if (!in.read(octets.data(), std::streamsize(octets.size())) && !in.eof())
    return fail(Code::kNotFound, "cli.no_file", {{"path", path}});
  octets.resize(std::size_t(in.gcount()));
  return octets;
}

Result<std::int64_t> read_duration(const std::string& text) {
  const auto bad = fail(Code::kInvalid, "cli.bad_duration", {{"duration", text}});
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end + 1 != text.data() + text.size() || count <= 0) return bad;
  constexpr std::pair<char, std::int64_t> kUnits[] = {
      {'s', 1}, {'m', 60}, {'h', 3'600}, {'d', 86'400}};
  constexpr std::int64_t kCountMax = 1'000'000'000;
  for (const auto& [unit, seconds] : kUnits)
    if (*end == unit && count <= kCountMax) return count * seconds;
  return bad;
}

}  // namespace belfry::command_line
