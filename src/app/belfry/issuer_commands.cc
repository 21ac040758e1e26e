// belfry issuer.
#include "commands.h"
#include "input.h"
#include "names.h"
#include "output.h"
#include "text/catalogue.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace belfry::command_line {
namespace {

using nlohmann::json;

constexpr const char* kIssuers = "/api/v1/issuers";

struct IssuerArguments {
  std::string url, purpose, client_id, organisation, required, subject, user;
  std::vector<std::string> audiences, scopes;
  std::string creates_users, trusts_factors;  // "yes", "no"; empty: as it is
  bool asks_secret = false;
};

std::string place_of(const json& issuer) {
  return std::string(kIssuers) + "/" + path_segment(issuer.at("id").get<std::string>());
}

// By its address or its id.
Result<json> find_issuer(Connection& connection, const std::string& named) {
  TRY(json all, connection.get_list(kIssuers));
  for (json& one : all)
    if (one.at("url") == named || one.at("id") == named) return std::move(one);
  return fail(Code::kNotFound, "cli.no_issuer", {{"url", named}});
}

Result<> list_issuers(const Invocation& invocation) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json issuers, connection.get_list(kIssuers));
  if (invocation.json) return print_json(issuers), Result<>();
  Table table({"cli.head.address", "cli.head.purpose", "cli.head.organisation", "cli.head.client"});
  const auto or_none = [](const json& value) { return value.is_null() ? "-" : cell(value); };
  for (const json& issuer : issuers)
    table.add({cell(issuer.at("url")), cell(issuer.at("purpose")),
               or_none(issuer.at("organisation")), or_none(issuer.at("client_id"))});
  table.print();
  return {};
}

Result<> show_issuer(const Invocation& invocation, const IssuerArguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json issuer, find_issuer(connection, arguments.url));
  print_json(issuer);
  return {};
}

// What is given, in place of what stands in `body`.
Result<> apply(const IssuerArguments& arguments, json& body) {
  const auto set = [&](const char* name, const std::string& value) {
    if (!value.empty()) body[name] = value;
  };
  set("purpose", arguments.purpose);
  set("client_id", arguments.client_id);
  set("organisation", arguments.organisation);
  if (!arguments.audiences.empty()) body["audiences"] = arguments.audiences;
  if (!arguments.scopes.empty()) body["scopes"] = arguments.scopes;
  if (!arguments.creates_users.empty()) body["creates_users"] = arguments.creates_users == "yes";
  if (!arguments.trusts_factors.empty()) body["trusts_factors"] = arguments.trusts_factors == "yes";
  if (!arguments.required.empty()) {
    const std::size_t equals = std::min(arguments.required.find('='), arguments.required.size());
    body["required_claim"] = arguments.required.substr(0, equals);
    body["required_value"] =
        arguments.required.substr(std::min(equals + 1, arguments.required.size()));
  }
  if (!arguments.asks_secret) return {};
  // Never an argument: other users of the machine see those.
  TRY(body["client_secret"],
      ask_new_secret(say("cli.ask.client_secret"), say("cli.ask.client_secret_again")));
  return {};
}

Result<> add_issuer(const Invocation& invocation, const IssuerArguments& arguments) {
  json body = {{"url", arguments.url}};
  TRY(apply(arguments, body));
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json issuer, connection.post(kIssuers, body));
  if (invocation.json) return print_json(issuer), Result<>();
  print_line(cell(issuer.at("id")) + "  " + cell(issuer.at("arn")));
  return {};
}

// What stays of an issuer: of what it is for from now on (empty: as before) all that it had.
json kept_of(const json& issuer, const std::string& purpose_wanted) {
  json kept = json::object();
  const auto keep = [&](std::initializer_list<const char*> names) {
    for (const char* name : names)
      if (!issuer.at(name).is_null()) kept[name] = issuer.at(name);
  };
  const auto purpose =
      purpose_wanted.empty() ? issuer.at("purpose").get<std::string>() : purpose_wanted;
  keep({"required_claim", "required_value"});
  if (purpose != "people") keep({"audiences"});
  if (purpose != "programs")
    keep({"client_id", "organisation", "scopes", "creates_users", "trusts_factors"});
  else if (issuer.at("has_secret") == true)
    kept["client_secret"] = "";
  return kept;
}

Result<> change_issuer(const Invocation& invocation, const IssuerArguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const json issuer, find_issuer(connection, arguments.url));
  json body = kept_of(issuer, arguments.purpose);
  TRY(apply(arguments, body));
  TRY(connection.put(place_of(issuer), body.dump()));
  return {};
}

