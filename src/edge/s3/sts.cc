#include "sts.h"

#include "base/ascii.h"
#include "base/text_encoding.h"
#include "errors.h"
#include "events.h"
#include "sts_request.h"
#include "text/catalogue.h"
#include "xml_writer.h"

#include <algorithm>
#include <array>

namespace belfry::s3 {
namespace {

constexpr std::string_view kNamespace = "https://sts.amazonaws.com/doc/2011-06-15/";
constexpr std::string_view kForm = "application/x-www-form-urlencoded";
constexpr std::string_view kS3 = "s3.";

// How STS names errors ("Common errors", and those of each action).
struct StsError {
  std::string_view message;  // of any module
  std::string_view code;
  int status;
};
constexpr StsError kErrors[] = {
    {"iam.unknown_key", "InvalidClientTokenId", 403},
    {"iam.wrong_session_token", "InvalidClientTokenId", 403},
    {"iam.session_token_expired", "ExpiredToken", 403},
    {"iam.throttled", "Throttling", 400},
    {"iam.no_web_identity", "InvalidIdentityToken", 400},
    {"oidc.bad_token", "InvalidIdentityToken", 400},
    {"oidc.bad_algorithm", "InvalidIdentityToken", 400},
    {"oidc.wrong_audience", "InvalidIdentityToken", 400},
    {"oidc.token_not_yet", "InvalidIdentityToken", 400},
    {"oidc.token_expired", "ExpiredTokenException", 400},
    {"policy.too_long", "PackedPolicyTooLarge", 400},
    {"s3.AccessDenied", "MissingAuthenticationToken", 403},
    {"s3.SignatureDoesNotMatch", "SignatureDoesNotMatch", 403},
    {"s3.RequestTimeTooSkewed", "SignatureDoesNotMatch", 403},
    {"sts.InvalidAction", "InvalidAction", 400},
    {"sts.MalformedInput", "MalformedInput", 400},
    {"sts.TlsNeeded", "AccessDenied", 403},
};

StsError kind_of_sts(const Error& error) {
  const std::string& message = error.message();
  if (const auto* found = std::ranges::find(kErrors, message, &StsError::message);
      found != std::end(kErrors))
    return *found;
  // What else an issuer does wrong: it is not there, or not what it should be.
  if (message.starts_with("oidc.")) return {message, "IDPCommunicationError", 400};
  if (message.starts_with("policy.")) return {message, "MalformedPolicyDocument", 400};
  if (message.starts_with(kS3)) return {message, "IncompleteSignature", 400};
  switch (error.code()) {
    case Code::kInvalid:
    case Code::kNotFound:
      return {message, "ValidationError", 400};
    case Code::kDenied:
      return {message, "AccessDenied", 403};
    case Code::kConflict:
    case Code::kExhausted:
      return {message, "LimitExceeded", 409};
    case Code::kRetry:
      return {message, "ServiceUnavailable", 503};
    case Code::kCorrupt:
    case Code::kInternal:
      break;
  }
  return {message, "InternalFailure", 500};
}

std::string wording_of(const Error& error) {
  if (const std::string_view own = error.argument("Message"); !own.empty()) return std::string(own);
  if (error.message().starts_with(kS3)) return std::string(kind_of(error).message);
  return text::text(error, text::Language::kEnglish);
}

Task<> answer_sts(Call& call, int status, std::string document) {
  call.response.status = status;
  call.response.fields.add("Cache-Control", "no-store");
  call.response.fields.add("Content-Type", "text/xml");
  co_return co_await call.response.send(std::move(document));
}

Task<> answer_sts_error(Call& call, const Error& error) {
  const StsError kind = kind_of_sts(error);
  XmlWriter xml;
  xml.open_root("ErrorResponse", kNamespace).open("Error");
  xml.element("Type", kind.status < 500 ? "Sender" : "Receiver");
  xml.element("Code", kind.code).element("Message", wording_of(error)).close("Error");
  xml.element("RequestId", call.request.id).close("ErrorResponse");
  if (kind.status == 503) call.response.fields.add("Retry-After", "1");
  co_return co_await answer_sts(call, kind.status, xml.take());
}

void close_answer(XmlWriter& xml, const Call& call, const std::string& action) {
  xml.close(action + "Result").open("ResponseMetadata");
  xml.element("RequestId", call.request.id).close("ResponseMetadata").close(action + "Response");
}

// One octet beyond the limit tells that there is more.
Task<std::string> read_body(Call& call) {
  std::string text;
  std::array<std::byte, 4096> piece;
  while (text.size() <= kStsFormMax) {
    CO_TRY(const std::size_t got, co_await call.request.body->read(piece));
    if (got == 0) break;
    text.append(as_text(View(piece).first(got)));
  }
  if (text.size() > kStsFormMax)
    co_return refuse_as_sts(Code::kInvalid, "MalformedInput", "The form is too long.");
  co_return text;
}

void add_credentials(XmlWriter& xml, const iam::RoleCredentials& made) {
  xml.open("AssumedRoleUser");
  xml.element("AssumedRoleId", made.session.role.text() + ":" + made.session.name);
  xml.element("Arn", made.session.arn).close("AssumedRoleUser");
  xml.open("Credentials").element("AccessKeyId", made.session.id);
  xml.element("SecretAccessKey", made.secret).element("SessionToken", made.token);
  xml.element("Expiration", format_rfc3339(made.session.expires)).close("Credentials");
}

Task<> assume_role(Call& call, const StsRequest& asked) {
  CO_TRY(const auto made,
         co_await call.service.iam.roles().assume_role(call.principal, asked.assumption));
  XmlWriter xml;
  xml.open_root("AssumeRoleResponse", kNamespace).open("AssumeRoleResult");
  add_credentials(xml, made);
  close_answer(xml, call, asked.action);
  co_return co_await answer_sts(call, 200, xml.take());
}

Task<> assume_with_token(Call& call, const StsRequest& asked) {
  CO_TRY(const auto made,
         co_await call.service.iam.roles().assume_with_token(asked.assumption, asked.token));
  XmlWriter xml;
  xml.open_root("AssumeRoleWithWebIdentityResponse", kNamespace);
  xml.open("AssumeRoleWithWebIdentityResult");
  xml.element("SubjectFromWebIdentityToken", made.identity.subject);
  xml.element("Audience", made.identity.audience);
  add_credentials(xml, made.credentials);
  xml.element("Provider", made.identity.issuer);
  close_answer(xml, call, asked.action);
  co_return co_await answer_sts(call, 200, xml.take());
}

Task<> get_caller_identity(Call& call, const StsRequest& asked) {
  const iam::Principal& by = call.principal;
  audit::Event event;
  event.time = call.now;
  event.action = "sts:GetCallerIdentity";
  event.actor = by.assumed ? by.name : by.credential;
  event.actor_id = by.user;
  event.source_ip = call.request.peer_ip;
  event.resource = iam::arn_of(by);
  CO_TRY(call.service.ledger.record_read(by.tenant, std::move(event)));
  const std::string session = by.name.substr(by.name.rfind('/') + 1);
  XmlWriter xml;
  xml.open_root("GetCallerIdentityResponse", kNamespace).open("GetCallerIdentityResult");
  xml.element("Arn", iam::arn_of(by));
  xml.element("UserId", by.assumed ? by.assumed->role.text() + ":" + session : by.user.text());
  xml.element("Account", iam::account_of(by.tenant));
  close_answer(xml, call, asked.action);
  co_return co_await answer_sts(call, 200, xml.take());
}

bool is_of_this_machine(const http::Request& request) {
  return request.peer_ip.starts_with("127.") || request.peer_ip == "::1";
}

Task<> perform_sts(Call& call) {
  if (!call.request.secure && !is_of_this_machine(call.request))
    co_return refuse_as_sts(Code::kDenied, "TlsNeeded",
                            "Secrets are given over TLS: use the https endpoint.");
  // Without a signature, with a token of an issuer instead.
  const bool is_signed = !call.request.fields.get("authorization").empty();
  if (is_signed) {
    CO_TRY(call.claim, read_claim(call.request));
    if (call.claim.service != kStsService || call.claim.presigned)
      co_return refuse("AuthorizationHeaderMalformed");
  }
  CO_TRY(const std::string form, co_await read_body(call));
  if (is_signed) {
    call.claim.payload = to_hex(crypto::sha256(as_view(form)));
    CO_TRY(co_await check_claim(call));
  }
  CO_TRY(StsRequest asked, read_sts_request(form));
  asked.assumption.source_ip = call.request.peer_ip;
  asked.assumption.secure = call.request.secure;
  if (asked.action == kWithWebIdentity) co_return co_await assume_with_token(call, asked);
  if (!is_signed) co_return refuse("AccessDenied");
  if (asked.action == "AssumeRole") co_return co_await assume_role(call, asked);
  co_return co_await get_caller_identity(call, asked);
}

}  // namespace

bool is_for_sts(const http::Request& request) {
  return request.method == "POST" && request.path == "/" &&
         to_lower(request.fields.get("content-type")).starts_with(kForm);
}

Task<> serve_sts(Call& call) {
  auto performed = co_await perform_sts(call);
  if (performed || call.response.started()) co_return performed;
  co_return co_await answer_sts_error(call, performed.error());
}

}  // namespace belfry::s3
