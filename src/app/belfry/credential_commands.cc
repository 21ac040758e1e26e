// belfry key, belfry session: what users sign requests with, and where they are signed in.
#include "commands.h"
#include "names.h"
#include "output.h"

#include <nlohmann/json.hpp>

namespace belfry::command_line {
namespace {

using nlohmann::json;

Result<> list_keys(const Invocation& invocation, const std::string& user_name) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json user, find_user(connection, user_name));
  TRY(json keys, connection.get_list(place_of("users", user) + "/access-keys"));
  if (invocation.json) return print_json(keys), Result<>();
  Table table({"cli.head.key", "cli.head.created", "cli.head.last_used"});
  for (const json& key : keys)
    table.add(
        {cell(key.at("id")), time_cell(key.at("created_us")), time_cell(key.at("last_used_us"))});
  table.print();
  return {};
}

Result<> create_key(const Invocation& invocation, const std::string& user_name) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json user, find_user(connection, user_name));
  TRY(json made, connection.post(place_of("users", user) + "/access-keys", nullptr));
  if (invocation.json) return print_json(made), Result<>();
  Table facts;
  facts.add({say("cli.key.id"), cell(made.at("access_key").at("id"))});
  facts.add({say("cli.key.secret"), cell(made.at("secret"))});
  facts.print();
  return {};
}

Result<> delete_key(const Invocation& invocation, const std::string& id) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(connection.remove("/api/v1/access-keys/" + path_segment(id)));
  if (invocation.json) print_json({{"id", id}});
  return {};
}

std::string factor_cell(const json& session) {
  const json& factor = session.at("factor");
  return factor.is_null() ? cell(session.at("second_factor")) : code_cell(factor);
}

Result<> list_sessions(const Invocation& invocation, const std::string& user_name) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json user, find_user(connection, user_name));
  TRY(json sessions, connection.get_list(place_of("users", user) + "/sessions"));
  if (invocation.json) return print_json(sessions), Result<>();
  Table table({"cli.head.session", "cli.head.address", "cli.head.factor", "cli.head.last_seen",
               "cli.head.expires", "cli.head.program"});
  for (const json& session : sessions)
    table.add({cell(session.at("id")), cell(session.at("source_ip")), factor_cell(session),
               time_cell(session.at("last_seen_us")), time_cell(session.at("expires_us")),
               cell(session.at("user_agent"))});
  table.print();
  return {};
}

Result<> revoke_session(const Invocation& invocation, const std::string& id) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(connection.remove("/api/v1/sessions/" + path_segment(id)));
  if (invocation.json) print_json({{"id", id}});
  return {};
}

}  // namespace

void add_credential_commands(CLI::App& app, Invocation& invocation) {
  auto name = std::make_shared<std::string>();
  CLI::App* key = add_group(app, "key", say("cli.help.key"));
  add_command(*key, invocation, "list", say("cli.help.key.list"), [&invocation, name] {
    return list_keys(invocation, *name);
  })->add_option("user", *name, say("cli.help.user.self"));
  add_command(*key, invocation, "create", say("cli.help.key.create"), [&invocation, name] {
    return create_key(invocation, *name);
  })->add_option("user", *name, say("cli.help.user.self"));
  add_command(*key, invocation, "delete", say("cli.help.key.delete"),
              [&invocation, name] { return delete_key(invocation, *name); })
      ->add_option("key", *name, say("cli.help.key.one"))
      ->required();
  CLI::App* session = add_group(app, "session", say("cli.help.session"));
  add_command(*session, invocation, "list", say("cli.help.session.list"), [&invocation, name] {
    return list_sessions(invocation, *name);
  })->add_option("user", *name, say("cli.help.user.self"));
  add_command(*session, invocation, "revoke", say("cli.help.session.revoke"),
              [&invocation, name] { return revoke_session(invocation, *name); })
      ->add_option("session", *name, say("cli.help.session.one"))
      ->required();
}

}  // namespace belfry::command_line
