// belfry user: who is there, what they hold, and the most that they may do.
#include "commands.h"
#include "input.h"
#include "names.h"
#include "output.h"

#include <nlohmann/json.hpp>

namespace belfry::command_line {
namespace {

using nlohmann::json;

struct UserArguments {
  std::string name, tenant, email, role, profile;
  bool is_sure = false;
};

std::string factors_cell(const json& user) {
  const auto passkeys = user.at("passkeys").get<std::uint64_t>();
  std::string text = user.at("has_totp") == true ? say("cli.user.totp") : "";
  if (passkeys > 0)
    text += (text.empty() ? "" : ", ") +
            say("cli.user.passkeys", {{"count", std::to_string(passkeys)}});
  return text.empty() ? "-" : text;
}

std::string status_cell(const json& user) {
  return code_cell(user.at("active") == true ? "active" : "suspended");
}

std::string kind_cell(const json& user) {
  return code_cell(user.at("owner").is_null() ? "person" : "program");
}

Result<> list_users(const Invocation& invocation, const UserArguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(std::string tenant, find_tenant(connection, arguments.tenant));
  TRY(json users, connection.get_list("/api/v1/tenants/" + path_segment(tenant) + "/users"));
  if (invocation.json) return print_json(users), Result<>();
  Table table({"cli.head.name", "cli.head.kind", "cli.head.role", "cli.head.status",
               "cli.head.privileged", "cli.head.factor", "cli.head.last_sign_in",
               "cli.head.email"});
  for (const json& user : users)
    table.add({cell(user.at("name")), kind_cell(user), code_cell(user.at("role")),
               status_cell(user), cell(user.at("privileged")), factors_cell(user),
               time_cell(user.at("last_sign_in_us")), cell(user.at("email"))});
  table.print();
  return {};
}

std::string source_cell(const json& holding) {
  if (holding.at("group").is_null()) return say("cli.user.itself");
  return say("cli.user.by_group", {{"group", cell(holding.at("group_name"))}});
}

void print_user(const json& user, const json& held) {
  Table facts;
  facts.add({say("cli.user.name"), cell(user.at("name"))});
  facts.add({say("cli.user.id"), cell(user.at("id"))});
  facts.add({say("cli.user.kind"), kind_cell(user)});
  facts.add({say("cli.user.email"), cell(user.at("email"))});
  facts.add({say("cli.user.role"), code_cell(user.at("role"))});
  facts.add({say("cli.user.status"), status_cell(user)});
  facts.add({say("cli.user.privileged"), cell(user.at("privileged"))});
  facts.add({say("cli.user.factors"), factors_cell(user)});
  facts.add({say("cli.user.created"), time_cell(user.at("created_us"))});
  facts.add({say("cli.user.last_sign_in"), time_cell(user.at("last_sign_in_us"))});
  if (!held.is_null())
    facts.add({say("cli.user.boundary"),
               held.at("boundary").is_null() ? "-" : cell(held.at("boundary").at("name"))});
  facts.print();
  if (held.is_null() || held.at("profiles").empty()) return;
  print_line("");
  Table table({"cli.head.profile", "cli.head.privileged", "cli.head.since", "cli.head.source"});
  for (const json& holding : held.at("profiles"))
    table.add({cell(holding.at("name")), cell(holding.at("privileged")),
               time_cell(holding.at("since_us")), source_cell(holding)});
  table.print();
}

// What a user of a tenant below holds, is that tenant's.
Result<> show_user(const Invocation& invocation, const UserArguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json user, find_user(connection, arguments.name, arguments.tenant));
  TRY(std::string own, find_tenant(connection, ""));
  json held;
  if (text_at(user, "tenant") == own) {
    TRY(held, connection.get(place_of("users", user) + "/profiles"));
  }
  if (!invocation.json) return print_user(user, held), Result<>();
  json answer = {{"user", user}, {"profiles", nullptr}, {"boundary", nullptr}};
  if (!held.is_null()) answer.update(held);
  return print_json(answer), Result<>();
}

Result<> create_user(const Invocation& invocation, const UserArguments& arguments) {
  TRY(std::string password,
      ask_new_secret(say("cli.login.password"), say("cli.user.password_again")));
  TRY(auto connection, Connection::open(invocation.place));
  TRY(std::string tenant, find_tenant(connection, arguments.tenant));
  TRY(json user, connection.post("/api/v1/tenants/" + path_segment(tenant) + "/users",
                                 {{"name", arguments.name},
                                  {"email", arguments.email},
                                  {"role", arguments.role},
                                  {"password", password}}));
  if (invocation.json) print_json(user);
  return {};
}

Result<> set_active(const Invocation& invocation, const UserArguments& arguments, bool active) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json user, find_user(connection, arguments.name, arguments.tenant));
  TRY(json changed, connection.patch(place_of("users", user), {{"active", active}}));
  if (invocation.json) print_json(changed);
  return {};
}

