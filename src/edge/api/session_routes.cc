// Signing in and out, and one's own credentials.
#include "cookies.h"
#include "delegation_shapes.h"
#include "page.h"
#include "passkey_shapes.h"
#include "route.h"
#include "shapes.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace belfry::api {
namespace {

using nlohmann::json;

// What the browser brought back, and the cookie that says that it went.
Result<iam::DirectoryAnswer> directory_answer_in(const Call& call, const json& directory) {
  if (!directory.is_object())
    return fail(Code::kInvalid, "api.bad_parameter", {{"name", "directory"}});
  return iam::DirectoryAnswer{.browser = cookie_of(call.request, kDirectoryCookie).value_or(""),
                              .state = text_field_or(directory, "state", ""),
                              .code = text_field_or(directory, "code", ""),
                              .organisation = text_field_or(directory, "organisation", ""),
                              .issuer = text_field_or(directory, "iss", "")};
}

Task<Answer> sign_in(Call& call) {
  CO_TRY(json body, co_await call.read_body());
  iam::SignIn attempt;
  if (body.contains("passkey")) {
    CO_TRY(attempt.passkey, assertion_in(body, "passkey"));
  }
  if (body.contains("directory")) {
    CO_TRY(attempt.directory, directory_answer_in(call, body.at("directory")));
  }
  // A passkey and a directory say themselves who it is.
  if ((!attempt.passkey && !attempt.directory) || body.contains("user")) {
    CO_TRY(attempt.user, text_field(body, "user"));
    CO_TRY(attempt.password, text_field(body, "password"));
  }
  attempt.totp = text_field_or(body, "totp", "");
  attempt.totp_before = text_field_or(body, "totp_before", "");
  attempt.recovery_code = text_field_or(body, "recovery_code", "");
  attempt.source_ip = call.request.peer_ip;
  attempt.device = cookie_of(call.request, kDeviceCookie).value_or("");
  attempt.user_agent = std::string(call.request.fields.get("user-agent").substr(0, 200));
  CO_TRY(auto opened, co_await call.host.services.iam.sign_in(attempt));
  auto lifetime = std::chrono::duration_cast<std::chrono::seconds>(opened.session.expires -
                                                                   opened.session.created);
  iam::Principal by;
  by.credential = opened.session.id;
  Answer result =
      answer({{"user", to_json(opened.user)}, {"session", to_json(opened.session, by)}});
  result.fields.emplace_back("Set-Cookie", session_cookie(opened.secret, lifetime));
  if (!opened.device.empty())
    result.fields.emplace_back("Set-Cookie", device_cookie(opened.device));
  if (attempt.directory) result.fields.emplace_back("Set-Cookie", directory_cookie(""));
  co_return result;
}

using DelegatedActs = std::vector<iam::DelegatedAct>;

// What the caller may do with what it looks after; nothing: it is no delegate, or may not act as
// one now.
Task<DelegatedActs> delegated_acts(Call& call) {
  DelegatedActs acts;
  const bool is_delegate = call.by.held && call.by.held->delegate;
  if (!is_delegate || !call.ask("iam:ListDelegations", {"*", call.by.tenant})) co_return acts;
  CO_TRY(const auto own, co_await delegations_of(call, call.by.user));
  acts.push_back(iam::DelegatedAct::kSee);
  for (const auto& each : own) acts.insert(acts.end(), each.acts.begin(), each.acts.end());
  co_return acts;
}

// The actions that the caller may do with what is its tenant's, or what it looks after there, or
// the provider's.
json rights_of(const Call& call, const DelegatedActs& acts) {
  const Services& services = call.host.services;
  json rights = json::array();
  // Those that it has once it confirmed where it is, or its passkey: what is not shown, nobody can
  // ask for.
  iam::Principal by = call.by;
  by.elsewhere.clear();
  by.passkey_due = iam::PasskeyDue::kNo;
  const auto may = [&](std::string_view action, const iam::Resource& resource) {
    return services.iam.authorize(by, action, resource, call.context()).has_value();
  };
  std::string_view last;
  for (std::span<const Route> routes : all_routes()) {
    for (const Route& route : routes) {
      if (route.action == last) continue;
      last = route.action;
      const bool by_delegation = std::ranges::any_of(acts, [&](iam::DelegatedAct act) {
        return may(route.action, {.name = "*", .tenant = call.by.tenant, .delegated = act});
      });
      if (by_delegation || may(route.action, {"*", call.by.tenant}) ||
          may(route.action, {"*", services.provider}))
        rights.push_back(route.action);
    }
  }
  return rights;
}

// Whose rule it is that the user needs a second factor.
json asked_by(const iam::User& user) {
  if (user.privileged) return "role";
  return user.factor_demanded ? json("organisation") : json(nullptr);
}

Task<Answer> who_am_i(Call& call) {
  const Services& services = call.host.services;
  CO_TRY(auto user, co_await services.iam.find_user(call.by, call.by.user));
  CO_TRY(auto tenant, co_await services.iam.find_tenant(call.by));
  CO_TRY(auto session, co_await services.iam.find_session(call.by));
  CO_TRY(const auto delegated, co_await delegated_acts(call));
  co_return answer({{"user", to_json(user)},
                    {"tenant", to_json(tenant)},
                    {"session", session ? to_json(*session, call.by) : json(nullptr)},
                    {"method", call.by.method == iam::Method::kSession ? "session" : "api_token"},
                    {"second_factor", call.by.second_factor},
                    {"second_factor_needed", user.needs_second_factor() && !call.by.second_factor},
                    {"second_factor_asked_by", asked_by(user)},
                    {"passkey_due", call.by.passkey_due != iam::PasskeyDue::kNo},
                    {"terms_due", call.by.terms_due},
                    {"elsewhere", !call.by.elsewhere.empty()},
                    {"rights", rights_of(call, delegated)},
                    {"provider_name", services.topology.provider_name},
                    {"demonstration", services.topology.demonstration}});
}

Task<Answer> sign_out(Call& call) {
  CO_TRY(co_await call.host.services.iam.sign_out(call.by));
  Answer result = Answer::none();
  result.fields.emplace_back("Set-Cookie", session_cookie("", {}));
  co_return result;
}

Task<Answer> change_password(Call& call) {
  CO_TRY(json body, co_await call.read_body());
  CO_TRY(std::string old_password, text_field(body, "old_password"));
  CO_TRY(std::string new_password, text_field(body, "new_password"));
  CO_TRY(co_await call.host.services.iam.change_password(call.by, old_password, new_password));
  co_return Answer::none();
}

Task<Answer> list_tokens(Call& call) {
  CO_TRY(auto asked, page_request(call));
  CO_TRY(auto found, co_await call.host.services.iam.list_api_tokens(
                         call.by, {.after = std::move(asked.after), .limit = asked.limit}));
  co_return answer(page_of(found.things, cursor_of(found.next)));
}

Task<Answer> create_token(Call& call) {
  CO_TRY(json body, co_await call.read_body());
  CO_TRY(std::string label, text_field(body, "label"));
  std::optional<Duration> lifetime;
  if (auto us = body.find("lifetime_us"); us != body.end() && !us->is_null()) {
    if (!us->is_number_integer() || *us < 1)
      co_return fail(Code::kInvalid, "api.bad_parameter", {{"name", "lifetime_us"}});
    lifetime = Duration(us->get<std::int64_t>());
  }
  CO_TRY(auto made, co_await call.host.services.iam.create_api_token(call.by, label, lifetime));
  co_return answer({{"api_token", to_json(made.token)}, {"secret", made.secret}}, 201);
}

Task<Answer> delete_token(Call& call) {
  CO_TRY(co_await call.host.services.iam.delete_api_token(call.by, call.path[0]));
  co_return Answer::none();
}

constexpr Route kRoutes[] = {
    {"POST", "/api/v1/session", "iam:SignIn", sign_in, Access::kPublic},
    {"GET", "/api/v1/session", "iam:GetSession", who_am_i, Access::kSignedIn, Telling::kPolled},
    {"DELETE", "/api/v1/session", "iam:SignOut", sign_out},
    {"POST", "/api/v1/session/password", "iam:ChangePassword", change_password},
    {"GET", "/api/v1/api-tokens", "iam:ListApiTokens", list_tokens},
    {"POST", "/api/v1/api-tokens", "iam:CreateApiToken", create_token},
    {"DELETE", "/api/v1/api-tokens/{token}", "iam:DeleteApiToken", delete_token},
};

}  // namespace

std::span<const Route> session_routes() {
  return kRoutes;
}

}  // namespace belfry::api
