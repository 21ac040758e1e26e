// belfry person, job-role.
#include "base/time.h"
#include "commands.h"
#include "input.h"
#include "names.h"
#include "output.h"

#include <nlohmann/json.hpp>

namespace belfry::command_line {
namespace {

using nlohmann::json;

constexpr std::string_view kPeople = "/api/v1/people", kJobRoles = "/api/v1/job-roles",
                           kFile = "/api/v1/people.csv", kNone = "none";

struct Arguments {
  std::string person, name, reference, kind, email, manager, job_role, since, starts, ends;
  std::string state, reason, file, owner, account_role;
  std::vector<std::string> accounts, profiles, groups;
  std::string account;
};

std::string place_of_person(const json& person) {
  return place_of("people", person);
}

Result<json> find_job_role(Connection& connection, const std::string& named) {
  TRY(const json roles, connection.get_list(std::string(kJobRoles)));
  TRY(const std::string id, id_among(roles, named));
  for (const json& role : roles)
    if (text_at(role, "id") == id) return role;
  return fail(Code::kNotFound, "cli.no_such_name", {{"name", named}});
}

// "2026-03-01", at midnight in UTC, or "2026-03-01T18:00:00Z", as REST has it.
Result<std::int64_t> read_date(const std::string& text) {
  constexpr std::size_t kDateSize = 10;
  const auto time = parse_rfc3339(text.size() == kDateSize ? text + "T00:00:00Z" : text);
  if (!time) return fail(Code::kInvalid, "people.bad_date");
  return to_us(*time);
}

std::string job_cell(const json& person) {
  return person.at("jobs").empty() ? "-" : cell(person.at("jobs").at(0).at("name"));
}

std::string names_cell(const json& things) {
  std::string names;
  for (const json& thing : things) names += (names.empty() ? "" : ", ") + cell(thing.at("name"));
  return names.empty() ? "-" : names;
}

// Why an account is not ended though its person has left.
std::string kept_cell(const json& kept) {
  return kept == "last_administrator" ? say("cli.person.kept") : code_cell(kept);
}

void print_accounts(const json& person) {
  if (!person.at("accounts").empty()) {
    print_line("");
    Table accounts({"cli.head.account", "cli.head.active", "cli.head.ended", "cli.head.kept"});
    for (const json& account : person.at("accounts"))
      accounts.add({cell(account.at("name")), cell(account.at("active")),
                    time_cell(account.at("ended_us")), kept_cell(account.at("kept"))});
    accounts.print();
  }
  if (person.at("former_accounts").empty()) return;
  print_line("");
  Table former({"cli.head.former_account", "cli.head.since", "cli.head.until"});
  for (const json& account : person.at("former_accounts"))
    former.add({cell(account.at("name")), time_cell(account.at("bound_us")),
                time_cell(account.at("unbound_us"))});
  former.print();
}

void print_person(const json& person) {
  Table facts;
  const auto add = [&facts](const char* head, std::string value) {
    facts.add({say(head), std::move(value)});
  };
  add("cli.head.id", cell(person.at("id")));
  add("cli.head.reference", cell(person.at("reference")));
  add("cli.head.name", cell(person.at("name")));
  add("cli.head.kind", code_cell(person.at("kind")));
  add("cli.head.state", code_cell(person.at("state")));
  add("cli.head.email", cell(person.at("email")));
  add("cli.head.starts", time_cell(person.at("starts_us")));
  add("cli.head.ends", time_cell(person.at("ends_us")));
  add("cli.head.manager", cell(person.at("manager_reference")));
  add("cli.head.departure", cell(person.at("departure_reason")));
  add("cli.head.overdue_steps", cell(person.at("overdue_steps")));
  facts.print();
  if (!person.at("jobs").empty()) {
    print_line("");
    Table jobs({"cli.head.job_role", "cli.head.since", "cli.head.until"});
    for (const json& job : person.at("jobs"))
      jobs.add(
          {cell(job.at("name")), time_cell(job.at("since_us")), time_cell(job.at("until_us"))});
    jobs.print();
  }
  print_accounts(person);
}

void tell(const Invocation& invocation, const json& person) {
  invocation.json ? print_json(person) : print_person(person);
}

Result<> list(const Invocation& invocation, const Arguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  const std::string state = arguments.state.empty() ? "all" : arguments.state;
  TRY(const json people, connection.get_list(std::string(kPeople) + "?state=" + state));
  if (invocation.json) return print_json(people), Result<>();
  Table table({"cli.head.reference", "cli.head.name", "cli.head.kind", "cli.head.state",
               "cli.head.job_role", "cli.head.starts", "cli.head.ends", "cli.head.overdue_steps",
               "cli.head.account"});
  for (const json& person : people)
    table.add({cell(person.at("reference")), cell(person.at("name")), code_cell(person.at("kind")),
               code_cell(person.at("state")), job_cell(person), time_cell(person.at("starts_us")),
               time_cell(person.at("ends_us")), cell(person.at("overdue_steps")),
               names_cell(person.at("accounts"))});
  table.print();
  return {};
}

Result<> show(const Invocation& invocation, const Arguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const json person, find_person(connection, arguments.person));
  tell(invocation, person);
  return {};
}

// Of an account that is the person's, by name or number.
Result<std::string> id_of_account(const json& person, const std::string& named) {
  for (const json& account : person.at("accounts"))
    if (account.at("name") == named || account.at("user") == named) return text_at(account, "user");
  return fail(Code::kNotFound, "people.no_account", {{"account", named}});
}

// What was given of a person's fields. `none` takes a manager or an end away.
Result<json> fields_of(Connection& connection, const Arguments& arguments) {
  json fields = json::object();
  for (const auto& [name, value] :
       {std::pair{"name", &arguments.name}, std::pair{"reference", &arguments.reference},
        std::pair{"kind", &arguments.kind}, std::pair{"email", &arguments.email}})
    if (!value->empty()) fields[name] = *value;
  for (const auto& [name, value] :
       {std::pair{"starts_us", &arguments.starts}, std::pair{"ends_us", &arguments.ends},
        std::pair{"job_role_since_us", &arguments.since}}) {
    if (value->empty()) continue;
    fields[name] = nullptr;
    if (*value == kNone) continue;
    TRY(fields[name], read_date(*value));
  }
  if (arguments.manager == kNone) {
    fields["manager"] = nullptr;
  } else if (!arguments.manager.empty()) {
    TRY(const json manager, find_person(connection, arguments.manager));
    fields["manager"] = manager.at("id");
  }
  if (!arguments.job_role.empty()) {
    TRY(const json role, find_job_role(connection, arguments.job_role));
    fields["job_role"] = role.at("id");
  }
  return fields;
}

Result<json> bind_all(Connection& connection, json person,
                      const std::vector<std::string>& accounts) {
  for (const std::string& name : accounts) {
    TRY(const json user, find_user(connection, name));
    TRY(person, connection.post(place_of_person(person) + "/accounts", {{"user", user.at("id")}}));
  }
  return person;
}

Result<> add(const Invocation& invocation, const Arguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const json fields, fields_of(connection, arguments));
  // A name that is wrong is told before anything is recorded.
  for (const std::string& name : arguments.accounts) TRY(find_user(connection, name));
  TRY(json made, connection.post(std::string(kPeople), fields));
  TRY(made, bind_all(connection, made, arguments.accounts));
  tell(invocation, made);
  return {};
}

