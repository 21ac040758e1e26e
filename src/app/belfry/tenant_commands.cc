// belfry tenant: the organisations below one's own, how they rest, go on and end.
#include "commands.h"
#include "input.h"
#include "names.h"
#include "output.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

namespace belfry::command_line {
namespace {

using nlohmann::json;

struct TenantArguments {
  std::string tenant, name, kind = "customer", under, reason;
  bool with_ended = false, is_sure = false;
};

std::string place_of(const std::string& id, const char* below = "") {
  return "/api/v1/tenants/" + path_segment(id) + below;
}

// Its own state, or that of the one that it rests with.
std::string state_cell(const json& tenant) {
  const std::string state = text_at(tenant, "state");
  if (state == "active" && tenant.at("rests_with_above") == true)
    return say("cli.tenant.rests_with_above");
  return say(state == "ended"       ? "cli.tenant.ended"
             : state == "suspended" ? "cli.tenant.suspended"
                                    : "cli.tenant.active");
}

std::string kind_cell(const json& tenant) {
  const std::string kind = text_at(tenant, "kind");
  return say(kind == "provider"  ? "cli.tenant.provider"
             : kind == "partner" ? "cli.tenant.partner"
                                 : "cli.tenant.customer");
}

std::string id_above(const json& tenant) {
  return tenant.at("parent").is_null() ? "" : text_at(tenant, "parent");
}

using Below = std::map<std::string, std::vector<const json*>>;

void add_below(Table& table, const Below& below, const std::string& above, std::size_t depth) {
  const auto found = below.find(above);
  if (found == below.end()) return;
  for (const json* tenant : found->second) {
    table.add({std::string(2 * depth, ' ') + text_at(*tenant, "name"), cell(tenant->at("id")),
               kind_cell(*tenant), state_cell(*tenant), time_cell(tenant->at("created_us"))});
    add_below(table, below, text_at(*tenant, "id"), depth + 1);
  }
}

// A tenant whose parent is not shown stands at the top.
Below tree_of(const json& tenants) {
  Below below;
  for (const json& tenant : tenants) {
    const std::string above = id_above(tenant);
    const bool is_shown = std::ranges::any_of(
        tenants, [&](const json& other) { return text_at(other, "id") == above; });
    below[is_shown ? above : ""].push_back(&tenant);
  }
  return below;
}

Result<> list_tenants(const Invocation& invocation, const TenantArguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(json tenants, connection.get_list(std::string("/api/v1/tenants") +
                                        (arguments.with_ended ? "?ended=true" : "")));
  if (invocation.json) return print_json(tenants), Result<>();
  Table table(
      {"cli.head.name", "cli.head.number", "cli.head.kind", "cli.head.status", "cli.head.created"});
  add_below(table, tree_of(tenants), "", 0);
  table.print();
  return {};
}

Result<> answer_with(const Invocation& invocation, const json& tenant) {
  if (invocation.json) return print_json(tenant), Result<>();
  Table facts;
  facts.add({say("cli.user.name"), cell(tenant.at("name"))});
  facts.add({say("cli.tenant.number"), cell(tenant.at("id"))});
  facts.add({say("cli.user.kind"), kind_cell(tenant)});
  facts.add({say("cli.tenant.above"), id_above(tenant).empty() ? "-" : id_above(tenant)});
  facts.add({say("cli.user.status"), state_cell(tenant)});
  facts.add({say("cli.user.created"), time_cell(tenant.at("created_us"))});
  if (const std::string organisation = text_at(tenant, "organisation"); !organisation.empty())
    facts.add({say("cli.tenant.sign_in"), organisation + "/…"});
  if (const json& suspension = tenant.at("suspension"); !suspension.is_null()) {
    facts.add({say("cli.tenant.since"), time_cell(suspension.at("since_us"))});
    facts.add({say("cli.tenant.by"), cell(suspension.at("by"))});
    facts.add({say("cli.tenant.reason"), cell(suspension.at("reason"))});
  }
  if (!tenant.at("ended_us").is_null())
    facts.add({say("cli.tenant.ended_at"), time_cell(tenant.at("ended_us"))});
  facts.print();
  return {};
}

// By its number also one that has ended.
Result<> show_tenant(const Invocation& invocation, const std::string& named) {
  TRY(auto connection, Connection::open(invocation.place));
  std::string id = named;
  if (named.empty() || named.find_first_not_of("0123456789") != std::string::npos) {
    TRY(id, find_tenant(connection, named));
  }
  TRY(json tenant, connection.get(place_of(id)));
  return answer_with(invocation, tenant);
}

Result<> create_tenant(const Invocation& invocation, const TenantArguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const std::string above, find_tenant(connection, arguments.under));
  TRY(json made,
      connection.post("/api/v1/tenants",
                      {{"name", arguments.name}, {"kind", arguments.kind}, {"parent", above}}));
  return answer_with(invocation, made);
}

Result<> rename_tenant(const Invocation& invocation, const TenantArguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const std::string id, find_tenant(connection, arguments.tenant));
  TRY(json renamed, connection.patch(place_of(id), {{"name", arguments.name}}));
  return answer_with(invocation, renamed);
}

