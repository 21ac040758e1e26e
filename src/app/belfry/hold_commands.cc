// belfry audit hold: what of a log is kept beyond its months.
#include "audit/held_lines.h"
#include "audit/root_proof.h"
#include "audit_fetch.h"
#include "audit_filter.h"
#include "commands.h"
#include "names.h"
#include "output.h"
#include "root_proof.h"

#include <nlohmann/json.hpp>

#include <charconv>
#include <filesystem>
#include <set>

namespace belfry::command_line {
namespace {

using nlohmann::json;

constexpr std::string_view kHolds = "/api/v1/audit/holds";
constexpr std::uint64_t kWidth = 256;
// What an export may have: it is held in memory.
constexpr std::size_t kExportMax = std::size_t{4} << 30;

struct Arguments {
  std::string tenant, reason, id, directory;
  std::size_t events_max = 0;
  AuditFilter filter;
};

std::string place_of_hold(const std::string& id) {
  return std::string(kHolds) + "/" + path_segment(id);
}

// The caller's own log unless another tenant is named.
Result<std::string> meant(Connection& connection, const Arguments& arguments) {
  if (arguments.tenant.empty()) return "";
  return find_tenant(connection, arguments.tenant);
}

Result<json> filter_of(const AuditFilter& filter) {
  json value = {{"actor", filter.actor},       {"action", filter.action},
                {"resource", filter.resource}, {"source_ip", filter.source},
                {"reason", filter.reason},     {"details", json::array()}};
  for (const auto& [name, text] :
       {std::pair{"from_us", &filter.from}, std::pair{"until_us", &filter.until}}) {
    TRY(const std::string us, time_of(*text));
    if (!us.empty()) value[name] = std::stoll(us);
  }
  if (!filter.outcome.empty()) value["outcome"] = filter.outcome;
  if (!filter.event_class.empty()) {
    const json number = json::parse(filter.event_class, nullptr, false);
    if (!number.is_number_unsigned())
      return fail(Code::kInvalid, "cli.bad_class", {{"class", filter.event_class}});
    value["class_uid"] = number;
  }
  for (const std::string& detail : filter.details) {
    const std::size_t equals = detail.find('=');
    if (equals == 0 || equals == detail.npos)
      return fail(Code::kInvalid, "cli.bad_detail", {{"detail", detail}});
    value["details"].push_back(
        {{"name", detail.substr(0, equals)}, {"value", detail.substr(equals + 1)}});
  }
  return value;
}

// "100 %": how much of the log it has looked at.
std::string progress_cell(const json& hold) {
  const auto size = hold.at("log_size").get<double>();
  const double part = size == 0 ? 1 : hold.at("looked_at").get<double>() / size;
  return std::to_string(int(part * 100)) + " %";
}

// What a filter asks for, as options of the command line.
std::string filter_cell(const json& filter) {
  std::string text;
  const auto add = [&text](const std::string& option, const std::string& value) {
    if (!value.empty()) text += (text.empty() ? "--" : " --") + option + " " + value;
  };
  for (const auto& [option, name] : {std::pair{"from", "from_us"}, std::pair{"until", "until_us"}})
    if (!filter.at(name).is_null()) add(option, time_cell(filter.at(name)));
  for (const char* name : {"actor", "action", "resource", "reason"})
    add(name, cell(filter.at(name)));
  add("source", cell(filter.at("source_ip")));
  add("outcome", cell(filter.at("outcome")));
  add("class", cell(filter.at("class_uid")));
  for (const json& detail : filter.at("details"))
    add("detail", cell(detail.at("name")) + "=" + cell(detail.at("value")));
  return text;
}

Result<> list(const Invocation& invocation, const Arguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const std::string tenant, meant(connection, arguments));
  TRY(json holds, connection.get_list(std::string(kHolds) +
                                      (tenant.empty() ? "" : "?tenant=" + path_segment(tenant))));
  if (invocation.json) return print_json(holds), Result<>();
  Table table({"cli.head.id", "cli.head.state", "cli.head.events", "cli.head.progress",
               "cli.head.placed", "cli.head.placed_by", "cli.head.reason"});
  for (const json& hold : holds)
    table.add({cell(hold.at("id")), code_cell(hold.at("state")), cell(hold.at("events")),
               progress_cell(hold), time_cell(hold.at("placed_us")),
               cell(hold.at("placed_by_name")), cell(hold.at("reason"))});
  table.print();
  return {};
}

Result<> place(const Invocation& invocation, const Arguments& arguments) {
  TRY(const json filter, filter_of(arguments.filter));
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const std::string tenant, meant(connection, arguments));
  TRY(json hold,
      connection.post(std::string(kHolds),
                      {{"tenant", tenant}, {"reason", arguments.reason}, {"filter", filter}}));
  if (invocation.json) return print_json(hold), Result<>();
  print_line(say("cli.hold.placed", {{"hold", cell(hold.at("id"))}}));
  return {};
}

