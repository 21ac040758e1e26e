// Second factors that were lost. Rights are checked in cloud/iam.
#include "page.h"
#include "route.h"
#include "shapes.h"

#include <nlohmann/json.hpp>

namespace belfry::api {
namespace {

using nlohmann::json;

json shape_of(const iam::FactorReset& reset) {
  return {
      {"id", reset.id},
      {"tenant", reset.tenant.text()},
      {"user", reset.user.text()},
      {"user_name", reset.user_name},
      {"reason", reset.reason},
      {"asked_by", reset.asked_by.text()},
      {"asked_by_name", reset.asked_by_name},
      {"approved_by_name", reset.approved_by_name.empty() ? json() : json(reset.approved_by_name)},
      {"asked_us", to_us(reset.asked)},
      {"effective_us", time_or_null(reset.effective)},
      {"state", reset.state}};
}

Task<Answer> list_resets(Call& call) {
  CO_TRY(auto tenant, parse_id<TenantId>(call.path[0]));
  CO_TRY(iam::Page page, asked_page(call));
  CO_TRY(auto found, co_await call.host.services.iam.factor_resets().list_factor_resets(
                         call.by, tenant, std::move(page)));
  json items = json::array();
  for (const iam::FactorReset& each : found.things) items.push_back(shape_of(each));
  co_return answer(page_of(std::move(items), cursor_of(found.next)));
}

Task<Answer> ask(Call& call) {
  iam::LostFactor lost;
  CO_TRY(lost.user, parse_id<UserId>(call.path[0]));
  CO_TRY(json body, co_await call.read_body());
  CO_TRY(lost.reason, text_field(body, "reason"));
  lost.language = text_field_or(body, "language", text::name_of(call.language()));
  CO_TRY(auto made,
         co_await call.host.services.iam.factor_resets().ask_for_factor_reset(call.by, lost));
  co_return answer(shape_of(made), 201);
}

Task<Answer> approve(Call& call) {
  CO_TRY(auto reset, co_await call.host.services.iam.factor_resets().approve_factor_reset(
                         call.by, call.path[0]));
  co_return answer(shape_of(reset));
}

Task<Answer> cancel(Call& call) {
  CO_TRY(
      co_await call.host.services.iam.factor_resets().cancel_factor_reset(call.by, call.path[0]));
  co_return Answer::none();
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/tenants/{tenant}/factor-resets", "iam:ListFactorResets", list_resets},
    {"POST", "/api/v1/users/{user}/factor-reset", "iam:AskForFactorReset", ask},
    {"POST", "/api/v1/factor-resets/{reset}/approval", "iam:ApproveFactorReset", approve},
    {"DELETE", "/api/v1/factor-resets/{reset}", "iam:CancelFactorReset", cancel},
};

}  // namespace

std::span<const Route> factor_reset_routes() {
  return kRoutes;
}

}  // namespace belfry::api