Result<> change(const Invocation& invocation, const Arguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const json person, find_person(connection, arguments.person));
  TRY(const json fields, fields_of(connection, arguments));
  TRY(const json changed, connection.patch(place_of_person(person), fields));
  tell(invocation, changed);
  return {};
}

Result<> leave(const Invocation& invocation, const Arguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const json person, find_person(connection, arguments.person));
  json departure = {{"reason", arguments.reason}};
  if (!arguments.ends.empty()) {
    TRY(departure["ends_us"], read_date(arguments.ends));
  }
  TRY(const json left, connection.post(place_of_person(person) + "/departure", departure));
  tell(invocation, left);
  return {};
}

Result<> bind(const Invocation& invocation, const Arguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const json person, find_person(connection, arguments.person));
  TRY(const json bound, bind_all(connection, person, {arguments.account}));
  tell(invocation, bound);
  return {};
}

Result<> unbind(const Invocation& invocation, const Arguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const json person, find_person(connection, arguments.person));
  TRY(const std::string user, id_of_account(person, arguments.account));
  TRY(connection.remove(place_of_person(person) + "/accounts/" + path_segment(user)));
  if (invocation.json) print_json({{"person", person.at("id")}, {"user", user}});
  return {};
}

Result<> export_people(const Invocation& invocation, const Arguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const std::string file, connection.get_octets(std::string(kFile)));
  return deliver(arguments.file, file, invocation.json);
}

