// belfry document, system: the provider's registers, each by its declaration.
#include "base/ascii.h"
#include "commands.h"
#include "input.h"
#include "names.h"
#include "output.h"
#include "registers/declaration.h"

#include <nlohmann/json.hpp>

#include <charconv>
#include <filesystem>
#include <map>
#include <set>

namespace belfry::command_line {
namespace {

using nlohmann::json;
using registers::Declaration;
using registers::Field;
using registers::Kind;
using registers::Transition;

constexpr std::string_view kNone = "none";

struct Arguments {
  explicit Arguments(const Declaration& declared) : of(declared) {}

  const Declaration& of;
  std::string key, file;
  std::int64_t version = 0;
  std::map<std::string, std::string> fields;
};

std::string place_of_register(const Arguments& arguments) {
  return "/api/v1/registers/" + std::string(arguments.of.name);
}

// The path of the entry that is called so, or has that number: whoever may act on an entry need not
// see the list.
Result<std::string> place_of_entry(Connection& connection, const Arguments& arguments) {
  const auto none = fail(Code::kNotFound, "registers.no_entry", {{"entry", arguments.key}});
  // Of an empty key the list would give the first of all.
  if (arguments.key.empty()) return none;
  const std::string place = place_of_register(arguments);
  auto found = connection.get(place + "?limit=1&key=" + path_segment(arguments.key));
  if (found && !found->at("items").empty())
    return place + "/" + text_at(found->at("items").at(0), "id");
  if (std::ranges::all_of(arguments.key, is_digit))
    return place + "/" + path_segment(arguments.key);
  if (!found) return std::unexpected(std::move(found.error()));
  return none;
}

std::string value_cell(Kind kind, const json& value) {
  switch (kind) {
    case Kind::kTime:
      return time_cell(value);
    case Kind::kChoice:
      return code_cell(value);
    case Kind::kText:
      return value == "" ? "-" : cell(value);
    case Kind::kReference:
    case Kind::kCount:
    case Kind::kFlag:
    case Kind::kLink:
      break;
  }
  return cell(value);
}

void print_versions(const json& versions) {
  if (versions.empty()) return;
  print_line("");
  Table table({"cli.head.version", "cli.head.state", "cli.head.since", "cli.head.proposed_by",
               "cli.head.approved_by", "cli.head.reviewed", "cli.head.file", "cli.head.digest"});
  for (const json& each : versions)
    table.add({cell(each.at("number")), code_cell(each.at("state")),
               time_cell(each.at("state_since_us")), cell(each.at("proposed_by_name")),
               cell(each.at("approved_by_name")), time_cell(each.at("reviewed_us")),
               cell(each.at("file_name")), cell(each.at("file_sha256"))});
  table.print();
}

void print_lines(std::span<const Field> fields, const json& lines) {
  if (lines.empty()) return;
  print_line("");
  std::vector<std::string> heads;
  for (const Field& field : fields) heads.emplace_back(field.head);
  Table table(heads);
  for (const json& line : lines) {
    std::vector<std::string> cells;
    for (const Field& field : fields)
      cells.push_back(value_cell(field.kind, line.at(std::string(field.name))));
    table.add(std::move(cells));
  }
  table.print();
}

void tell(const Invocation& invocation, const Declaration& of, const json& entry) {
  if (invocation.json) return print_json(entry);
  Table facts;
  facts.add({say("cli.head.id"), cell(entry.at("id"))});
  // Whoever may not read it is told which it is.
  if (!entry.contains(of.key().name)) return facts.print();
  for (const Field& field : of.fields)
    facts.add({say(field.head), value_cell(field.kind, entry.at(std::string(field.name)))});
  if (!of.has_versions()) facts.add({say("cli.head.state"), code_cell(entry.at("state"))});
  for (const registers::Derived& derived : of.derived)
    facts.add({say(derived.head), value_cell(derived.kind, entry.at(std::string(derived.name)))});
  facts.print();
  if (of.has_versions()) print_versions(entry.at("versions"));
  if (of.list != nullptr) print_lines(of.list->fields, entry.at(std::string(of.list->name)));
}

Result<> list(const Invocation& invocation, const Arguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const json entries, connection.get_list(place_of_register(arguments)));
  if (invocation.json) return print_json(entries), Result<>();
  const Declaration& of = arguments.of;
  std::vector<std::string> heads;
  for (const Field& field : of.fields)
    if (field.is_listed) heads.emplace_back(field.head);
  if (!of.has_versions()) heads.emplace_back("cli.head.state");
  for (const registers::Derived& derived : of.derived) heads.emplace_back(derived.head);
  Table table(heads);
  for (const json& entry : entries) {
    std::vector<std::string> cells;
    for (const Field& field : of.fields)
      if (field.is_listed)
        cells.push_back(value_cell(field.kind, entry.at(std::string(field.name))));
    if (!of.has_versions()) cells.push_back(code_cell(entry.at("state")));
    for (const registers::Derived& derived : of.derived)
      cells.push_back(value_cell(derived.kind, entry.at(std::string(derived.name))));
    table.add(std::move(cells));
  }
  table.print();
  return {};
}

Result<> show(const Invocation& invocation, const Arguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const std::string place, place_of_entry(connection, arguments));
  TRY(const json entry, connection.get(place));
  tell(invocation, arguments.of, entry);
  return {};
}

