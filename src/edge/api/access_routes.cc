// Requests for rights, the record of who holds what, and a tenant's rule of four eyes. Rights are
// checked in cloud/iam.
#include "page.h"
#include "route.h"
#include "shapes.h"

#include <nlohmann/json.hpp>

namespace belfry::api {
namespace {

using nlohmann::json;

iam::Access& access(const Call& call) {
  return call.host.services.iam.access();
}

json to_json(const iam::AccessRequest& request) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(request.duration).count();
  return {
      {"id", request.id.text()},
      {"tenant", request.tenant.text()},
      {"kind", name_of(request.kind)},
      {"user", text_or_null(text_of_id(request.user))},
      {"group", text_or_null(text_of_id(request.group))},
      {"profile", text_or_null(text_of_id(request.profile))},
      {"holder", request.holder},
      {"name", request.name},
      {"privileged", request.privileged},
      {"reason", request.reason},
      {"duration_s", seconds == 0 ? json(nullptr) : json(seconds)},
      {"requested_by", request.requested_by.text()},
      {"requested_by_name", text_or_null(request.requested_by_name)},
      {"requested_us", to_us(request.requested)},
      {"pending_until_us", to_us(request.pending_until)},
      {"state", name_of(request.state)},
      {"decided_by", text_or_null(text_of_id(request.decided_by))},
      {"decided_by_name", text_or_null(request.decided_by_name)},
      {"decided_us", time_or_null(request.decided)},
      {"decision_reason", request.decision_reason},
      {"deciders", request.deciders},
      {"delegation", text_or_null(text_of_id(request.delegation))},
      {"assumable_role", text_or_null(text_of_id(request.assumable))},
      {"trust", request.trust.empty() ? json(nullptr) : json::parse(request.trust, nullptr, false)},
      {"approved_by_own_account", request.approved_by_own_account}};
}

// The id in a field of the body; nothing when it is not there.
template <class IdType>
Result<std::optional<IdType>> id_field(const json& body, const char* name) {
  const auto field = body.find(name);
  if (field == body.end() || field->is_null()) return std::optional<IdType>();
  if (!field->is_string()) return fail(Code::kInvalid, "api.missing_field", {{"name", name}});
  TRY(IdType id, parse_id<IdType>(field->get<std::string>()));
  return std::optional<IdType>(id);
}

Result<iam::FourEyes> four_eyes_of(const std::string& name) {
  const auto rule = iam::four_eyes_named(name);
  if (!rule) return fail(Code::kInvalid, "iam.bad_four_eyes");
  return *rule;
}

Result<iam::Wanted> wanted_of(const json& body) {
  iam::Wanted wanted;
  TRY(wanted.user, id_field<UserId>(body, "user"));
  TRY(wanted.group, id_field<iam::GroupId>(body, "group"));
  TRY(wanted.profile, id_field<iam::ProfileId>(body, "profile"));
  TRY(wanted.assumable, id_field<iam::RoleId>(body, "assumable_role"));
  if (const auto trust = body.find("trust"); trust != body.end() && !trust->is_null()) {
    if (!trust->is_object()) return fail(Code::kInvalid, "api.missing_field", {{"name", "trust"}});
    wanted.trust = trust->dump();
  }
  TRY(wanted.reason, text_field(body, "reason"));
  if (const std::string role = text_field_or(body, "role", ""); !role.empty()) {
    wanted.role = iam::role_named(role);
    if (!wanted.role) return fail(Code::kInvalid, "api.unknown_role", {{"role", role}});
  }
  if (const std::string rule = text_field_or(body, "four_eyes", ""); !rule.empty()) {
    TRY(wanted.four_eyes, four_eyes_of(rule));
  }
  const auto duration = body.find("duration_s");
  if (duration == body.end() || duration->is_null()) return wanted;
  constexpr std::int64_t kSecondsMax = std::chrono::seconds(std::chrono::years(100)).count();
  if (!duration->is_number_integer() || duration->get<std::int64_t>() < 0 ||
      duration->get<std::int64_t>() > kSecondsMax)
    return fail(Code::kInvalid, "api.bad_parameter", {{"name", "duration_s"}});
  wanted.duration = std::chrono::seconds(duration->get<std::int64_t>());
  return wanted;
}

Task<Answer> list_requests(Call& call) {
  CO_TRY(iam::Page page, asked_page(call));
  const std::string named = call.parameter("state");
  const auto state = iam::request_state_named(named);
  if (!named.empty() && !state)
    co_return fail(Code::kInvalid, "api.bad_parameter", {{"name", "state"}});
  CO_TRY(auto found, co_await access(call).list_requests(call.by, state, std::move(page)));
  json items = json::array();
  for (const auto& request : found.things) items.push_back(to_json(request));
  co_return answer(page_of(std::move(items), cursor_of(found.next)));
}

Task<Answer> ask(Call& call) {
  CO_TRY(json body, co_await call.read_body());
  CO_TRY(iam::Wanted wanted, wanted_of(body));
  CO_TRY(auto made, co_await access(call).ask(call.by, wanted));
  co_return answer(to_json(made), 201);
}

Task<Answer> get_request(Call& call) {
  CO_TRY(auto id, parse_id<iam::RequestId>(call.path[0]));
  CO_TRY(auto found, co_await access(call).find_request(call.by, id));
  co_return answer(to_json(found));
}

template <Task<iam::AccessRequest> (iam::Access::*decide)(const iam::Principal&, iam::RequestId,
                                                          const std::string&)>
Task<Answer> decide_request(Call& call) {
  CO_TRY(auto id, parse_id<iam::RequestId>(call.path[0]));
  CO_TRY(json body, co_await call.read_body());
  const std::string reason = text_field_or(body, "reason", "");
  CO_TRY(auto decided, co_await (access(call).*decide)(call.by, id, reason));
  co_return answer(to_json(decided));
}

Task<Answer> cancel_request(Call& call) {
  CO_TRY(auto id, parse_id<iam::RequestId>(call.path[0]));
  CO_TRY(co_await access(call).cancel(call.by, id));
  co_return Answer::none();
}

json to_json(const std::vector<iam::Choices::Choice>& choices) {
  json items = json::array();
  for (const auto& choice : choices)
    items.push_back({{"id", choice.id}, {"name", choice.name}, {"privileged", choice.privileged}});
  return items;
}

Task<Answer> list_choices(Call& call) {
  CO_TRY(auto found, co_await access(call).list_choices(call.by));
  co_return answer({{"roles", to_json(found.roles)},
                    {"profiles", to_json(found.profiles)},
                    {"groups", to_json(found.groups)},
                    {"assumable_roles", to_json(found.assumables)}});
}

Task<Answer> list_grants(Call& call) {
  CO_TRY(iam::Page page, asked_page(call));
  std::optional<UserId> user;
  if (const std::string named = call.parameter("user"); !named.empty()) {
    CO_TRY(user, parse_id<UserId>(named));
  }
  const std::string which = call.parameter("state");
  if (!which.empty() && which != "current" && which != "all")
    co_return fail(Code::kInvalid, "api.bad_parameter", {{"name", "state"}});
  CO_TRY(auto found, co_await access(call).list_grants(
                         call.by, user,
                         which == "all" ? iam::Access::Which::kAll : iam::Access::Which::kCurrent,
                         std::move(page)));
  json items = json::array();
  for (const auto& grant : found.things) items.push_back(api::to_json(grant));
  co_return answer(page_of(std::move(items), cursor_of(found.next)));
}

Task<Answer> revoke_grant(Call& call) {
  CO_TRY(auto id, parse_id<iam::GrantId>(call.path[0]));
  CO_TRY(co_await access(call).revoke(call.by, id));
  co_return Answer::none();
}

Task<Answer> get_rules(Call& call) {
  CO_TRY(auto rules, co_await access(call).find_rules(call.by));
  co_return answer(
      {{"four_eyes", name_of(rules.four_eyes)}, {"administrators", rules.administrators}});
}

Task<Answer> set_rules(Call& call) {
  CO_TRY(json body, co_await call.read_body());
  CO_TRY(std::string named, text_field(body, "four_eyes"));
  CO_TRY(auto rule, four_eyes_of(named));
  CO_TRY(co_await access(call).set_four_eyes(call.by, rule));
  co_return Answer::none();
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/requests", "iam:GetRequest", list_requests},
    {"POST", "/api/v1/requests", "iam:RequestRight", ask},
    {"GET", "/api/v1/request-choices", "iam:RequestRight", list_choices},
    {"GET", "/api/v1/requests/{request}", "iam:GetRequest", get_request},
    {"DELETE", "/api/v1/requests/{request}", "iam:CancelRequest", cancel_request},
    {"POST", "/api/v1/requests/{request}/approve", "iam:DecideRequest",
     decide_request<&iam::Access::approve>},
    {"POST", "/api/v1/requests/{request}/refuse", "iam:DecideRequest",
     decide_request<&iam::Access::refuse>},
    {"GET", "/api/v1/grants", "iam:ListGrants", list_grants},
    {"DELETE", "/api/v1/grants/{grant}", "iam:RevokeGrant", revoke_grant},
    {"GET", "/api/v1/access-rules", "iam:GetAccessRules", get_rules},
    {"PUT", "/api/v1/access-rules", "iam:SetAccessRules", set_rules},
};

}  // namespace

std::span<const Route> access_routes() {
  return kRoutes;
}

}  // namespace belfry::api
