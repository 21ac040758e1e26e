#include "base/text_encoding.h"
#include "catalogue.h"
#include "crypto/hash.h"
#include "reasons.h"
#include "sources.h"
#include "summed.h"
#include "yaml/reader.h"

#include <algorithm>
#include <filesystem>

namespace belfry::measures {
namespace {

using yaml::Presence;
using Faults = std::vector<yaml::Fault>;

// "S06-P-20": chapter, party, number.
bool is_id(std::string_view id) {
  auto digits = [&](std::size_t at) {
    return id[at] >= '0' && id[at] <= '9' && id[at + 1] >= '0' && id[at + 1] <= '9';
  };
  return id.size() == 8 && id[0] == 'S' && digits(1) && id[3] == '-' &&
         (id[4] == 'P' || id[4] == 'C') && id[5] == '-' && digits(6);
}

// "A.8.14" of the annex of ISO/IEC 27001:2022 or "A" for all of it, "6.1.3 d)" of its clauses.
bool is_iso_reference(std::string_view text) {
  if (text == "A") return true;
  if (text.starts_with("A.")) text.remove_prefix(2);
  if (text.size() > 3 && text.ends_with(')') && text[text.size() - 3] == ' ') text.remove_suffix(3);
  bool digit = false;
  for (char c : text) {
    if (c != '.' && (c < '0' || c > '9')) return false;
    if (c == '.' && !digit) return false;
    digit = c != '.';
  }
  return digit;
}

bool is_parameter_name(std::string_view name) {
  return !name.empty() && name.size() <= 60 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

void read_identity(yaml::MapReader& root, Measure& measure, const std::string& file) {
  std::filesystem::path path(file);
  yaml::Text id = root.text("id", Presence::kRequired);
  if (id && (!is_id(id.value) || path.stem() != id.value))
    root.fault(id.place, Error(Code::kInvalid, "measures.bad_id", {{"id", id.value}}));
  yaml::Text section = root.text("section", Presence::kRequired);
  if (section && path.parent_path().filename() != section.value)
    root.fault(section.place,
               Error(Code::kInvalid, "measures.other_section", {{"section", section.value}}));
  yaml::Text party = root.choice("party", Presence::kRequired, {"provider", "client"});
  measure.id = id.value;
  measure.section = section.value;
  measure.party = party.value == "client" ? Party::kClient : Party::kProvider;
  if (party && is_id(id.value) && (id.value[4] == 'C') != (measure.party == Party::kClient))
    root.fault(party.place, Error(Code::kInvalid, "measures.other_party", {{"id", id.value}}));
  for (const yaml::Text& reference : root.texts("iso27001", Presence::kRequired, {0, 50})) {
    if (!is_iso_reference(reference.value))
      root.fault(reference.place,
                 Error(Code::kInvalid, "measures.bad_reference", {{"value", reference.value}}));
    measure.iso27001.push_back(reference.value);
  }
}

std::optional<Text> read_text(yaml::MapReader& parent, Faults& faults, std::string_view key,
                              Presence presence) {
  const yaml::Node* node = parent.map(key, presence);
  if (!node) return std::nullopt;
  yaml::MapReader reader(*node, key, faults);
  Text text{.fr = reader.text("fr", Presence::kRequired).value,
            .en = reader.text("en", Presence::kRequired).value};
  reader.finish();
  return text;
}

void read_parameters(yaml::MapReader& root, Faults& faults, Definition& definition) {
  auto check_name = [&](const yaml::Text& name) {
    if (name && (!is_parameter_name(name.value) || name.value == "now_us"))
      faults.push_back(
          {name.place, Error(Code::kInvalid, "measures.bad_parameter", {{"name", name.value}})});
  };
  for (const yaml::Node& node : root.list("parameters", Presence::kOptional, {0, 50})) {
    yaml::MapReader parameter(node, "parameter", faults);
    yaml::Text name = parameter.text("name", Presence::kRequired);
    check_name(name);
    auto value =
        parameter.integer("value", Presence::kRequired, {-1'000'000'000'000, 1'000'000'000'000});
    Text unit = read_text(parameter, faults, "unit", Presence::kRequired).value_or(Text());
    yaml::Text source = parameter.choice("source", Presence::kRequired, {"annex", "ours"});
    definition.measure.parameters.push_back(
        {name.value, value.value_or(0), std::move(unit), source.value});
    definition.parameters.push_back({name.value, value.value_or(0)});
    parameter.finish();
  }
  for (const yaml::Node& node : root.list("lists", Presence::kOptional, {0, 10})) {
    yaml::MapReader list(node, "list", faults);
    yaml::Text name = list.text("name", Presence::kRequired);
    check_name(name);
    MeasureList read{.name = name.value};
    for (yaml::Text& value : list.texts("values", Presence::kRequired, {1, 500}))
      read.values.push_back(std::move(value.value));
    read.source = list.choice("source", Presence::kRequired, {"annex", "ours"}).value;
    for (std::size_t i = 0; i < read.values.size(); ++i)
      definition.parameters.push_back({read.name + "_" + std::to_string(i + 1), read.values[i]});
    definition.measure.lists.push_back(std::move(read));
    list.finish();
  }
}

// Whether the SQL gives the reason: as 'id', or as 'id name=' with its arguments behind.
bool gives(std::string_view sql, const std::string& id) {
  return sql.find("'" + id + "'") != sql.npos || sql.find("'" + id + " ") != sql.npos;
}

// Whether the row of that reason is one that sums others up, and words nothing but their number.
bool sums(const std::optional<Summed>& summed, const Reason& reason) {
  return summed && (reason.id == summed->rest || reason.id == summed->more) &&
         placeholders_of(reason.text.en) == std::set<std::string>{"count"};
}

void read_reasons(yaml::MapReader& root, Faults& faults, Definition& definition) {
  Measure& measure = definition.measure;
  for (const yaml::Node& node : root.list("reasons", Presence::kOptional, {0, 50})) {
    yaml::MapReader reader(node, "reason", faults);
    yaml::Text id = reader.text("id", Presence::kRequired);
    Reason reason{.id = id.value,
                  .text = {.fr = reader.text("fr", Presence::kRequired).value,
                           .en = reader.text("en", Presence::kRequired).value}};
    auto names = placeholders_of(reason.text.en);
    bool known = std::ranges::find(measure.reasons, id.value, &Reason::id) != measure.reasons.end();
    if (id && (!is_parameter_name(id.value) || known || !names ||
               names != placeholders_of(reason.text.fr) ||
               (!gives(measure.check->sql, id.value) && !sums(definition.summed, reason))))
      faults.push_back(
          {id.place, Error(Code::kInvalid, "measures.bad_reason", {{"id", id.value}})});
    measure.reasons.push_back(std::move(reason));
    reader.finish();
  }
}

// A row that sums others up needs its words before it is first given.
void check_summed(yaml::MapReader& check, Faults& faults, const Definition& definition) {
  if (!definition.summed) return;
  for (const std::string& id : {definition.summed->rest, definition.summed->more}) {
    auto found = std::ranges::find(definition.measure.reasons, id, &Reason::id);
    if (found == definition.measure.reasons.end() || !sums(definition.summed, *found))
      faults.push_back(
          {check.place_of("summed"), Error(Code::kInvalid, "measures.bad_reason", {{"id", id}})});
  }
}

// `:countries` becomes `(:countries_1, :countries_2)`.
std::string write_out_lists(std::string sql, const std::vector<MeasureList>& lists) {
  for (const MeasureList& list : lists) {
    std::string marks;
    for (std::size_t i = 1; i <= list.values.size(); ++i)
      marks += (i > 1 ? ", :" : ":") + list.name + "_" + std::to_string(i);
    std::string name = ":" + list.name;
    for (std::size_t at = sql.find(name); at != std::string::npos; at = sql.find(name, at)) {
      std::size_t end = at + name.size();
      if (end < sql.size() && is_parameter_name(sql.substr(end, 1))) {
        at = end;
        continue;
      }
      sql.replace(at, name.size(), "(" + marks + ")");
      at += marks.size() + 2;
    }
  }
  return sql;
}

// What the SQL texts read: tables for the kind of proof, parameters for mistakes.
void study_sql(yaml::MapReader& check, Faults& faults, Definition& definition) {
  Measure& measure = definition.measure;
  std::set<std::string> used;
  for (std::string_view key : {"sql", "population_sql", "freshness_sql"}) {
    const std::string& sql = key == "sql"              ? measure.check->sql
                             : key == "population_sql" ? measure.check->population_sql
                                                       : measure.check->freshness_sql;
    if (sql.empty()) continue;
    auto tables = tables_read(sql);
    if (!tables) {
      faults.push_back({check.place_of(key), tables.error()});
      continue;
    }
    used.merge(parameters_named(sql));
    for (const std::string& table : *tables) {
      const TableSource* source = find_source(table);
      measure.proof =
          measure.proof == Proof::kNone ? source->proof : weakest(measure.proof, source->proof);
      std::string simulated(source->simulated_sql);
      if (!simulated.empty() &&
          std::ranges::find(definition.simulated_sql, simulated) == definition.simulated_sql.end())
        definition.simulated_sql.push_back(simulated);
    }
  }
  std::set<std::string> known{"now_us"};
  for (const auto& parameter : measure.parameters) known.insert(parameter.name);
  for (const auto& list : measure.lists) known.insert(list.name);
  for (const std::string& name : used)
    if (!known.contains(name))
      faults.push_back({check.place_of("sql"),
                        Error(Code::kInvalid, "measures.unknown_parameter", {{"name", name}})});
  for (const std::string& name : known)
    if (name != "now_us" && !used.contains(name))
      faults.push_back({check.place_of("sql"),
                        Error(Code::kInvalid, "measures.unused_parameter", {{"name", name}})});
}

// The kinds are those that have a word for many.
std::optional<Summed> read_summed(yaml::MapReader& check, Faults& faults) {
  const yaml::Node* node = check.map("summed", Presence::kOptional);
  if (!node) return std::nullopt;
  yaml::MapReader reader(*node, "summed", faults);
  Summed summed{.kind = reader.choice("kind", Presence::kRequired, {"key", "person", "user"}).value,
                .rest = reader.text("rest", Presence::kRequired).value,
                .more = reader.text("more", Presence::kRequired).value};
  reader.finish();
  return summed;
}

void read_check(yaml::MapReader& root, Faults& faults, Definition& definition,
                const yaml::Node& node) {
  yaml::MapReader reader(node, "check", faults);
  Check check;
  auto seconds = [&](std::string_view key, Presence presence, std::int64_t fallback) {
    return std::chrono::seconds(reader.integer(key, presence, {1, 100'000'000}).value_or(fallback));
  };
  check.sql = reader.text("sql", Presence::kRequired).value;
  check.population_sql = reader.text("population_sql", Presence::kRequired).value;
  check.population_min =
      reader.integer("population_min", Presence::kOptional, {1, 1'000'000'000}).value_or(1);
  check.freshness_sql = reader.text("freshness_sql", Presence::kOptional).value;
  check.period = seconds("period_seconds", Presence::kRequired, 60);
  check.time_limit = seconds("time_limit_seconds", Presence::kOptional, 10);
  check.age_max =
      seconds("age_max_seconds",
              check.freshness_sql.empty() ? Presence::kOptional : Presence::kRequired, 60);
  definition.summed = read_summed(reader, faults);
  reader.finish();
  definition.measure.check = check;
  study_sql(reader, faults, definition);
  read_reasons(root, faults, definition);
  check_summed(reader, faults, definition);
  definition.sql = write_out_lists(check.sql, definition.measure.lists);
  if (definition.summed && faults.empty())
    definition.sql = summed_sql(definition.sql, *definition.summed);
  yaml::Text test = root.text("negative_test", Presence::kRequired);
  if (test && (!test.value.contains(':') || !test.value.contains('.')))
    root.fault(test.place, Error(Code::kInvalid, "measures.bad_negative_test"));
  definition.measure.negative_test = test.value;
}

}  // namespace

ReadDefinition read_definition(std::string_view text, const std::string& file) {
  ReadDefinition read;
  yaml::Parsed parsed = yaml::parse(text, {.size_max = 256_KiB, .depth_max = 8});
  Faults faults = std::move(parsed.faults);
  if (faults.empty()) {
    yaml::MapReader root(parsed.root, "measure", faults);
    read_identity(root, read.definition.measure, file);
    const yaml::Node* check = root.map("check", Presence::kOptional);
    Presence with_check = check ? Presence::kRequired : Presence::kOptional;
    read.definition.measure.text = read_text(root, faults, "text", with_check);
    read.definition.measure.owner_role = root.text("owner_role", with_check).value;
    read_parameters(root, faults, read.definition);
    if (check) read_check(root, faults, read.definition, *check);
    root.finish();
  }
  for (const yaml::Fault& fault : faults)
    read.faults.push_back(file + ":" + std::to_string(fault.place.line) + ":" +
                          std::to_string(fault.place.column) + ": " + fault.error.describe());
  read.definition.sha256_hex = to_hex(crypto::sha256(as_view(text)));
  return read;
}

}  // namespace belfry::measures
