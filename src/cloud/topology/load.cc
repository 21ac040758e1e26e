#include "builder.h"

#include <algorithm>
#include <fstream>
#include <map>

namespace belfry::topology {
namespace {

constexpr yaml::Limits kLimits{.size_max = 4_MiB, .depth_max = 16};

void read_all(Builder& builder, yaml::MapReader& root) {
  read_settings(builder, root);
  read_sites(builder, root);
  read_network(builder, root);
  root.finish();
  builder.finish();
}

}  // namespace

bool Topology::simulated() const {
  return demonstration || std::ranges::any_of(disks, &Disk::simulated);
}

Loaded parse(const std::string& text, const std::string& file_name) {
  Loaded loaded;
  yaml::Parsed parsed = yaml::parse(text, kLimits);
  Builder builder(loaded.topology);
  builder.faults = std::move(parsed.faults);
  // A file that could not be parsed has nothing more to tell.
  if (builder.faults.empty() || parsed.root.kind == yaml::Kind::kMap) {
    yaml::MapReader root(parsed.root, "provider.yaml", builder.faults);
    if (parsed.root.kind == yaml::Kind::kMap) read_all(builder, root);
  }
  std::multimap<yaml::Place, Error> in_order;
  for (yaml::Fault& fault : builder.faults) in_order.emplace(fault.place, std::move(fault.error));
  for (auto& [place, error] : in_order)
    loaded.faults.push_back({file_name, place.line, place.column, std::move(error)});
  return loaded;
}

Result<Loaded> load(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(Code::kNotFound, "topology.no_such_file", {{"path", path}});
  // One octet more than is accepted, so that a longer file is seen to be one.
  std::string text(kLimits.size_max.count + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return fail(Code::kNotFound, "topology.no_such_file", {{"path", path}});
  text.resize(static_cast<std::size_t>(file.gcount()));
  return parse(text, path);
}

}  // namespace belfry::topology
