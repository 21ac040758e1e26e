// How tenants live: one of them, its name, its suspension, its end. Rights are checked in
// cloud/iam.
#include "route.h"
#include "shapes.h"

#include <nlohmann/json.hpp>

namespace belfry::api {
namespace {

using nlohmann::json;

iam::Tenants& tenants_of(Call& call) {
  return call.host.services.iam.tenants();
}

Task<Answer> get_tenant(Call& call) {
  CO_TRY(auto id, parse_id<TenantId>(call.path[0]));
  CO_TRY(auto tenant, co_await tenants_of(call).find(call.by, id));
  co_return answer(to_json(tenant));
}

Task<Answer> rename_tenant(Call& call) {
  CO_TRY(auto id, parse_id<TenantId>(call.path[0]));
  CO_TRY(json body, co_await call.read_body());
  CO_TRY(std::string name, text_field(body, "name"));
  CO_TRY(auto tenant, co_await tenants_of(call).rename(call.by, id, name));
  co_return answer(to_json(tenant));
}

Task<Answer> suspend_tenant(Call& call) {
  CO_TRY(auto id, parse_id<TenantId>(call.path[0]));
  CO_TRY(json body, co_await call.read_body());
  CO_TRY(std::string reason, text_field(body, "reason"));
  CO_TRY(auto tenant, co_await tenants_of(call).suspend(call.by, id, reason));
  co_return answer(to_json(tenant), 201);
}

Task<Answer> resume_tenant(Call& call) {
  CO_TRY(auto id, parse_id<TenantId>(call.path[0]));
  CO_TRY(co_await tenants_of(call).resume(call.by, id));
  co_return Answer::none();
}

Task<Answer> end_tenant(Call& call) {
  CO_TRY(auto id, parse_id<TenantId>(call.path[0]));
  objects::Store& objects = call.host.services.objects;
  const auto is_empty = [&objects, id]() -> Task<bool> {
    CO_TRY(const auto buckets, co_await objects.list_buckets(id));
    co_return buckets.empty();
  };
  CO_TRY(co_await tenants_of(call).end(call.by, id, is_empty));
  co_return Answer::none();
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/tenants/{tenant}", "iam:GetTenant", get_tenant},
    {"PATCH", "/api/v1/tenants/{tenant}", "iam:RenameTenant", rename_tenant},
    {"DELETE", "/api/v1/tenants/{tenant}", "iam:EndTenant", end_tenant},
    {"POST", "/api/v1/tenants/{tenant}/suspension", "iam:SuspendTenant", suspend_tenant},
    {"DELETE", "/api/v1/tenants/{tenant}/suspension", "iam:ResumeTenant", resume_tenant},
};

}  // namespace

std::span<const Route> tenant_routes() {
  return kRoutes;
}

}  // namespace belfry::api
