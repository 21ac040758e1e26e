// Invitations: by who makes them, and by who has the link.
#include "page.h"
#include "route.h"
#include "shapes.h"

#include <nlohmann/json.hpp>

namespace belfry::api {
namespace {

using nlohmann::json;

template <class IdType>
json ids_of(const std::vector<IdType>& ids) {
  json list = json::array();
  for (IdType id : ids) list.push_back(id.text());
  return list;
}

json shape_of(const iam::Invitation& invitation) {
  return {{"id", invitation.id},
          {"tenant", invitation.tenant.text()},
          {"email", invitation.email},
          {"name", invitation.user_name},
          {"role", iam::name_of(invitation.role)},
          {"language", invitation.language},
          {"invited_by", invitation.invited_by.text()},
          {"invited_by_name", invitation.invited_by_name},
          {"created_us", to_us(invitation.created)},
          {"expires_us", to_us(invitation.expires)},
          {"state", invitation.state},
          {"sends", invitation.sends},
          {"mail", {{"state", invitation.mail.state}, {"answer", invitation.mail.answer}}},
          {"groups", ids_of(invitation.groups)},
          {"profiles", ids_of(invitation.profiles)}};
}

json shape_of(const iam::MadeInvitation& made) {
  return {{"invitation", shape_of(made.invitation)},
          {"link", made.link.empty() ? json(nullptr) : json(made.link)}};
}

template <class IdType>
Result<std::vector<IdType>> ids_in(const json& body, const char* name) {
  std::vector<IdType> ids;
  auto field = body.find(name);
  if (field == body.end()) return ids;
  for (const json& item : field->is_array() ? *field : json::array({json(nullptr)})) {
    if (!item.is_string()) return fail(Code::kInvalid, "api.missing_field", {{"name", name}});
    TRY(const auto id, parse_id<IdType>(item.get<std::string>()));
    ids.push_back(id);
  }
  return ids;
}

Task<Answer> list_invitations(Call& call) {
  CO_TRY(auto tenant, parse_id<TenantId>(call.path[0]));
  CO_TRY(iam::Page page, asked_page(call));
  CO_TRY(auto found, co_await call.host.services.iam.people().list_invitations(call.by, tenant,
                                                                               std::move(page)));
  json items = json::array();
  for (const iam::Invitation& each : found.things) items.push_back(shape_of(each));
  co_return answer(page_of(std::move(items), cursor_of(found.next)));
}

Task<Answer> invite(Call& call) {
  iam::NewInvitation wanted;
  CO_TRY(wanted.tenant, parse_id<TenantId>(call.path[0]));
  CO_TRY(json body, co_await call.read_body());
  CO_TRY(wanted.email, text_field(body, "email"));
  wanted.user_name = text_field_or(body, "name", "");
  CO_TRY(std::string role_name, text_field(body, "role"));
  auto role = iam::role_named(role_name);
  if (!role) co_return fail(Code::kInvalid, "api.unknown_role", {{"role", role_name}});
  wanted.role = *role;
  wanted.language = text_field_or(body, "language", text::name_of(call.language()));
  CO_TRY(wanted.groups, ids_in<iam::GroupId>(body, "groups"));
  CO_TRY(wanted.profiles, ids_in<iam::ProfileId>(body, "profiles"));
  CO_TRY(auto made, co_await call.host.services.iam.people().invite(call.by, wanted));
  co_return answer(shape_of(made), 201);
}

Task<Answer> send_again(Call& call) {
  CO_TRY(auto made, co_await call.host.services.iam.people().send_again(call.by, call.path[0]));
  co_return answer(shape_of(made));
}

Task<Answer> withdraw(Call& call) {
  CO_TRY(co_await call.host.services.iam.people().withdraw_invitation(call.by, call.path[0]));
  co_return Answer::none();
}

Task<Answer> open(Call& call) {
  CO_TRY(json body, co_await call.read_body());
  CO_TRY(std::string secret, text_field(body, "secret"));
  CO_TRY(auto open, co_await call.host.services.iam.people().open_invitation(secret));
  co_return answer({{"tenant_name", open.tenant_name},
                    {"organisation", open.organisation},
                    {"invited_by_name", open.invited_by_name},
                    {"email", open.email},
                    {"name", open.user_name},
                    {"role", iam::name_of(open.role)},
                    {"privileged", open.privileged},
                    {"expires_us", to_us(open.expires)},
                    {"provider_name", call.host.services.topology.provider_name},
                    {"terms", open.terms ? to_json(*open.terms) : json(nullptr)}});
}

Task<Answer> accept(Call& call) {
  CO_TRY(json body, co_await call.read_body());
  iam::Acceptance acceptance;
  CO_TRY(acceptance.secret, text_field(body, "secret"));
  CO_TRY(acceptance.user_name, text_field(body, "name"));
  CO_TRY(acceptance.password, text_field(body, "password"));
  acceptance.terms_version = text_field_or(body, "terms_version", "");
  acceptance.source_ip = call.request.peer_ip;
  CO_TRY(auto user, co_await call.host.services.iam.people().accept_invitation(acceptance));
  co_return answer(to_json(user), 201);
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/tenants/{tenant}/invitations", "iam:ListInvitations", list_invitations},
    {"POST", "/api/v1/tenants/{tenant}/invitations", "iam:Invite", invite},
    {"POST", "/api/v1/invitations/{invitation}/send", "iam:SendInvitation", send_again},
    {"DELETE", "/api/v1/invitations/{invitation}", "iam:WithdrawInvitation", withdraw},
    {"POST", "/api/v1/invitation", "iam:OpenInvitation", open, Access::kPublic},
    {"POST", "/api/v1/invitation/acceptance", "iam:AcceptInvitation", accept, Access::kPublic},
};

}  // namespace

std::span<const Route> invitation_routes() {
  return kRoutes;
}

}  // namespace belfry::api
