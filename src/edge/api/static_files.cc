#include "static_files.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

namespace belfry::api {
namespace {

// Everything from this origin; Mantine writes style elements, so inline styles are allowed.
constexpr std::string_view kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' "
    "data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action "
    "'self'; "
    "frame-ancestors 'none'";

std::string_view content_type_of(const std::filesystem::path& file) {
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
  return "application/octet-stream";
}

std::optional<std::string> read_file(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) return std::nullopt;
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

bool stays_inside(std::string_view path) {
  return path.find("..") == std::string_view::npos && path.find('\0') == std::string_view::npos &&
         path.find('\\') == std::string_view::npos;
}

}  // namespace

Task<> serve_static_file(const std::string& directory, http::Request& request,
                         http::Response& response) {
  if (request.method != "GET" && request.method != "HEAD") {
    response.status = 405;
    response.fields.set("Allow", "GET, HEAD");
    co_return co_await response.send({});
  }
  std::filesystem::path file;
  std::optional<std::string> body;
  if (!directory.empty() && stays_inside(request.path)) {
    file = std::filesystem::path(directory) / request.path.substr(1);
    body = read_file(file);
    bool is_page = !file.has_extension();
    if (!body && is_page) body = read_file(file = std::filesystem::path(directory) / "index.html");
  }
  if (!body) {
    response.status = 404;
    response.fields.set("Content-Type", "text/plain; charset=utf-8");
    co_return co_await response.send("Not found.\n");
  }
  // The build names what lies in assets/ by its content.
  bool is_immutable = request.path.starts_with("/assets/");
  response.fields.set("Cache-Control",
                      is_immutable ? "public, max-age=31536000, immutable" : "no-cache");
  response.fields.set("Content-Type", std::string(content_type_of(file)));
  response.fields.set("Content-Security-Policy", std::string(kContentSecurityPolicy));
  response.fields.set("Referrer-Policy", "no-referrer");
  co_return co_await response.send(std::move(*body));
}

}  // namespace belfry::api