Result<> import_people(const Invocation& invocation, const Arguments& arguments) {
  TRY(std::string file, read_file(arguments.file));
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const json imported, connection.post_text(std::string(kFile), std::move(file)));
  const json& faults = imported.at("faults");
  if (invocation.json) print_json(imported);
  if (!invocation.json && faults.empty())
    print_line(say("cli.person.imported", {{"recorded", cell(imported.at("recorded"))},
                                           {"changed", cell(imported.at("changed"))},
                                           {"unchanged", cell(imported.at("unchanged"))}}));
  if (!invocation.json) print_faults(faults);
  return faults.empty() ? Result<>() : fail(Code::kInvalid, "people.import_faults");
}

void print_job_role(const json& role) {
  Table facts;
  facts.add({say("cli.head.id"), cell(role.at("id"))});
  facts.add({say("cli.head.name"), cell(role.at("name"))});
  facts.add({say("cli.head.owner"), cell(role.at("owner"))});
  facts.add({say("cli.head.account_role"), code_cell(role.at("account_role"))});
  facts.add({say("cli.head.profiles"), names_cell(role.at("profiles"))});
  facts.add({say("cli.head.groups"), names_cell(role.at("groups"))});
  facts.add({say("cli.head.people"), cell(role.at("persons"))});
  facts.print();
}

Result<> list_job_roles(const Invocation& invocation) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const json roles, connection.get_list(std::string(kJobRoles)));
  if (invocation.json) return print_json(roles), Result<>();
  Table table({"cli.head.name", "cli.head.owner", "cli.head.account_role", "cli.head.profiles",
               "cli.head.groups", "cli.head.people"});
  for (const json& role : roles)
    table.add({cell(role.at("name")), cell(role.at("owner")), code_cell(role.at("account_role")),
               names_cell(role.at("profiles")), names_cell(role.at("groups")),
               cell(role.at("persons"))});
  table.print();
  return {};
}

// Of those that are there still: what was deleted since has no name.
json ids_of(const json& things) {
  json ids = json::array();
  for (const json& thing : things)
    if (!thing.at("name").is_null()) ids.push_back(thing.at("id"));
  return ids;
}

// What was given, over what it is now. `none` empties a list.
Result<json> job_role_of(Connection& connection, const Arguments& arguments, json role) {
  if (!arguments.name.empty()) role["name"] = arguments.name;
  if (!arguments.owner.empty()) role["owner"] = arguments.owner;
  if (!arguments.account_role.empty()) role["account_role"] = arguments.account_role;
  if (!arguments.profiles.empty()) role["profiles"] = json::array();
  if (!arguments.groups.empty()) role["groups"] = json::array();
  for (const std::string& name : arguments.profiles) {
    if (name == kNone) continue;
    TRY(const json profile, find_profile(connection, name));
    role["profiles"].push_back(profile.at("id"));
  }
  for (const std::string& name : arguments.groups) {
    if (name == kNone) continue;
    TRY(const json group, find_group(connection, name));
    role["groups"].push_back(group.at("id"));
  }
  return role;
}

Result<> create_job_role(const Invocation& invocation, const Arguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const json wanted, job_role_of(connection, arguments, json::object()));
  TRY(const json made, connection.post(std::string(kJobRoles), wanted));
  invocation.json ? print_json(made) : print_job_role(made);
  return {};
}

Result<> change_job_role(const Invocation& invocation, const Arguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const json before, find_job_role(connection, arguments.job_role));
  TRY(const json wanted, job_role_of(connection, arguments,
                                     {{"name", before.at("name")},
                                      {"owner", before.at("owner")},
                                      {"account_role", before.at("account_role")},
                                      {"profiles", ids_of(before.at("profiles"))},
                                      {"groups", ids_of(before.at("groups"))}}));
  TRY(const json changed, connection.put(place_of("job-roles", before), wanted.dump()));
  invocation.json ? print_json(changed) : print_job_role(changed);
  return {};
}

Result<> delete_job_role(const Invocation& invocation, const Arguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const json role, find_job_role(connection, arguments.job_role));
  TRY(connection.remove(place_of("job-roles", role)));
  if (invocation.json) print_json({{"id", role.at("id")}});
  return {};
}

void add_fields(CLI::App& command, Arguments& arguments) {
  command.add_option("--reference", arguments.reference, say("cli.help.person.reference"));
  command.add_option("--kind", arguments.kind, say("cli.help.person.kind"))
      ->check(CLI::IsMember({"employee", "contractor", "external"}));
  command.add_option("--email", arguments.email, say("cli.help.person.email"));
  command.add_option("--manager", arguments.manager, say("cli.help.person.manager"));
  command.add_option("--job-role", arguments.job_role, say("cli.help.person.job_role"));
  command.add_option("--ends", arguments.ends, say("cli.help.person.ends"));
}

