// belfry checklist: what is done when somebody arrives or leaves.
#include "commands.h"
#include "names.h"
#include "output.h"
#include "people/due_days.h"

#include <nlohmann/json.hpp>

namespace belfry::command_line {
namespace {

using nlohmann::json;

constexpr std::string_view kSteps = "/api/v1/checklist-steps",
                           kOpenSteps = "/api/v1/open-steps.csv";

struct Arguments {
  std::string person, step, kind, name, text, due_days, words, file;
  std::vector<std::string> persons;
  bool is_optional = false;
};

// By its name, of that kind if one is given, or by its number. Errors: not_found
// ("cli.no_such_name"), conflict ("cli.two_steps").
Result<json> find_step(const json& steps, const Arguments& arguments, const char* id) {
  const json* found = nullptr;
  for (const json& step : steps) {
    if (step.at(id) == arguments.step) return step;
    const bool is_kind = arguments.kind.empty() || step.at("kind") == arguments.kind;
    const bool is_retired = step.contains("retired_us") && !step.at("retired_us").is_null();
    if (!is_kind || is_retired || step.at("name") != arguments.step) continue;
    if (found != nullptr) return fail(Code::kConflict, "cli.two_steps", {{"name", arguments.step}});
    found = &step;
  }
  if (found != nullptr) return *found;
  return fail(Code::kNotFound, "cli.no_such_name", {{"name", arguments.step}});
}

Result<json> find_step(Connection& connection, const Arguments& arguments) {
  TRY(const json steps, connection.get_list(std::string(kSteps)));
  return find_step(steps, arguments, "id");
}

std::string persons_cell(const json& step) {
  std::string persons;
  for (const json& kind : step.at("persons"))
    persons += (persons.empty() ? "" : ", ") + code_cell(kind);
  return persons;
}

std::string days_cell(const json& step) {
  return step.at("due_days").is_null() ? code_cell("default") : cell(step.at("due_days"));
}

void print_steps(const json& steps) {
  Table table({"cli.head.kind", "cli.head.name", "cli.head.mandatory", "cli.head.days",
               "cli.head.people", "cli.head.asked_from", "cli.head.retired", "cli.head.to_do"});
  for (const json& step : steps)
    table.add({code_cell(step.at("kind")), cell(step.at("name")), cell(step.at("mandatory")),
               days_cell(step), persons_cell(step), time_cell(step.at("from_us")),
               time_cell(step.at("retired_us")), cell(step.at("text"))});
  table.print();
}

void tell_step(const Invocation& invocation, const json& step) {
  invocation.json ? print_json(step) : print_steps(json::array({step}));
}

std::string state_cell(const json& item) {
  return code_cell(item.at("overdue").get<bool>() ? json("overdue") : item.at("state"));
}

void tell_checklist(const Invocation& invocation, const json& checklist) {
  if (invocation.json) return print_json(checklist);
  Table table({"cli.head.kind", "cli.head.step", "cli.head.mandatory", "cli.head.state",
               "cli.head.due", "cli.head.settled", "cli.head.settled_by", "cli.head.note",
               "cli.head.id"});
  for (const json& item : checklist.at("items"))
    table.add({code_cell(item.at("kind")),
               item.at("fact").is_null() ? cell(item.at("name")) : code_cell(item.at("fact")),
               cell(item.at("mandatory")), state_cell(item), time_cell(item.at("due_us")),
               time_cell(item.at("at_us")), cell(item.at("by_name")), cell(item.at("note")),
               cell(item.at("step"))});
  table.print();
}

Result<> list_steps(const Invocation& invocation, const Arguments&) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const json steps, connection.get_list(std::string(kSteps)));
  invocation.json ? print_json(steps) : print_steps(steps);
  return {};
}

// Days as a number, or `default`.
Result<json> days_of(const std::string& days) {
  if (days.empty() || days == "default") return json();
  json read = json::parse(days, nullptr, false);
  if (read.is_number_integer()) return read;
  return fail(Code::kInvalid, "cli.bad_days", {{"days", days}});
}

Result<> add_step(const Invocation& invocation, const Arguments& arguments) {
  TRY(const json days, days_of(arguments.due_days));
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const json made, connection.post(std::string(kSteps), {{"kind", arguments.kind},
                                                             {"name", arguments.name},
                                                             {"text", arguments.text},
                                                             {"mandatory", !arguments.is_optional},
                                                             {"due_days", days},
                                                             {"persons", arguments.persons}}));
  tell_step(invocation, made);
  return {};
}

Result<> change_step(const Invocation& invocation, const Arguments& arguments) {
  TRY(const json days, days_of(arguments.due_days));
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const json before, find_step(connection, arguments));
  json words = {{"name", before.at("name")},
                {"text", before.at("text")},
                {"due_days", before.at("due_days")}};
  if (!arguments.name.empty()) words["name"] = arguments.name;
  if (!arguments.text.empty()) words["text"] = arguments.text;
  if (!arguments.due_days.empty()) words["due_days"] = days;
  TRY(const json changed, connection.put(place_of("checklist-steps", before), words.dump()));
  tell_step(invocation, changed);
  return {};
}