Result<> show(const Invocation& invocation, const Arguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json hold, connection.get(place_of_hold(arguments.id)));
  json events = json::array();
  if (arguments.events_max > 0) {
    TRY(events, connection.get_all(place_of_hold(arguments.id) + "/events", arguments.events_max));
    // Pages have as many as the vault has together.
    while (events.size() > arguments.events_max) events.erase(events.size() - 1);
  }
  if (invocation.json) {
    if (arguments.events_max > 0) hold["items"] = events;
    return print_json(hold), Result<>();
  }
  Table facts;
  facts.add({say("cli.head.reason"), cell(hold.at("reason"))});
  facts.add({say("cli.hold.filter"), filter_cell(hold.at("filter"))});
  facts.add({say("cli.head.placed_by"), cell(hold.at("placed_by_name"))});
  facts.add({say("cli.head.placed"), time_cell(hold.at("placed_us"))});
  facts.add({say("cli.head.state"), code_cell(hold.at("state"))});
  facts.add({say("cli.head.events"), cell(hold.at("events"))});
  facts.add({say("cli.head.progress"), progress_cell(hold)});
  facts.print();
  for (const json& event : events) print_line(event.at("ocsf").dump());
  return {};
}

Result<> release(const Invocation& invocation, const Arguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(connection.post(place_of_hold(arguments.id) + "/release", {{"reason", arguments.reason}}));
  if (invocation.json) return print_json({{"id", arguments.id}}), Result<>();
  print_line(say("cli.hold.released", {{"hold", arguments.id}}));
  return {};
}

// The tile at a place of the tree of `size`.
std::string tile_name(std::uint64_t size, unsigned level, std::uint64_t index) {
  const std::uint64_t count = size >> 8 * level;
  const std::string name = "tile/" + std::to_string(level) + "/" + tile_number(index);
  return index < count / kWidth ? name : name + ".p/" + std::to_string(count % kWidth);
}

// The tiles that the root of the tree of `some` leaves, a beginning of that of `size`, is made of.
void add_right_edge(std::set<std::string>& names, std::uint64_t some, std::uint64_t size) {
  for (unsigned level = 0; some >> 8 * level != 0; ++level)
    if (const std::uint64_t count = some >> 8 * level; count % kWidth != 0)
      names.insert(tile_name(size, level, count / kWidth));
}

// The tiles above a leaf, up to the right edge.
void add_path(std::set<std::string>& names, std::uint64_t leaf, std::uint64_t size) {
  std::uint64_t index = leaf / kWidth;
  for (unsigned level = 0; level < 6; ++level, index /= kWidth) {
    names.insert(tile_name(size, level, index));
    if (index >= (size >> 8 * level) / kWidth) return;
  }
}

// Which leaves a file of held lines has, and how many events.
struct Held {
  std::set<std::uint64_t> leaves;
  std::uint64_t events = 0;
};
Result<Held> read_held(const std::string& lines) {
  Held held;
  for (std::size_t at = 0; at < lines.size();) {
    const std::size_t end = std::min(lines.find('\n', at), lines.size());
    TRY(const auto line, audit::parse_held_line(std::string_view(lines).substr(at, end - at)));
    at = end + 1;
    if (!line.leaf) return held;
    held.leaves.insert(line.leaf->index);
    held.events += line.leaf->parts.size();
  }
  return fail(Code::kCorrupt, "audit.held_line");
}

