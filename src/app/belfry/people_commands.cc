// belfry invitation, terms.
#include "commands.h"
#include "output.h"

#include <nlohmann/json.hpp>

#include <fstream>

namespace belfry::command_line {
namespace {

using nlohmann::json;

struct InvitationArguments {
  std::string tenant, id, email, name, role = "member", language;
  std::vector<std::string> groups, profiles;
};

// The tenant named, or the caller's own.
Result<std::string> invitations_of(Connection& connection, std::string tenant) {
  if (tenant.empty()) {
    TRY(json session, connection.get("/api/v1/session"));
    tenant = session.at("tenant").at("id").get<std::string>();
  }
  return "/api/v1/tenants/" + path_segment(tenant) + "/invitations";
}

Result<> list_invitations(const Invocation& invocation, const InvitationArguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const std::string target, invitations_of(connection, arguments.tenant));
  TRY(json invitations, connection.get_list(target));
  if (invocation.json) return print_json(invitations), Result<>();
  Table table({"cli.head.invitation", "cli.head.email", "cli.head.role", "cli.head.by",
               "cli.head.expires", "cli.head.state", "cli.head.mail", "cli.head.answer"});
  for (const json& each : invitations)
    table.add({cell(each.at("id")), cell(each.at("email")), code_cell(each.at("role")),
               cell(each.at("invited_by_name")), time_cell(each.at("expires_us")),
               code_cell(each.at("state")), code_cell(each.at("mail").at("state")),
               cell(each.at("mail").at("answer"))});
  table.print();
  return {};
}

void tell(const Invocation& invocation, const json& made) {
  if (invocation.json) return print_json(made);
  const json& invitation = made.at("invitation");
  const std::vector<Argument> words = {{"invitation", cell(invitation.at("id"))},
                                       {"email", cell(invitation.at("email"))}};
  if (made.at("link").is_null()) return print_line(say("cli.invitation.mailed", words));
  print_line(say("cli.invitation.link", words));
  print_line(cell(made.at("link")));
}

Result<> invite(const Invocation& invocation, const InvitationArguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const std::string target, invitations_of(connection, arguments.tenant));
  const std::string mail_language(text::name_of(language()));
  TRY(json made,
      connection.post(
          target, {{"email", arguments.email},
                   {"name", arguments.name},
                   {"role", arguments.role},
                   {"language", arguments.language.empty() ? mail_language : arguments.language},
                   {"groups", arguments.groups},
                   {"profiles", arguments.profiles}}));
  tell(invocation, made);
  return {};
}

Result<> send_again(const Invocation& invocation, const std::string& id) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json made,
      connection.post("/api/v1/invitations/" + path_segment(id) + "/send", json::object()));
  tell(invocation, made);
  return {};
}

Result<> withdraw(const Invocation& invocation, const std::string& id) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(connection.remove("/api/v1/invitations/" + path_segment(id)));
  return {};
}

void add_invitation_commands(CLI::App& app, Invocation& invocation) {
  auto arguments = std::make_shared<InvitationArguments>();
  CLI::App* group = add_group(app, "invitation", say("cli.help.invitation"));
  CLI::App* list =
      add_command(*group, invocation, "list", say("cli.help.invitation.list"),
                  [&invocation, arguments] { return list_invitations(invocation, *arguments); });
  CLI::App* create =
      add_command(*group, invocation, "create", say("cli.help.invitation.create"),
                  [&invocation, arguments] { return invite(invocation, *arguments); });
  for (CLI::App* command : {list, create})
    command->add_option("--tenant", arguments->tenant, say("cli.help.tenant"));
  create->add_option("email", arguments->email, say("cli.help.invitation.email"))->required();
  create->add_option("--name", arguments->name, say("cli.help.invitation.name"));
  create->add_option("--role", arguments->role, say("cli.help.invitation.role"))
      ->check(CLI::IsMember(
          {"member", "reader", "tenant_administrator", "operator", "provider_administrator"}));
  create->add_option("--language", arguments->language, say("cli.help.invitation.language"))
      ->check(CLI::IsMember({"en", "fr"}));
  create->add_option("--group", arguments->groups, say("cli.help.invitation.group"));
  create->add_option("--profile", arguments->profiles, say("cli.help.invitation.profile"));
  add_command(*group, invocation, "send", say("cli.help.invitation.send"),
              [&invocation, arguments] { return send_again(invocation, arguments->id); })
      ->add_option("invitation", arguments->id, say("cli.help.invitation.id"))
      ->required();
  add_command(*group, invocation, "withdraw", say("cli.help.invitation.withdraw"),
              [&invocation, arguments] { return withdraw(invocation, arguments->id); })
      ->add_option("invitation", arguments->id, say("cli.help.invitation.id"))
      ->required();
}

struct TermsArguments {
  std::string version, english, french;
  std::int64_t in_hours = 0;
};

Result<> show_terms(const Invocation& invocation) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json terms, connection.get("/api/v1/terms"));
  if (invocation.json) return print_json(terms.at("items")), Result<>();
  if (terms.at("items").empty()) print_line(say("cli.terms.none"));
  for (const json& each : terms.at("items")) {
    print_line(say("cli.terms.version", {{"version", cell(each.at("version"))},
                                         {"time", time_cell(each.at("in_force_us"))}}));
    print_line("");
    print_line(cell(each.at("text").at(std::string(text::name_of(language())))));
    print_line("");
  }
  return {};
}

Result<std::string> read_text(const std::string& path) {
  // More than terms may have, so that the server is the one that refuses them.
  constexpr std::size_t kOctetsMax = 60 << 10;
  std::ifstream in(path);
  std::string octets(kOctetsMax, '\0');
  if (!in.read(octets.data(), std::streamsize(octets.size())) && !in.eof())
    return fail(Code::kNotFound, "cli.no_file", {{"path", path}});
  octets.resize(std::size_t(in.gcount()));
  return octets;
}

Result<> publish_terms(const Invocation& invocation, const TermsArguments& arguments) {
  TRY(const std::string english, read_text(arguments.english));
  TRY(const std::string french, read_text(arguments.french));
  json terms = {{"version", arguments.version}, {"text", {{"en", english}, {"fr", french}}}};
  if (arguments.in_hours > 0) {
    const auto now = std::chrono::floor<Duration>(std::chrono::system_clock::now());
    terms["in_force_us"] = to_us(now + std::chrono::hours(arguments.in_hours));
  }
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json made, connection.post("/api/v1/terms", terms));
  if (invocation.json) print_json(made);
  return {};
}

void add_terms_commands(CLI::App& app, Invocation& invocation) {
  auto arguments = std::make_shared<TermsArguments>();
  CLI::App* group = add_group(app, "terms", say("cli.help.terms"));
  add_command(*group, invocation, "show", say("cli.help.terms.show"),
              [&invocation] { return show_terms(invocation); });
  CLI::App* publish =
      add_command(*group, invocation, "publish", say("cli.help.terms.publish"),
                  [&invocation, arguments] { return publish_terms(invocation, *arguments); });
  publish->add_option("version", arguments->version, say("cli.help.terms.version"))->required();
  publish->add_option("--english", arguments->english, say("cli.help.terms.english"))->required();
  publish->add_option("--french", arguments->french, say("cli.help.terms.french"))->required();
  publish->add_option("--in-hours", arguments->in_hours, say("cli.help.terms.in_hours"));
}

}  // namespace

void add_people_commands(CLI::App& app, Invocation& invocation) {
  add_invitation_commands(app, invocation);
  add_terms_commands(app, invocation);
}

}  // namespace belfry::command_line