// As REST has it; what is no number is sent as it is, and refused there.
json value_of(const Field& field, const std::string& text) {
  if (text == kNone) return field.kind == Kind::kLink ? json() : json("");
  if (field.kind != Kind::kCount) return text;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? json(number) : json(text);
}

json fields_of(const Arguments& arguments) {
  json fields = json::object();
  for (const Field& field : arguments.of.fields) {
    const auto given = arguments.fields.find(std::string(field.name));
    if (given != arguments.fields.end() && !given->second.empty())
      fields[given->first] = value_of(field, given->second);
  }
  return fields;
}

Result<> add(const Invocation& invocation, const Arguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  json fields = fields_of(arguments);
  fields[std::string(arguments.of.key().name)] = arguments.key;
  TRY(const json made, connection.post(place_of_register(arguments), fields));
  tell(invocation, arguments.of, made);
  return {};
}

Result<> change(const Invocation& invocation, const Arguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const std::string place, place_of_entry(connection, arguments));
  TRY(const json changed, connection.patch(place, fields_of(arguments)));
  tell(invocation, arguments.of, changed);
  return {};
}

Result<> move(const Invocation& invocation, const Arguments& arguments, std::string_view act) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const std::string place, place_of_entry(connection, arguments));
  json wanted = {{"act", act}};
  if (arguments.of.has_versions()) wanted["version"] = arguments.version;
  TRY(const json moved, connection.post(place + "/transitions", wanted));
  tell(invocation, arguments.of, moved);
  return {};
}

Result<> propose(const Invocation& invocation, const Arguments& arguments) {
  TRY(std::string file, read_file(arguments.file));
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const std::string place, place_of_entry(connection, arguments));
  const std::string name = std::filesystem::path(arguments.file).filename().string();
  TRY(const json proposed,
      connection.post_text(place + "/versions?name=" + path_segment(name), std::move(file)));
  tell(invocation, arguments.of, proposed);
  return {};
}

Result<> fetch(const Invocation& invocation, const Arguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const std::string place, place_of_entry(connection, arguments));
  TRY(const std::string octets,
      connection.get_octets(place + "/versions/" + std::to_string(arguments.version)));
  return deliver(arguments.file, octets, invocation.json);
}

Result<> scan(const Invocation& invocation, const Arguments& arguments) {
  TRY(std::string file, read_file(arguments.file));
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const std::string place, place_of_entry(connection, arguments));
  TRY(const json scanned, connection.post_text(place + "/scan", std::move(file)));
  const json& faults = scanned.at("faults");
  if (invocation.json) print_json(scanned);
  if (!invocation.json && faults.empty())
    print_line(say("cli.register.scanned", {{"lines", cell(scanned.at("lines"))}}));
  if (!invocation.json) print_faults(faults);
  return faults.empty() ? Result<>() : fail(Code::kInvalid, "registers.scan_faults");
}

