// belfry request, grant.
#include "commands.h"
#include "input.h"
#include "names.h"
#include "output.h"

#include <nlohmann/json.hpp>

#include <optional>

namespace belfry::command_line {
namespace {

using nlohmann::json;

struct Asked {
  std::string user, group, profile, role, four_eyes, reason, duration, assumable, trust;
};

std::string place_of(const std::string& id, const std::string& verb = "") {
  return "/api/v1/requests/" + path_segment(id) + (verb.empty() ? "" : "/" + verb);
}

Result<json> body_of(Connection& connection, const Asked& asked) {
  json body = {{"reason", asked.reason}};
  if (!asked.four_eyes.empty()) {
    body["four_eyes"] = asked.four_eyes;
    return body;
  }
  if (!asked.trust.empty()) {
    TRY(const std::string text, read_document(asked.trust));
    body["trust"] = json::parse(text, nullptr, false);
    if (!body["trust"].is_object())
      return fail(Code::kInvalid, "cli.bad_file", {{"path", asked.trust}});
  } else {
    TRY(body["duration_s"], read_duration(asked.duration));
  }
  TRY(json choices, connection.get("/api/v1/request-choices"));
  if (!asked.profile.empty()) {
    TRY(body["profile"], id_among(choices.at("profiles"), asked.profile));
  }
  if (!asked.group.empty()) {
    TRY(body["group"], id_among(choices.at("groups"), asked.group));
  }
  if (!asked.role.empty()) body["role"] = asked.role;
  // What is for a role to be assumed, or a group, is for nobody in person.
  if (!asked.assumable.empty()) {
    TRY(body["assumable_role"], id_among(choices.at("assumable_roles"), asked.assumable));
    return body;
  }
  const bool is_for_group = !asked.profile.empty() && !asked.group.empty();
  if (!is_for_group) {
    TRY(const json person, find_user(connection, asked.user));
    body["user"] = person.at("id");
  }
  return body;
}

void print_request(const json& request) {
  Table facts;
  const auto add = [&](std::string_view message, std::string value) {
    facts.add({say(message), std::move(value)});
  };
  add("cli.head.request", cell(request.at("id")));
  add("cli.head.state", code_cell(request.at("state")));
  add("cli.head.kind", code_cell(request.at("kind")));
  add("cli.head.holder", cell(request.at("holder")));
  add("cli.head.right", right_cell(request));
  add("cli.head.privileged", cell(request.at("privileged")));
  add("cli.head.reason", cell(request.at("reason")));
  add("cli.head.duration", duration_cell(request.at("duration_s")));
  if (request.at("delegation").is_string())
    add("cli.head.delegation", cell(request.at("delegation")));
  add("cli.head.asked_by", cell(request.at("requested_by_name")));
  add("cli.head.asked", time_cell(request.at("requested_us")));
  add("cli.head.decided_by", cell(request.at("decided_by_name")));
  add("cli.head.decided", time_cell(request.at("decided_us")));
  facts.print();
  if (request.at("trust").is_object()) print_json(request.at("trust"));
  if (request.at("trust_now").is_object()) {
    print_line(say("cli.request.trust_now"));
    print_json(request.at("trust_now"));
  }
  if (request.at("approved_by_own_account").get<bool>()) print_line(say("cli.request.own_account"));
  if (request.at("state") != "pending") return;
  const auto deciders = request.at("deciders").get<std::size_t>();
  print_line(deciders == 0 ? say("cli.request.no_decider")
                           : say("cli.request.deciders", {{"count", std::to_string(deciders)}}));
}

Result<> answer_with(const Invocation& invocation, const json& request) {
  if (invocation.json)
    print_json(request);
  else
    print_request(request);
  return {};
}

Result<> list_requests(const Invocation& invocation, const std::string& state) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json requests,
      connection.get_list("/api/v1/requests" + (state.empty() ? "" : "?state=" + state)));
  if (invocation.json) return print_json(requests), Result<>();
  Table table({"cli.head.request", "cli.head.state", "cli.head.kind", "cli.head.holder",
               "cli.head.right", "cli.head.duration", "cli.head.asked_by", "cli.head.asked",
               "cli.head.reason"});
  for (const json& request : requests)
    table.add({cell(request.at("id")), code_cell(request.at("state")),
               code_cell(request.at("kind")), cell(request.at("holder")), right_cell(request),
               duration_cell(request.at("duration_s")), cell(request.at("requested_by_name")),
               time_cell(request.at("requested_us")), cell(request.at("reason"))});
  table.print();
  return {};
}

Result<> show_request(const Invocation& invocation, const std::string& id) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json request, connection.get(place_of(id)));
  return answer_with(invocation, request);
}

Result<> create_request(const Invocation& invocation, const Asked& asked) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json body, body_of(connection, asked));
  TRY(json request, connection.post("/api/v1/requests", body));
  return answer_with(invocation, request);
}

Result<> decide_request(const Invocation& invocation, const std::string& id,
                        const std::string& verb, const std::string& reason) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json request, connection.post(place_of(id, verb), {{"reason", reason}}));
  return answer_with(invocation, request);
}

Result<> cancel_request(const Invocation& invocation, const std::string& id) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(connection.remove(place_of(id)));
  return {};
}

// Without a rule, which one holds.
Result<> four_eyes(const Invocation& invocation, const std::string& rule) {
  TRY(auto connection, Connection::open(invocation.place));
  if (!rule.empty()) {
    TRY(connection.put("/api/v1/access-rules", json({{"four_eyes", rule}}).dump()));
    return {};
  }
  TRY(json rules, connection.get("/api/v1/access-rules"));
  if (invocation.json) return print_json(rules), Result<>();
  print_line(say("cli.request.rule", {{"rule", cell(rules.at("four_eyes"))},
                                      {"count", cell(rules.at("administrators"))}}));
  return {};
}

