// Who looks after a group's people. Rights are checked in cloud/iam.
#include "delegation_shapes.h"
#include "page.h"
#include "route.h"
#include "shapes.h"

#include <nlohmann/json.hpp>

namespace belfry::api {
namespace {

using nlohmann::json;

iam::Delegations& delegations(const Call& call) {
  return call.host.services.iam.delegations();
}

json to_json(const std::vector<iam::GivenThere>& listed) {
  json items = json::array();
  for (const auto& each : listed)
    items.push_back(
        {{"id", std::to_string(each.id)}, {"name", each.name}, {"privileged", each.privileged}});
  return items;
}

Result<std::vector<std::string>> texts_in(const json& body, const char* name) {
  std::vector<std::string> texts;
  const auto field = body.find(name);
  if (field == body.end()) return texts;
  for (const json& item : field->is_array() ? *field : json::array({json(nullptr)})) {
    if (!item.is_string()) return fail(Code::kInvalid, "api.missing_field", {{"name", name}});
    texts.push_back(item.get<std::string>());
  }
  return texts;
}

template <class IdType>
Result<std::vector<IdType>> ids_in(const json& body, const char* name) {
  TRY(const auto texts, texts_in(body, name));
  std::vector<IdType> ids;
  for (const std::string& text : texts) {
    TRY(const auto id, parse_id<IdType>(text));
    ids.push_back(id);
  }
  return ids;
}

Result<iam::NewDelegation> wanted_of(const json& body) {
  iam::NewDelegation wanted;
  TRY(const std::string delegate, text_field(body, "delegate"));
  TRY(wanted.delegate, parse_id<UserId>(delegate));
  TRY(const std::string unit, text_field(body, "unit"));
  TRY(wanted.unit, parse_id<iam::GroupId>(unit));
  TRY(const auto acts, texts_in(body, "acts"));
  for (const std::string& name : acts) {
    const auto act = iam::delegated_act_named(name);
    if (!act) return fail(Code::kInvalid, "api.bad_parameter", {{"name", "acts"}});
    wanted.acts.push_back(*act);
  }
  const std::string role = text_field_or(body, "role_max", iam::name_of(iam::Role::kReader));
  const auto named = iam::role_named(role);
  if (!named) return fail(Code::kInvalid, "api.unknown_role", {{"role", role}});
  wanted.role_max = *named;
  TRY(wanted.profiles, ids_in<iam::ProfileId>(body, "profiles"));
  TRY(wanted.groups, ids_in<iam::GroupId>(body, "groups"));
  wanted.reason = text_field_or(body, "reason", "");
  const auto duration = body.find("duration_s");
  if (duration == body.end() || duration->is_null()) return wanted;
  constexpr std::int64_t kSecondsMax = std::chrono::seconds(std::chrono::years(100)).count();
  if (!duration->is_number_integer() || *duration < 0 || *duration > kSecondsMax)
    return fail(Code::kInvalid, "api.bad_parameter", {{"name", "duration_s"}});
  wanted.lifetime = std::chrono::seconds(duration->get<std::int64_t>());
  return wanted;
}

Task<Answer> list_delegations(Call& call) {
  CO_TRY(iam::Page page, asked_page(call));
  std::optional<UserId> delegate;
  if (const std::string named = call.parameter("delegate"); !named.empty()) {
    CO_TRY(delegate, parse_id<UserId>(named));
  }
  CO_TRY(auto found,
         co_await delegations(call).list_delegations(call.by, delegate, std::move(page)));
  json items = json::array();
  for (const auto& each : found.things) items.push_back(api::to_json(each));
  co_return answer(page_of(std::move(items), cursor_of(found.next)));
}

Task<Answer> create_delegation(Call& call) {
  CO_TRY(json body, co_await call.read_body());
  CO_TRY(iam::NewDelegation wanted, wanted_of(body));
  CO_TRY(auto made, co_await delegations(call).create_delegation(call.by, wanted));
  co_return answer(api::to_json(made), 201);
}

Task<Answer> get_delegation(Call& call) {
  CO_TRY(auto id, parse_id<iam::DelegationId>(call.path[0]));
  CO_TRY(auto found, co_await delegations(call).find_delegation(call.by, id));
  co_return answer(api::to_json(found));
}

Task<Answer> end_delegation(Call& call) {
  CO_TRY(auto id, parse_id<iam::DelegationId>(call.path[0]));
  CO_TRY(co_await delegations(call).end_delegation(call.by, id));
  co_return Answer::none();
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/delegations", "iam:ListDelegations", list_delegations},
    {"POST", "/api/v1/delegations", "iam:CreateDelegation", create_delegation},
    {"GET", "/api/v1/delegations/{delegation}", "iam:ListDelegations", get_delegation},
    {"DELETE", "/api/v1/delegations/{delegation}", "iam:EndDelegation", end_delegation},
};

}  // namespace

json to_json(const iam::Delegation& delegation) {
  json acts = json::array();
  for (const auto& [act, name] : iam::kDelegatedActs)
    if (std::ranges::find(delegation.acts, act) != delegation.acts.end()) acts.push_back(name);
  return {{"id", delegation.id.text()},
          {"tenant", delegation.tenant.text()},
          {"delegate", text_or_null(text_of_id(delegation.delegate))},
          {"delegate_name", delegation.delegate_name},
          {"unit", delegation.unit.text()},
          {"unit_name", delegation.unit_name},
          {"acts", std::move(acts)},
          {"role_max", iam::name_of(delegation.role_max)},
          {"profiles", to_json(delegation.profiles)},
          {"groups", to_json(delegation.groups)},
          {"created_us", to_us(delegation.created)},
          {"created_by_name", text_or_null(delegation.created_by_name)},
          {"since_us", time_or_null(delegation.since)},
          {"expires_us", time_or_null(delegation.expires)},
          {"request", text_or_null(text_of_id(delegation.request))}};
}

Task<std::vector<iam::Delegation>> delegations_of(Call& call, UserId delegate) {
  // Of one user: few.
  CO_TRY(auto found, co_await delegations(call).list_delegations(call.by, delegate, {}));
  co_return std::move(found.things);
}

std::span<const Route> delegation_routes() {
  return kRoutes;
}

}  // namespace belfry::api