Result<> export_entries(const Invocation& invocation, const Arguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const std::string file, connection.get_octets(place_of_register(arguments) + "/entries.csv"));
  return deliver(arguments.file, file, invocation.json);
}

using Command = Result<> (*)(const Invocation&, const Arguments&);

std::string option_of(std::string_view name) {
  std::string option = "--" + std::string(name);
  std::ranges::replace(option, '_', '-');
  return option;
}

// The commands of one register.
class Group {
 public:
  Group(CLI::App& app, Invocation& invocation, const Declaration& of)
      : invocation_(invocation),
        of_(of),
        arguments_(std::make_shared<Arguments>(of)),
        group_(add_group(app, std::string(of.noun), say(of.help))) {}

  void add_all() {
    made("list", "cli.help.register.list", list);
    add_key(made("show", "cli.help.register.show", show));
    CLI::App* added = made("add", "cli.help.register.add", add);
    CLI::App* changed = made("change", "cli.help.register.change", change);
    add_key(added);
    add_key(changed);
    for (const Field& field : of_.fields) {
      const bool is_key = &field == &of_.key();
      if (!is_key) add_field(added, field);
      add_field(changed, field);
    }
    if (of_.has_versions()) add_versions();
    add_transitions();
    if (of_.list != nullptr)
      add_file(add_key(made("scan", "cli.help.register.scan", scan)))->required();
    add_file(made("export", "cli.help.register.export", export_entries));
  }

 private:
  CLI::App* made(const char* name, const char* help, Command run) {
    return add_command(*group_, invocation_, name, say(help),
                       [&invocation = invocation_, arguments = arguments_, run] {
                         return run(invocation, *arguments);
                       });
  }
  CLI::App* add_key(CLI::App* command) {
    command->add_option(std::string(of_.noun), arguments_->key, say(of_.key().help))->required();
    return command;
  }
  void add_field(CLI::App* command, const Field& field) {
    CLI::Option* option = command->add_option(
        option_of(field.name), arguments_->fields[std::string(field.name)], say(field.help));
    // Else it would look as if it were emptied.
    option->check([](const std::string& text) {
      return text.empty() ? say("cli.register.empty", {{"none", std::string(kNone)}}) : "";
    });
    if (field.choices.empty()) return;
    std::vector<std::string> choices(field.choices.begin(), field.choices.end());
    option->check(CLI::IsMember(std::move(choices)));
  }
  CLI::Option* add_file(CLI::App* command) {
    return command->add_option("file", arguments_->file, say("cli.help.register.file"));
  }
  CLI::App* add_version(CLI::App* command) {
    command->add_option("version", arguments_->version, say("cli.help.register.version"))
        ->required();
    return command;
  }
  void add_versions() {
    add_file(add_key(made("propose", "cli.help.register.propose", propose)))->required();
    add_file(add_version(add_key(made("fetch", "cli.help.register.fetch", fetch))));
  }
  void add_transitions() {
    std::set<std::string_view> acts;
    for (const Transition& each : of_.transitions) {
      if (!acts.insert(each.act).second) continue;
      CLI::App* command =
          add_key(add_command(*group_, invocation_, std::string(each.act), say(each.help),
                              [&invocation = invocation_, arguments = arguments_, act = each.act] {
                                return move(invocation, *arguments, act);
                              }));
      if (of_.has_versions()) add_version(command);
    }
  }

  Invocation& invocation_;
  const Declaration& of_;
  std::shared_ptr<Arguments> arguments_;
  CLI::App* group_;
};

}  // namespace

void add_register_commands(CLI::App& app, Invocation& invocation) {
  for (const Declaration* of : registers::declarations()) Group(app, invocation, *of).add_all();
}

}  // namespace belfry::command_line
