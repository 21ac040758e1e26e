// belfry access.
#include "base/ascii.h"
#include "commands.h"
#include "names.h"
#include "output.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <tuple>

namespace belfry::command_line {
namespace {

using nlohmann::json;

// In place of a user: whoever assumed the role.
constexpr std::string_view kWhoever = "-";

// The bucket and what follows it, of "s3://bucket/prefix" or "bucket/prefix".
std::pair<std::string, std::string> split_place(std::string place) {
  constexpr std::string_view kScheme = "s3://";
  if (place.starts_with(kScheme)) place.erase(0, kScheme.size());
  const auto slash = place.find('/');
  if (slash == std::string::npos) return {place, ""};
  return {place.substr(0, slash), place.substr(slash + 1)};
}

// Where a statement stands: "profile Writers by group Crew: Office".
std::string source_of(const json& reason) {
  std::string text = code_cell(reason.at("source"));
  if (reason.at("name").is_string()) text += " " + cell(reason.at("name"));
  if (reason.at("group_name").is_string())
    text += " (" + say("cli.access.by_group", {{"group", cell(reason.at("group_name"))}}) + ")";
  return text + ": " + cell(reason.at("statement"));
}

std::string conditions_of(const json& holder) {
  std::string text;
  for (const json& condition : holder.at("conditions"))
    text += (text.empty() ? "" : "; ") + cell(condition);
  return text.empty() ? "-" : text;
}

void add_acts(Table& table, const std::string& who, const json& acts) {
  for (const json& act : acts) {
    std::string verdict = code_cell(act.at("certainty"));
    if (act.at("needs_second_factor") == true) verdict += ", " + say("cli.access.with_factor");
    for (const json& reason : act.at("reasons"))
      table.add({who, code_cell(act.at("act")), verdict, code_cell(reason.at("effect")),
                 source_of(reason), conditions_of(reason)});
  }
}

// Over which roles: "first, second".
std::string joined(const json& names) {
  std::string text;
  for (const json& name : names) text += (text.empty() ? "" : ", ") + cell(name);
  return text.empty() ? "-" : text;
}

std::string verdict_of(const json& way) {
  std::string verdict = code_cell(way.at("certainty"));
  if (way.at("needs_second_factor") == true) verdict += ", " + say("cli.access.with_factor");
  return verdict;
}

// Those who can assume a role, one a reason.
void add_way(Table& table, const std::string& role, const std::string& who, const json& way) {
  for (const json& reason : way.at("reasons"))
    table.add({role, who, verdict_of(way), joined(way.at("through")),
               code_cell(reason.at("effect")), source_of(reason), conditions_of(reason)});
}

const std::vector<std::string> kWayHead = {
    "cli.head.assumable", "cli.head.assumed_by",      "cli.head.verdict", "cli.head.through",
    "cli.head.effect",    "cli.head.source_of_right", "cli.head.depends"};

void print_ways_to(const json& roles, const json& people) {
  Table table(kWayHead);
  for (const json& role : roles) {
    const std::string name = cell(role.at("name"));
    for (const json& person : people)
      for (const json& way : person.at("roles"))
        if (way.at("role") == role.at("role")) add_way(table, name, cell(person.at("name")), way);
    for (const json& other : role.at("others")) {
      const bool is_foreign = other.at("kind") == "account";
      std::string who = cell(other.at("principal"));
      if (other.at("kind") == "role") who = say("cli.access.role", {{"role", who}});
      table.add({name, who,
                 is_foreign ? say("cli.access.foreign") : code_cell(other.at("certainty")), "-",
                 code_cell("allow"), code_cell("trust") + ": " + cell(other.at("statement")),
                 conditions_of(other)});
    }
  }
  table.print();
}

// "nadia: staff of the provider, until 2026-... by intervention 12 (break-glass), approved by max".
std::string staff_cell(const json& staff) {
  return say("cli.access.staff", {{"staff", cell(staff.at("name"))},
                                  {"intervention", cell(staff.at("intervention"))},
                                  {"kind", code_cell(staff.at("kind"))},
                                  {"until", time_cell(staff.at("expires_us"))},
                                  {"approved_by", cell(staff.at("approved_by_name"))}});
}

// A user of the tenant, or staff of the provider that interventions on its data name.
Result<json> find_anybody(Connection& connection, const std::string& name) {
  auto user = find_user(connection, name);
  if (user || user.error().code() != Code::kNotFound) return user;
  auto interventions = connection.get_list("/api/v1/interventions");
  if (!interventions) return user;
  for (const json& each : *interventions)
    if (to_lower(text_at(each, "staff_name")) == to_lower(name) || each.at("staff") == name)
      return json{{"id", each.at("staff")}, {"name", each.at("staff_name")}};
  return fail(Code::kNotFound, "cli.access.nobody", {{"name", name}});
}

// By which interventions the provider's staff comes.
void print_staff(const std::string& name, const json& found) {
  if (found.at("is_staff") != true) return;
  if (found.at("staff").empty()) print_line(say("cli.access.staff_nothing", {{"staff", name}}));
  for (const json& each : found.at("staff")) print_line(staff_cell(each));
}

// Actions that are alike in all else stand together.
void print_services(const json& services) {
  std::vector<std::pair<json, std::string>> rows;
  for (const json& service : services) {
    json like = service;
    like.erase("action");
    const std::string action = cell(service.at("action"));
    const auto same = std::ranges::find(rows, like, &std::pair<json, std::string>::first);
    if (same == rows.end())
      rows.emplace_back(std::move(like), action);
    else
      same->second += " " + action;
  }
  Table table({"cli.head.service", "cli.head.verdict", "cli.head.effect",
               "cli.head.source_of_right", "cli.head.depends", "cli.head.actions"});
  for (const auto& [like, actions] : rows)
    for (const json& reason : like.at("reasons"))
      table.add({cell(like.at("service")) + ", " + code_cell(like.at("of")), verdict_of(like),
                 code_cell(reason.at("effect")), source_of(reason), conditions_of(reason),
                 actions});
  table.print();
}

Result<> show_who(const Invocation& invocation, const std::string& place) {
  const auto [bucket, prefix] = split_place(place);
  TRY(auto connection, Connection::open(invocation.place));
  const std::string target =
      "/api/v1/buckets/" + path_segment(bucket) + "/access?prefix=" + path_segment(prefix);
  TRY(json first, connection.get(target + "&limit=1"));
  TRY(json people, connection.get_list(target));
  first["items"] = people;
  first.erase("next_cursor");
  if (invocation.json) return print_json(first), Result<>();
  Table table({"cli.head.holder", "cli.head.act", "cli.head.verdict", "cli.head.effect",
               "cli.head.source_of_right", "cli.head.depends"});
  for (const json& person : people) add_acts(table, cell(person.at("name")), person.at("acts"));
  add_acts(table, say("cli.access.everybody"), first.at("everybody"));
  for (const json& staff : first.at("staff")) add_acts(table, staff_cell(staff), staff.at("acts"));
  for (const json& foreigner : first.at("foreigners"))
    table.add({cell(foreigner.at("principal")), code_cell(foreigner.at("act")),
               say("cli.access.foreign"), code_cell("allow"),
               code_cell("bucket_policy") + ": " + cell(foreigner.at("statement")),
               conditions_of(foreigner)});
  const json& roles = first.at("roles");
  for (const json& role : roles)
    add_acts(table, say("cli.access.role", {{"role", cell(role.at("name"))}}), role.at("acts"));
  table.print();
  if (roles.empty()) return {};
  print_line("");
  print_ways_to(roles, people);
  return {};
}

Result<> show_what(const Invocation& invocation, const std::string& user) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const json person, find_anybody(connection, user));
  const std::string id = text_at(person, "id");
  TRY(json found, connection.get("/api/v1/users/" + path_segment(id) + "/access"));
  if (invocation.json) return print_json(found), Result<>();
  print_staff(text_at(person, "name"), found);
  Table table({"cli.head.name", "cli.head.act", "cli.head.verdict", "cli.head.effect",
               "cli.head.source_of_right", "cli.head.depends"});
  for (const json& bucket : found.at("buckets"))
    add_acts(table, cell(bucket.at("bucket")), bucket.at("acts"));
  const json& roles = found.at("roles");
  for (const json& role : roles)
    for (const json& bucket : role.at("buckets"))
      add_acts(table,
               cell(bucket.at("bucket")) + ", " +
                   say("cli.access.role", {{"role", cell(role.at("name"))}}),
               bucket.at("acts"));
  table.print();
  for (const json& delegation : found.at("delegations"))
    print_line(say("cli.access.looks_after", {{"unit", cell(delegation.at("unit_name"))},
                                              {"delegation", cell(delegation.at("id"))}}));
  if (!found.at("services").empty()) {
    print_line("");
    print_services(found.at("services"));
  }
  if (roles.empty()) return {};
  print_line("");
  Table ways(kWayHead);
  for (const json& role : roles)
    add_way(ways, cell(role.at("name")), cell(person.at("name")), role);
  ways.print();
  return {};
}

