// The console's files, as its build left them.
#pragma once

#include "http/server.h"
#include "runtime/blocking.h"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace belfry::api {

struct StaticFile {
  std::filesystem::path path;
  std::string_view content_type;
};

// What the console's folder held at the start: a request is looked up here, never made into a path,
// so that no spelling of an address reaches another file. Links and files that are too large are
// not served. Safe from any thread.
class StaticFiles {
 public:
  // Lists `directory`; none when it is empty or missing. Blocks: called once, at the start.
  explicit StaticFiles(const std::string& directory);

  // The file of a decoded request path, or nothing. Pages of the console are routes of its own: a
  // path that names no kind of file gets index.html.
  const StaticFile* find(std::string_view request_path) const;
  std::size_t size() const { return files_.size(); }

 private:
  std::map<std::string, StaticFile, std::less<>> files_;  // by request path: "/assets/a.js"
};

// The octets of a file of the index. Errors: not_found ("api.no_such_route") when it is gone, has
// become a link, or has grown too large.
Result<std::string> read_static_file(const StaticFile& file);

// Answers GET and HEAD; reads on `pool`.
Task<> serve_static_file(const StaticFiles& files, Pool& pool, http::Request& request,
                         http::Response& response);

}  // namespace belfry::api
