// Tenants, their users, and the users' credentials. Rights are checked in cloud/iam.
#include "page.h"
#include "route.h"
#include "shapes.h"

#include <nlohmann/json.hpp>

namespace belfry::api {
namespace {

using nlohmann::json;

Task<Answer> list_tenants(Call& call) {
  CO_TRY(iam::Page page, asked_page(call));
  iam::Iam& iam = call.host.services.iam;
  CO_TRY(auto found, call.parameter("ended") == "true"
                         ? co_await iam.tenants().list_all(call.by, std::move(page))
                         : co_await iam.list_tenants(call.by, std::move(page)));
  co_return answer(page_of(found.things, cursor_of(found.next)));
}

Task<Answer> create_tenant(Call& call) {
  CO_TRY(json body, co_await call.read_body());
  CO_TRY(std::string name, text_field(body, "name"));
  CO_TRY(iam::TenantKind kind, tenant_kind_named(text_field_or(body, "kind", "customer")));
  TenantId parent = call.by.tenant;
  if (std::string text = text_field_or(body, "parent", ""); !text.empty()) {
    CO_TRY(parent, parse_id<TenantId>(text));
  }
  CO_TRY(auto tenant, co_await call.host.services.iam.create_tenant(call.by, kind, name, parent));
  co_return answer(to_json(tenant), 201);
}

Task<Answer> list_users(Call& call) {
  CO_TRY(auto tenant, parse_id<TenantId>(call.path[0]));
  CO_TRY(iam::Page page, asked_page(call));
  CO_TRY(auto found, co_await call.host.services.iam.list_users(call.by, tenant, std::move(page)));
  co_return answer(page_of(found.things, cursor_of(found.next)));
}

Task<Answer> create_user(Call& call) {
  CO_TRY(auto tenant, parse_id<TenantId>(call.path[0]));
  CO_TRY(json body, co_await call.read_body());
  CO_TRY(std::string name, text_field(body, "name"));
  CO_TRY(std::string password, text_field(body, "password"));
  CO_TRY(std::string role_name, text_field(body, "role"));
  auto role = iam::role_named(role_name);
  if (!role) co_return fail(Code::kInvalid, "api.unknown_role", {{"role", role_name}});
  CO_TRY(auto user, co_await call.host.services.iam.create_user(
                        call.by, tenant, name, text_field_or(body, "email", ""), *role, password));
  co_return answer(to_json(user), 201);
}

Task<Answer> get_user(Call& call) {
  CO_TRY(auto id, parse_id<UserId>(call.path[0]));
  CO_TRY(auto user, co_await call.host.services.iam.find_user(call.by, id));
  co_return answer(to_json(user));
}

Task<Answer> change_user(Call& call) {
  CO_TRY(auto id, parse_id<UserId>(call.path[0]));
  CO_TRY(json body, co_await call.read_body());
  auto active = body.find("active");
  if (active == body.end() || !active->is_boolean())
    co_return fail(Code::kInvalid, "api.missing_field", {{"name", "active"}});
  CO_TRY(co_await call.host.services.iam.set_user_active(call.by, id, active->get<bool>()));
  CO_TRY(auto user, co_await call.host.services.iam.find_user(call.by, id));
  co_return answer(to_json(user));
}

Task<Answer> delete_user(Call& call) {
  CO_TRY(auto id, parse_id<UserId>(call.path[0]));
  CO_TRY(co_await call.host.services.iam.people().delete_user(call.by, id));
  co_return Answer::none();
}

Task<Answer> list_access_keys(Call& call) {
  CO_TRY(auto id, parse_id<UserId>(call.path[0]));
  CO_TRY(iam::Page page, asked_page(call));
  CO_TRY(auto found,
         co_await call.host.services.iam.list_access_keys(call.by, id, std::move(page)));
  co_return answer(page_of(found.things, cursor_of(found.next)));
}

Task<Answer> create_access_key(Call& call) {
  CO_TRY(auto id, parse_id<UserId>(call.path[0]));
  CO_TRY(auto made, co_await call.host.services.iam.create_access_key(call.by, id));
  co_return answer({{"access_key", to_json(made.key)}, {"secret", made.secret}}, 201);
}

Task<Answer> delete_access_key(Call& call) {
  CO_TRY(co_await call.host.services.iam.delete_access_key(call.by, call.path[0]));
  co_return Answer::none();
}

Task<Answer> list_sessions(Call& call) {
  CO_TRY(auto id, parse_id<UserId>(call.path[0]));
  CO_TRY(iam::Page page, asked_page(call));
  CO_TRY(auto found, co_await call.host.services.iam.list_sessions(call.by, id, std::move(page)));
  json items = json::array();
  for (auto& session : found.things) items.push_back(to_json(session, call.by));
  co_return answer(page_of(std::move(items), cursor_of(found.next)));
}

Task<Answer> revoke_session(Call& call) {
  CO_TRY(co_await call.host.services.iam.revoke_session(call.by, call.path[0]));
  co_return Answer::none();
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/tenants", "iam:ListTenants", list_tenants},
    {"POST", "/api/v1/tenants", "iam:CreateTenant", create_tenant},
    {"GET", "/api/v1/tenants/{tenant}/users", "iam:ListUsers", list_users},
    {"POST", "/api/v1/tenants/{tenant}/users", "iam:CreateUser", create_user},
    {"GET", "/api/v1/users/{user}", "iam:GetUser", get_user},
    {"PATCH", "/api/v1/users/{user}", "iam:SetUserActive", change_user},
    {"DELETE", "/api/v1/users/{user}", "iam:DeleteUser", delete_user},
    {"GET", "/api/v1/users/{user}/access-keys", "iam:ListAccessKeys", list_access_keys},
    {"POST", "/api/v1/users/{user}/access-keys", "iam:CreateAccessKey", create_access_key},
    {"DELETE", "/api/v1/access-keys/{key}", "iam:DeleteAccessKey", delete_access_key},
    {"GET", "/api/v1/users/{user}/sessions", "iam:ListSessions", list_sessions},
    {"DELETE", "/api/v1/sessions/{session}", "iam:RevokeSession", revoke_session},
};

}  // namespace

std::span<const Route> people_routes() {
  return kRoutes;
}

}  // namespace belfry::api
