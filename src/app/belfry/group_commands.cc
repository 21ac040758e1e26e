// belfry group: users who hold the same.
#include "commands.h"
#include "names.h"
#include "output.h"

#include <nlohmann/json.hpp>

namespace belfry::command_line {
namespace {

using nlohmann::json;

struct GroupArguments {
  std::string name, user;
};

Result<> list_groups(const Invocation& invocation) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json groups, connection.get_list("/api/v1/groups"));
  if (invocation.json) return print_json(groups), Result<>();
  Table table({"cli.head.name", "cli.head.members", "cli.head.created"});
  for (const json& group : groups)
    table.add(
        {cell(group.at("name")), cell(group.at("members")), time_cell(group.at("created_us"))});
  table.print();
  return {};
}

Result<> show_group(const Invocation& invocation, const GroupArguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json group, find_group(connection, arguments.name));
  TRY(json members, connection.get_list(place_of("groups", group) + "/members"));
  TRY(json held, connection.get(place_of("groups", group) + "/profiles"));
  if (invocation.json) {
    print_json({{"group", group}, {"members", members}, {"profiles", held.at("profiles")}});
    return {};
  }
  Table profiles({"cli.head.profile", "cli.head.privileged", "cli.head.since"});
  for (const json& holding : held.at("profiles"))
    profiles.add({cell(holding.at("name")), cell(holding.at("privileged")),
                  time_cell(holding.at("since_us"))});
  profiles.print();
  print_line("");
  Table table({"cli.head.member", "cli.head.since"});
  for (const json& member : members)
    table.add({cell(member.at("name")), time_cell(member.at("since_us"))});
  table.print();
  return {};
}

Result<> create_group(const Invocation& invocation, const GroupArguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json group, connection.post("/api/v1/groups", {{"name", arguments.name}}));
  if (invocation.json) print_json(group);
  return {};
}

Result<> delete_group(const Invocation& invocation, const GroupArguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json group, find_group(connection, arguments.name));
  TRY(connection.remove(place_of("groups", group)));
  if (invocation.json) print_json({{"id", group.at("id")}});
  return {};
}

enum class Deed { kAdd, kRemove };

Result<> change_members(const Invocation& invocation, const GroupArguments& arguments, Deed deed) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json group, find_group(connection, arguments.name));
  TRY(json user, find_user(connection, arguments.user));
  std::string place = place_of("groups", group) + "/members/" + path_segment(text_at(user, "id"));
  if (deed == Deed::kAdd) {
    TRY(connection.put(place, ""));
  } else {
    TRY(connection.remove(place));
  }
  if (invocation.json) print_json({{"group", group.at("id")}, {"user", user.at("id")}});
  return {};
}

}  // namespace

void add_group_commands(CLI::App& app, Invocation& invocation) {
  auto arguments = std::make_shared<GroupArguments>();
  CLI::App* group = add_group(app, "group", say("cli.help.group"));
  add_command(*group, invocation, "list", say("cli.help.group.list"),
              [&invocation] { return list_groups(invocation); });
  add_command(*group, invocation, "show", say("cli.help.group.show"),
              [&invocation, arguments] { return show_group(invocation, *arguments); })
      ->add_option("group", arguments->name, say("cli.help.group.one"))
      ->required();
  add_command(*group, invocation, "create", say("cli.help.group.create"),
              [&invocation, arguments] { return create_group(invocation, *arguments); })
      ->add_option("name", arguments->name, say("cli.help.group.name"))
      ->required();
  add_command(*group, invocation, "delete", say("cli.help.group.delete"),
              [&invocation, arguments] { return delete_group(invocation, *arguments); })
      ->add_option("group", arguments->name, say("cli.help.group.one"))
      ->required();
  for (Deed deed : {Deed::kAdd, Deed::kRemove}) {
    const bool adds = deed == Deed::kAdd;
    CLI::App* command = add_command(
        *group, invocation, adds ? "add" : "remove",
        say(adds ? "cli.help.group.add" : "cli.help.group.remove"),
        [&invocation, arguments, deed] { return change_members(invocation, *arguments, deed); });
    command->add_option("group", arguments->name, say("cli.help.group.one"))->required();
    command->add_option("user", arguments->user, say("cli.help.user.one"))->required();
  }
}

}  // namespace belfry::command_line
