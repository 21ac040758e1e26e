// Issuers of a tenant (OpenID Connect), and the way of its people through directories.
#include "cookies.h"
#include "page.h"
#include "request_keys.h"
#include "route.h"
#include "shapes.h"

#include <nlohmann/json.hpp>

namespace belfry::api {
namespace {

using nlohmann::json;

iam::Issuers& issuers(const Call& call) {
  return call.host.services.iam.issuers();
}

json shape_of(const iam::Issuer& issuer) {
  const iam::IssuerSettings& settings = issuer.settings;
  return {{"id", issuer.id.text()},
          {"tenant", issuer.tenant.text()},
          {"url", issuer.url},
          {"arn", issuer.arn},
          {"purpose", std::string(iam::name_of(settings.purpose))},
          {"organisation", text_or_null(settings.organisation)},
          {"client_id", text_or_null(settings.client_id)},
          {"has_secret", issuer.has_secret},
          {"audiences", settings.audiences},
          {"scopes", settings.scopes},
          {"creates_users", settings.creates_users},
          {"trusts_factors", settings.trusts_factors},
          {"required_claim", text_or_null(settings.required_claim)},
          {"required_value", text_or_null(settings.required_value)},
          {"created_us", to_us(issuer.created)},
          {"changed_us", to_us(issuer.changed)}};
}

json shape_of(const iam::Subject& link) {
  return {{"id", link.id.text()},
          {"subject", link.subject},
          {"user", link.user.text()},
          {"user_name", link.user_name},
          {"came_by_itself", link.came_by_itself},
          {"created_us", to_us(link.created)},
          {"last_used_us", time_or_null(link.last_used)}};
}

template <class T>
json shapes_of(const std::vector<T>& things) {
  json items = json::array();
  for (const T& thing : things) items.push_back(shape_of(thing));
  return items;
}

Result<std::vector<std::string>> texts_in(const json& body, const char* name) {
  std::vector<std::string> texts;
  const auto field = body.find(name);
  if (field == body.end()) return texts;
  const auto bad = fail(Code::kInvalid, "api.bad_parameter", {{"name", name}});
  if (!field->is_array()) return bad;
  for (const json& item : *field) {
    if (!item.is_string()) return bad;
    texts.push_back(item.get<std::string>());
  }
  return texts;
}

Result<bool> flag_in(const json& body, const char* name) {
  const auto field = body.find(name);
  if (field == body.end()) return false;
  if (!field->is_boolean()) return fail(Code::kInvalid, "api.bad_parameter", {{"name", name}});
  return field->get<bool>();
}

Result<std::optional<iam::IssuerPurpose>> purpose_in(const json& body) {
  using Purpose = std::optional<iam::IssuerPurpose>;
  if (!body.contains("purpose")) return Purpose();
  TRY(const std::string name, text_field(body, "purpose"));
  const Purpose purpose = iam::issuer_purpose_named(name);
  if (!purpose) return fail(Code::kInvalid, "api.bad_parameter", {{"name", "purpose"}});
  return purpose;
}

Result<iam::IssuerSettings> settings_in(const json& body) {
  iam::IssuerSettings settings;
  settings.organisation = text_field_or(body, "organisation", "");
  settings.client_id = text_field_or(body, "client_id", "");
  TRY(settings.audiences, texts_in(body, "audiences"));
  TRY(settings.scopes, texts_in(body, "scopes"));
  TRY(settings.creates_users, flag_in(body, "creates_users"));
  TRY(settings.trusts_factors, flag_in(body, "trusts_factors"));
  settings.required_claim = text_field_or(body, "required_claim", "");
  settings.required_value = text_field_or(body, "required_value", "");
  return settings;
}

Task<Answer> list_issuers(Call& call) {
  CO_TRY(iam::Page page, asked_page(call));
  CO_TRY(auto found, co_await issuers(call).list_issuers(call.by, std::move(page)));
  co_return answer(page_of(shapes_of(found.things), cursor_of(found.next)));
}

Task<Answer> create_issuer(Call& call) {
  CO_TRY(json body, co_await call.read_body());
  iam::NewIssuer wanted;
  CO_TRY(wanted.url, text_field(body, "url"));
  wanted.client_secret = text_field_or(body, "client_secret", "");
  CO_TRY(wanted.settings, settings_in(body));
  CO_TRY(const auto purpose, purpose_in(body));
  wanted.settings.purpose = purpose.value_or(iam::IssuerPurpose::kPeople);
  CO_TRY(auto made, co_await issuers(call).create_issuer(call.by, wanted));
  co_return answer(shape_of(made), 201);
}

Task<Answer> get_issuer(Call& call) {
  CO_TRY(auto id, parse_id<iam::IssuerId>(call.path[0]));
  CO_TRY(auto found, co_await issuers(call).find_issuer(call.by, id));
  co_return answer(shape_of(found));
}

Task<Answer> change_issuer(Call& call) {
  CO_TRY(auto id, parse_id<iam::IssuerId>(call.path[0]));
  CO_TRY(json body, co_await call.read_body());
  iam::IssuerChange change;
  CO_TRY(change.settings, settings_in(body));
  CO_TRY(change.purpose, purpose_in(body));
  if (body.contains("client_secret")) {
    CO_TRY(change.client_secret, text_field(body, "client_secret"));
  }
  CO_TRY(auto changed, co_await issuers(call).change_issuer(call.by, id, change));
  co_return answer(shape_of(changed));
}

Task<Answer> delete_issuer(Call& call) {
  CO_TRY(auto id, parse_id<iam::IssuerId>(call.path[0]));
  CO_TRY(co_await issuers(call).delete_issuer(call.by, id));
  co_return Answer::none();
}

Task<Answer> list_subjects(Call& call) {
  CO_TRY(auto id, parse_id<iam::IssuerId>(call.path[0]));
  CO_TRY(iam::Page page, asked_page(call));
  CO_TRY(auto found, co_await issuers(call).list_subjects(call.by, id, std::move(page)));
  co_return answer(page_of(shapes_of(found.things), cursor_of(found.next)));
}

Task<Answer> link_subject(Call& call) {
  CO_TRY(auto id, parse_id<iam::IssuerId>(call.path[0]));
  CO_TRY(json body, co_await call.read_body());
  CO_TRY(std::string subject, text_field(body, "subject"));
  CO_TRY(std::string user_text, text_field(body, "user"));
  CO_TRY(auto user, parse_id<UserId>(user_text));
  CO_TRY(auto link, co_await issuers(call).link_subject(call.by, id, subject, user));
  co_return answer(shape_of(link), 201);
}

Task<Answer> unlink_subject(Call& call) {
  CO_TRY(auto id, parse_id<iam::IssuerId>(call.path[0]));
  CO_TRY(auto link, parse_id<iam::SubjectId>(call.path[1]));
  CO_TRY(co_await issuers(call).unlink_subject(call.by, id, link));
  co_return Answer::none();
}

Task<Answer> begin_sign_in(Call& call) {
  CO_TRY(json body, co_await call.read_body());
  CO_TRY(std::string organisation, text_field(body, "organisation"));
  CO_TRY(auto begun,
         co_await issuers(call).begin_sign_in(
             organisation, std::string(call.request.fields.get("origin")), call.request.peer_ip));
  Answer result = answer({{"url", begun.url}});
  result.fields.emplace_back("Set-Cookie", directory_cookie(begun.browser));
  co_return result;
}

constexpr std::string_view kIssuer = "/api/v1/issuers/{issuer}";
constexpr std::string_view kSubjects = "/api/v1/issuers/{issuer}/subjects";
constexpr Route kRoutes[] = {
    {"GET", "/api/v1/issuers", "iam:ListIssuers", list_issuers},
    {"POST", "/api/v1/issuers", "iam:CreateIssuer", create_issuer},
    {"GET", kIssuer, "iam:GetIssuer", get_issuer},
    {"PUT", kIssuer, "iam:ChangeIssuer", change_issuer},
    {"DELETE", kIssuer, "iam:DeleteIssuer", delete_issuer},
    {"GET", kSubjects, "iam:ListSubjects", list_subjects},
    {"POST", kSubjects, "iam:LinkSubject", link_subject},
    {"DELETE", "/api/v1/issuers/{issuer}/subjects/{subject}", "iam:UnlinkSubject", unlink_subject},
    {"POST", "/api/v1/session/directory", "iam:SignIn", begin_sign_in, Access::kPublic},
};

}  // namespace

std::span<const Route> issuer_routes() {
  return kRoutes;
}

}  // namespace belfry::api
