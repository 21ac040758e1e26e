// Who can reach a bucket and why, what a person can do, and one request simulated. Rights are
// checked in cloud/iam.
#include "bucket_access.h"
#include "delegation_shapes.h"
#include "page.h"
#include "route.h"
#include "shapes.h"
#include "text/catalogue.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace belfry::api {
namespace {

using nlohmann::json;

iam::AccessQueries& queries(const Call& call) {
  return call.host.services.iam.access_queries();
}

json to_json(const iam::Reason& reason) {
  return {{"source", name_of(reason.source)},
          {"name", reason.name.empty() ? json(nullptr) : json(reason.name)},
          {"group_name", reason.group.empty() ? json(nullptr) : json(reason.group)},
          {"statement", reason.statement},
          {"effect", reason.is_deny ? "deny" : "allow"},
          {"certainty", iam::name_of(reason.certainty)},
          {"conditions", reason.conditions}};
}

json to_json(const std::vector<iam::Reason>& reasons) {
  json items = json::array();
  for (const auto& reason : reasons) items.push_back(to_json(reason));
  return items;
}

json to_json(const std::vector<iam::ActReach>& acts) {
  json items = json::array();
  for (const auto& act : acts)
    items.push_back({{"act", name_of(act.act)},
                     {"certainty", iam::name_of(act.certainty)},
                     {"needs_second_factor", act.needs_second_factor},
                     {"reasons", to_json(act.reasons)}});
  return items;
}

json to_json(const iam::RoleWay& way) {
  return {{"role", way.role.text()},
          {"name", way.name},
          {"certainty", iam::name_of(way.certainty)},
          {"needs_second_factor", way.needs_second_factor},
          {"through", way.through},
          {"reasons", to_json(way.reasons)}};
}

json to_json(const iam::RoleReach& role) {
  json others = json::array();
  for (const auto& other : role.others)
    others.push_back({{"kind", name_of(other.kind)},
                      {"principal", other.principal},
                      {"certainty", iam::name_of(other.certainty)},
                      {"statement", text_or_null(other.statement)},
                      {"conditions", other.conditions}});
  return {
      {"role", role.role.text()},      {"name", role.name},          {"arn", role.arn},
      {"privileged", role.privileged}, {"acts", to_json(role.acts)}, {"others", std::move(others)}};
}

json to_json(const iam::StaffReach& staff) {
  return {{"staff", staff.staff.text()},
          {"name", staff.name},
          {"arn", staff.arn},
          {"intervention", staff.intervention.text()},
          {"kind", name_of(staff.kind)},
          {"reason", staff.reason},
          {"approved_by_name", text_or_null(staff.approved_by)},
          {"expires_us", to_us(staff.expires)},
          {"acts", to_json(staff.acts)}};
}

json to_json(const iam::ServiceReach& service) {
  return {{"service", service.action.substr(0, service.action.find(':'))},
          {"action", service.action},
          {"of", service.own_alone ? "own_account" : "organisation"},
          {"certainty", iam::name_of(service.certainty)},
          {"needs_second_factor", service.needs_second_factor},
          {"reasons", to_json(service.reasons)}};
}

json to_json(const iam::BucketReach& reach) {
  return {{"bucket", reach.bucket}, {"acts", to_json(reach.acts)}};
}

template <class T>
json all_to_json(const std::vector<T>& things) {
  json items = json::array();
  for (const T& thing : things) items.push_back(to_json(thing));
  return items;
}

// A bucket of the caller's own tenant; another's is not there.
Task<objects::Bucket> own_bucket(Call& call, const std::string& name) {
  CO_TRY(auto bucket, co_await call.host.services.objects.find_bucket(name));
  if (bucket.tenant != call.by.tenant)
    co_return fail(Code::kNotFound, "bucket.missing", {{"bucket", name}});
  co_return bucket;
}

Task<Answer> who(Call& call) {
  CO_TRY(iam::Page page, asked_page(call));
  CO_TRY(auto bucket, co_await own_bucket(call, call.path[0]));
  CO_TRY(auto found,
         co_await queries(call).who(
             call.by, {bucket.name, bucket.policy, bucket.block().restrict_public_buckets},
             call.parameter("prefix"), std::move(page)));
  json people = json::array(), foreigners = json::array();
  for (const auto& person : found.people.things)
    people.push_back({{"user", person.user.text()},
                      {"name", person.name},
                      {"role", iam::name_of(person.role)},
                      {"acts", to_json(person.acts)},
                      {"roles", all_to_json(person.roles)}});
  for (const auto& foreigner : found.foreigners)
    foreigners.push_back({{"principal", foreigner.principal},
                          {"act", name_of(foreigner.act)},
                          {"statement", foreigner.statement},
                          {"conditions", foreigner.conditions}});
  json body = page_of(std::move(people), cursor_of(found.people.next));
  body["foreigners"] = std::move(foreigners);
  body["everybody"] = to_json(found.everybody);
  body["roles"] = all_to_json(found.roles);
  body["staff"] = all_to_json(found.staff);
  co_return answer(body);
}

// What can be asked for over REST, each once.
std::vector<std::string> known_actions() {
  std::set<std::string> actions;
  for (std::span<const Route> routes : all_routes())
    for (const Route& route : routes) actions.emplace(route.action);
  return {actions.begin(), actions.end()};
}

Task<Answer> what(Call& call) {
  CO_TRY(auto user, parse_id<UserId>(call.path[0]));
  CO_TRY(auto buckets, co_await call.host.services.objects.list_buckets(call.by.tenant));
  std::vector<iam::BucketAsked> asked;
  asked.reserve(buckets.size());
  for (const auto& listed : buckets) {
    // Lists are without the policies; what is gone meanwhile is left out.
    auto bucket = co_await call.host.services.objects.find_bucket(listed.name);
    if (bucket && bucket->id == listed.id) asked.push_back({bucket->name, bucket->policy});
  }
  CO_TRY(auto found, co_await queries(call).what(call.by, user, asked, known_actions()));
  json delegations = json::array();
  std::vector<iam::Delegation> looks_after;
  if (!found.is_staff) {
    CO_TRY(looks_after, co_await delegations_of(call, user));
  }
  for (const auto& each : looks_after) delegations.push_back(api::to_json(each));
  json roles = json::array();
  for (const auto& role : found.roles) {
    json item = to_json(role.way);
    item["profiles"] = role.profiles;
    item["privileged"] = role.privileged;
    item["buckets"] = all_to_json(role.buckets);
    roles.push_back(std::move(item));
  }
  co_return answer({{"buckets", all_to_json(found.buckets)},
                    {"delegations", std::move(delegations)},
                    {"services", all_to_json(found.services)},
                    {"is_staff", found.is_staff},
                    {"staff", all_to_json(found.staff)},
                    {"roles", std::move(roles)}});
}

bool flag_or(const json& body, const char* name, bool otherwise) {
  const auto field = body.find(name);
  return field != body.end() && field->is_boolean() ? field->get<bool>() : otherwise;
}

// Of a bucket or a key the bucket has a policy; of other services nothing has.
Task<> read_resource(Call& call, const json& body, iam::Simulated& request) {
  if (!request.action.starts_with("s3:")) {
    if (!std::ranges::binary_search(known_actions(), request.action))
      co_return fail(Code::kInvalid, "iam.bad_simulation");
    request.resource = text_field_or(body, "resource", "*");
    co_return Result<>();
  }
  CO_TRY(std::string name, text_field(body, "bucket"));
  CO_TRY(auto bucket, co_await own_bucket(call, name));
  const std::string key = text_field_or(body, "key", "");
  request.resource = key.empty() ? bucket_arn(name) : object_arn(name, key);
  request.policy = bucket.policy;
  co_return Result<>();
}

Task<Answer> explain(Call& call) {
  CO_TRY(json body, co_await call.read_body());
  iam::Simulated request;
  // In a session of a role, whoever assumed it may be nobody in particular.
  if (const std::string role = text_field_or(body, "role", ""); !role.empty()) {
    CO_TRY(request.role, parse_id<iam::RoleId>(role));
    request.session_name = text_field_or(body, "session_name", "");
    request.external_id = text_field_or(body, "external_id", "");
  }
  if (!request.role || body.contains("user")) {
    CO_TRY(std::string user, text_field(body, "user"));
    CO_TRY(request.user, parse_id<UserId>(user));
  }
  CO_TRY(request.action, text_field(body, "action"));
  CO_TRY(co_await read_resource(call, body, request));
  request.second_factor = flag_or(body, "second_factor", false);
  iam::Context context = call.context();
  context.source_ip = text_field_or(body, "source_ip", "");
  context.secure = flag_or(body, "secure", true);
  CO_TRY(auto explained, co_await queries(call).explain(call.by, request, context));
  const std::string words =
      explained.allowed
          ? ""
          : text::text(explained.refusal,
                       {{"action", explained.action}, {"resource", explained.resource}},
                       call.language());
  co_return answer({{"allowed", explained.allowed},
                    {"reason", explained.allowed ? json(nullptr) : json(words)},
                    {"is_staff", explained.is_staff},
                    {"staff", all_to_json(explained.staff)},
                    {"statements", to_json(explained.reasons)}});
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/buckets/{bucket}/access", "iam:GetAccess", who},
    {"GET", "/api/v1/users/{user}/access", "iam:GetAccess", what},
    {"POST", "/api/v1/access/explain", "iam:GetAccess", explain, Access::kSignedIn, Telling::kRead},
};

}  // namespace

std::span<const Route> reach_routes() {
  return kRoutes;
}

}  // namespace belfry::api
