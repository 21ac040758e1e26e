// belfry intervention: how staff of the provider reach a customer's data.
#include "commands.h"
#include "input.h"
#include "names.h"
#include "output.h"

#include <nlohmann/json.hpp>

namespace belfry::command_line {
namespace {

using nlohmann::json;

struct Asked {
  std::string tenant, staff, bucket, reason, duration;
  std::vector<std::string> actions;
};

std::string place_of(const std::string& id, const std::string& verb = "") {
  return "/api/v1/interventions/" + path_segment(id) + (verb.empty() ? "" : "/" + verb);
}

std::string actions_cell(const json& intervention) {
  std::string all;
  for (const json& action : intervention.at("actions"))
    all += (all.empty() ? "" : " ") + cell(action);
  return all;
}

// Of a break-glass that was open.
void add_report(Table& facts, const json& intervention) {
  if (intervention.at("report_due_us").is_null()) return;
  facts.add({say("cli.head.report_due"), time_cell(intervention.at("report_due_us"))});
  facts.add({say("cli.head.reported"), time_cell(intervention.at("reported_us"))});
  facts.add({say("cli.head.reported_by"), cell(intervention.at("reported_by_name"))});
  facts.add({say("cli.head.report"), cell(intervention.at("report"))});
}

void print_intervention(const json& intervention) {
  Table facts;
  const auto add = [&](std::string_view message, std::string value) {
    facts.add({say(message), std::move(value)});
  };
  add("cli.head.intervention", cell(intervention.at("id")));
  add("cli.head.kind", code_cell(intervention.at("kind")));
  add("cli.head.state", code_cell(intervention.at("state")));
  add("cli.head.customer", cell(intervention.at("tenant_name")));
  add("cli.head.staff", cell(intervention.at("staff_arn")));
  add("cli.head.actions", actions_cell(intervention));
  add("cli.head.bucket", cell(intervention.at("bucket")));
  add("cli.head.reason", cell(intervention.at("reason")));
  add("cli.head.duration", duration_cell(intervention.at("duration_s")));
  add("cli.head.asked_by", cell(intervention.at("requested_by_name")));
  add("cli.head.asked", time_cell(intervention.at("requested_us")));
  add("cli.head.decided_by", cell(intervention.at("decided_by_name")));
  add("cli.head.decided", time_cell(intervention.at("decided_us")));
  add("cli.head.expires", time_cell(intervention.at("expires_us")));
  std::string ended = time_cell(intervention.at("ended_us"));
  if (intervention.at("end_reason").is_string())
    ended += " (" + code_cell(intervention.at("end_reason")) + ")";
  add("cli.head.ended", std::move(ended));
  add_report(facts, intervention);
  facts.print();
  if (intervention.at("state") != "pending") return;
  const auto deciders = intervention.at("deciders").get<std::size_t>();
  print_line(deciders == 0 ? say("cli.request.no_decider")
                           : say("cli.request.deciders", {{"count", std::to_string(deciders)}}));
}

Result<> answer_with(const Invocation& invocation, const json& intervention) {
  if (invocation.json)
    print_json(intervention);
  else
    print_intervention(intervention);
  return {};
}

Result<> list_interventions(const Invocation& invocation, const std::string& state) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json found,
      connection.get_list("/api/v1/interventions" + (state.empty() ? "" : "?state=" + state)));
  if (invocation.json) return print_json(found), Result<>();
  Table table({"cli.head.intervention", "cli.head.kind", "cli.head.state", "cli.head.customer",
               "cli.head.staff", "cli.head.actions", "cli.head.expires", "cli.head.reason"});
  for (const json& intervention : found)
    table.add({cell(intervention.at("id")), code_cell(intervention.at("kind")),
               code_cell(intervention.at("state")), cell(intervention.at("tenant_name")),
               cell(intervention.at("staff_name")), actions_cell(intervention),
               time_cell(intervention.at("expires_us")), cell(intervention.at("reason"))});
  table.print();
  return {};
}

Result<> show_intervention(const Invocation& invocation, const std::string& id) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json found, connection.get(place_of(id)));
  return answer_with(invocation, found);
}

// Staff that administers nothing sees no customer's name: it knows the number.
Result<std::string> find_customer(Connection& connection, const std::string& named) {
  if (named.find_first_not_of("0123456789") == std::string::npos) return named;
  return find_tenant(connection, named);
}