Result<> retire_step(const Invocation& invocation, const Arguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const json step, find_step(connection, arguments));
  TRY(const json retired,
      connection.post(place_of("checklist-steps", step) + "/retirement", json::object()));
  tell_step(invocation, retired);
  return {};
}

std::string place_of_checklist(const json& person) {
  return place_of("people", person) + "/checklist";
}

Result<> show(const Invocation& invocation, const Arguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const json person, find_person(connection, arguments.person));
  TRY(const json checklist, connection.get(place_of_checklist(person)));
  tell_checklist(invocation, checklist);
  return {};
}

// What comes of one step of a person's list: `act` is the path's end, `field` what is sent.
Result<> settle(const Invocation& invocation, const Arguments& arguments, const std::string& act,
                const char* field) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const json person, find_person(connection, arguments.person));
  const std::string place = place_of_checklist(person);
  TRY(const json checklist, connection.get(place));
  TRY(const json item, find_step(checklist.at("items"), arguments, "step"));
  TRY(const json after,
      connection.post(place + "/" + text_at(item, "step") + "/" + act, {{field, arguments.words}}));
  tell_checklist(invocation, after);
  return {};
}

Result<> do_step(const Invocation& invocation, const Arguments& arguments) {
  return settle(invocation, arguments, "completion", "note");
}

Result<> waive_step(const Invocation& invocation, const Arguments& arguments) {
  return settle(invocation, arguments, "waiver", "reason");
}

Result<> undo_step(const Invocation& invocation, const Arguments& arguments) {
  return settle(invocation, arguments, "undoing", "reason");
}

Result<> export_open(const Invocation& invocation, const Arguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const std::string file, connection.get_octets(std::string(kOpenSteps)));
  return deliver(arguments.file, file, invocation.json);
}

CLI::Option* add_kind(CLI::App& command, Arguments& arguments) {
  return command.add_option("--kind", arguments.kind, say("cli.help.checklist.kind"))
      ->check(CLI::IsMember({"arrival", "departure"}));
}

using Command = Result<> (*)(const Invocation&, const Arguments&);
using Make = std::function<CLI::App*(const char* name, const char* help, Command run)>;

void add_step_commands(const Make& made, Arguments& arguments) {
  made("steps", "cli.help.checklist.steps", list_steps);
  CLI::App* added = made("add", "cli.help.checklist.add", add_step);
  added->add_option("name", arguments.name, say("cli.help.checklist.name"))->required();
  add_kind(*added, arguments)->required();
  added->add_option("--text", arguments.text, say("cli.help.checklist.text"))->required();
  added->add_flag("--optional", arguments.is_optional, say("cli.help.checklist.optional"));
  added->add_option("--for", arguments.persons, say("cli.help.checklist.for"))
      ->check(CLI::IsMember({"employee", "contractor", "external"}));
  CLI::App* changed = made("change", "cli.help.checklist.change", change_step);
  changed->add_option("--name", arguments.name, say("cli.help.checklist.name"));
  changed->add_option("--text", arguments.text, say("cli.help.checklist.text"));
  CLI::App* retired = made("retire", "cli.help.checklist.retire", retire_step);
  const std::string due_days =
      say("cli.help.checklist.due_days", {{"arrival", std::to_string(people::kArrivalDays)},
                                          {"departure", std::to_string(people::kDepartureDays)}});
  for (CLI::App* command : {added, changed})
    command->add_option("--due-days", arguments.due_days, due_days);
  for (CLI::App* command : {changed, retired}) {
    command->add_option("step", arguments.step, say("cli.help.checklist.one"))->required();
    add_kind(*command, arguments);
  }
}

void add_person_steps(const Make& made, Arguments& arguments) {
  CLI::App* shown = made("show", "cli.help.checklist.show", show);
  CLI::App* done = made("do", "cli.help.checklist.do", do_step);
  CLI::App* waived = made("waive", "cli.help.checklist.waive", waive_step);
  CLI::App* undone = made("undo", "cli.help.checklist.undo", undo_step);
  for (CLI::App* command : {shown, done, waived, undone})
    command->add_option("person", arguments.person, say("cli.help.person.one"))->required();
  for (CLI::App* command : {done, waived, undone}) {
    command->add_option("step", arguments.step, say("cli.help.checklist.one"))->required();
    add_kind(*command, arguments);
  }
  done->add_option("--note", arguments.words, say("cli.help.checklist.note"))->required();
  for (CLI::App* command : {waived, undone})
    command->add_option("--reason", arguments.words, say("cli.help.checklist.reason"))->required();
}

}  // namespace

void add_checklist_commands(CLI::App& app, Invocation& invocation) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* group = add_group(app, "checklist", say("cli.help.checklist"));
  const Make made = [&](const char* name, const char* help, Command run) {
    return add_command(*group, invocation, name, say(help),
                       [&invocation, arguments, run] { return run(invocation, *arguments); });
  };
  add_step_commands(made, *arguments);
  add_person_steps(made, *arguments);
  CLI::App* exported = made("export", "cli.help.checklist.export", export_open);
  exported->add_option("file", arguments->file, say("cli.help.person.file"));
}

}  // namespace belfry::command_line