struct Simulated {
  std::string user, action, place, source_ip, role, session, external_id;
  bool second_factor = false;
};

Result<> explain(const Invocation& invocation, const Simulated& asked) {
  TRY(auto connection, Connection::open(invocation.place));
  json body = {{"action", asked.action},
               {"source_ip", asked.source_ip},
               {"second_factor", asked.second_factor}};
  if (asked.action.starts_with("s3:")) {
    std::tie(body["bucket"], body["key"]) = split_place(asked.place);
  } else {
    body["resource"] = asked.place.empty() ? "*" : asked.place;
  }
  std::string name;
  if (asked.role.empty() || asked.user != kWhoever) {
    TRY(const json person, find_anybody(connection, asked.user));
    body["user"] = text_at(person, "id");
    name = text_at(person, "name");
  }
  if (!asked.role.empty()) {
    TRY(const json roles, connection.get_list("/api/v1/roles"));
    TRY(body["role"], id_among(roles, asked.role));
    body["session_name"] = asked.session;
    body["external_id"] = asked.external_id;
  }
  TRY(json found, connection.post("/api/v1/access/explain", body));
  if (invocation.json) return print_json(found), Result<>();
  print_staff(name, found);
  print_line(found.at("allowed") == true ? say("cli.access.allowed") : cell(found.at("reason")));
  Table table({"cli.head.effect", "cli.head.source_of_right"});
  for (const json& reason : found.at("statements"))
    table.add({code_cell(reason.at("effect")), source_of(reason)});
  table.print();
  return {};
}

}  // namespace

