// What the provider has declared, table by table.
#include "route.h"
#include "shapes.h"
#include "text/catalogue.h"

#include <nlohmann/json.hpp>

namespace belfry::api {
namespace {

using nlohmann::json;

// Ids have 63 bits, more than a JavaScript number holds: they travel as strings.
json value_json(std::string_view column, const database::Value& value) {
  bool is_id = column == "id" || column.ends_with("_id");
  if (auto number = std::get_if<std::int64_t>(&value))
    return is_id ? json(std::to_string(*number)) : json(*number);
  if (auto real = std::get_if<double>(&value)) return *real;
  if (auto text = std::get_if<std::string>(&value)) return *text;
  return nullptr;
}

json table_json(const topology::Topology::TableRows& table, text::Language language) {
  json columns = json::array(), rows = json::array();
  if (!table.rows.empty())
    for (auto& column : table.rows.front()) columns.push_back(column.name);
  for (auto& row : table.rows) {
    json values = json::array();
    for (auto& column : row) values.push_back(value_json(column.name, column.value));
    rows.push_back(std::move(values));
  }
  return {{"name", table.table},
          {"kind", worded(topology::kind_of(table.table), {}, language)},
          {"columns", std::move(columns)},
          {"rows", std::move(rows)}};
}

Task<Answer> get_topology(Call& call) {
  const Services& services = call.host.services;
  CO_TRY(call.authorize({"belfry:topology", services.provider}));
  json tables = json::array();
  for (auto& table : services.topology.rows) tables.push_back(table_json(table, call.language()));
  co_return answer({{"provider_name", services.topology.provider_name},
                    {"demonstration", services.topology.demonstration},
                    {"simulated", services.topology.simulated()},
                    {"tables", std::move(tables)}});
}

// Reads the file on disk again: what would be refused at the next start.
Task<Answer> check_topology(Call& call) {
  const Services& services = call.host.services;
  CO_TRY(call.authorize({"belfry:topology", services.provider}));
  CO_TRY(auto loaded, co_await runtime::blocking(*services.pool, [&call] {
           return topology::load(call.host.options.configuration_path);
         }));
  json faults = json::array();
  for (auto& fault : loaded.faults) {
    json arguments = json::object();
    for (auto& argument : fault.error.arguments()) arguments[argument.name] = argument.value;
    faults.push_back({{"file", fault.file},
                      {"line", fault.line},
                      {"column", fault.column},
                      {"message_id", fault.error.message()},
                      {"message", text::text(fault.error, call.language())},
                      {"arguments", std::move(arguments)}});
  }
  co_return answer({{"faults", std::move(faults)}});
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/topology", "topology:GetTopology", get_topology},
    {"GET", "/api/v1/topology/check", "topology:CheckTopology", check_topology},
};

}  // namespace

std::span<const Route> topology_routes() {
  return kRoutes;
}

}  // namespace belfry::api
