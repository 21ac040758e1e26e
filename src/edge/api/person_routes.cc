// The register of people: persons, job roles, accounts. Each tenant's own.
#include "page.h"
#include "people/people.h"
#include "people_acts.h"
#include "route.h"
#include "shapes.h"

#include <nlohmann/json.hpp>

namespace belfry::api {
namespace {

using nlohmann::json;
using people::JobRoleId;
using people::PersonId;

people::Register& people_of(const Call& call) {
  return call.host.services.people;
}

json shape_of(const people::Job& job) {
  return {{"job_role", job.role.text()},
          {"name", job.name},
          {"since_us", to_us(job.since)},
          {"until_us", time_or_null(job.until)}};
}

json shape_of(const people::Account& account) {
  return {{"user", account.user.text()},
          {"name", account.name},
          {"active", account.active},
          {"bound_us", to_us(account.bound)},
          {"ended_us", time_or_null(account.ended)},
          {"kept", text_or_null(account.kept)}};
}

json shape_of(const people::FormerAccount& account) {
  return {{"user", account.user.text()},
          {"name", account.name},
          {"bound_us", to_us(account.bound)},
          {"unbound_us", to_us(account.unbound)}};
}

std::string_view state_at(const people::Person& person, Timestamp now) {
  if (people::has_left(person, now)) return "left";
  return person.starts > now ? "future" : "present";
}

json shape_of(const people::Person& person, Timestamp now) {
  json jobs = json::array(), accounts = json::array(), former = json::array();
  for (const auto& job : person.jobs) jobs.push_back(shape_of(job));
  for (const auto& account : person.accounts) accounts.push_back(shape_of(account));
  for (const auto& account : person.former_accounts) former.push_back(shape_of(account));
  return {{"id", person.id.text()},
          {"reference", person.reference},
          {"kind", people::name_of(person.kind)},
          {"name", person.name},
          {"email", person.email},
          {"manager", text_or_null(text_of_id(person.manager))},
          {"manager_reference", text_or_null(person.manager_reference)},
          {"starts_us", to_us(person.starts)},
          {"ends_us", time_or_null(person.ends)},
          {"state", state_at(person, now)},
          {"departure_reason", text_or_null(person.departure_reason)},
          {"jobs", std::move(jobs)},
          {"accounts", std::move(accounts)},
          {"former_accounts", std::move(former)},
          {"overdue_steps", person.overdue_steps},
          {"created_us", to_us(person.created)},
          {"changed_us", to_us(person.changed)}};
}

json shape_of(const std::vector<people::Named>& items) {
  json shapes = json::array();
  for (const auto& item : items)
    shapes.push_back({{"id", std::to_string(item.id)}, {"name", text_or_null(item.name)}});
  return shapes;
}

json shape_of(const people::JobRole& role) {
  return {{"id", role.id.text()},
          {"name", role.name},
          {"owner", role.owner},
          {"account_role", role.account_role},
          {"profiles", shape_of(role.profiles)},
          {"groups", shape_of(role.groups)},
          {"persons", role.persons},
          {"created_us", to_us(role.created)},
          {"changed_us", to_us(role.changed)}};
}

// Fields that may be left out. Errors: invalid ("api.bad_parameter").
Result<std::optional<Timestamp>> time_if(const json& body, const char* name) {
  const auto field = body.find(name);
  if (field == body.end() || field->is_null()) return std::nullopt;
  if (!field->is_number_integer()) return std::unexpected(bad(name));
  return from_us(field->get<std::int64_t>());
}

template <class IdType>
Result<std::optional<IdType>> id_if(const json& body, const char* name) {
  const auto field = body.find(name);
  if (field == body.end()) return std::nullopt;
  if (field->is_null()) return IdType{};
  if (!field->is_string()) return std::unexpected(bad(name));
  TRY(const auto id, parse_id<IdType>(field->get<std::string>()));
  return id;
}

Result<std::optional<people::Kind>> kind_if(const json& body) {
  TRY(const auto name, text_if(body, "kind"));
  if (!name) return std::nullopt;
  return person_kind(*name);
}

Result<std::vector<std::int64_t>> ids_in(const json& body, const char* name) {
  std::vector<std::int64_t> ids;
  const auto field = body.find(name);
  if (field == body.end()) return ids;
  if (!field->is_array()) return std::unexpected(bad(name));
  for (const json& item : *field) {
    if (!item.is_string()) return std::unexpected(bad(name));
    TRY(const auto id, parse_id<PersonId>(item.get<std::string>()));
    ids.push_back(id.value);
  }
  return ids;
}

Task<Answer> list_people(Call& call) {
  CO_TRY(call.authorize({own_people(call), call.by.tenant}));
  CO_TRY(const auto asked, page_request(call));
  const std::string named = call.parameter("state");
  const auto state = people::state_named(named.empty() ? "all" : named);
  if (!state) co_return std::unexpected(bad("state"));
  CO_TRY(const auto found,
         co_await people_of(call).list(call.by.tenant, *state,
                                       {asked.after, asked.limit, call.parameter("reference")}));
  json items = json::array();
  for (const auto& person : found.persons)
    items.push_back(shape_of(person, call.host.services.clock.now()));
  co_return answer(page_of(std::move(items), cursor_of(found.next)));
}

Task<Answer> record_person(Call& call) {
  CO_TRY(const json body, co_await call.read_body());
  CO_TRY(const auto by, allow_change(call, own_people(call)));
  people::NewPerson wanted;
  CO_TRY(wanted.name, text_field(body, "name"));
  CO_TRY(const auto reference, text_if(body, "reference"));
  CO_TRY(const auto email, text_if(body, "email"));
  CO_TRY(const auto kind, kind_if(body));
  CO_TRY(const auto manager, id_if<PersonId>(body, "manager"));
  CO_TRY(const auto job_role, id_if<JobRoleId>(body, "job_role"));
  CO_TRY(const auto starts, time_if(body, "starts_us"));
  CO_TRY(wanted.ends, time_if(body, "ends_us"));
  if (!starts) co_return fail(Code::kInvalid, "api.missing_field", {{"name", "starts_us"}});
  wanted.reference = reference.value_or("");
  wanted.email = email.value_or("");
  wanted.kind = kind.value_or(people::Kind::kEmployee);
  wanted.manager = manager.value_or(PersonId{});
  wanted.job_role = job_role.value_or(JobRoleId{});
  wanted.starts = *starts;
  CO_TRY(const auto made, co_await people_of(call).record(by, wanted));
  co_return answer(shape_of(made, call.host.services.clock.now()), 201);
}

Task<Answer> get_person(Call& call) {
  CO_TRY(const auto id, parse_id<PersonId>(call.path[0]));
  CO_TRY(call.authorize({people::resource_of(id), call.by.tenant}));
  CO_TRY(const auto found, co_await people_of(call).find(call.by.tenant, id));
  co_return answer(shape_of(found, call.host.services.clock.now()));
}

Task<Answer> change_person(Call& call) {
  CO_TRY(const json body, co_await call.read_body());
  CO_TRY(const auto id, parse_id<PersonId>(call.path[0]));
  CO_TRY(const auto by, allow_change(call, people::resource_of(id)));
  people::Change change;
  CO_TRY(change.reference, text_if(body, "reference"));
  CO_TRY(change.name, text_if(body, "name"));
  CO_TRY(change.email, text_if(body, "email"));
  CO_TRY(change.kind, kind_if(body));
  CO_TRY(change.manager, id_if<PersonId>(body, "manager"));
  CO_TRY(change.job_role, id_if<JobRoleId>(body, "job_role"));
  if (change.job_role && !*change.job_role) co_return std::unexpected(bad("job_role"));
  CO_TRY(change.job_role_since, time_if(body, "job_role_since_us"));
  CO_TRY(change.starts, time_if(body, "starts_us"));
  if (body.contains("ends_us")) {
    CO_TRY(change.ends, time_if(body, "ends_us"));
  }
  CO_TRY(const auto changed,
         call.told(people::resource_of(id), co_await people_of(call).change(by, id, change)));
  co_return answer(shape_of(changed, call.host.services.clock.now()));
}

Task<Answer> record_departure(Call& call) {
  CO_TRY(const json body, co_await call.read_body());
  CO_TRY(const auto id, parse_id<PersonId>(call.path[0]));
  CO_TRY(const auto by, allow_change(call, people::resource_of(id)));
  CO_TRY(const std::string reason, text_field(body, "reason"));
  CO_TRY(const auto ends, time_if(body, "ends_us"));
  const Timestamp now = call.host.services.clock.now();
  CO_TRY(const auto left,
         call.told(people::resource_of(id),
                   co_await people_of(call).record_departure(by, id, ends.value_or(now), reason)));
  co_return answer(shape_of(left, now));
}

Task<Answer> bind_account(Call& call) {
  CO_TRY(const json body, co_await call.read_body());
  CO_TRY(const auto id, parse_id<PersonId>(call.path[0]));
  CO_TRY(const auto by, allow_change(call, people::resource_of(id)));
  CO_TRY(const std::string named, text_field(body, "user"));
  CO_TRY(const auto user, parse_id<UserId>(named));
  CO_TRY(const auto bound,
         call.told(people::resource_of(id), co_await people_of(call).bind(by, id, user)));
  co_return answer(shape_of(bound, call.host.services.clock.now()));
}

Task<Answer> unbind_account(Call& call) {
  CO_TRY(const auto id, parse_id<PersonId>(call.path[0]));
  CO_TRY(const auto by, allow_change(call, people::resource_of(id)));
  CO_TRY(const auto user, parse_id<UserId>(call.path[1]));
  CO_TRY(call.told(people::resource_of(id), co_await people_of(call).unbind(by, id, user)));
  co_return Answer::none();
}

Task<Answer> export_people(Call& call) {
  CO_TRY(call.authorize({own_people(call), call.by.tenant}));
  CO_TRY(const std::string file, co_await people_of(call).export_people(actor_of(call)));
  call.note_read();
  co_return co_await send_csv(call, "people.csv", file);
}

Task<Answer> import_people(Call& call) {
  CO_TRY(const auto by, allow_change(call, own_people(call)));
  CO_TRY(std::string file, co_await call.read_text(people::kFileOctetsMax));
  CO_TRY(const auto imported, co_await people_of(call).import_people(by, std::move(file)));
  const auto denied = std::ranges::find(imported.faults, Code::kDenied,
                                        [](const auto& fault) { return fault.error.code(); });
  if (denied != imported.faults.end()) {
    const Error told = call.refusal(own_people(call), denied->error);
    if (told.code() != Code::kDenied) co_return std::unexpected(told);
  }
  json faults = json::array();
  for (const auto& [line, error] : imported.faults)
    faults.push_back({{"line", line},
                      {"message_id", error.message()},
                      {"message", text::text(error, call.language())}});
  co_return answer({{"recorded", imported.recorded},
                    {"changed", imported.changed},
                    {"unchanged", imported.unchanged},
                    {"faults", std::move(faults)}});
}

Task<Answer> list_job_roles(Call& call) {
  CO_TRY(call.authorize({own_people(call), call.by.tenant}));
  CO_TRY(const auto asked, page_request(call));
  CO_TRY(auto roles, co_await people_of(call).job_roles(call.by.tenant));
  const std::string next = cut_to_page(
      roles, asked, [](const people::JobRole& role) { return role.name + "/" + role.id.text(); });
  json items = json::array();
  for (const auto& role : roles) items.push_back(shape_of(role));
  co_return answer(page_of(std::move(items), next));
}

Task<people::JobRole> set_job_role(Call& call, JobRoleId id, const std::string& resource) {
  CO_TRY(const json body, co_await call.read_body());
  CO_TRY(const auto by, allow_change(call, resource));
  people::WantedJobRole wanted;
  CO_TRY(wanted.name, text_field(body, "name"));
  CO_TRY(wanted.owner, text_field(body, "owner"));
  wanted.account_role = text_field_or(body, "account_role", "reader");
  CO_TRY(wanted.profiles, ids_in(body, "profiles"));
  CO_TRY(wanted.groups, ids_in(body, "groups"));
  co_return co_await people_of(call).set_job_role(by, id, wanted);
}

Task<Answer> create_job_role(Call& call) {
  CO_TRY(const auto made, co_await set_job_role(call, {}, own_people(call)));
  co_return answer(shape_of(made), 201);
}

Task<Answer> change_job_role(Call& call) {
  CO_TRY(const auto id, parse_id<JobRoleId>(call.path[0]));
  CO_TRY(const auto made, co_await set_job_role(call, id, people::resource_of(id)));
  co_return answer(shape_of(made));
}

Task<Answer> delete_job_role(Call& call) {
  CO_TRY(const auto id, parse_id<JobRoleId>(call.path[0]));
  CO_TRY(const auto by, allow_change(call, people::resource_of(id)));
  CO_TRY(co_await people_of(call).delete_job_role(by, id));
  co_return Answer::none();
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/people", "people:ListPeople", list_people},
    {"POST", "/api/v1/people", "people:RecordPerson", record_person},
    {"GET", "/api/v1/people/{person}", "people:GetPerson", get_person},
    {"PATCH", "/api/v1/people/{person}", "people:ChangePerson", change_person},
    {"POST", "/api/v1/people/{person}/departure", "people:RecordDeparture", record_departure},
    {"POST", "/api/v1/people/{person}/accounts", "people:BindAccount", bind_account},
    {"DELETE", "/api/v1/people/{person}/accounts/{user}", "people:UnbindAccount", unbind_account},
    {"GET", "/api/v1/people.csv", "people:ExportPeople", export_people},
    {"POST", "/api/v1/people.csv", "people:ImportPeople", import_people},
    {"GET", "/api/v1/job-roles", "people:ListJobRoles", list_job_roles},
    {"POST", "/api/v1/job-roles", "people:SetJobRole", create_job_role},
    {"PUT", "/api/v1/job-roles/{job_role}", "people:SetJobRole", change_job_role},
    {"DELETE", "/api/v1/job-roles/{job_role}", "people:DeleteJobRole", delete_job_role},
};

}  // namespace

std::span<const Route> person_routes() {
  return kRoutes;
}

}  // namespace belfry::api
