// belfry role.
#include "commands.h"
#include "connection.h"
#include "input.h"
#include "names.h"
#include "output.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace belfry::command_line {
namespace {

using nlohmann::json;

constexpr std::int64_t kUsPerSecond = 1'000'000;
const std::string kExport = "export ";
constexpr const char* kRoles = "/api/v1/roles";

struct RoleArguments {
  std::string name, profile, trust, policy, session = "belfry", external_id, totp, role, access_key,
                                            token_file;
  std::int64_t seconds = 0;  // none
};

std::string place_of(const json& thing) {
  return std::string(kRoles) + "/" + path_segment(thing.at("id").get<std::string>());
}

Result<json> role_named(Connection& connection, const std::string& name) {
  TRY(json all, connection.get_list(kRoles));
  for (json& one : all)
    if (one.at("name") == name) return std::move(one);
  return fail(Code::kNotFound, "cli.no_assumable_role", {{"name", name}});
}

Result<json> document_of(const std::string& path) {
  TRY(const std::string text, read_document(path));
  json document = json::parse(text, nullptr, false);
  if (!document.is_object()) return fail(Code::kInvalid, "cli.bad_file", {{"path", path}});
  return document;
}

Result<> list_roles(const Invocation& invocation) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json roles, connection.get_list(kRoles));
  if (invocation.json) return print_json(roles), Result<>();
  Table table({"cli.head.name", "cli.head.arn", "cli.head.longest", "cli.head.profiles"});
  for (const json& role : roles) {
    std::string profiles;
    for (const json& held : role.at("profiles"))
      profiles += (profiles.empty() ? "" : ", ") + cell(held.at("name"));
    const auto seconds = role.at("session_max_us").get<std::int64_t>() / kUsPerSecond;
    table.add({cell(role.at("name")), cell(role.at("arn")), std::to_string(seconds) + " s",
               profiles.empty() ? "-" : profiles});
  }
  table.print();
  return {};
}

Result<> show_role(const Invocation& invocation, const RoleArguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json role, role_named(connection, arguments.name));
  print_json(role);
  return {};
}

// What `create` and `change` send.
Result<json> change_of(const RoleArguments& arguments) {
  json body = json::object();
  if (!arguments.trust.empty()) {
    TRY(body["trust"], document_of(arguments.trust));
  }
  if (arguments.seconds != 0) body["session_max_us"] = arguments.seconds * kUsPerSecond;
  return body;
}

Result<> create_role(const Invocation& invocation, const RoleArguments& arguments) {
  TRY(json body, change_of(arguments));
  body["name"] = arguments.name;
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json role, connection.post(kRoles, body));
  if (invocation.json) return print_json(role), Result<>();
  print_line(cell(role.at("arn")));
  return {};
}

Result<> change_role(const Invocation& invocation, const RoleArguments& arguments) {
  TRY(json body, change_of(arguments));
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json role, role_named(connection, arguments.name));
  TRY(connection.put(place_of(role), body.dump()));
  return {};
}

Result<> delete_role(const Invocation& invocation, const RoleArguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json role, role_named(connection, arguments.name));
  TRY(connection.remove(place_of(role)));
  return {};
}

enum class Holding { kGive, kWithdraw };
Result<> change_holding(const Invocation& invocation, const RoleArguments& arguments,
                        Holding holding) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json role, role_named(connection, arguments.name));
  TRY(json profile, find_profile(connection, arguments.profile));
  const std::string place =
      place_of(role) + "/profiles/" + path_segment(profile.at("id").get<std::string>());
  if (holding == Holding::kGive)
    TRY(connection.put(place, ""));
  else
    TRY(connection.remove(place));
  return {};
}

Result<> list_sessions(const Invocation& invocation, const RoleArguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json role, role_named(connection, arguments.name));
  TRY(json sessions, connection.get_list(place_of(role) + "/sessions"));
  if (invocation.json) return print_json(sessions), Result<>();
  Table table(
      {"cli.head.access_key", "cli.head.session", "cli.head.assumed_by", "cli.head.expires"});
  for (const json& session : sessions)
    table.add({cell(session.at("id")), cell(session.at("name")), cell(session.at("assumed_by")),
               time_cell(session.at("expires_us"))});
  table.print();
  return {};
}

Result<> revoke_session(const Invocation& invocation, const RoleArguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(connection.remove("/api/v1/role-sessions/" + path_segment(arguments.access_key)));
  return {};
}

Result<Connection> open_unauthenticated(const Invocation& invocation) {
  TRY(Profile profile, resolve(invocation.place));
  profile.token.clear();
  return Connection::open_unauthenticated(profile);
}

// As it stands in the file, but for the end of the line.
Result<std::string> read_token(const std::string& path) {
  TRY(std::string token, read_document(path));
  while (!token.empty() && token.back() <= ' ') token.pop_back();
  return token;
}