Result<> suspend_tenant(const Invocation& invocation, const TenantArguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const std::string id, find_tenant(connection, arguments.tenant));
  TRY(json suspended, connection.post(place_of(id, "/suspension"), {{"reason", arguments.reason}}));
  return answer_with(invocation, suspended);
}

Result<> resume_tenant(const Invocation& invocation, const TenantArguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const std::string id, find_tenant(connection, arguments.tenant));
  TRY(connection.remove(place_of(id, "/suspension")));
  TRY(json resumed, connection.get(place_of(id)));
  return answer_with(invocation, resumed);
}

// For good: who does not say so beforehand types the name once more.
Result<> end_tenant(const Invocation& invocation, const TenantArguments& arguments) {
  TRY(auto connection, Connection::open(invocation.place));
  TRY(const std::string id, find_tenant(connection, arguments.tenant));
  TRY(const json tenant, connection.get(place_of(id)));
  const std::string name = text_at(tenant, "name");
  if (!arguments.is_sure &&
      ask(say("cli.tenant.end_prompt", {{"tenant", name}}), Echo::kShown) != name)
    return fail(Code::kInvalid, "cli.not_confirmed", {{"name", name}});
  TRY(connection.remove(place_of(id)));
  TRY(json ended, connection.get(place_of(id)));
  return answer_with(invocation, ended);
}

using Arguments = std::shared_ptr<TenantArguments>;
using Run = Result<> (*)(const Invocation&, const TenantArguments&);

CLI::App* add_one(CLI::App& group, Invocation& invocation, const Arguments& arguments,
                  const char* name, const char* help, Run run) {
  CLI::App* command =
      add_command(group, invocation, name, say(help),
                  [&invocation, arguments, run] { return run(invocation, *arguments); });
  command->add_option("tenant", arguments->tenant, say("cli.help.tenant.one"))->required();
  return command;
}

void add_reading_commands(CLI::App& group, Invocation& invocation, const Arguments& arguments) {
  add_command(group, invocation, "list", say("cli.help.tenant.list"), [&invocation, arguments] {
    return list_tenants(invocation, *arguments);
  })->add_flag("--ended", arguments->with_ended, say("cli.help.tenant.ended"));
  add_command(group, invocation, "show", say("cli.help.tenant.show"), [&invocation, arguments] {
    return show_tenant(invocation, arguments->tenant);
  })->add_option("tenant", arguments->tenant, say("cli.help.tenant.own"));
}

}  // namespace

void add_tenant_commands(CLI::App& app, Invocation& invocation) {
  auto arguments = std::make_shared<TenantArguments>();
  CLI::App* group = add_group(app, "tenant", say("cli.help.tenants"));
  add_reading_commands(*group, invocation, arguments);
  CLI::App* create =
      add_command(*group, invocation, "create", say("cli.help.tenant.create"),
                  [&invocation, arguments] { return create_tenant(invocation, *arguments); });
  create->add_option("name", arguments->name, say("cli.help.tenant.name"))->required();
  create->add_option("--kind", arguments->kind, say("cli.help.tenant.kind"))
      ->check(CLI::IsMember({"customer", "partner"}));
  create->add_option("--under", arguments->under, say("cli.help.tenant.under"));
  add_one(*group, invocation, arguments, "rename", "cli.help.tenant.rename", rename_tenant)
      ->add_option("name", arguments->name, say("cli.help.tenant.name"))
      ->required();
  add_one(*group, invocation, arguments, "suspend", "cli.help.tenant.suspend", suspend_tenant)
      ->add_option("--reason", arguments->reason, say("cli.help.tenant.reason"))
      ->required();
  add_one(*group, invocation, arguments, "resume", "cli.help.tenant.resume", resume_tenant);
  add_one(*group, invocation, arguments, "end", "cli.help.tenant.end", end_tenant)
      ->add_flag("--yes", arguments->is_sure, say("cli.help.user.yes"));
}

}  // namespace belfry::command_line
