#include "problem.h"

#include "text/catalogue.h"

#include <nlohmann/json.hpp>

namespace belfry::api {
namespace {

// 401 invites to sign in; 403 says that it would not help.
int status_of(const Error& error) {
  const std::string& message = error.message();
  if (message == "api.method_not_allowed") return 405;
  if (message == "iam.throttled") return 429;
  if (message == "api.body_too_large") return 413;
  switch (error.code()) {
    case Code::kInvalid:
      return 400;
    case Code::kDenied:
      return message == "api.sign_in_first" || message == "iam.unknown_session" ||
                     message == "iam.unknown_token" || message == "iam.sign_in_refused" ||
                     message == "iam.totp_needed"
                 ? 401
                 : 403;
    case Code::kNotFound:
      return 404;
    case Code::kConflict:
      return 409;
    case Code::kRetry:
      return 503;
    case Code::kExhausted:
      return 507;
    case Code::kCorrupt:
    case Code::kInternal:
      return 500;
  }
  return 500;
}

}  // namespace

Task<> send_problem(const http::Request& request, http::Response& response, const Error& error) {
  auto language = text::preferred_language(request.fields.get("accept-language"));
  nlohmann::json arguments = nlohmann::json::object();
  for (const Argument& argument : error.arguments()) arguments[argument.name] = argument.value;
  response.status = status_of(error);
  nlohmann::json body = {{"type", "about:blank"},
                         {"title", std::string(name_of(error.code()))},
                         {"status", response.status},
                         {"detail", text::text(error, language)},
                         {"code", std::string(name_of(error.code()))},
                         {"message_id", error.message()},
                         {"arguments", std::move(arguments)},
                         {"instance", "urn:belfry:request:" + request.id}};
  if (response.status == 401) response.fields.set("WWW-Authenticate", "Bearer realm=\"belfry\"");
  if (response.status == 503 || response.status == 429) {
    std::string_view seconds = error.argument("seconds");
    response.fields.set("Retry-After", std::string(seconds.empty() ? "1" : seconds));
  }
  response.fields.set("Content-Type", "application/problem+json");
  co_return co_await response.send(
      body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace belfry::api
