#include "static_files.h"

#include <spdlog/spdlog.h>

#include <array>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace belfry::api {
namespace {

namespace fs = std::filesystem;

// Everything from this origin; Mantine writes style elements, so inline styles are allowed.
constexpr std::string_view kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' "
    "data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action "
    "'self'; "
    "frame-ancestors 'none'";

// Far above what a build of the console makes.
constexpr std::size_t kFilesMax = 10'000;
constexpr std::uintmax_t kFileSizeMax = 16 << 20;

constexpr std::string_view kUnknownType = "application/octet-stream";

std::string_view content_type_of(const fs::path& file) {
  constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".svg", "image/svg+xml"},
      {".json", "application/json"},
      {".png", "image/png"},
      {".ico", "image/x-icon"},
      {".woff2", "font/woff2"},
      {".txt", "text/plain; charset=utf-8"},
      {".webmanifest", "application/manifest+json"}};
  std::string extension = file.extension().string();
  for (auto& [name, type] : kTypes)
    if (name == extension) return type;
  return kUnknownType;
}

// An address that a page of the console may have: names of buckets hold dots, those of files end in
// the extension of one.
bool is_page(std::string_view path) {
  bool is_odd =
      path.starts_with("//") || path.contains("..") || path.contains('\\') || path.contains('\0');
  return path.starts_with('/') && !is_odd && !path.starts_with("/assets/") &&
         content_type_of(path) == kUnknownType;
}

class Descriptor {
 public:
  explicit Descriptor(const fs::path& path)
      : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  bool is_small_file() const {
    struct stat facts{};
    return number_ >= 0 && ::fstat(number_, &facts) == 0 && S_ISREG(facts.st_mode) &&
           std::uintmax_t(facts.st_size) <= kFileSizeMax;
  }
  ssize_t read(char* to, std::size_t length) const { return ::read(number_, to, length); }

 private:
  int number_;
};

Task<> refuse(http::Response& response, int status, std::string_view text) {
  response.status = status;
  response.fields.set("Content-Type", "text/plain; charset=utf-8");
  co_return co_await response.send(std::string(text));
}

}  // namespace

StaticFiles::StaticFiles(const std::string& directory) {
  if (directory.empty()) return;
  std::error_code error;
  fs::path root = directory;
  fs::recursive_directory_iterator entry(root, error), end;
  for (; !error && entry != end && files_.size() < kFilesMax; entry.increment(error)) {
    std::error_code unknown;
    // A link to a folder is not entered; one to a file is left out here.
    if (entry->is_symlink(unknown) || !entry->is_regular_file(unknown)) continue;
    if (entry->file_size(unknown) > kFileSizeMax || unknown) continue;
    std::string name = "/" + entry->path().lexically_relative(root).generic_string();
    files_.emplace(std::move(name), StaticFile{entry->path(), content_type_of(entry->path())});
  }
  if (error) spdlog::warn("the console's files in {}: {}", directory, error.message());
}

const StaticFile* StaticFiles::find(std::string_view request_path) const {
  auto file = files_.find(request_path);
  if (file != files_.end()) return &file->second;
  if (!is_page(request_path)) return nullptr;
  file = files_.find("/index.html");
  return file == files_.end() ? nullptr : &file->second;
}

Result<std::string> read_static_file(const StaticFile& file) {
  Descriptor descriptor(file.path);
  if (!descriptor.is_small_file()) return fail(Code::kNotFound, "api.no_such_route");
  std::string text;
  std::array<char, 64 << 10> piece;
  for (;;) {
    ssize_t got = descriptor.read(piece.data(), piece.size());
    if (got == 0) return text;
    if (got < 0 || text.size() + std::size_t(got) > kFileSizeMax)
      return fail(Code::kNotFound, "api.no_such_route");
    text.append(piece.data(), std::size_t(got));
  }
}

Task<> serve_static_file(const StaticFiles& files, Pool& pool, http::Request& request,
                         http::Response& response) {
  if (request.method != "GET" && request.method != "HEAD") {
    response.fields.set("Allow", "GET, HEAD");
    co_return co_await refuse(response, 405, "This address answers GET and HEAD only.\n");
  }
  const StaticFile* file = files.find(request.path);
  if (!file) co_return co_await refuse(response, 404, "Not found.\n");
  auto body = co_await runtime::blocking(pool, [file] { return read_static_file(*file); });
  if (!body && body.error().code() == Code::kExhausted)
    co_return co_await refuse(response, 503, "Busy: ask again in a second.\n");
  if (!body) co_return co_await refuse(response, 404, "Not found.\n");
  // The build names what lies in assets/ by its content.
  bool is_immutable = request.path.starts_with("/assets/");
  response.fields.set("Cache-Control",
                      is_immutable ? "public, max-age=31536000, immutable" : "no-cache");
  response.fields.set("Content-Type", std::string(file->content_type));
  response.fields.set("Content-Security-Policy", std::string(kContentSecurityPolicy));
  response.fields.set("Referrer-Policy", "no-referrer");
  co_return co_await response.send(std::move(*body));
}

}  // namespace belfry::api
