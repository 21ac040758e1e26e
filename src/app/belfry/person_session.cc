#include "person_session.h"

#include "input.h"
#include "output.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <unistd.h>

namespace belfry::command_line {
namespace {

using nlohmann::json;

constexpr std::string_view kSession = "/api/v1/session";

// Six digits are of an authenticator app; whoever types anything else has a recovery code.
void add_code(json& attempt, const std::string& typed) {
  const bool is_totp =
      typed.size() == 6 && std::ranges::all_of(typed, [](char c) { return c >= '0' && c <= '9'; });
  attempt[is_totp ? "totp" : "recovery_code"] = typed;
}

// What lets in whom others' guesses slow down, and nobody guesses. False: nothing was typed.
bool add_proof(json& attempt) {
  const std::string typed = ask(say("cli.login.throttled_code"), Echo::kShown);
  if (typed.empty()) return false;
  add_code(attempt, typed);
  if (attempt.contains("recovery_code")) return true;
  attempt["totp_before"] = typed;
  attempt["totp"] = ask(say("cli.login.next_code"), Echo::kShown);
  return true;
}

Result<json> attempt_sign_in(Connection& connection, const SignInArguments& arguments) {
  const std::string user =
      arguments.user.empty() ? ask(say("cli.login.user"), Echo::kShown) : arguments.user;
  const std::string password = ask(say("cli.login.password"), Echo::kHidden);
  json attempt = {{"user", user},
                  {"password", password},
                  {"totp", arguments.totp},
                  {"totp_before", arguments.totp_before}};
  if (!arguments.recovery_code.empty()) attempt["recovery_code"] = arguments.recovery_code;
  auto answer = connection.post(std::string(kSession), attempt);
  if (answer || !arguments.totp.empty() || !arguments.recovery_code.empty()) return answer;
  const std::string& message = answer.error().message();
  // Passkeys need a browser.
  if (message == "iam.totp_needed")
    add_code(attempt, ask(say("cli.login.code"), Echo::kShown));
  else if (message == "iam.passkey_needed" && ::isatty(STDIN_FILENO))
    attempt["recovery_code"] = ask(say("cli.login.recovery_code"), Echo::kShown);
  else if (message != "iam.throttled" || !::isatty(STDIN_FILENO) || !add_proof(attempt))
    return answer;
  return connection.post(std::string(kSession), attempt);
}

}  // namespace

void add_sign_in_options(CLI::App& command, SignInArguments& arguments) {
  command.add_option("--user", arguments.user, say("cli.help.login.user"));
  command.add_option("--totp", arguments.totp, say("cli.help.login.totp"));
  command.add_option("--totp-before", arguments.totp_before, say("cli.help.login.totp_before"))
      ->needs("--totp");
  command.add_option("--recovery-code", arguments.recovery_code,
                     say("cli.help.login.recovery_code"));
}

Result<json> sign_in(Connection& connection, const SignInArguments& arguments) {
  connection.fields().set("X-Belfry-Request", "1");
  TRY(json opened, attempt_sign_in(connection, arguments));
  const std::string cookie(connection.last_fields().get("set-cookie"));
  connection.fields().set("Cookie", cookie.substr(0, cookie.find(';')));
  return opened;
}

Result<> sign_out(Connection& connection) {
  TRY(connection.remove(std::string(kSession)));
  return {};
}

}  // namespace belfry::command_line
