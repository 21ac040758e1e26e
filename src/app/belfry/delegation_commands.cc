// belfry delegation.
#include "commands.h"
#include "input.h"
#include "names.h"
#include "output.h"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace belfry::command_line {
namespace {

using nlohmann::json;

struct Arguments {
  std::string delegate, unit, role_max = "reader", duration, reason, id;
  std::vector<std::string> acts, profiles, groups;
};

std::string place_of_delegation(const std::string& id) {
  return "/api/v1/delegations/" + path_segment(id);
}

std::string joined(const json& names) {
  std::string text;
  for (const json& name : names) text += (text.empty() ? "" : ", ") + code_cell(name);
  return text;
}

// What has become privileged is listed in vain.
std::string joined_rights(const json& rights) {
  std::string text;
  for (const json& right : rights) {
    text += (text.empty() ? "" : ", ") + cell(right.at("name"));
    if (right.at("privileged") == true) text += " (" + say("cli.delegation.privileged") + ")";
  }
  return text;
}

std::string state_of(const json& delegation) {
  return code_cell(delegation.at("request").is_string() ? "asked" : "active");
}

void print_delegation(const json& delegation) {
  Table facts;
  const auto add = [&](std::string_view message, std::string value) {
    facts.add({say(message), std::move(value)});
  };
  add("cli.head.id", cell(delegation.at("id")));
  add("cli.head.status", state_of(delegation));
  add("cli.head.delegate", cell(delegation.at("delegate_name")));
  add("cli.head.unit", cell(delegation.at("unit_name")));
  add("cli.head.acts", joined(delegation.at("acts")));
  add("cli.head.role_max", code_cell(delegation.at("role_max")));
  add("cli.head.profiles", joined_rights(delegation.at("profiles")));
  add("cli.head.groups", joined_rights(delegation.at("groups")));
  add("cli.head.given_by", cell(delegation.at("created_by_name")));
  add("cli.head.since", time_cell(delegation.at("since_us")));
  add("cli.head.expires", time_cell(delegation.at("expires_us")));
  facts.print();
  if (delegation.at("request").is_string())
    print_line(say("cli.delegation.asked", {{"request", cell(delegation.at("request"))}}));
}

Result<> list(const Invocation& invocation, const Arguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  std::string target = "/api/v1/delegations";
  if (!arguments.delegate.empty()) {
    TRY(const json person, find_user(connection, arguments.delegate));
    target += "?delegate=" + text_at(person, "id");
  }
  TRY(json delegations, connection.get_list(target));
  if (invocation.json) return print_json(delegations), Result<>();
  Table table({"cli.head.id", "cli.head.status", "cli.head.delegate", "cli.head.unit",
               "cli.head.acts", "cli.head.profiles", "cli.head.groups", "cli.head.expires"});
  for (const json& each : delegations)
    table.add({cell(each.at("id")), state_of(each), cell(each.at("delegate_name")),
               cell(each.at("unit_name")), joined(each.at("acts")),
               joined_rights(each.at("profiles")), joined_rights(each.at("groups")),
               time_cell(each.at("expires_us"))});
  table.print();
  return {};
}

Result<> show(const Invocation& invocation, const Arguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json found, connection.get(place_of_delegation(arguments.id)));
  if (invocation.json) return print_json(found), Result<>();
  print_delegation(found);
  return {};
}

Result<> create(const Invocation& invocation, const Arguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const json person, find_user(connection, arguments.delegate));
  TRY(const json unit, find_group(connection, arguments.unit));
  json wanted = {{"delegate", person.at("id")}, {"unit", unit.at("id")},
                 {"acts", arguments.acts},      {"role_max", arguments.role_max},
                 {"profiles", json::array()},   {"groups", json::array()},
                 {"reason", arguments.reason}};
  for (const std::string& name : arguments.profiles) {
    TRY(const json profile, find_profile(connection, name));
    wanted["profiles"].push_back(profile.at("id"));
  }
  for (const std::string& name : arguments.groups) {
    TRY(const json group, find_group(connection, name));
    wanted["groups"].push_back(group.at("id"));
  }
  if (!arguments.duration.empty()) {
    TRY(wanted["duration_s"], read_duration(arguments.duration));
  }
  TRY(json made, connection.post("/api/v1/delegations", wanted));
  if (invocation.json) return print_json(made), Result<>();
  print_delegation(made);
  return {};
}

Result<> end(const Invocation& invocation, const Arguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(connection.remove(place_of_delegation(arguments.id)));
  if (invocation.json) print_json({{"id", arguments.id}});
  return {};
}

}  // namespace

void add_delegation_commands(CLI::App& app, Invocation& invocation) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* group = add_group(app, "delegation", say("cli.help.delegation"));
  CLI::App* listed = add_command(*group, invocation, "list", say("cli.help.delegation.list"),
                                 [&invocation, arguments] { return list(invocation, *arguments); });
  listed->add_option("--delegate", arguments->delegate, say("cli.help.delegation.of"));
  CLI::App* shown = add_command(*group, invocation, "show", say("cli.help.delegation.show"),
                                [&invocation, arguments] { return show(invocation, *arguments); });
  CLI::App* made = add_command(*group, invocation, "create", say("cli.help.delegation.create"),
                               [&invocation, arguments] { return create(invocation, *arguments); });
  made->add_option("delegate", arguments->delegate, say("cli.help.delegation.delegate"))
      ->required();
  made->add_option("unit", arguments->unit, say("cli.help.delegation.unit"))->required();
  made->add_option("--may", arguments->acts, say("cli.help.delegation.may"))
      ->check(CLI::IsMember({"invite", "suspend", "give", "approve"}));
  made->add_option("--profile", arguments->profiles, say("cli.help.delegation.profile"));
  made->add_option("--group", arguments->groups, say("cli.help.delegation.group"));
  made->add_option("--role-max", arguments->role_max, say("cli.help.delegation.role_max"))
      ->check(CLI::IsMember({"reader", "member"}));
  made->add_option("--for", arguments->duration, say("cli.help.delegation.duration"));
  made->add_option("--reason", arguments->reason, say("cli.help.delegation.reason"));
  CLI::App* ended = add_command(*group, invocation, "end", say("cli.help.delegation.end"),
                                [&invocation, arguments] { return end(invocation, *arguments); });
  for (CLI::App* command : {shown, ended})
    command->add_option("delegation", arguments->id, say("cli.help.delegation.one"))->required();
}

}  // namespace belfry::command_line
