// Profiles, groups and who holds what. Rights are checked in cloud/iam.
#include "page.h"
#include "route.h"
#include "shapes.h"

#include <nlohmann/json.hpp>

namespace belfry::api {
namespace {

using nlohmann::json;

iam::Profiles& profiles(const Call& call) {
  return call.host.services.iam.profiles();
}

// The document in the body, as text.
Result<std::string> policy_field(const json& body) {
  const auto policy = body.find("policy");
  if (policy == body.end() || !policy->is_object())
    return fail(Code::kInvalid, "api.missing_field", {{"name", "policy"}});
  return policy->dump();
}

Task<Answer> list_profiles(Call& call) {
  CO_TRY(iam::Page page, asked_page(call));
  CO_TRY(auto found, co_await profiles(call).list_profiles(call.by, std::move(page)));
  co_return answer(page_of(found.things, cursor_of(found.next)));
}

Task<Answer> create_profile(Call& call) {
  CO_TRY(json body, co_await call.read_body());
  CO_TRY(std::string name, text_field(body, "name"));
  CO_TRY(std::string policy, policy_field(body));
  CO_TRY(auto made, co_await profiles(call).create_profile(call.by, name, policy));
  co_return answer(to_json(made), 201);
}

Task<Answer> get_profile(Call& call) {
  CO_TRY(auto id, parse_id<iam::ProfileId>(call.path[0]));
  CO_TRY(auto found, co_await profiles(call).find_profile(call.by, id));
  co_return answer(to_json(found));
}

Task<Answer> change_profile(Call& call) {
  CO_TRY(auto id, parse_id<iam::ProfileId>(call.path[0]));
  CO_TRY(json body, co_await call.read_body());
  CO_TRY(std::string policy, policy_field(body));
  CO_TRY(auto changed, co_await profiles(call).change_profile(call.by, id, policy));
  co_return answer(to_json(changed));
}

Task<Answer> delete_profile(Call& call) {
  CO_TRY(auto id, parse_id<iam::ProfileId>(call.path[0]));
  CO_TRY(co_await profiles(call).delete_profile(call.by, id));
  co_return Answer::none();
}

Result<iam::Holder> user_holder(const Call& call) {
  TRY(auto user, parse_id<UserId>(call.path[1]));
  return iam::Holder{.user = user};
}

Result<iam::Holder> group_holder(const Call& call) {
  TRY(auto group, parse_id<iam::GroupId>(call.path[1]));
  return iam::Holder{.group = group};
}

template <Result<iam::Holder> (*holder_of)(const Call&)>
Task<Answer> give_profile(Call& call) {
  CO_TRY(auto id, parse_id<iam::ProfileId>(call.path[0]));
  CO_TRY(auto holder, holder_of(call));
  CO_TRY(co_await profiles(call).give_profile(call.by, id, holder));
  co_return Answer::none();
}

template <Result<iam::Holder> (*holder_of)(const Call&)>
Task<Answer> withdraw_profile(Call& call) {
  CO_TRY(auto id, parse_id<iam::ProfileId>(call.path[0]));
  CO_TRY(auto holder, holder_of(call));
  CO_TRY(co_await profiles(call).withdraw_profile(call.by, id, holder));
  co_return Answer::none();
}

Task<Answer> list_groups(Call& call) {
  CO_TRY(iam::Page page, asked_page(call));
  CO_TRY(auto found, co_await profiles(call).list_groups(call.by, std::move(page)));
  co_return answer(page_of(found.things, cursor_of(found.next)));
}

Task<Answer> create_group(Call& call) {
  CO_TRY(json body, co_await call.read_body());
  CO_TRY(std::string name, text_field(body, "name"));
  CO_TRY(auto made, co_await profiles(call).create_group(call.by, name));
  co_return answer(to_json(made), 201);
}

Task<Answer> delete_group(Call& call) {
  CO_TRY(auto id, parse_id<iam::GroupId>(call.path[0]));
  CO_TRY(co_await profiles(call).delete_group(call.by, id));
  co_return Answer::none();
}

Task<Answer> list_members(Call& call) {
  CO_TRY(auto id, parse_id<iam::GroupId>(call.path[0]));
  CO_TRY(iam::Page page, asked_page(call));
  CO_TRY(auto found, co_await profiles(call).list_members(call.by, id, std::move(page)));
  co_return answer(page_of(found.things, cursor_of(found.next)));
}

Task<Answer> add_member(Call& call) {
  CO_TRY(auto id, parse_id<iam::GroupId>(call.path[0]));
  CO_TRY(auto user, parse_id<UserId>(call.path[1]));
  CO_TRY(co_await profiles(call).add_member(call.by, id, user));
  co_return Answer::none();
}

Task<Answer> remove_member(Call& call) {
  CO_TRY(auto id, parse_id<iam::GroupId>(call.path[0]));
  CO_TRY(auto user, parse_id<UserId>(call.path[1]));
  CO_TRY(co_await profiles(call).remove_member(call.by, id, user));
  co_return Answer::none();
}

Task<Answer> list_holdings(Call& call) {
  CO_TRY(auto user, parse_id<UserId>(call.path[0]));
  CO_TRY(auto holdings, co_await profiles(call).list_holdings(call.by, user));
  json items = json::array();
  for (const iam::Holding& holding : holdings.profiles) items.push_back(to_json(holding));
  co_return answer({{"profiles", std::move(items)},
                    {"boundary", holdings.boundary ? to_json(*holdings.boundary) : json(nullptr)}});
}

Task<Answer> list_group_profiles(Call& call) {
  CO_TRY(auto id, parse_id<iam::GroupId>(call.path[0]));
  CO_TRY(auto held, co_await profiles(call).list_group_profiles(call.by, id));
  json items = json::array();
  for (const iam::Holding& holding : held) items.push_back(to_json(holding));
  co_return answer({{"profiles", std::move(items)}});
}

Task<Answer> list_holders(Call& call) {
  CO_TRY(auto id, parse_id<iam::ProfileId>(call.path[0]));
  CO_TRY(iam::Page page, asked_page(call));
  CO_TRY(auto found, co_await profiles(call).list_holders(call.by, id, std::move(page)));
  co_return answer(page_of(found.things, cursor_of(found.next)));
}

// The roles that the caller's tenant gives, each as one document.
Task<Answer> list_predefined(Call& call) {
  CO_TRY(call.authorize({"belfry:user/" + call.by.user.text(), call.by.tenant}));
  json items = json::array();
  for (iam::Role role : {iam::Role::kProviderAdministrator, iam::Role::kOperator,
                         iam::Role::kTenantAdministrator, iam::Role::kMember, iam::Role::kReader}) {
    if (!iam::is_role_of(role, call.by.tenant)) continue;
    json statements = json::array();
    for (std::string_view text : iam::documents_of(role)) {
      json part = json::parse(text, nullptr, false).at("Statement");
      if (part.is_object()) part = json::array({std::move(part)});
      for (json& statement : part) statements.push_back(std::move(statement));
    }
    items.push_back(
        {{"role", iam::name_of(role)},
         {"privileged", iam::is_privileged(role)},
         {"policy", {{"Version", "2012-10-17"}, {"Statement", std::move(statements)}}}});
  }
  co_return answer({{"items", std::move(items)}});
}

Task<Answer> set_boundary(Call& call) {
  CO_TRY(auto user, parse_id<UserId>(call.path[0]));
  CO_TRY(json body, co_await call.read_body());
  CO_TRY(std::string profile, text_field(body, "profile"));
  CO_TRY(auto id, parse_id<iam::ProfileId>(profile));
  CO_TRY(co_await profiles(call).set_boundary(call.by, user, id));
  co_return Answer::none();
}

Task<Answer> remove_boundary(Call& call) {
  CO_TRY(auto user, parse_id<UserId>(call.path[0]));
  CO_TRY(co_await profiles(call).set_boundary(call.by, user, std::nullopt));
  co_return Answer::none();
}

constexpr std::string_view kGive = "iam:GiveProfile", kWithdraw = "iam:WithdrawProfile";
constexpr Route kRoutes[] = {
    {"GET", "/api/v1/profiles", "iam:ListProfiles", list_profiles},
    {"POST", "/api/v1/profiles", "iam:CreateProfile", create_profile},
    {"GET", "/api/v1/profiles/{profile}", "iam:GetProfile", get_profile},
    {"PUT", "/api/v1/profiles/{profile}", "iam:ChangeProfile", change_profile},
    {"DELETE", "/api/v1/profiles/{profile}", "iam:DeleteProfile", delete_profile},
    {"PUT", "/api/v1/profiles/{profile}/users/{user}", kGive, give_profile<user_holder>},
    {"DELETE", "/api/v1/profiles/{profile}/users/{user}", kWithdraw, withdraw_profile<user_holder>},
    {"PUT", "/api/v1/profiles/{profile}/groups/{group}", kGive, give_profile<group_holder>},
    {"DELETE", "/api/v1/profiles/{profile}/groups/{group}", kWithdraw,
     withdraw_profile<group_holder>},
    {"GET", "/api/v1/groups", "iam:ListGroups", list_groups},
    {"POST", "/api/v1/groups", "iam:CreateGroup", create_group},
    {"DELETE", "/api/v1/groups/{group}", "iam:DeleteGroup", delete_group},
    {"GET", "/api/v1/groups/{group}/members", "iam:ListGroups", list_members},
    {"PUT", "/api/v1/groups/{group}/members/{user}", "iam:ChangeGroup", add_member},
    {"DELETE", "/api/v1/groups/{group}/members/{user}", "iam:ChangeGroup", remove_member},
    {"GET", "/api/v1/groups/{group}/profiles", "iam:ListGroups", list_group_profiles},
    {"GET", "/api/v1/profiles/{profile}/holders", "iam:GetProfile", list_holders},
    {"GET", "/api/v1/predefined-profiles", "iam:GetSession", list_predefined},
    {"GET", "/api/v1/users/{user}/profiles", "iam:GetUser", list_holdings},
    {"PUT", "/api/v1/users/{user}/boundary", "iam:SetBoundary", set_boundary},
    {"DELETE", "/api/v1/users/{user}/boundary", "iam:SetBoundary", remove_boundary},
};

}  // namespace

std::span<const Route> profile_routes() {
  return kRoutes;
}

}  // namespace belfry::api
