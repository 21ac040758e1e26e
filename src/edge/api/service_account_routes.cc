// Service accounts, and the secrets of theirs that end. Rights are checked in cloud/iam.
#include "page.h"
#include "route.h"
#include "shapes.h"

#include <nlohmann/json.hpp>

namespace belfry::api {
namespace {

using nlohmann::json;

json shape_of(const iam::ServiceAccount& account) {
  return {{"id", account.id.text()},
          {"tenant", account.tenant.text()},
          {"name", account.name},
          {"role", iam::name_of(account.role)},
          {"owner", account.owner.text()},
          {"owner_name", account.owner_name},
          {"active", account.active},
          {"owner_active", account.owner_active},
          {"created_us", to_us(account.created)},
          {"last_used_us", time_or_null(account.last_used)}};
}

Result<UserId> owner_in(const json& body) {
  TRY(const std::string owner, text_field(body, "owner"));
  return parse_id<UserId>(owner);
}

Result<Duration> lifetime_in(const json& body) {
  auto us = body.find("lifetime_us");
  if (us == body.end() || !us->is_number_integer())
    return fail(Code::kInvalid, "api.missing_field", {{"name", "lifetime_us"}});
  return Duration(us->get<std::int64_t>());
}

Task<Answer> list_accounts(Call& call) {
  CO_TRY(iam::Page page, asked_page(call));
  CO_TRY(auto found, co_await call.host.services.iam.service_accounts().list_service_accounts(
                         call.by, std::move(page)));
  json items = json::array();
  for (const iam::ServiceAccount& each : found.things) items.push_back(shape_of(each));
  co_return answer(page_of(std::move(items), cursor_of(found.next)));
}

Task<Answer> create_account(Call& call) {
  CO_TRY(json body, co_await call.read_body());
  CO_TRY(std::string name, text_field(body, "name"));
  CO_TRY(std::string role_name, text_field(body, "role"));
  auto role = iam::role_named(role_name);
  if (!role) co_return fail(Code::kInvalid, "api.unknown_role", {{"role", role_name}});
  CO_TRY(const UserId owner, owner_in(body));
  CO_TRY(auto made, co_await call.host.services.iam.service_accounts().create_service_account(
                        call.by, name, *role, owner));
  co_return answer(shape_of(made), 201);
}

Task<Answer> take_over(Call& call) {
  CO_TRY(auto id, parse_id<UserId>(call.path[0]));
  CO_TRY(json body, co_await call.read_body());
  CO_TRY(const UserId owner, owner_in(body));
  CO_TRY(co_await call.host.services.iam.service_accounts().take_over(call.by, id, owner));
  co_return Answer::none();
}

Task<Answer> create_key(Call& call) {
  CO_TRY(auto id, parse_id<UserId>(call.path[0]));
  CO_TRY(json body, co_await call.read_body());
  CO_TRY(const Duration lifetime, lifetime_in(body));
  CO_TRY(auto made, co_await call.host.services.iam.service_accounts().create_service_key(
                        call.by, id, lifetime));
  co_return answer({{"access_key", to_json(made.key)}, {"secret", made.secret}}, 201);
}

Task<Answer> create_token(Call& call) {
  CO_TRY(auto id, parse_id<UserId>(call.path[0]));
  CO_TRY(json body, co_await call.read_body());
  CO_TRY(std::string label, text_field(body, "label"));
  CO_TRY(const Duration lifetime, lifetime_in(body));
  CO_TRY(auto made, co_await call.host.services.iam.service_accounts().create_service_token(
                        call.by, id, label, lifetime));
  co_return answer({{"api_token", to_json(made.token)}, {"secret", made.secret}}, 201);
}

constexpr std::string_view kCredential = "iam:CreateServiceCredential";
constexpr Route kRoutes[] = {
    {"GET", "/api/v1/service-accounts", "iam:ListServiceAccounts", list_accounts},
    {"POST", "/api/v1/service-accounts", "iam:CreateServiceAccount", create_account},
    {"PUT", "/api/v1/service-accounts/{account}/owner", "iam:ChangeServiceAccount", take_over},
    {"POST", "/api/v1/service-accounts/{account}/access-keys", kCredential, create_key},
    {"POST", "/api/v1/service-accounts/{account}/api-tokens", kCredential, create_token},
};

}  // namespace

std::span<const Route> service_account_routes() {
  return kRoutes;
}

}  // namespace belfry::api
