// What one proves oneself with: passkeys, an authenticator app, recovery codes.
#include "base/text_encoding.h"
#include "cookies.h"
#include "passkey_shapes.h"
#include "route.h"
#include "shapes.h"

#include <nlohmann/json.hpp>

namespace belfry::api {
namespace {

using nlohmann::json;

// The page that asks. Browsers send it with every POST, and no page can say another's.
std::string origin_of(const Call& call) {
  return std::string(call.request.fields.get("origin"));
}

// A session that proved more got another secret.
void renew_cookie(const Call& call, const iam::RenewedSession& session, Answer& result) {
  auto lifetime = std::chrono::duration_cast<std::chrono::seconds>(session.expires -
                                                                   call.host.services.clock.now());
  result.fields.emplace_back("Set-Cookie", session_cookie(session.secret, lifetime));
}

Task<Answer> begin_totp(Call& call) {
  CO_TRY(std::string secret, co_await call.host.services.iam.begin_totp(call.by));
  CO_TRY(const iam::Tenant own, co_await call.host.services.iam.find_tenant(call.by));
  const std::string& issuer = call.host.services.topology.provider_name;
  const std::string who = iam::sign_in_name(own.organisation, call.by.name);
  // The key URI that authenticator programs read.
  std::string uri = "otpauth://totp/" + percent_encode(issuer + ":" + who, Slash::kEncode) +
                    "?secret=" + secret + "&issuer=" + percent_encode(issuer, Slash::kEncode);
  co_return answer({{"secret", secret}, {"uri", uri}});
}

Task<Answer> confirm_totp(Call& call) {
  CO_TRY(json body, co_await call.read_body());
  CO_TRY(std::string code, text_field(body, "code"));
  CO_TRY(auto renewed, co_await call.host.services.iam.confirm_totp(call.by, code));
  Answer result = answer({{"recovery_codes", renewed.recovery_codes}});
  renew_cookie(call, renewed, result);
  co_return result;
}

Task<Answer> list_factors(Call& call) {
  CO_TRY(auto list, co_await call.host.services.iam.second_factors().list_factors(call.by));
  json factors = json::array();
  for (const iam::Factor& factor : list.factors) factors.push_back(to_json(factor));
  co_return answer(
      {{"factors", std::move(factors)}, {"recovery_codes_left", list.recovery_codes_left}});
}

Task<Answer> remove_factor(Call& call) {
  CO_TRY(co_await call.host.services.iam.second_factors().remove_factor(call.by, call.path[0]));
  co_return Answer::none();
}

Task<Answer> begin_passkey(Call& call) {
  CO_TRY(auto creation,
         co_await call.host.services.iam.second_factors().begin_passkey(call.by, origin_of(call)));
  co_return answer(to_json(creation, call.host.services.topology.provider_name));
}

Task<Answer> finish_passkey(Call& call) {
  CO_TRY(json body, co_await call.read_body());
  CO_TRY(std::string label, text_field(body, "label"));
  CO_TRY(auto attestation, attestation_in(body, "credential"));
  CO_TRY(auto added, co_await call.host.services.iam.second_factors().finish_passkey(call.by, label,
                                                                                     attestation));
  Answer result = answer(
      {{"factor", to_json(added.factor)}, {"recovery_codes", added.session.recovery_codes}}, 201);
  renew_cookie(call, added.session, result);
  co_return result;
}

Task<Answer> begin_passkey_sign_in(Call& call) {
  CO_TRY(json body, co_await call.read_body());
  CO_TRY(auto request, co_await call.host.services.iam.second_factors().begin_passkey_sign_in(
                           {.user = text_field_or(body, "user", ""),
                            .password = text_field_or(body, "password", ""),
                            .source_ip = call.request.peer_ip,
                            .origin = origin_of(call)}));
  co_return answer(to_json(request));
}

Task<Answer> make_recovery_codes(Call& call) {
  CO_TRY(auto codes, co_await call.host.services.iam.second_factors().make_recovery_codes(call.by));
  co_return answer({{"recovery_codes", codes}}, 201);
}

Task<Answer> begin_step_up(Call& call) {
  CO_TRY(auto request,
         co_await call.host.services.iam.second_factors().begin_step_up(call.by, origin_of(call)));
  co_return answer(to_json(request));
}

Task<Answer> step_up(Call& call) {
  CO_TRY(json body, co_await call.read_body());
  iam::SecondFactors::StepUp shown;
  if (body.contains("passkey")) {
    CO_TRY(shown.passkey, assertion_in(body, "passkey"));
  } else {
    CO_TRY(shown.totp, text_field(body, "totp"));
  }
  CO_TRY(co_await call.host.services.iam.second_factors().step_up(call.by, shown));
  co_return Answer::none();
}

constexpr Route kRoutes[] = {
    {"POST", "/api/v1/session/passkey-request", "iam:SignIn", begin_passkey_sign_in,
     Access::kPublic},
    {"POST", "/api/v1/session/totp", "iam:ManageOwnFactors", begin_totp},
    {"POST", "/api/v1/session/totp/confirm", "iam:ManageOwnFactors", confirm_totp},
    {"GET", "/api/v1/session/factors", "iam:ManageOwnFactors", list_factors},
    {"DELETE", "/api/v1/session/factors/{factor}", "iam:ManageOwnFactors", remove_factor},
    {"POST", "/api/v1/session/step-up", "iam:GetSession", step_up},
    {"POST", "/api/v1/session/step-up/request", "iam:GetSession", begin_step_up},
    {"POST", "/api/v1/session/recovery-codes", "iam:ManageOwnFactors", make_recovery_codes},
    {"POST", "/api/v1/session/passkeys", "iam:ManageOwnFactors", finish_passkey},
    {"POST", "/api/v1/session/passkeys/request", "iam:ManageOwnFactors", begin_passkey},
};

}  // namespace

std::span<const Route> factor_routes() {
  return kRoutes;
}

}  // namespace belfry::api
