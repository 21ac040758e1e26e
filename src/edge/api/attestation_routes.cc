// What customers attest of themselves: what is asked, who signed it, until when.
//
// Signed and withdrawn by a person of the customer's own, who proved a second factor lately; seen
// by its administrators and readers, and by the administrators above it.
#include "attestations/attestations.h"
#include "iam/crossing.h"
#include "page.h"
#include "route.h"
#include "shapes.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>

namespace belfry::api {
namespace {

using attestations::Attestation;
using attestations::Standing;
using nlohmann::json;

std::string_view code_of(attestations::Language language) {
  return language == attestations::Language::kFrench ? "fr" : "en";
}

json shape_of(const Attestation& attestation) {
  json administrators = json::array();
  for (const auto& each : attestation.administrators)
    administrators.push_back(
        {{"user", each.user.text()}, {"name", each.name}, {"active", each.is_there}});
  json shape = {{"id", attestation.id.text()},
                {"tenant", attestation.tenant.text()},
                {"topic", name_of(attestation.topic)},
                {"version", attestation.version},
                {"text_sha256", attestation.sha256},
                {"language", code_of(attestation.language)},
                {"signed_by", attestation.signed_by.text()},
                {"signed_by_name", attestation.signed_by_name},
                {"signer_active", attestation.signer_is_there},
                {"signed_us", to_us(attestation.signed_at)},
                {"expires_us", to_us(attestation.expires)},
                {"superseded_us", time_or_null(attestation.superseded)},
                {"administrators", std::move(administrators)}};
  const auto& withdrawn = attestation.withdrawn;
  shape["withdrawn_us"] = withdrawn ? json(to_us(withdrawn->at)) : json();
  shape["withdrawn_by_name"] = withdrawn ? json(withdrawn->by) : json();
  shape["withdrawn_reason"] = withdrawn ? json(withdrawn->reason) : json();
  return shape;
}

json shape_of(const Standing& standing) {
  const attestations::Statement& asked = standing.statement;
  return {{"topic", name_of(asked.topic)},
          {"measure", measure_of(asked.topic)},
          {"version", asked.version},
          {"text", {{"en", asked.english}, {"fr", asked.french}}},
          {"text_sha256", sha256_of(asked)},
          {"names_administrators", asked.topic == attestations::Topic::kAccessManagement},
          {"valid_for_us", attestations::kValidFor.count()},
          {"state", name_of(standing.state)},
          {"sign_again_by_us", time_or_null(standing.sign_again_by)},
          {"attestation", standing.newest ? shape_of(*standing.newest) : json()}};
}

std::string resource_in(TenantId tenant) {
  return "belfry:attestations/" + tenant.text();
}

// What another tenant attested is not there for who may not do this with it.
Result<> authorize_on(Call& call, TenantId tenant, const Error& missing) {
  auto allowed = call.authorize({resource_in(tenant), tenant});
  if (allowed || tenant == call.by.tenant || allowed.error().code() != Code::kDenied)
    return allowed;
  return std::unexpected(missing);
}

// The caller's own tenant unless another is named.
Result<TenantId> asked_tenant(Call& call) {
  TenantId tenant = call.by.tenant;
  if (const std::string named = call.parameter("tenant"); !named.empty()) {
    TRY(tenant, parse_id<TenantId>(named));
  }
  TRY(authorize_on(call, tenant,
                   Error(Code::kNotFound, "api.no_such_thing", {{"id", tenant.text()}})));
  return tenant;
}

Result<attestations::Topic> topic_of(const std::string& name) {
  const auto topic = attestations::topic_named(name);
  if (!topic) return fail(Code::kInvalid, "api.bad_parameter", {{"name", "topic"}});
  return *topic;
}

// What a person answers for, no program says, nor a session of a role; and no stolen session.
Result<attestations::Act> act_of(Call& call) {
  const std::string resource = resource_in(call.by.tenant);
  if (call.by.method != iam::Method::kSession || !call.by.user || call.by.assumed)
    return std::unexpected(call.refusal(resource, Error(Code::kDenied, "iam.session_needed")));
  TRY(call.host.services.iam.second_factors().check_fresh(call.by, call.action, resource));
  attestations::Act act{.tenant = call.by.tenant,
                        .user = call.by.user,
                        .name = call.by.name,
                        .event = call.event(resource)};
  std::ranges::move(iam::credential_details(call.by), std::back_inserter(act.event.details));
  return act;
}

Result<attestations::NewAttestation> wanted_in(const Call& call, const json& body) {
  attestations::NewAttestation wanted;
  TRY(const std::string topic, text_field(body, "topic"));
  TRY(wanted.topic, topic_of(topic));
  const auto version = body.find("version");
  if (version == body.end() || !version->is_number_integer())
    return fail(Code::kInvalid, "api.missing_field", {{"name", "version"}});
  wanted.version = version->get<std::int64_t>();
  TRY(wanted.sha256, text_field(body, "text_sha256"));
  const std::string_view own = call.language() == text::Language::kFrench ? "fr" : "en";
  const std::string language = text_field_or(body, "language", own);
  if (language != "en" && language != "fr")
    return fail(Code::kInvalid, "api.bad_parameter", {{"name", "language"}});
  if (language == "fr") wanted.language = attestations::Language::kFrench;
  const auto administrators = body.find("administrators");
  if (administrators == body.end() || administrators->is_null()) return wanted;
  const auto bad = Error(Code::kInvalid, "api.bad_parameter", {{"name", "administrators"}});
  if (!administrators->is_array()) return std::unexpected(bad);
  for (const json& each : *administrators) {
    if (!each.is_string()) return std::unexpected(bad);
    TRY(const auto user, parse_id<UserId>(each.get_ref<const std::string&>()));
    wanted.administrators.push_back(user);
  }
  return wanted;
}

Task<Answer> list_topics(Call& call) {
  CO_TRY(const TenantId tenant, asked_tenant(call));
  CO_TRY(auto standings, co_await call.host.services.attestations.standings(tenant));
  json items = json::array();
  for (const Standing& standing : standings) items.push_back(shape_of(standing));
  co_return answer({{"items", std::move(items)}});
}

Task<Answer> list_attestations(Call& call) {
  CO_TRY(const TenantId tenant, asked_tenant(call));
  CO_TRY(const auto asked, page_request(call));
  std::optional<attestations::Topic> topic;
  if (const std::string named = call.parameter("topic"); !named.empty()) {
    CO_TRY(topic, topic_of(named));
  }
  CO_TRY(auto found,
         co_await call.host.services.attestations.history(tenant, topic, asked.after, asked.limit));
  json items = json::array();
  for (const Attestation& each : found.items) items.push_back(shape_of(each));
  co_return answer(page_of(std::move(items), cursor_of(found.next)));
}

Task<Answer> sign(Call& call) {
  CO_TRY(const json body, co_await call.read_body());
  CO_TRY(call.authorize({resource_in(call.by.tenant), call.by.tenant}));
  CO_TRY(const auto wanted, wanted_in(call, body));
  CO_TRY(const auto act, act_of(call));
  CO_TRY(const auto made, co_await call.host.services.attestations.sign(act, wanted));
  co_return answer(shape_of(made), 201);
}

Task<Answer> withdraw(Call& call) {
  CO_TRY(const json body, co_await call.read_body());
  CO_TRY(const auto id, parse_id<attestations::AttestationId>(call.path[0]));
  attestations::Attestations& kept = call.host.services.attestations;
  CO_TRY(const Attestation found, co_await kept.find(id));
  CO_TRY(
      authorize_on(call, found.tenant,
                   Error(Code::kNotFound, "attestations.missing", {{"attestation", id.text()}})));
  CO_TRY(const std::string reason, text_field(body, "reason"));
  CO_TRY(const auto act, act_of(call));
  CO_TRY(const auto withdrawn, co_await kept.withdraw(act, id, reason));
  co_return answer(shape_of(withdrawn));
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/attestation-topics", "attestation:ListAttestations", list_topics},
    {"GET", "/api/v1/attestations", "attestation:ListAttestations", list_attestations},
    {"POST", "/api/v1/attestations", "attestation:SignAttestation", sign},
    {"POST", "/api/v1/attestations/{attestation}/withdraw", "attestation:WithdrawAttestation",
     withdraw},
};

}  // namespace

std::span<const Route> attestation_routes() {
  return kRoutes;
}

}  // namespace belfry::api
