#include "catalogue.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <tuple>

namespace belfry::measures {
namespace {

namespace files = std::filesystem;

constexpr std::size_t kFilesMax = 10'000;
constexpr std::size_t kFaultsMax = 200;

// annex/<section>/<id>.yaml, and nothing deeper.
Result<std::vector<files::path>> list_files(const std::string& directory) {
  std::vector<files::path> found;
  std::error_code error;
  for (files::directory_iterator section(directory, error), none; !error && section != none;
       section.increment(error)) {
    std::error_code below;
    if (!section->is_directory(below)) continue;
    for (files::directory_iterator file(section->path(), below); !below && file != none;
         file.increment(below))
      if (file->path().extension() == ".yaml" && found.size() < kFilesMax)
        found.push_back(file->path());
    if (below) error = below;
  }
  if (error || found.empty())
    return fail(Code::kNotFound, "measures.no_annex", {{"directory", directory}});
  std::ranges::sort(found);
  return found;
}

// "S06-C-01" comes after every "S06-P-": chapter, provider before customer, number.
auto order_of(const Definition& definition) {
  const std::string& id = definition.measure.id;
  return std::tuple(id.substr(0, 3), id[4] == 'C', id.substr(6));
}

}  // namespace

Result<std::vector<Definition>> read_catalogue(const std::string& directory) {
  TRY(auto found, list_files(directory));
  std::vector<Definition> definitions;
  std::string faults;
  std::size_t count = 0;
  for (const files::path& path : found) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    ReadDefinition read = read_definition(text.view(), path.string());
    for (const std::string& fault : read.faults)
      if (count++ < kFaultsMax) faults += (faults.empty() ? "" : "\n") + fault;
    if (read.faults.empty()) definitions.push_back(std::move(read.definition));
  }
  if (count > 0) return fail(Code::kInvalid, "measures.bad_annex", {{"faults", faults}});
  std::ranges::sort(definitions, {}, order_of);
  // A file's name is its id, so only two sections can have the same.
  auto twice = std::ranges::adjacent_find(
      definitions, {}, [](const Definition& definition) { return definition.measure.id; });
  if (twice != definitions.end())
    return fail(Code::kInvalid, "measures.bad_annex",
                {{"faults", twice->measure.id + " is in two sections"}});
  return definitions;
}

}  // namespace belfry::measures
