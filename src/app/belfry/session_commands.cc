// belfry status, belfry login.
#include "commands.h"
#include "output.h"
#include "person_session.h"

#include <nlohmann/json.hpp>

#include <iostream>
#include <map>

namespace belfry::command_line {
namespace {

using nlohmann::json;

Result<> status(const Invocation& invocation) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json disks, connection.get_list("/api/v1/disks"));
  TRY(json sets, connection.get_list("/api/v1/replica-sets"));
  TRY(json annex, connection.get("/api/v1/annex"));
  int good = 0, degraded = 0, damaged = 0;
  for (auto& disk : disks) good += disk.at("health") == "good";
  for (auto& set : sets)
    degraded += !set.at("missing").empty(), damaged += set.at("damaged").get<int>();
  std::map<std::string, int> verdicts;
  for (auto& measure : annex) ++verdicts[measure.at("verdict").get<std::string>()];
  if (invocation.json) {
    print_json({{"disks", {{"good", good}, {"total", disks.size()}}},
                {"replica_sets",
                 {{"total", sets.size()}, {"degraded", degraded}, {"damaged_copies", damaged}}},
                {"annex", verdicts}});
    return {};
  }
  Table facts;
  facts.add({say("cli.status.disks"),
             say("cli.status.disks_good",
                 {{"good", std::to_string(good)}, {"total", std::to_string(disks.size())}})});
  facts.add({say("cli.status.sets"),
             say("cli.status.sets_state", {{"total", std::to_string(sets.size())},
                                           {"degraded", std::to_string(degraded)},
                                           {"damaged", std::to_string(damaged)}})});
  std::string line;
  for (auto& [verdict, number] : verdicts)
    line += (line.empty() ? "" : "  ") + std::to_string(number) + " " + code_cell(verdict);
  facts.add({say("cli.status.annex"), line});
  facts.print();
  return {};
}

struct LoginArguments {
  SignInArguments who;
  std::string label = say("cli.login.label");
};

// By the session that was opened just now. One that may make none is of no use here, and ends.
Result<json> make_token(Connection& connection, const std::string& label) {
  auto made = connection.post("/api/v1/api-tokens", {{"label", label}});
  if (made) return made;
  static_cast<void>(sign_out(connection));
  if (made.error().message() == "iam.passkey_step_up_needed")
    return fail(Code::kDenied, "cli.login.passkey_due");
  return made;
}

// Signs in, makes an API token with the session's factor, ends the session, keeps the token.
Result<> login(const Invocation& invocation, const LoginArguments& arguments) {
  TRY(Profile profile, resolve(invocation.place));
  profile.token.clear();
  TRY(auto connection, Connection::open_unauthenticated(profile));
  TRY(json signed_in, sign_in(connection, arguments.who));
  TRY(json made, make_token(connection, arguments.label));
  profile.token = made.at("secret").get<std::string>();
  const bool recovered = signed_in.at("session").at("factor") == "recovery_code";
  json left;
  if (recovered) {
    TRY(json factors, connection.get("/api/v1/session/factors"));
    left = factors.at("recovery_codes_left");
  }
  TRY(sign_out(connection));
  TRY(write_profile(profile));
  if (invocation.json)
    print_json({{"user", signed_in.at("user").at("name")}, {"profile", profile_path().string()}});
  else
    print_line(say("cli.login.done", {{"user", cell(signed_in.at("user").at("name"))},
                                      {"profile", profile_path().string()}}));
  if (recovered) std::cerr << say("cli.login.recovered", {{"left", cell(left)}}) << std::endl;
  return {};
}

}  // namespace

void add_session_commands(CLI::App& app, Invocation& invocation) {
  add_command(app, invocation, "status", say("cli.help.status"),
              [&invocation] { return status(invocation); });
  auto arguments = std::make_shared<LoginArguments>();
  CLI::App* command =
      add_command(app, invocation, "login", say("cli.help.login"),
                  [&invocation, arguments] { return login(invocation, *arguments); });
  add_sign_in_options(*command, arguments->who);
  command->add_option("--label", arguments->label, say("cli.help.login.label"))
      ->capture_default_str();
}

}  // namespace belfry::command_line