void add_access_commands(CLI::App& app, Invocation& invocation) {
  CLI::App* group = add_group(app, "access", say("cli.help.access"));
  auto place = std::make_shared<std::string>();
  add_command(*group, invocation, "who", say("cli.help.access.who"),
              [&invocation, place] { return show_who(invocation, *place); })
      ->add_option("place", *place, say("cli.help.access.place"))
      ->required();
  auto user = std::make_shared<std::string>();
  add_command(*group, invocation, "what", say("cli.help.access.what"), [&invocation, user] {
    return show_what(invocation, *user);
  })->add_option("user", *user, say("cli.help.access.user"));
  auto asked = std::make_shared<Simulated>();
  CLI::App* command = add_command(*group, invocation, "explain", say("cli.help.access.explain"),
                                  [&invocation, asked] { return explain(invocation, *asked); });
  command->add_option("user", asked->user, say("cli.help.access.user"))->required();
  command->add_option("action", asked->action, say("cli.help.access.action"))->required();
  command->add_option("place", asked->place, say("cli.help.access.key"));
  CLI::Option* role = command->add_option("--role", asked->role, say("cli.help.access.in_role"));
  command->add_option("--session", asked->session, say("cli.help.role.session"))->needs(role);
  command->add_option("--external-id", asked->external_id, say("cli.help.role.external_id"))
      ->needs(role);
  command->add_option("--from", asked->source_ip, say("cli.help.access.from"));
  command->add_flag("--second-factor", asked->second_factor, say("cli.help.access.factor"));
}

}  // namespace belfry::command_line
