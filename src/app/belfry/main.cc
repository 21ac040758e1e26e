// The command line: a client of the REST API, except what must work without a daemon.
#include "commands.h"
#include "output.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <cstdio>

namespace belfry::command_line {

CLI::App* add_group(CLI::App& app, const std::string& name, const std::string& description) {
  CLI::App* group = app.add_subcommand(name, description)->require_subcommand(1);
  group->group(say("cli.help.commands"));
  group->footer(say("cli.help.global"));
  return group;
}

CLI::App* add_command(CLI::App& parent, Invocation& invocation, const std::string& name,
                      const std::string& description, std::function<Result<>()> run) {
  CLI::App* command = parent.add_subcommand(name, description);
  command->group(say("cli.help.commands"));
  command->footer(say("cli.help.global"));
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

// Help and faults are worded while the arguments are read: the language comes before them.
void choose_language(int count, char** words) {
  std::string_view before;
  for (int i = 1; i < count && std::string_view(words[i]) != "--"; ++i) {
    std::string_view word = words[i];
    std::string_view named = before == "--lang" ? word : std::string_view();
    if (word.starts_with("--lang=")) named = word.substr(7);
    if (named == "fr") use_language(text::Language::kFrench);
    if (named == "en") use_language(text::Language::kEnglish);
    before = word;
  }
}

void add_options(CLI::App& app, Invocation& invocation) {
  app.option_defaults()->group(say("cli.help.options"));
  app.set_help_flag("-h,--help", say("cli.help.help"))->group(say("cli.help.options"));
  app.set_version_flag("--version", BELFRY_VERSION, say("cli.help.version"));
  app.add_flag("--json", invocation.json, say("cli.help.json"));
  app.add_option("--data", invocation.place.data, say("cli.help.data"))->envname("BELFRY_DATA");
  app.add_option("--url", invocation.place.url, say("cli.help.url"))->envname("BELFRY_URL");
  app.add_option("--ca", invocation.place.ca, say("cli.help.ca"))->envname("BELFRY_CA");
  app.add_option("--token", invocation.place.token, say("cli.help.token"))->envname("BELFRY_TOKEN");
  app.add_option("--lang", invocation.language, say("cli.help.lang"))
      ->check(CLI::IsMember({"en", "fr"}));
}

void word_help(CLI::App& app) {
  auto formatter = app.get_formatter();
  formatter->label("Usage", say("cli.help.usage"));
  formatter->label("OPTIONS", say("cli.help.some_options"));
  formatter->label("SUBCOMMAND", say("cli.help.command"));
  formatter->label("SUBCOMMANDS", say("cli.help.command"));
  formatter->label("Positionals", say("cli.help.arguments"));
  formatter->label("REQUIRED", say("cli.help.required"));
  formatter->label("Env", say("cli.help.environment"));
  app.footer(say("cli.help.footer") + "\n" + say("cli.help.codes"));
}

// What the library says of wrong usage, in our words: it names the option first.
std::string wording_of(const CLI::ParseError& error, const CLI::App& app) {
  std::string text = error.what();
  std::size_t dash = text.starts_with('-') ? 0 : text.find(" -");
  std::string name = text.substr(dash == text.npos ? 0 : text.find_first_not_of(' ', dash));
  name = name.substr(0, name.find_first_of(": "));
  std::string words;
  for (const std::string& word : app.remaining(true)) words += (words.empty() ? "" : " ") + word;
  bool lacks = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr;
  bool lacks_command = lacks && name == "A";  // "A subcommand is required"
  if (dynamic_cast<const CLI::ExtrasError*>(&error) || (lacks_command && !words.empty()))
    return say("cli.unexpected_words", {{"words", words}});
  if (lacks_command) return say("cli.command_needed");
  if (lacks) return say("cli.word_needed", {{"name", name}});
  if (dynamic_cast<const CLI::ValidationError*>(&error) ||
      dynamic_cast<const CLI::ConversionError*>(&error) ||
      dynamic_cast<const CLI::ArgumentMismatch*>(&error))
    return say("cli.wrong_value", {{"name", name}});
  return say("cli.wrong_usage");
}

int main(int count, char** words) {
  choose_language(count, words);
  Invocation invocation;
  CLI::App app(say("cli.help.belfry"), "belfry");
  app.require_subcommand(1);
  app.fallthrough();
  add_options(app, invocation);
  word_help(app);
  add_session_commands(app, invocation);
  add_storage_commands(app, invocation);
  add_tenant_commands(app, invocation);
  add_user_commands(app, invocation);
  add_profile_commands(app, invocation);
  add_group_commands(app, invocation);
  add_credential_commands(app, invocation);
  add_request_commands(app, invocation);
  add_intervention_commands(app, invocation);
  add_access_commands(app, invocation);
  add_review_commands(app, invocation);
  add_people_commands(app, invocation);
  add_person_commands(app, invocation);
  add_register_commands(app, invocation);
  add_checklist_commands(app, invocation);
  add_service_account_commands(app, invocation);
  add_delegation_commands(app, invocation);
  add_factor_reset_commands(app, invocation);
  add_factor_rule_command(app, invocation);
  add_public_access_commands(app, invocation);
  add_role_commands(app, invocation);
  add_issuer_commands(app, invocation);
  add_annex_commands(app, invocation);
  add_attestation_commands(app, invocation);
  add_topology_commands(app, invocation);
  add_audit_commands(app, invocation);
  add_witness_command(app, invocation);
  add_doctor_command(app, invocation);
  try {
    app.parse(count, words);
  } catch (const CLI::Success& asked) {
    return app.exit(asked);
  } catch (const CLI::ParseError& error) {
    std::fprintf(stderr, "belfry: %s\n", wording_of(error, app).c_str());
    return 2;
  }
  Result<> outcome = run_command(invocation);
  if (outcome) return 0;
  std::fprintf(stderr, "belfry: %s\n", text::text(outcome.error(), language()).c_str());
  return exit_code_of(outcome.error());
}

}  // namespace
}  // namespace belfry::command_line

int main(int count, char** words) {
  return belfry::command_line::main(count, words);
}
