// Interventions: how staff of the provider reach a customer's data. Rights are checked in
// cloud/iam.
#include "page.h"
#include "route.h"
#include "shapes.h"

#include <nlohmann/json.hpp>

namespace belfry::api {
namespace {

using nlohmann::json;

iam::Interventions& interventions(const Call& call) {
  return call.host.services.iam.interventions();
}

json to_json(const iam::Intervention& intervention) {
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(intervention.duration).count();
  return {{"id", intervention.id.text()},
          {"kind", name_of(intervention.kind)},
          {"tenant", intervention.tenant.text()},
          {"tenant_name", intervention.tenant_name},
          {"staff", intervention.staff.text()},
          {"staff_name", intervention.staff_name},
          {"staff_arn", intervention.staff_arn},
          {"actions", intervention.actions},
          {"bucket", text_or_null(intervention.bucket)},
          {"reason", intervention.reason},
          {"duration_s", seconds},
          {"requested_by_name", text_or_null(intervention.requested_by_name)},
          {"requested_us", to_us(intervention.requested)},
          {"pending_until_us", to_us(intervention.pending_until)},
          {"state", name_of(intervention.state)},
          {"decided_by_name", text_or_null(intervention.decided_by_name)},
          {"decided_us", time_or_null(intervention.decided)},
          {"decision_reason", intervention.decision_reason},
          {"expires_us", time_or_null(intervention.expires)},
          {"ended_us", time_or_null(intervention.ended)},
          {"end_reason", text_or_null(intervention.end_reason)},
          {"ended_by_name", text_or_null(intervention.ended_by_name)},
          {"deciders", intervention.deciders},
          {"report_due_us", time_or_null(intervention.report_due)},
          {"report", text_or_null(intervention.report)},
          {"reported_us", time_or_null(intervention.reported)},
          {"reported_by_name", text_or_null(intervention.reported_by_name)}};
}

// What both kinds name; the actions, where they are there.
Result<iam::NewIntervention> wanted_of(const json& body) {
  iam::NewIntervention wanted;
  TRY(const std::string tenant, text_field(body, "tenant"));
  TRY(wanted.tenant, parse_id<TenantId>(tenant));
  TRY(wanted.reason, text_field(body, "reason"));
  wanted.bucket = text_field_or(body, "bucket", "");
  constexpr std::size_t kActionsMax = 100;
  const json actions = body.value("actions", json::array());
  if (!actions.is_array() || actions.size() > kActionsMax)
    return fail(Code::kInvalid, "api.missing_field", {{"name", "actions"}});
  for (const json& action : actions) {
    if (!action.is_string())
      return fail(Code::kInvalid, "api.missing_field", {{"name", "actions"}});
    wanted.actions.push_back(action.get<std::string>());
  }
  constexpr std::int64_t kSecondsMax = std::chrono::seconds(std::chrono::years(100)).count();
  const auto duration = body.find("duration_s");
  if (duration == body.end() || !duration->is_number_integer() ||
      duration->get<std::int64_t>() < 0 || duration->get<std::int64_t>() > kSecondsMax)
    return fail(Code::kInvalid, "api.bad_parameter", {{"name", "duration_s"}});
  wanted.duration = std::chrono::seconds(duration->get<std::int64_t>());
  return wanted;
}

Task<Answer> list_interventions(Call& call) {
  CO_TRY(iam::Page page, asked_page(call));
  const std::string named = call.parameter("state");
  const auto state = iam::intervention_state_named(named);
  if (!named.empty() && !state)
    co_return fail(Code::kInvalid, "api.bad_parameter", {{"name", "state"}});
  CO_TRY(auto found, co_await interventions(call).list(call.by, state, std::move(page)));
  json items = json::array();
  for (const auto& intervention : found.things) items.push_back(to_json(intervention));
  co_return answer(page_of(std::move(items), cursor_of(found.next)));
}

Task<Answer> ask(Call& call) {
  CO_TRY(json body, co_await call.read_body());
  CO_TRY(iam::NewIntervention wanted, wanted_of(body));
  if (!body.contains("actions"))
    co_return fail(Code::kInvalid, "api.missing_field", {{"name", "actions"}});
  if (const std::string staff = text_field_or(body, "staff", ""); !staff.empty()) {
    CO_TRY(wanted.staff, parse_id<UserId>(staff));
  }
  CO_TRY(auto asked, co_await interventions(call).ask(call.by, wanted));
  co_return answer(to_json(asked), 201);
}

Task<Answer> break_glass(Call& call) {
  CO_TRY(json body, co_await call.read_body());
  CO_TRY(const iam::NewIntervention wanted, wanted_of(body));
  CO_TRY(auto opened, co_await interventions(call).break_glass(call.by, wanted));
  co_return answer(to_json(opened), 201);
}

Task<Answer> report(Call& call) {
  CO_TRY(auto id, parse_id<iam::InterventionId>(call.path[0]));
  CO_TRY(json body, co_await call.read_body());
  CO_TRY(const std::string text, text_field(body, "report"));
  CO_TRY(auto reported, co_await interventions(call).report(call.by, id, text));
  co_return answer(to_json(reported));
}

Task<Answer> get_intervention(Call& call) {
  CO_TRY(auto id, parse_id<iam::InterventionId>(call.path[0]));
  CO_TRY(auto found, co_await interventions(call).find(call.by, id));
  co_return answer(to_json(found));
}

template <Task<iam::Intervention> (iam::Interventions::*decide)(
    const iam::Principal&, iam::InterventionId, const std::string&)>
Task<Answer> decide_intervention(Call& call) {
  CO_TRY(auto id, parse_id<iam::InterventionId>(call.path[0]));
  CO_TRY(json body, co_await call.read_body());
  const std::string reason = text_field_or(body, "reason", "");
  CO_TRY(auto decided, co_await (interventions(call).*decide)(call.by, id, reason));
  co_return answer(to_json(decided));
}

Task<Answer> end_intervention(Call& call) {
  CO_TRY(auto id, parse_id<iam::InterventionId>(call.path[0]));
  CO_TRY(auto ended, co_await interventions(call).end(call.by, id));
  co_return answer(to_json(ended));
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/interventions", "iam:GetIntervention", list_interventions, Access::kSignedIn,
     Telling::kPolled},
    {"POST", "/api/v1/interventions", "iam:RequestIntervention", ask},
    {"POST", "/api/v1/interventions/break-glass", "iam:BreakGlass", break_glass},
    {"GET", "/api/v1/interventions/{intervention}", "iam:GetIntervention", get_intervention,
     Access::kSignedIn, Telling::kPolled},
    {"POST", "/api/v1/interventions/{intervention}/report", "iam:ReportIntervention", report},
    {"POST", "/api/v1/interventions/{intervention}/approve", "iam:DecideIntervention",
     decide_intervention<&iam::Interventions::approve>},
    {"POST", "/api/v1/interventions/{intervention}/refuse", "iam:DecideIntervention",
     decide_intervention<&iam::Interventions::refuse>},
    {"POST", "/api/v1/interventions/{intervention}/end", "iam:EndIntervention", end_intervention},
};

}  // namespace

std::span<const Route> intervention_routes() {
  return kRoutes;
}

}  // namespace belfry::api