Result<> delete_issuer(const Invocation& invocation, const IssuerArguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const json issuer, find_issuer(connection, arguments.url));
  TRY(connection.remove(place_of(issuer)));
  return {};
}

Result<> list_subjects(const Invocation& invocation, const IssuerArguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const json issuer, find_issuer(connection, arguments.url));
  TRY(json subjects, connection.get_list(place_of(issuer) + "/subjects"));
  if (invocation.json) return print_json(subjects), Result<>();
  Table table({"cli.head.subject", "cli.head.user"});
  for (const json& link : subjects)
    table.add({cell(link.at("subject")), cell(link.at("user_name"))});
  table.print();
  return {};
}

Result<> link_subject(const Invocation& invocation, const IssuerArguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const json issuer, find_issuer(connection, arguments.url));
  TRY(const json user, find_user(connection, arguments.user));
  TRY(json link, connection.post(place_of(issuer) + "/subjects",
                                 {{"subject", arguments.subject}, {"user", user.at("id")}}));
  if (invocation.json) print_json(link);
  return {};
}

Result<> unlink_subject(const Invocation& invocation, const IssuerArguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const json issuer, find_issuer(connection, arguments.url));
  const std::string place = place_of(issuer) + "/subjects";
  TRY(const json subjects, connection.get_list(place));
  for (const json& link : subjects)
    if (link.at("subject") == arguments.subject) {
      TRY(connection.remove(place + "/" + path_segment(link.at("id").get<std::string>())));
      return {};
    }
  return fail(Code::kNotFound, "cli.no_subject", {{"subject", arguments.subject}});
}

using Shared = std::shared_ptr<IssuerArguments>;

// A command about an issuer that is named.
CLI::App* add_named(CLI::App& group, Invocation& invocation, const Shared& arguments,
                    const std::string& verb, const std::string& help,
                    Result<> (*run)(const Invocation&, const IssuerArguments&)) {
  CLI::App* command = add_command(group, invocation, verb, help, [&invocation, arguments, run] {
    return run(invocation, *arguments);
  });
  command->add_option("url", arguments->url, say("cli.help.issuer.url"))->required();
  return command;
}

void add_settings(CLI::App* command, const Shared& arguments) {
  command->add_option("--for", arguments->purpose, say("cli.help.issuer.purpose"))
      ->check(CLI::IsMember({"people", "programs", "both"}));
  command->add_option("--client-id", arguments->client_id, say("cli.help.issuer.client_id"));
  command->add_flag("--secret", arguments->asks_secret, say("cli.help.issuer.secret"));
  command->add_option("--organisation", arguments->organisation,
                      say("cli.help.issuer.organisation"));
  command->add_option("--audience", arguments->audiences, say("cli.help.issuer.audience"));
  command->add_option("--scope", arguments->scopes, say("cli.help.issuer.scope"));
  command->add_option("--require", arguments->required, say("cli.help.issuer.require"));
  command
      ->add_option("--create-users", arguments->creates_users, say("cli.help.issuer.create_users"))
      ->check(CLI::IsMember({"yes", "no"}));
  command
      ->add_option("--trust-factors", arguments->trusts_factors,
                   say("cli.help.issuer.trust_factors"))
      ->check(CLI::IsMember({"yes", "no"}));
}

}  // namespace

void add_issuer_commands(CLI::App& app, Invocation& invocation) {
  auto arguments = std::make_shared<IssuerArguments>();
  CLI::App* group = add_group(app, "issuer", say("cli.help.issuer"));
  add_command(*group, invocation, "list", say("cli.help.issuer.list"),
              [&invocation] { return list_issuers(invocation); });
  add_named(*group, invocation, arguments, "show", say("cli.help.issuer.show"), show_issuer);
  add_settings(
      add_named(*group, invocation, arguments, "add", say("cli.help.issuer.add"), add_issuer),
      arguments);
  add_settings(add_named(*group, invocation, arguments, "change", say("cli.help.issuer.change"),
                         change_issuer),
               arguments);
  add_named(*group, invocation, arguments, "delete", say("cli.help.issuer.delete"), delete_issuer);
  add_named(*group, invocation, arguments, "subjects", say("cli.help.issuer.subjects"),
            list_subjects);
  CLI::App* link =
      add_named(*group, invocation, arguments, "link", say("cli.help.issuer.link"), link_subject);
  link->add_option("subject", arguments->subject, say("cli.help.issuer.subject"))->required();
  link->add_option("user", arguments->user, say("cli.help.issuer.user"))->required();
  add_named(*group, invocation, arguments, "unlink", say("cli.help.issuer.unlink"), unlink_subject)
      ->add_option("subject", arguments->subject, say("cli.help.issuer.subject"))
      ->required();
}

}  // namespace belfry::command_line