// As JSON it is what `credential_process` of AWS's configuration files reads; else lines for a
// shell. Neither has characters that a shell would read otherwise.
Result<> assume_role(const Invocation& invocation, const RoleArguments& arguments) {
  const bool has_token = !arguments.token_file.empty();
  // Whoever shows a token is nobody here: its account is no part of it.
  TRY(auto connection,
      has_token ? open_unauthenticated(invocation) : Connection::open(invocation.place));
  json body = {{"role_arn", arguments.role}, {"session_name", arguments.session}};
  if (has_token) {
    TRY(body["token"], read_token(arguments.token_file));
  }
  if (arguments.seconds != 0) body["duration_us"] = arguments.seconds * kUsPerSecond;
  if (!arguments.external_id.empty()) body["external_id"] = arguments.external_id;
  if (!arguments.totp.empty()) body["totp"] = arguments.totp;
  if (!arguments.policy.empty()) {
    TRY(body["policy"], document_of(arguments.policy));
  }
  TRY(json made,
      connection.post(has_token ? "/api/v1/web-identity-sessions" : "/api/v1/role-sessions", body));
  const json &id = made.at("access_key_id"), &secret = made.at("secret_access_key"),
             &token = made.at("session_token");
  const Timestamp expires = from_us(made.at("session").at("expires_us").get<std::int64_t>());
  if (invocation.json) {
    print_json({{"Version", 1},
                {"AccessKeyId", id},
                {"SecretAccessKey", secret},
                {"SessionToken", token},
                {"Expiration", format_rfc3339(expires)}});
    return {};
  }
  print_line(kExport + "AWS_ACCESS_KEY_ID=" + cell(id));
  print_line(kExport + "AWS_SECRET_ACCESS_KEY=" + cell(secret));
  print_line(kExport + "AWS_SESSION_TOKEN=" + cell(token));
  return {};
}

using Shared = std::shared_ptr<RoleArguments>;

// A command about a role that is named.
CLI::App* add_named(CLI::App& group, Invocation& invocation, const Shared& arguments,
                    const std::string& verb, const std::string& help,
                    Result<> (*run)(const Invocation&, const RoleArguments&)) {
  CLI::App* command = add_command(group, invocation, verb, help, [&invocation, arguments, run] {
    return run(invocation, *arguments);
  });
  command->add_option("role", arguments->name, say("cli.help.role.name"))->required();
  return command;
}

void add_limits(CLI::App* command, const Shared& arguments) {
  command->add_option("--session-max", arguments->seconds, say("cli.help.role.session_max"));
  command->add_option("--trust", arguments->trust, say("cli.help.role.trust"));
}

void add_role_session_commands(CLI::App& group, Invocation& invocation, const Shared& arguments) {
  add_named(group, invocation, arguments, "sessions", say("cli.help.role.sessions"), list_sessions);
  add_command(group, invocation, "revoke", say("cli.help.role.revoke"),
              [&invocation, arguments] { return revoke_session(invocation, *arguments); })
      ->add_option("access_key", arguments->access_key, say("cli.help.role.access_key"))
      ->required();
  CLI::App* assume =
      add_command(group, invocation, "assume", say("cli.help.role.assume"),
                  [&invocation, arguments] { return assume_role(invocation, *arguments); });
  assume->add_option("role", arguments->role, say("cli.help.role.arn"))->required();
  assume->add_option("--session", arguments->session, say("cli.help.role.session"))
      ->capture_default_str();
  assume->add_option("--duration", arguments->seconds, say("cli.help.role.duration"));
  assume->add_option("--policy", arguments->policy, say("cli.help.role.policy"));
  assume->add_option("--external-id", arguments->external_id, say("cli.help.role.external_id"));
  CLI::Option* totp = assume->add_option("--totp", arguments->totp, say("cli.help.role.totp"));
  // With a token neither counts.
  assume
      ->add_option("--web-identity-token-file", arguments->token_file,
                   say("cli.help.role.token_file"))
      ->excludes(totp, assume->get_option("--external-id"));
}

}  // namespace

void add_role_commands(CLI::App& app, Invocation& invocation) {
  auto arguments = std::make_shared<RoleArguments>();
  CLI::App* group = add_group(app, "role", say("cli.help.role"));
  add_command(*group, invocation, "list", say("cli.help.role.list"),
              [&invocation] { return list_roles(invocation); });
  add_named(*group, invocation, arguments, "show", say("cli.help.role.show"), show_role);
  CLI::App* create =
      add_named(*group, invocation, arguments, "create", say("cli.help.role.create"), create_role);
  add_limits(create, arguments);
  create->get_option("--trust")->required();
  add_limits(
      add_named(*group, invocation, arguments, "change", say("cli.help.role.change"), change_role),
      arguments);
  add_named(*group, invocation, arguments, "delete", say("cli.help.role.delete"), delete_role);
  const auto add_holding = [&](const std::string& verb, const std::string& help,
                               Result<> (*run)(const Invocation&, const RoleArguments&)) {
    add_named(*group, invocation, arguments, verb, help, run)
        ->add_option("profile", arguments->profile, say("cli.help.role.profile"))
        ->required();
  };
  add_holding("give", say("cli.help.role.give"),
              [](const Invocation& given, const RoleArguments& named) {
                return change_holding(given, named, Holding::kGive);
              });
  add_holding("withdraw", say("cli.help.role.withdraw"),
              [](const Invocation& given, const RoleArguments& named) {
                return change_holding(given, named, Holding::kWithdraw);
              });
  add_role_session_commands(*group, invocation, arguments);
}

}  // namespace belfry::command_line
