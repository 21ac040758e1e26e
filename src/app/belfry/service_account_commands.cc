// belfry service-account.
#include "commands.h"
#include "names.h"
#include "output.h"

#include <nlohmann/json.hpp>

namespace belfry::command_line {
namespace {

using nlohmann::json;

struct Arguments {
  std::string account, name, role = "member", owner, label;
  std::int64_t days = 90;
};

Result<std::string> place_of_account(Connection& connection, const Arguments& arguments) {
  TRY(json accounts, connection.get_list("/api/v1/service-accounts"));
  TRY(const std::string id, id_among(accounts, arguments.account));
  return "/api/v1/service-accounts/" + path_segment(id);
}

Result<> list(const Invocation& invocation) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json accounts, connection.get_list("/api/v1/service-accounts"));
  if (invocation.json) return print_json(accounts), Result<>();
  Table table({"cli.head.name", "cli.head.role", "cli.head.owner", "cli.head.status",
               "cli.head.last_used", "cli.head.id"});
  for (const json& each : accounts) {
    const bool works = each.at("active") == true && each.at("owner_active") == true;
    table.add({cell(each.at("name")), code_cell(each.at("role")), cell(each.at("owner_name")),
               code_cell(works ? "active" : "suspended"), time_cell(each.at("last_used_us")),
               cell(each.at("id"))});
  }
  table.print();
  return {};
}

Result<> create(const Invocation& invocation, const Arguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json owner, find_user(connection, arguments.owner));
  TRY(json made, connection.post("/api/v1/service-accounts", {{"name", arguments.name},
                                                              {"role", arguments.role},
                                                              {"owner", owner.at("id")}}));
  if (invocation.json) print_json(made);
  return {};
}

Result<> take_over(const Invocation& invocation, const Arguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const std::string place, place_of_account(connection, arguments));
  TRY(json owner, find_user(connection, arguments.owner));
  TRY(connection.put(place + "/owner", json({{"owner", owner.at("id")}}).dump()));
  return {};
}

// Its secret is told this once.
Result<> create_secret(const Invocation& invocation, const Arguments& arguments) {
  constexpr std::int64_t kDayUs = 86'400'000'000;
  json wanted = {{"lifetime_us", arguments.days * kDayUs}};
  const bool is_token = !arguments.label.empty();
  if (is_token) wanted["label"] = arguments.label;
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const std::string place, place_of_account(connection, arguments));
  TRY(json made, connection.post(place + (is_token ? "/api-tokens" : "/access-keys"), wanted));
  if (invocation.json) return print_json(made), Result<>();
  Table facts;
  if (!is_token) facts.add({say("cli.key.id"), cell(made.at("access_key").at("id"))});
  facts.add({say(is_token ? "cli.service.token" : "cli.key.secret"), cell(made.at("secret"))});
  facts.print();
  return {};
}

}  // namespace

void add_service_account_commands(CLI::App& app, Invocation& invocation) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* group = add_group(app, "service-account", say("cli.help.service"));
  add_command(*group, invocation, "list", say("cli.help.service.list"),
              [&invocation] { return list(invocation); });
  CLI::App* made = add_command(*group, invocation, "create", say("cli.help.service.create"),
                               [&invocation, arguments] { return create(invocation, *arguments); });
  made->add_option("name", arguments->name, say("cli.help.user.name"))->required();
  made->add_option("--role", arguments->role, say("cli.help.service.role"))
      ->check(CLI::IsMember({"member", "reader"}));
  made->add_option("--owner", arguments->owner, say("cli.help.service.owner"));
  CLI::App* key =
      add_command(*group, invocation, "key", say("cli.help.service.key"),
                  [&invocation, arguments] { return create_secret(invocation, *arguments); });
  CLI::App* token =
      add_command(*group, invocation, "token", say("cli.help.service.token"),
                  [&invocation, arguments] { return create_secret(invocation, *arguments); });
  for (CLI::App* command : {key, token}) {
    command->add_option("account", arguments->account, say("cli.help.service.one"))->required();
    command->add_option("--days", arguments->days, say("cli.help.service.days"))
        ->check(CLI::Range(1, 366).description(""));
  }
  token->add_option("--label", arguments->label, say("cli.help.service.label"))->required();
  CLI::App* owner =
      add_command(*group, invocation, "set-owner", say("cli.help.service.take_over"),
                  [&invocation, arguments] { return take_over(invocation, *arguments); });
  owner->add_option("account", arguments->account, say("cli.help.service.one"))->required();
  owner->add_option("owner", arguments->owner, say("cli.help.service.owner"))->required();
}

}  // namespace belfry::command_line