using Command = Result<> (*)(const Invocation&, const Arguments&);

void add_changes(CLI::App& group, Invocation& invocation,
                 const std::shared_ptr<Arguments>& arguments) {
  const auto made = [&](const char* name, const char* help, Command run) {
    return add_command(group, invocation, name, say(help),
                       [&invocation, arguments, run] { return run(invocation, *arguments); });
  };
  CLI::App* added = made("add", "cli.help.person.add", add);
  added->add_option("name", arguments->name, say("cli.help.person.name"))->required();
  added->add_option("--starts", arguments->starts, say("cli.help.person.starts"))->required();
  added->add_option("--account", arguments->accounts, say("cli.help.person.account"));
  add_fields(*added, *arguments);
  CLI::App* changed = made("change", "cli.help.person.change", change);
  changed->add_option("--name", arguments->name, say("cli.help.person.name"));
  changed->add_option("--starts", arguments->starts, say("cli.help.person.starts"));
  changed->add_option("--since", arguments->since, say("cli.help.person.since"));
  add_fields(*changed, *arguments);
  CLI::App* left = made("leave", "cli.help.person.leave", leave);
  left->add_option("--on", arguments->ends, say("cli.help.person.on"));
  left->add_option("--reason", arguments->reason, say("cli.help.person.reason"))->required();
  CLI::App* bound = made("bind", "cli.help.person.bind", bind);
  CLI::App* unbound = made("unbind", "cli.help.person.unbind", unbind);
  CLI::App* shown = made("show", "cli.help.person.show", show);
  for (CLI::App* command : {changed, left, bound, unbound, shown})
    command->add_option("person", arguments->person, say("cli.help.person.one"))->required();
  for (CLI::App* command : {bound, unbound})
    command->add_option("account", arguments->account, say("cli.help.person.account"))->required();
}

void add_job_role_commands(CLI::App& app, Invocation& invocation) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* group = add_group(app, "job-role", say("cli.help.job_role"));
  add_command(*group, invocation, "list", say("cli.help.job_role.list"),
              [&invocation] { return list_job_roles(invocation); });
  const auto made = [&](const char* name, const char* help, Command run) {
    return add_command(*group, invocation, name, say(help),
                       [&invocation, arguments, run] { return run(invocation, *arguments); });
  };
  CLI::App* created = made("create", "cli.help.job_role.create", create_job_role);
  created->add_option("name", arguments->name, say("cli.help.job_role.name"))->required();
  CLI::App* changed = made("change", "cli.help.job_role.change", change_job_role);
  CLI::App* deleted = made("delete", "cli.help.job_role.delete", delete_job_role);
  for (CLI::App* command : {changed, deleted})
    command->add_option("job-role", arguments->job_role, say("cli.help.job_role.one"))->required();
  changed->add_option("--name", arguments->name, say("cli.help.job_role.name"));
  created->add_option("--owner", arguments->owner, say("cli.help.job_role.owner"))->required();
  changed->add_option("--owner", arguments->owner, say("cli.help.job_role.owner"));
  for (CLI::App* command : {created, changed}) {
    command->add_option("--account-role", arguments->account_role,
                        say("cli.help.job_role.account_role"));
    command->add_option("--profile", arguments->profiles, say("cli.help.job_role.profile"));
    command->add_option("--group", arguments->groups, say("cli.help.job_role.group"));
  }
}

}  // namespace

void add_person_commands(CLI::App& app, Invocation& invocation) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* group = add_group(app, "person", say("cli.help.person"));
  CLI::App* listed = add_command(*group, invocation, "list", say("cli.help.person.list"),
                                 [&invocation, arguments] { return list(invocation, *arguments); });
  listed->add_option("--state", arguments->state, say("cli.help.person.state"))
      ->check(CLI::IsMember({"all", "future", "present", "left"}));
  add_changes(*group, invocation, arguments);
  CLI::App* imported =
      add_command(*group, invocation, "import", say("cli.help.person.import"),
                  [&invocation, arguments] { return import_people(invocation, *arguments); });
  imported->add_option("file", arguments->file, say("cli.help.person.file"))->required();
  CLI::App* exported =
      add_command(*group, invocation, "export", say("cli.help.person.export"),
                  [&invocation, arguments] { return export_people(invocation, *arguments); });
  exported->add_option("file", arguments->file, say("cli.help.person.file"));
  add_job_role_commands(app, invocation);
}

}  // namespace belfry::command_line
