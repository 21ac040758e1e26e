// Who of the caller's tenant needs a second factor. Rights are checked in cloud/iam.
#include "route.h"

#include <nlohmann/json.hpp>

namespace belfry::api {
namespace {

using nlohmann::json;

json shape_of(const iam::FactorRule& rule) {
  return {{"needed_by", iam::name_of(rule.needed_by)},
          {"people", rule.people},
          {"without_factor", rule.without_factor}};
}

Task<Answer> get_rule(Call& call) {
  CO_TRY(auto rule, co_await call.host.services.iam.factor_rules().find_factor_rule(call.by));
  co_return answer(shape_of(rule));
}

Task<Answer> set_rule(Call& call) {
  CO_TRY(json body, co_await call.read_body());
  CO_TRY(const std::string name, text_field(body, "needed_by"));
  const auto needed_by = iam::factor_need_named(name);
  if (!needed_by) co_return fail(Code::kInvalid, "iam.bad_factor_need");
  CO_TRY(auto rule,
         co_await call.host.services.iam.factor_rules().set_factor_rule(call.by, *needed_by));
  co_return answer(shape_of(rule));
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/factor-rule", "iam:GetFactorRule", get_rule},
    {"PUT", "/api/v1/factor-rule", "iam:SetFactorRule", set_rule},
};

}  // namespace

std::span<const Route> factor_rule_routes() {
  return kRoutes;
}

}  // namespace belfry::api
