// Roles to be assumed, and their sessions. Rights are checked in cloud/iam.
#include "page.h"
#include "route.h"
#include "shapes.h"

#include <nlohmann/json.hpp>

namespace belfry::api {
namespace {

using nlohmann::json;

iam::Roles& roles(const Call& call) {
  return call.host.services.iam.roles();
}

json shape_of(const iam::AssumableRole& role) {
  json profiles = json::array();
  for (const iam::Holding& held : role.profiles) profiles.push_back(to_json(held));
  return {{"id", role.id.text()},
          {"tenant", role.tenant.text()},
          {"name", role.name},
          {"arn", role.arn},
          {"trust", role.trust.empty() ? json(nullptr) : json::parse(role.trust, nullptr, false)},
          {"session_max_us", role.session_max.count()},
          {"privileged", role.privileged},
          {"profiles", std::move(profiles)},
          {"created_us", to_us(role.created)},
          {"changed_us", to_us(role.changed)},
          {"last_assumed_us", time_or_null(role.last_assumed)}};
}

json shape_of(const iam::RoleSession& session) {
  return {{"id", session.id},
          {"role", session.role.text()},
          {"name", session.name},
          {"arn", session.arn},
          {"assumed_by", session.by},
          {"second_factor", session.second_factor},
          {"created_us", to_us(session.created)},
          {"expires_us", to_us(session.expires)},
          {"issuer", text_or_null(session.issuer)},
          {"subject", text_or_null(session.subject)}};
}

template <class T>
json shape_of(const std::vector<T>& things) {
  json items = json::array();
  for (const T& thing : things) items.push_back(shape_of(thing));
  return items;
}

// A document in the body, as text; nothing when there is none.
Result<std::optional<std::string>> document_in(const json& body, const char* name) {
  using Document = std::optional<std::string>;
  const auto found = body.find(name);
  if (found == body.end()) return Document();
  if (!found->is_object()) return fail(Code::kInvalid, "api.missing_field", {{"name", name}});
  return Document(found->dump());
}

Result<std::optional<Duration>> duration_in(const json& body, const char* name) {
  using Found = std::optional<Duration>;
  const auto found = body.find(name);
  if (found == body.end()) return Found();
  if (!found->is_number_integer())
    return fail(Code::kInvalid, "api.bad_parameter", {{"name", name}});
  return Found(Duration(found->get<std::int64_t>()));
}

Task<Answer> list_roles(Call& call) {
  CO_TRY(iam::Page page, asked_page(call));
  CO_TRY(auto found, co_await roles(call).list_roles(call.by, std::move(page)));
  co_return answer(page_of(shape_of(found.things), cursor_of(found.next)));
}

Task<Answer> create_role(Call& call) {
  CO_TRY(json body, co_await call.read_body());
  CO_TRY(std::string name, text_field(body, "name"));
  CO_TRY(auto trust, document_in(body, "trust"));
  if (!trust) co_return fail(Code::kInvalid, "api.missing_field", {{"name", "trust"}});
  CO_TRY(auto session_max, duration_in(body, "session_max_us"));
  CO_TRY(auto made, co_await roles(call).create_role(
                        call.by, name, *trust, session_max.value_or(iam::kRoleSessionDefault)));
  co_return answer(shape_of(made), 201);
}

Task<Answer> get_role(Call& call) {
  CO_TRY(auto id, parse_id<iam::RoleId>(call.path[0]));
  CO_TRY(auto found, co_await roles(call).find_role(call.by, id));
  co_return answer(shape_of(found));
}

Task<Answer> change_role(Call& call) {
  CO_TRY(auto id, parse_id<iam::RoleId>(call.path[0]));
  CO_TRY(json body, co_await call.read_body());
  iam::RoleChange change;
  CO_TRY(change.trust, document_in(body, "trust"));
  CO_TRY(change.session_max, duration_in(body, "session_max_us"));
  CO_TRY(auto changed, co_await roles(call).change_role(call.by, id, change));
  co_return answer(shape_of(changed));
}

Task<Answer> delete_role(Call& call) {
  CO_TRY(auto id, parse_id<iam::RoleId>(call.path[0]));
  CO_TRY(co_await roles(call).delete_role(call.by, id));
  co_return Answer::none();
}

Task<Answer> give_profile(Call& call) {
  CO_TRY(auto id, parse_id<iam::RoleId>(call.path[0]));
  CO_TRY(auto profile, parse_id<iam::ProfileId>(call.path[1]));
  CO_TRY(co_await roles(call).give_profile(call.by, id, profile));
  co_return Answer::none();
}

Task<Answer> withdraw_profile(Call& call) {
  CO_TRY(auto id, parse_id<iam::RoleId>(call.path[0]));
  CO_TRY(auto profile, parse_id<iam::ProfileId>(call.path[1]));
  CO_TRY(co_await roles(call).withdraw_profile(call.by, id, profile));
  co_return Answer::none();
}

Task<Answer> list_sessions(Call& call) {
  CO_TRY(auto id, parse_id<iam::RoleId>(call.path[0]));
  CO_TRY(iam::Page page, asked_page(call));
  CO_TRY(auto found, co_await roles(call).list_role_sessions(call.by, id, std::move(page)));
  co_return answer(page_of(shape_of(found.things), cursor_of(found.next)));
}

Task<Answer> revoke_session(Call& call) {
  CO_TRY(co_await roles(call).revoke_role_session(call.by, call.path[0]));
  co_return Answer::none();
}

Result<iam::RoleAssumption> assumption_in(const Call& call, const json& body) {
  iam::RoleAssumption wanted;
  TRY(wanted.role_arn, text_field(body, "role_arn"));
  // A name is of the caller's own tenant.
  if (call.by.tenant && !wanted.role_arn.starts_with("arn:"))
    wanted.role_arn =
        "arn:aws:iam::" + iam::account_of(call.by.tenant) + ":role/" + wanted.role_arn;
  TRY(wanted.session_name, text_field(body, "session_name"));
  TRY(wanted.duration, duration_in(body, "duration_us"));
  TRY(auto policy, document_in(body, "policy"));
  wanted.policy = policy.value_or("");
  wanted.source_ip = call.request.peer_ip;
  wanted.secure = call.request.secure;
  return wanted;
}

json shape_of(const iam::RoleCredentials& made) {
  return {{"session", shape_of(made.session)},
          {"access_key_id", made.session.id},
          {"secret_access_key", made.secret},
          {"session_token", made.token}};
}

Task<Answer> assume_role(Call& call) {
  CO_TRY(json body, co_await call.read_body());
  CO_TRY(iam::RoleAssumption wanted, assumption_in(call, body));
  wanted.external_id = text_field_or(body, "external_id", "");
  wanted.totp = text_field_or(body, "totp", "");
  CO_TRY(auto made, co_await roles(call).assume_role(call.by, wanted));
  co_return answer(shape_of(made), 201);
}

// By whoever shows a token of an issuer that the role trusts: nobody is signed in.
Task<Answer> assume_with_token(Call& call) {
  CO_TRY(json body, co_await call.read_body());
  CO_TRY(const iam::RoleAssumption wanted, assumption_in(call, body));
  CO_TRY(const std::string token, text_field(body, "token"));
  CO_TRY(auto made, co_await roles(call).assume_with_token(wanted, token));
  co_return answer(shape_of(made.credentials), 201);
}

constexpr std::string_view kProfiles = "/api/v1/roles/{role}/profiles/{profile}";
constexpr Route kRoutes[] = {
    {"GET", "/api/v1/roles", "iam:ListRoles", list_roles},
    {"POST", "/api/v1/roles", "iam:CreateRole", create_role},
    {"GET", "/api/v1/roles/{role}", "iam:GetRole", get_role},
    {"PUT", "/api/v1/roles/{role}", "iam:ChangeRole", change_role},
    {"DELETE", "/api/v1/roles/{role}", "iam:DeleteRole", delete_role},
    {"PUT", kProfiles, "iam:GiveProfile", give_profile},
    {"DELETE", kProfiles, "iam:WithdrawProfile", withdraw_profile},
    {"GET", "/api/v1/roles/{role}/sessions", "iam:ListRoleSessions", list_sessions},
    {"POST", "/api/v1/role-sessions", "sts:AssumeRole", assume_role},
    {"POST", "/api/v1/web-identity-sessions", "sts:AssumeRoleWithWebIdentity", assume_with_token,
     Access::kPublic},
    {"DELETE", "/api/v1/role-sessions/{role_session}", "iam:RevokeRoleSession", revoke_session},
};

}  // namespace

std::span<const Route> role_routes() {
  return kRoutes;
}

}  // namespace belfry::api
