// Passwords that were lost: by whoever has the link, nobody is signed in.
#include "cookies.h"
#include "page.h"
#include "passkey_shapes.h"
#include "route.h"
#include "shapes.h"

#include <nlohmann/json.hpp>

namespace belfry::api {
namespace {

using nlohmann::json;

Task<Answer> ask(Call& call) {
  CO_TRY(json body, co_await call.read_body());
  iam::LostPassword lost{
      .user = "",
      .language = text_field_or(body, "language", text::name_of(call.language())),
      .source_ip = call.request.peer_ip,
      .device = cookie_of(call.request, kDeviceCookie).value_or("")};
  CO_TRY(lost.user, text_field(body, "user"));
  CO_TRY(co_await call.host.services.iam.lost_passwords().ask_for_reset(lost));
  co_return Answer::none();
}

Task<Answer> open(Call& call) {
  CO_TRY(json body, co_await call.read_body());
  CO_TRY(std::string secret, text_field(body, "secret"));
  CO_TRY(auto open, co_await call.host.services.iam.lost_passwords().open_reset(secret));
  co_return answer({{"name", open.user_name},
                    {"privileged", open.privileged},
                    {"has_totp", open.has_totp},
                    {"has_passkey", open.has_passkey},
                    {"expires_us", to_us(open.expires)}});
}

Task<Answer> reset(Call& call) {
  CO_TRY(json body, co_await call.read_body());
  iam::PasswordReset wanted;
  CO_TRY(wanted.secret, text_field(body, "secret"));
  CO_TRY(wanted.password, text_field(body, "password"));
  wanted.totp = text_field_or(body, "totp", "");
  wanted.recovery_code = text_field_or(body, "recovery_code", "");
  if (body.contains("passkey")) {
    CO_TRY(wanted.passkey, assertion_in(body, "passkey"));
  }
  wanted.source_ip = call.request.peer_ip;
  CO_TRY(co_await call.host.services.iam.lost_passwords().reset_password(wanted));
  co_return Answer::none();
}

constexpr Route kRoutes[] = {
    {"POST", "/api/v1/password-reset/mail", "iam:AskForPasswordReset", ask, Access::kPublic},
    {"POST", "/api/v1/password-reset", "iam:OpenPasswordReset", open, Access::kPublic},
    {"POST", "/api/v1/password-reset/password", "iam:ResetPassword", reset, Access::kPublic},
};

}  // namespace

std::span<const Route> lost_password_routes() {
  return kRoutes;
}

}  // namespace belfry::api