// For good: who does not say so beforehand types the name once more.
Result<> delete_user(const Invocation& invocation, const UserArguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json user, find_user(connection, arguments.name));
  const std::string name = text_at(user, "name");
  if (!arguments.is_sure &&
      ask(say("cli.user.delete_prompt", {{"user", cell(name)}}), Echo::kShown) != name)
    return fail(Code::kInvalid, "cli.not_confirmed", {{"name", name}});
  TRY(connection.remove(place_of("users", user)));
  if (invocation.json) print_json({{"id", user.at("id")}, {"name", name}});
  return {};
}

Result<> set_boundary(const Invocation& invocation, const UserArguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json user, find_user(connection, arguments.name));
  TRY(json profile, find_profile(connection, arguments.profile));
  json change = {{"profile", profile.at("id")}};
  TRY(connection.put(place_of("users", user) + "/boundary", change.dump()));
  if (invocation.json) print_json({{"user", user.at("id")}, {"boundary", profile.at("id")}});
  return {};
}

Result<> remove_boundary(const Invocation& invocation, const UserArguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json user, find_user(connection, arguments.name));
  TRY(connection.remove(place_of("users", user) + "/boundary"));
  if (invocation.json) print_json({{"user", user.at("id")}, {"boundary", nullptr}});
  return {};
}

using Arguments = std::shared_ptr<UserArguments>;

void add_boundary_commands(CLI::App& user, Invocation& invocation, const Arguments& arguments) {
  CLI::App* boundary = add_group(user, "boundary", say("cli.help.user.boundary"));
  CLI::App* set =
      add_command(*boundary, invocation, "set", say("cli.help.user.boundary.set"),
                  [&invocation, arguments] { return set_boundary(invocation, *arguments); });
  set->add_option("user", arguments->name, say("cli.help.user.one"))->required();
  set->add_option("profile", arguments->profile, say("cli.help.profile.one"))->required();
  add_command(*boundary, invocation, "remove", say("cli.help.user.boundary.remove"),
              [&invocation, arguments] { return remove_boundary(invocation, *arguments); })
      ->add_option("user", arguments->name, say("cli.help.user.one"))
      ->required();
}

void add_create_command(CLI::App& user, Invocation& invocation, const Arguments& arguments) {
  CLI::App* create =
      add_command(user, invocation, "create", say("cli.help.user.create"),
                  [&invocation, arguments] { return create_user(invocation, *arguments); });
  create->add_option("name", arguments->name, say("cli.help.user.name"))->required();
  create->add_option("--role", arguments->role, say("cli.help.user.role"))->required();
  create->add_option("--email", arguments->email, say("cli.help.user.email"));
  create->add_option("--tenant", arguments->tenant, say("cli.help.user.tenant"));
}

}  // namespace

void add_user_commands(CLI::App& app, Invocation& invocation) {
  auto arguments = std::make_shared<UserArguments>();
  CLI::App* user = add_group(app, "user", say("cli.help.user"));
  add_command(*user, invocation, "list", say("cli.help.user.list"), [&invocation, arguments] {
    return list_users(invocation, *arguments);
  })->add_option("--tenant", arguments->tenant, say("cli.help.user.tenant"));
  CLI::App* show =
      add_command(*user, invocation, "show", say("cli.help.user.show"),
                  [&invocation, arguments] { return show_user(invocation, *arguments); });
  show->add_option("user", arguments->name, say("cli.help.user.self"));
  show->add_option("--tenant", arguments->tenant, say("cli.help.user.tenant"));
  add_create_command(*user, invocation, arguments);
  for (bool active : {false, true}) {
    CLI::App* change = add_command(
        *user, invocation, active ? "reactivate" : "suspend",
        say(active ? "cli.help.user.reactivate" : "cli.help.user.suspend"),
        [&invocation, arguments, active] { return set_active(invocation, *arguments, active); });
    change->add_option("user", arguments->name, say("cli.help.user.one"))->required();
    change->add_option("--tenant", arguments->tenant, say("cli.help.user.tenant"));
  }
  CLI::App* remove =
      add_command(*user, invocation, "delete", say("cli.help.user.delete"),
                  [&invocation, arguments] { return delete_user(invocation, *arguments); });
  remove->add_option("user", arguments->name, say("cli.help.user.one"))->required();
  remove->add_flag("--yes", arguments->is_sure, say("cli.help.user.yes"));
  add_boundary_commands(*user, invocation, arguments);
}

}  // namespace belfry::command_line
