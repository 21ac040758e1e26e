// Signing in, for what a person does and no token can.
#pragma once

#include "commands.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace belfry::command_line {

struct SignInArguments {
  std::string user, totp, totp_before, recovery_code;
};
void add_sign_in_options(CLI::App& command, SignInArguments& arguments);

// Asks for what is missing and opens a session, which `connection` is from then on. Returns what
// REST says of it. Whoever opens one ends it.
Result<nlohmann::json> sign_in(Connection& connection, const SignInArguments& arguments);
Result<> sign_out(Connection& connection);

}  // namespace belfry::command_line
