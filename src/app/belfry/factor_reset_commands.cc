// belfry factor-reset: who lost the second factor, by two administrators.
#include "commands.h"
#include "names.h"
#include "output.h"

#include <nlohmann/json.hpp>

namespace belfry::command_line {
namespace {

using nlohmann::json;

struct Arguments {
  std::string tenant, user, reason, id;
};

std::string place_of_reset(const std::string& id) {
  return "/api/v1/factor-resets/" + path_segment(id);
}

Result<> list(const Invocation& invocation, const Arguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const std::string tenant, find_tenant(connection, arguments.tenant));
  TRY(json resets,
      connection.get_list("/api/v1/tenants/" + path_segment(tenant) + "/factor-resets"));
  if (invocation.json) return print_json(resets), Result<>();
  Table table({"cli.head.name", "cli.head.state", "cli.head.asked_by", "cli.head.approved_by",
               "cli.head.effective", "cli.head.reason", "cli.head.id"});
  for (const json& each : resets)
    table.add({cell(each.at("user_name")), code_cell(each.at("state")),
               cell(each.at("asked_by_name")), cell(each.at("approved_by_name")),
               time_cell(each.at("effective_us")), cell(each.at("reason")), cell(each.at("id"))});
  table.print();
  return {};
}

Result<> ask(const Invocation& invocation, const Arguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json user, find_user(connection, arguments.user, arguments.tenant));
  TRY(json made,
      connection.post(place_of("users", user) + "/factor-reset",
                      {{"reason", arguments.reason}, {"language", text::name_of(language())}}));
  if (invocation.json) return print_json(made), Result<>();
  print_line(say("cli.factor_reset.asked",
                 {{"user", cell(made.at("user_name"))}, {"reset", cell(made.at("id"))}}));
  return {};
}

Result<> approve(const Invocation& invocation, const Arguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json reset, connection.post(place_of_reset(arguments.id) + "/approval", json::object()));
  if (invocation.json) return print_json(reset), Result<>();
  print_line(say("cli.factor_reset.approved", {{"user", cell(reset.at("user_name"))},
                                               {"time", time_cell(reset.at("effective_us"))}}));
  return {};
}

Result<> cancel(const Invocation& invocation, const Arguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(connection.remove(place_of_reset(arguments.id)));
  if (invocation.json) print_json({{"id", arguments.id}});
  return {};
}

}  // namespace

void add_factor_reset_commands(CLI::App& app, Invocation& invocation) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* group = add_group(app, "factor-reset", say("cli.help.factor_reset"));
  CLI::App* listed = add_command(*group, invocation, "list", say("cli.help.factor_reset.list"),
                                 [&invocation, arguments] { return list(invocation, *arguments); });
  CLI::App* asked = add_command(*group, invocation, "ask", say("cli.help.factor_reset.ask"),
                                [&invocation, arguments] { return ask(invocation, *arguments); });
  asked->add_option("user", arguments->user, say("cli.help.user.one"))->required();
  asked->add_option("--reason", arguments->reason, say("cli.help.factor_reset.reason"))->required();
  for (CLI::App* command : {listed, asked})
    command->add_option("--tenant", arguments->tenant, say("cli.help.user.tenant"));
  CLI::App* approved =
      add_command(*group, invocation, "approve", say("cli.help.factor_reset.approve"),
                  [&invocation, arguments] { return approve(invocation, *arguments); });
  CLI::App* cancelled =
      add_command(*group, invocation, "cancel", say("cli.help.factor_reset.cancel"),
                  [&invocation, arguments] { return cancel(invocation, *arguments); });
  for (CLI::App* command : {approved, cancelled})
    command->add_option("reset", arguments->id, say("cli.help.factor_reset.one"))->required();
}

}  // namespace belfry::command_line
