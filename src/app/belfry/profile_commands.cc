// belfry profile: what a tenant makes up of rights, and who holds it.
#include "commands.h"
#include "input.h"
#include "names.h"
#include "output.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace belfry::command_line {
namespace {

using nlohmann::json;

struct ProfileArguments {
  std::string name, path = "-", role;
  std::string user, group;  // one of them
};

Result<> list_profiles(const Invocation& invocation) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json profiles, connection.get_list("/api/v1/profiles"));
  if (invocation.json) return print_json(profiles), Result<>();
  Table table({"cli.head.name", "cli.head.privileged", "cli.head.created", "cli.head.changed"});
  for (const json& profile : profiles)
    table.add({cell(profile.at("name")), cell(profile.at("privileged")),
               time_cell(profile.at("created_us")), time_cell(profile.at("changed_us"))});
  table.print();
  return {};
}

// The document alone, as `set` takes it.
Result<> show_profile(const Invocation& invocation, const std::string& name) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json profile, find_profile(connection, name));
  print_json(invocation.json ? profile : profile.at("policy"));
  return {};
}

Result<> show_role(const Invocation& invocation, const std::string& role) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json roles, connection.get("/api/v1/predefined-profiles"));
  std::string names;
  for (const json& each : roles.at("items")) {
    if (each.at("role") == role) {
      print_json(invocation.json ? each : each.at("policy"));
      return {};
    }
    names += (names.empty() ? "" : ", ") + text_at(each, "role");
  }
  return fail(Code::kNotFound, "cli.no_role", {{"role", role}, {"roles", names}});
}

// The request with the document as it was written, between the braces of an object.
Result<std::string> request_with(const std::string& path, const std::string& name) {
  TRY(std::string document, read_document(path));
  if (!json::accept(document)) return fail(Code::kInvalid, "policy.not_json");
  std::string request = R"({"policy": )" + document;
  if (!name.empty()) request += R"(, "name": )" + json(name).dump();
  return request + "}";
}

Result<> create_profile(const Invocation& invocation, const ProfileArguments& arguments) {
  TRY(std::string request, request_with(arguments.path, arguments.name));
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json profile, connection.post_text("/api/v1/profiles", std::move(request)));
  if (invocation.json) print_json(profile);
  return {};
}

Result<> set_profile(const Invocation& invocation, const ProfileArguments& arguments) {
  TRY(std::string request, request_with(arguments.path, ""));
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json profile, find_profile(connection, arguments.name));
  TRY(json changed, connection.put(place_of("profiles", profile), std::move(request)));
  if (invocation.json) print_json(changed);
  return {};
}

Result<> delete_profile(const Invocation& invocation, const std::string& name) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json profile, find_profile(connection, name));
  TRY(connection.remove(place_of("profiles", profile)));
  if (invocation.json) print_json({{"id", profile.at("id")}});
  return {};
}

std::string holder_cell(const json& holder) {
  if (holder.at("boundary") == true) return say("cli.profile.boundary");
  return say(holder.at("group").is_null() ? "cli.profile.user" : "cli.profile.group");
}

Result<> list_holders(const Invocation& invocation, const std::string& name) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json profile, find_profile(connection, name));
  TRY(json holders, connection.get_list(place_of("profiles", profile) + "/holders"));
  if (invocation.json) return print_json(holders), Result<>();
  Table table({"cli.head.name", "cli.head.since", "cli.head.how"});
  for (const json& holder : holders)
    table.add({cell(holder.at("name")), time_cell(holder.at("since_us")), holder_cell(holder)});
  table.print();
  return {};
}

enum class Deed { kGive, kWithdraw };

Result<> give_or_withdraw(const Invocation& invocation, const ProfileArguments& arguments,
                          Deed deed) {
  if (arguments.user.empty() == arguments.group.empty())
    return fail(Code::kInvalid, "cli.no_holder");
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json profile, find_profile(connection, arguments.name));
  const bool is_user = !arguments.user.empty();
  TRY(json holder,
      is_user ? find_user(connection, arguments.user) : find_group(connection, arguments.group));
  std::string place = place_of("profiles", profile) + (is_user ? "/users/" : "/groups/") +
                      path_segment(text_at(holder, "id"));
  if (deed == Deed::kGive) {
    TRY(connection.put(place, ""));
  } else {
    TRY(connection.remove(place));
  }
  if (invocation.json)
    print_json({{"profile", profile.at("id")}, {is_user ? "user" : "group", holder.at("id")}});
  return {};
}

using Arguments = std::shared_ptr<ProfileArguments>;

void add_document_commands(CLI::App& profile, Invocation& invocation, const Arguments& arguments) {
  CLI::App* create =
      add_command(profile, invocation, "create", say("cli.help.profile.create"),
                  [&invocation, arguments] { return create_profile(invocation, *arguments); });
  create->add_option("name", arguments->name, say("cli.help.profile.name"))->required();
  CLI::App* set =
      add_command(profile, invocation, "set", say("cli.help.profile.set"),
                  [&invocation, arguments] { return set_profile(invocation, *arguments); });
  set->add_option("profile", arguments->name, say("cli.help.profile.one"))->required();
  for (CLI::App* command : {create, set})
    command->add_option("file", arguments->path, say("cli.help.bucket.policy.file"));
}

void add_holder_commands(CLI::App& profile, Invocation& invocation, const Arguments& arguments) {
  for (Deed deed : {Deed::kGive, Deed::kWithdraw}) {
    const bool gives = deed == Deed::kGive;
    CLI::App* command = add_command(
        profile, invocation, gives ? "give" : "withdraw",
        say(gives ? "cli.help.profile.give" : "cli.help.profile.withdraw"),
        [&invocation, arguments, deed] { return give_or_withdraw(invocation, *arguments, deed); });
    command->add_option("profile", arguments->name, say("cli.help.profile.one"))->required();
    command->add_option("--user", arguments->user, say("cli.help.profile.user"));
    command->add_option("--group", arguments->group, say("cli.help.profile.group"));
  }
}

}  // namespace

void add_profile_commands(CLI::App& app, Invocation& invocation) {
  auto arguments = std::make_shared<ProfileArguments>();
  CLI::App* profile = add_group(app, "profile", say("cli.help.profile"));
  add_command(*profile, invocation, "list", say("cli.help.profile.list"),
              [&invocation] { return list_profiles(invocation); });
  struct OfOne {
    const char* name;
    const char* help;
    Result<> (*run)(const Invocation&, const std::string&);
  };
  for (const OfOne& each : {OfOne{"show", "cli.help.profile.show", show_profile},
                            OfOne{"holders", "cli.help.profile.holders", list_holders},
                            OfOne{"delete", "cli.help.profile.delete", delete_profile}})
    add_command(
        *profile, invocation, each.name, say(each.help),
        [&invocation, arguments, run = each.run] { return run(invocation, arguments->name); })
        ->add_option("profile", arguments->name, say("cli.help.profile.one"))
        ->required();
  add_command(*profile, invocation, "role", say("cli.help.profile.role"),
              [&invocation, arguments] { return show_role(invocation, arguments->role); })
      ->add_option("role", arguments->role, say("cli.help.user.role"))
      ->required();
  add_document_commands(*profile, invocation, arguments);
  add_holder_commands(*profile, invocation, arguments);
}

}  // namespace belfry::command_line