Result<json> body_of(Connection& connection, const Asked& asked) {
  json body = {{"reason", asked.reason}, {"actions", asked.actions}, {"bucket", asked.bucket}};
  TRY(body["duration_s"], read_duration(asked.duration));
  TRY(body["tenant"], find_customer(connection, asked.tenant));
  return body;
}

Result<> break_glass(const Invocation& invocation, const Asked& asked) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const json body, body_of(connection, asked));
  TRY(json opened, connection.post("/api/v1/interventions/break-glass", body));
  return answer_with(invocation, opened);
}

Result<> ask_for_intervention(const Invocation& invocation, const Asked& asked) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json body, body_of(connection, asked));
  if (!asked.staff.empty()) {
    TRY(const json person, find_user(connection, asked.staff));
    body["staff"] = person.at("id");
  }
  TRY(json made, connection.post("/api/v1/interventions", body));
  return answer_with(invocation, made);
}

Result<> act_on(const Invocation& invocation, const std::string& id, const std::string& verb,
                const json& body) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json changed, connection.post(place_of(id, verb), body));
  return answer_with(invocation, changed);
}

// What both kinds name; `duration` is the help of how long.
CLI::Option* add_wanted(CLI::App& command, Asked& asked, const char* duration) {
  command.add_option("--tenant", asked.tenant, say("cli.help.intervention.tenant"))->required();
  command.add_option("--reason", asked.reason, say("cli.help.request.reason"))->required();
  command.add_option("--for", asked.duration, say(duration))->required();
  command.add_option("--bucket", asked.bucket, say("cli.help.intervention.bucket"));
  return command.add_option("--action", asked.actions, say("cli.help.intervention.action"));
}

void add_asking_commands(CLI::App& group, Invocation& invocation) {
  auto asked = std::make_shared<Asked>();
  CLI::App* request =
      add_command(group, invocation, "request", say("cli.help.intervention.request"),
                  [&invocation, asked] { return ask_for_intervention(invocation, *asked); });
  add_wanted(*request, *asked, "cli.help.intervention.duration")->required();
  request->add_option("--staff", asked->staff, say("cli.help.intervention.staff"));
  CLI::App* glass =
      add_command(group, invocation, "break-glass", say("cli.help.intervention.break_glass"),
                  [&invocation, asked] { return break_glass(invocation, *asked); });
  add_wanted(*glass, *asked, "cli.help.intervention.glass_duration");
}

}  // namespace

void add_intervention_commands(CLI::App& app, Invocation& invocation) {
  CLI::App* group = add_group(app, "intervention", say("cli.help.intervention"));
  auto state = std::make_shared<std::string>();
  add_command(*group, invocation, "list", say("cli.help.intervention.list"),
              [&invocation, state] { return list_interventions(invocation, *state); })
      ->add_option("--state", *state, say("cli.help.request.state"))
      ->check(CLI::IsMember({"pending", "open", "refused", "ended", "lapsed"}));
  add_asking_commands(*group, invocation);
  auto id = std::make_shared<std::string>();
  auto reason = std::make_shared<std::string>();
  const auto add_one = [&](const char* name, const char* help, std::function<Result<>()> run) {
    CLI::App* command = add_command(*group, invocation, name, say(help), std::move(run));
    command->add_option("intervention", *id, say("cli.help.intervention.id"))->required();
    return command;
  };
  add_one("show", "cli.help.intervention.show",
          [&invocation, id] { return show_intervention(invocation, *id); });
  add_one("approve", "cli.help.intervention.approve", [&invocation, id, reason] {
    return act_on(invocation, *id, "approve", {{"reason", *reason}});
  })->add_option("--reason", *reason, say("cli.help.request.decision"));
  add_one("refuse", "cli.help.intervention.refuse", [&invocation, id, reason] {
    return act_on(invocation, *id, "refuse", {{"reason", *reason}});
  })->add_option("--reason", *reason, say("cli.help.request.decision"));
  add_one("end", "cli.help.intervention.end",
          [&invocation, id] { return act_on(invocation, *id, "end", json::object()); });
  auto text = std::make_shared<std::string>();
  add_one(
      "report", "cli.help.intervention.report",
      [&invocation, id, text] { return act_on(invocation, *id, "report", {{"report", *text}}); })
      ->add_option("--text", *text, say("cli.help.intervention.report.text"))
      ->required();
}

}  // namespace belfry::command_line
