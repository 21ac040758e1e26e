// belfry topology.
#include "commands.h"
#include "output.h"
#include "topology/topology.h"

#include <nlohmann/json.hpp>

namespace belfry::command_line {
namespace {

using nlohmann::json;

Result<> show(const Invocation& invocation, const std::string& only) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json topology, connection.get("/api/v1/topology"));
  if (invocation.json) return print_json(topology), Result<>();
  for (auto& described : topology.at("tables")) {
    std::string name = described.at("name").get<std::string>();
    if (!only.empty() && name != only) continue;
    print_line(name + " (" + std::to_string(described.at("rows").size()) +
               "): " + cell(described.at("kind")));
    if (described.at("rows").empty()) continue;
    std::vector<std::string> heads;
    for (auto& column : described.at("columns")) heads.push_back(cell(column));
    Table table(heads);
    for (auto& row : described.at("rows")) {
      std::vector<std::string> cells;
      for (auto& value : row) cells.push_back(cell(value));
      table.add(std::move(cells));
    }
    table.print();
    print_line("");
  }
  return {};
}

struct PlacedText {
  std::string file;
  std::int64_t line, column;
  std::string message;
};

Result<> report(const Invocation& invocation, const std::vector<PlacedText>& faults) {
  if (invocation.json) {
    json list = json::array();
    for (auto& fault : faults)
      list.push_back({{"file", fault.file},
                      {"line", fault.line},
                      {"column", fault.column},
                      {"message", fault.message}});
    print_json({{"faults", std::move(list)}});
  } else {
    for (auto& fault : faults)
      print_line(fault.file + ":" + std::to_string(fault.line) + ":" +
                 std::to_string(fault.column) + ": " + fault.message);
    if (faults.empty()) print_line(say("cli.topology.no_fault"));
  }
  if (faults.empty()) return {};
  return fail(Code::kInvalid, "cli.topology_faults", {{"count", std::to_string(faults.size())}});
}

// With a file: here, without a daemon, before it is put in place.
Result<> check(const Invocation& invocation, const std::string& path) {
  std::vector<PlacedText> faults;
  if (!path.empty()) {
    TRY(auto loaded, topology::load(path));
    for (auto& fault : loaded.faults)
      faults.push_back({fault.file, fault.line, fault.column, text::text(fault.error, language())});
    return report(invocation, faults);
  }
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json found, connection.get("/api/v1/topology/check"));
  for (auto& fault : found.at("faults"))
    faults.push_back({cell(fault.at("file")), fault.at("line").get<std::int64_t>(),
                      fault.at("column").get<std::int64_t>(), cell(fault.at("message"))});
  return report(invocation, faults);
}

}  // namespace

void add_topology_commands(CLI::App& app, Invocation& invocation) {
  auto name = std::make_shared<std::string>();
  CLI::App* topology = add_group(app, "topology", say("cli.help.topology"));
  add_command(*topology, invocation, "show", say("cli.help.topology.show"), [&invocation, name] {
    return show(invocation, *name);
  })->add_option("table", *name, say("cli.help.topology.table"));
  add_command(*topology, invocation, "check", say("cli.help.topology.check"), [&invocation, name] {
    return check(invocation, *name);
  })->add_option("file", *name, say("cli.help.topology.file"));
}

}  // namespace belfry::command_line
