// The command line: a client of the REST API, except what must work without a daemon.
#include "commands.h"
#include "text/catalogue.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <cstdio>

namespace belfry::command_line {

CLI::App* add_command(CLI::App& parent, Invocation& invocation, const std::string& name,
                      const std::string& description, std::function<Result<>()> run) {
  CLI::App* command = parent.add_subcommand(name, description);
  command->add_flag("--json", invocation.json, "Print JSON for scripts");
  command->add_option("--data", invocation.place.data, "Data directory of a daemon on this machine")
      ->envname("BELFRY_DATA");
  // A command with subcommands is called after them: the innermost one counts.
  command->callback([&invocation, run = std::move(run)] {
    if (!invocation.run) invocation.run = run;
  });
  return command;
}

namespace {

// The exit codes that scripts rely on (docs/architecture.md).
int exit_code_of(const Error& error) {
  switch (error.code()) {
    case Code::kDenied:
      return 3;
    case Code::kNotFound:
      return 4;
    default:
      return 1;
  }
}

// Where the JSON library's exceptions end: an answer without a field, or with one of another type.
Result<> run_command(const Invocation& invocation) {
  try {
    return invocation.run();
  } catch (const nlohmann::json::exception& strange) {
    return fail(Code::kInternal, "cli.strange_answer", {{"reason", strange.what()}});
  }
}

int main(int count, char** words) {
  Invocation invocation;
  CLI::App app("Belfry's command line.", "belfry");
  app.require_subcommand(1);
  app.set_version_flag("--version", BELFRY_VERSION);
  app.footer(
      "The daemon is found by BELFRY_URL with BELFRY_CA and BELFRY_TOKEN, by --data DIR, or by the "
      "profile that `belfry login` writes.\n"
      "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 denied, 4 not found.");
  app.add_option("--url", invocation.place.url, "REST address of the daemon")
      ->envname("BELFRY_URL");
  app.add_option("--ca", invocation.place.ca, "Authority that the daemon's certificate comes from")
      ->envname("BELFRY_CA");
  app.add_option("--token", invocation.place.token, "API token")->envname("BELFRY_TOKEN");
  add_session_commands(app, invocation);
  add_storage_commands(app, invocation);
  add_annex_commands(app, invocation);
  add_topology_commands(app, invocation);
  add_audit_commands(app, invocation);
  add_doctor_command(app, invocation);
  try {
    app.parse(count, words);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  Result<> outcome = run_command(invocation);
  if (outcome) return 0;
  std::fprintf(stderr, "belfry: %s\n",
               text::text(outcome.error(), text::system_language()).c_str());
  return exit_code_of(outcome.error());
}

}  // namespace
}  // namespace belfry::command_line

int main(int count, char** words) {
  return belfry::command_line::main(count, words);
}