// How large the tree is that the root proof in the folder is about; 0: there is none.
Result<std::uint64_t> size_of_root_proof(const std::filesystem::path& directory) {
  auto proof = read_json(directory / "root-proof.json");
  if (!proof && proof.error().code() == Code::kNotFound) return 0;
  if (!proof) return std::unexpected(proof.error());
  TRY(const auto decoded, audit::RootProof::decode(proof->dump()));
  // The second line of a checkpoint (C2SP tlog-checkpoint).
  const std::string& note = decoded.checkpoint;
  const std::size_t line = note.find('\n');
  std::uint64_t size = 0;
  if (line == note.npos ||
      std::from_chars(note.data() + line + 1, note.data() + note.size(), size).ec != std::errc())
    return fail(Code::kCorrupt, "audit.root_proof_malformed");
  return size;
}

// A folder that `belfry verify` opens and proves, without the daemon and after the month is
// destroyed.
Result<> export_to(const Invocation& invocation, const Arguments& arguments) {
  const std::filesystem::path root(arguments.directory);
  TRY(auto connection, Connection::open(invocation.place, kExportMax));
  TRY(const auto root_proof, read_root_proof(connection));
  TRY(const std::string lines, connection.get_octets(place_of_hold(arguments.id) + "/export"));
  TRY(const Held held, read_held(lines));
  TRY(json keys, connection.get("/api/v1/audit/verifier-key"));
  keys["month_keys"] = json::array();
  // After the leaves, so that it covers them.
  TRY(const json checkpoint, connection.get("/api/v1/audit/checkpoint"));
  const auto note = checkpoint.at("note").get<std::string>();
  TRY(check_continues(connection, root, note, keys.at("verifier_key").get<std::string>()));
  TRY(write_root_proof(root_proof, root));
  TRY(write_file(root / audit::kHeldFile, lines, Readable::kOwner));
  TRY(write_file(root / "keys.json", keys.dump(2) + "\n", Readable::kOwner));
  TRY(write_file(root / "checkpoint", note, Readable::kEveryone));
  const auto size = checkpoint.at("size").get<std::uint64_t>();
  std::set<std::string> names;
  add_right_edge(names, size, size);
  TRY(const std::uint64_t proved, size_of_root_proof(root));
  add_right_edge(names, proved, size);
  for (std::uint64_t leaf : held.leaves) add_path(names, leaf, size);
  std::size_t done = 0;
  for (const std::string& name : names) {
    show_progress(say("cli.audit.copying"), double(done++) / double(names.size()));
    TRY(const std::string octets, connection.get_octets("/api/v1/audit/tiles/" + name));
    TRY(write_file(root / name, octets, Readable::kEveryone));
  }
  end_progress();
  if (invocation.json)
    return print_json({{"directory", arguments.directory},
                       {"leaves", held.leaves.size()},
                       {"events", held.events}}),
           Result<>();
  print_line(say("cli.hold.exported",
                 {{"events", std::to_string(held.events)}, {"directory", arguments.directory}}));
  return {};
}

}  // namespace

void add_hold_commands(CLI::App& audit, Invocation& invocation) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* group = add_group(audit, "hold", say("cli.help.hold"));
  const auto add = [&](const char* name, const std::string& help,
                       Result<> (*run)(const Invocation&, const Arguments&)) {
    return add_command(*group, invocation, name, help,
                       [&invocation, arguments, run] { return run(invocation, *arguments); });
  };
  CLI::App* listed = add("list", say("cli.help.hold.list"), list);
  CLI::App* placed = add("place", say("cli.help.hold.place"), place);
  CLI::App* shown = add("show", say("cli.help.hold.show"), show);
  CLI::App* released = add("release", say("cli.help.hold.release"), release);
  CLI::App* exported = add("export", say("cli.help.hold.export"), export_to);
  for (CLI::App* command : {listed, placed})
    command->add_option("--tenant", arguments->tenant, say("cli.help.hold.tenant"));
  placed->add_option("--why", arguments->reason, say("cli.help.hold.why"))->required();
  add_filter_options(*placed, arguments->filter);
  for (CLI::App* command : {shown, released, exported})
    command->add_option("hold", arguments->id, say("cli.help.hold.one"))->required();
  shown->add_option("--events", arguments->events_max, say("cli.help.hold.events"));
  released->add_option("--why", arguments->reason, say("cli.help.hold.why_release"))->required();
  exported->add_option("directory", arguments->directory, say("cli.help.audit.directory"))
      ->required();
}

}  // namespace belfry::command_line