Result<> list_grants(const Invocation& invocation, const std::string& user, bool all) {
  TRY(auto connection, Connection::open(invocation.place));
  std::string target = std::string("/api/v1/grants?state=") + (all ? "all" : "current");
  if (!user.empty()) {
    TRY(const json person, find_user(connection, user));
    target += "&user=" + text_at(person, "id");
  }
  TRY(json grants, connection.get_list(target));
  if (invocation.json) return print_json(grants), Result<>();
  Table table({"cli.head.grant", "cli.head.kind", "cli.head.holder", "cli.head.right",
               "cli.head.origin", "cli.head.given_by", "cli.head.since", "cli.head.expires",
               "cli.head.ended"});
  for (const json& grant : grants) {
    std::string ended = time_cell(grant.at("ended_us"));
    if (grant.at("end_reason").is_string()) ended += " (" + code_cell(grant.at("end_reason")) + ")";
    table.add({cell(grant.at("id")), code_cell(grant.at("kind")), cell(grant.at("holder")),
               right_cell(grant), code_cell(grant.at("origin")), cell(grant.at("given_by_name")),
               time_cell(grant.at("since_us")), time_cell(grant.at("expires_us")),
               std::move(ended)});
  }
  table.print();
  return {};
}

Result<> revoke_grant(const Invocation& invocation, const std::string& id) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(connection.remove("/api/v1/grants/" + path_segment(id)));
  return {};
}

void add_create_command(CLI::App& group, Invocation& invocation) {
  auto asked = std::make_shared<Asked>();
  CLI::App* create =
      add_command(group, invocation, "create", say("cli.help.request.create"),
                  [&invocation, asked] { return create_request(invocation, *asked); });
  create->add_option("--user", asked->user, say("cli.help.request.user"));
  create->add_option("--profile", asked->profile, say("cli.help.request.profile"));
  create->add_option("--group", asked->group, say("cli.help.request.group"));
  create->add_option("--role", asked->role, say("cli.help.request.role"));
  create->add_option("--for-role", asked->assumable, say("cli.help.request.for_role"));
  create->add_option("--trust", asked->trust, say("cli.help.request.trust"));
  create->add_option("--four-eyes", asked->four_eyes, say("cli.help.request.four_eyes"))
      ->check(CLI::IsMember({"none", "privileged", "all"}));
  create->add_option("--reason", asked->reason, say("cli.help.request.reason"))->required();
  create->add_option("--for", asked->duration, say("cli.help.request.duration"));
}

void add_grant_commands(CLI::App& app, Invocation& invocation) {
  CLI::App* group = add_group(app, "grant", say("cli.help.grant"));
  auto user = std::make_shared<std::string>();
  auto all = std::make_shared<bool>(false);
  CLI::App* list =
      add_command(*group, invocation, "list", say("cli.help.grant.list"),
                  [&invocation, user, all] { return list_grants(invocation, *user, *all); });
  list->add_option("--user", *user, say("cli.help.grant.user"));
  list->add_flag("--all", *all, say("cli.help.grant.all"));
  auto id = std::make_shared<std::string>();
  add_command(*group, invocation, "revoke", say("cli.help.grant.revoke"),
              [&invocation, id] { return revoke_grant(invocation, *id); })
      ->add_option("grant", *id, say("cli.help.grant.id"))
      ->required();
}

}  // namespace

void add_request_commands(CLI::App& app, Invocation& invocation) {
  CLI::App* group = add_group(app, "request", say("cli.help.request"));
  auto state = std::make_shared<std::string>();
  add_command(*group, invocation, "list", say("cli.help.request.list"),
              [&invocation, state] { return list_requests(invocation, *state); })
      ->add_option("--state", *state, say("cli.help.request.state"))
      ->check(CLI::IsMember({"pending", "approved", "refused", "cancelled", "lapsed"}));
  add_create_command(*group, invocation);
  auto id = std::make_shared<std::string>();
  auto reason = std::make_shared<std::string>();
  const auto add_one = [&](const char* name, const char* help, std::function<Result<>()> run) {
    CLI::App* command = add_command(*group, invocation, name, say(help), std::move(run));
    command->add_option("request", *id, say("cli.help.request.id"))->required();
    return command;
  };
  add_one("show", "cli.help.request.show",
          [&invocation, id] { return show_request(invocation, *id); });
  add_one("approve", "cli.help.request.approve", [&invocation, id, reason] {
    return decide_request(invocation, *id, "approve", *reason);
  })->add_option("--reason", *reason, say("cli.help.request.decision"));
  add_one("refuse", "cli.help.request.refuse", [&invocation, id, reason] {
    return decide_request(invocation, *id, "refuse", *reason);
  })->add_option("--reason", *reason, say("cli.help.request.decision"));
  add_one("cancel", "cli.help.request.cancel",
          [&invocation, id] { return cancel_request(invocation, *id); });
  auto rule = std::make_shared<std::string>();
  add_command(*group, invocation, "four-eyes", say("cli.help.request.rule"),
              [&invocation, rule] { return four_eyes(invocation, *rule); })
      ->add_option("rule", *rule, say("cli.help.request.rule.value"))
      ->check(CLI::IsMember({"none", "privileged", "all"}));
  add_grant_commands(app, invocation);
}

}  // namespace belfry::command_line
