#include "shapes.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace belfry::api {

using nlohmann::json;

namespace {

std::string_view kind_name(iam::TenantKind kind) {
  switch (kind) {
    case iam::TenantKind::kProvider:
      return "provider";
    case iam::TenantKind::kPartner:
      return "partner";
    case iam::TenantKind::kCustomer:
      return "customer";
  }
  return "customer";
}

std::string_view state_name(segments::CopyState state) {
  switch (state) {
    case segments::CopyState::kHealthy:
      return "healthy";
    case segments::CopyState::kMissing:
      return "missing";
    case segments::CopyState::kCorrupt:
      return "corrupt";
    case segments::CopyState::kUnchecked:
      return "unchecked";
  }
  return "unchecked";
}

std::string_view state_name(const iam::Tenant& tenant) {
  if (tenant.ended) return "ended";
  return tenant.suspension ? "suspended" : "active";
}

json suspension_of(const iam::Tenant& tenant) {
  if (!tenant.suspension) return nullptr;
  return {{"since_us", to_us(tenant.suspension->since)},
          {"by", tenant.suspension->by.text()},
          {"reason", tenant.suspension->reason}};
}

}  // namespace

json time_or_null(const std::optional<Timestamp>& time) {
  return time && to_us(*time) != 0 ? json(to_us(*time)) : json(nullptr);
}

json text_or_null(const std::string& text) {
  return text.empty() ? json(nullptr) : json(text);
}

json to_json(const iam::Tenant& tenant) {
  return {{"id", tenant.id.text()},
          {"parent", tenant.parent ? json(tenant.parent.text()) : json(nullptr)},
          {"kind", kind_name(tenant.kind)},
          {"name", tenant.name},
          {"account", iam::account_of(tenant.id)},
          {"organisation", tenant.organisation},
          {"created_us", to_us(tenant.created)},
          {"state", state_name(tenant)},
          {"suspension", suspension_of(tenant)},
          {"rests_with_above", tenant.rests_with_above},
          {"ended_us", time_or_null(tenant.ended)}};
}

json to_json(const iam::User& user) {
  return {{"id", user.id.text()},
          {"tenant", user.tenant.text()},
          {"name", user.name},
          {"email", user.email},
          {"role", iam::name_of(user.role)},
          {"role_until_us", time_or_null(user.role_until)},
          {"privileged", user.privileged},
          {"active", user.active},
          {"owner", user.owner ? json(user.owner->text()) : json()},
          {"has_totp", user.has_totp},
          {"passkeys", user.passkeys},
          {"factor_needed", user.needs_second_factor()},
          {"created_us", to_us(user.created)},
          {"last_sign_in_us", time_or_null(user.last_sign_in)}};
}

json to_json(const iam::AccessKey& key) {
  return {{"id", key.id},
          {"user", key.user.text()},
          {"tenant", key.tenant.text()},
          {"created_us", to_us(key.created)},
          {"last_used_us", time_or_null(key.last_used)},
          {"active", key.active},
          {"expires_us", time_or_null(key.expires)}};
}

json to_json(const iam::Profile& profile) {
  return {{"id", profile.id.text()},
          {"tenant", profile.tenant.text()},
          {"name", profile.name},
          {"policy", json::parse(profile.document, nullptr, false)},
          {"privileged", profile.privileged},
          {"created_us", to_us(profile.created)},
          {"changed_us", to_us(profile.changed)}};
}

json to_json(const iam::Group& group) {
  return {{"id", group.id.text()},
          {"tenant", group.tenant.text()},
          {"name", group.name},
          {"members", group.members},
          {"created_us", to_us(group.created)}};
}

json to_json(const iam::GroupMember& member) {
  return {{"user", member.user.text()}, {"name", member.name}, {"since_us", to_us(member.since)}};
}

json to_json(const iam::Holding& holding) {
  return {{"profile", holding.profile.text()},
          {"name", holding.name},
          {"privileged", holding.privileged},
          {"since_us", to_us(holding.since)},
          {"expires_us", time_or_null(holding.expires)},
          {"group", holding.group ? json(holding.group->text()) : json(nullptr)},
          {"group_name", holding.group ? json(holding.group_name) : json(nullptr)}};
}

json to_json(const iam::ProfileHolder& holder) {
  using Way = iam::ProfileHolder::Way;
  return {{"boundary", holder.way == Way::kBoundary},
          {"user", holder.user ? json(holder.user->text()) : json(nullptr)},
          {"group", holder.group ? json(holder.group->text()) : json(nullptr)},
          {"name", holder.name},
          {"since_us", to_us(holder.since)}};
}

json to_json(const iam::Grant& grant) {
  return {{"id", grant.id.text()},
          {"tenant", grant.tenant.text()},
          {"kind", name_of(grant.kind)},
          {"user", text_or_null(text_of_id(grant.user))},
          {"group", text_or_null(text_of_id(grant.group))},
          {"profile", text_or_null(text_of_id(grant.profile))},
          {"holder", grant.holder},
          {"name", grant.name},
          {"privileged", grant.privileged},
          {"origin", grant.origin},
          {"request", text_or_null(text_of_id(grant.request))},
          {"given_by", text_or_null(text_of_id(grant.given_by))},
          {"given_by_name", text_or_null(grant.given_by_name)},
          {"since_us", to_us(grant.since)},
          {"expires_us", time_or_null(grant.expires)},
          {"ended_us", time_or_null(grant.ended)},
          {"end_reason", text_or_null(grant.end_reason)},
          {"assumable_role", text_or_null(text_of_id(grant.assumable))}};
}

json to_json(const iam::ApiToken& token) {
  return {{"id", token.id},
          {"user", token.user.text()},
          {"label", token.label},
          {"created_us", to_us(token.created)},
          {"expires_us", time_or_null(token.expires)},
          {"second_factor", token.second_factor}};
}

namespace {

json places_of(const iam::Session& session) {
  json places = json::array();
  for (const iam::SessionPlace& place : session.places)
    places.push_back({{"source_ip", place.source_ip},
                      {"user_agent", place.user_agent},
                      {"first_seen_us", to_us(place.first_seen)},
                      {"confirmed_us", time_or_null(place.confirmed)}});
  return places;
}

}  // namespace

json to_json(const iam::Session& session, const iam::Principal& by) {
  return {{"id", session.id},
          {"user", session.user.text()},
          {"created_us", to_us(session.created)},
          {"last_seen_us", to_us(session.last_seen)},
          {"expires_us", to_us(session.expires)},
          {"source_ip", session.source_ip},
          {"user_agent", session.user_agent},
          {"directory", text_or_null(session.issuer)},
          {"second_factor", session.second_factor},
          {"factor", session.factor ? json(iam::name_of(*session.factor)) : json(nullptr)},
          {"second_factor_us", time_or_null(session.second_factor_at)},
          {"current", session.id == by.credential},
          {"places", places_of(session)}};
}

json to_json(const segments::Placement& placement, const topology::Topology& topology) {
  json sites = json::array();
  for (SiteId id : placement.sites_allowed) {
    auto site = std::ranges::find(topology.sites, id, &topology::Site::id);
    sites.push_back(site == topology.sites.end() ? id.text() : site->name);
  }
  return {{"copies", placement.copies},
          {"servers_min", placement.servers_min},
          {"sites_min", placement.sites_min},
          {"sites_allowed", std::move(sites)}};
}

json to_json(const objects::Bucket& bucket, const topology::Topology& topology) {
  return {{"id", bucket.id.text()},
          {"name", bucket.name},
          {"tenant", bucket.tenant.text()},
          {"created_us", to_us(bucket.created)},
          {"placement", to_json(bucket.placement, topology)},
          {"placement_is_default", bucket.placement_is_default}};
}

json to_json(const objects::ObjectInfo& object) {
  return {{"key", object.key},
          {"size_bytes", object.size.count},
          {"etag", object.etag},
          {"modified_us", to_us(object.modified)},
          {"content_type", object.content_type},
          {"sha256", object.sha256_hex.empty() ? json(nullptr) : json(object.sha256_hex)},
          {"parts", object.parts},
          {"metadata", object.metadata}};
}

Result<iam::TenantKind> tenant_kind_named(const std::string& name) {
  if (name == "customer") return iam::TenantKind::kCustomer;
  if (name == "partner") return iam::TenantKind::kPartner;
  return fail(Code::kInvalid, "api.unknown_tenant_kind", {{"kind", name}});
}

json page_of(json items, const std::string& next_cursor) {
  json page = {{"items", std::move(items)}};
  page["next_cursor"] = next_cursor.empty() ? json(nullptr) : json(next_cursor);
  return page;
}

template <class T>
json page_of(const std::vector<T>& things, const std::string& next_cursor) {
  json items = json::array();
  for (const T& thing : things) items.push_back(to_json(thing));
  return page_of(std::move(items), next_cursor);
}
template json page_of(const std::vector<iam::Tenant>&, const std::string&);
template json page_of(const std::vector<iam::User>&, const std::string&);
template json page_of(const std::vector<iam::AccessKey>&, const std::string&);
template json page_of(const std::vector<iam::Profile>&, const std::string&);
template json page_of(const std::vector<iam::Group>&, const std::string&);
template json page_of(const std::vector<iam::GroupMember>&, const std::string&);
template json page_of(const std::vector<iam::ProfileHolder>&, const std::string&);
template json page_of(const std::vector<iam::ApiToken>&, const std::string&);

std::string disk_name(DiskId disk, const topology::Topology& topology) {
  auto found = std::ranges::find(topology.disks, disk, &topology::Disk::id);
  return found == topology.disks.end() ? disk.text() : found->name;
}

json to_json(const segments::Copy& copy, const topology::Topology& topology, Audience audience) {
  auto disk = std::ranges::find(topology.disks, copy.disk, &topology::Disk::id);
  bool known = disk != topology.disks.end();
  json body = {{"site", known ? disk->site_name : ""},
               {"state", state_name(copy.state)},
               {"simulated", known && disk->simulated}};
  if (audience == Audience::kStaff) {
    body["disk"] = known ? disk->name : copy.disk.text();
    body["server"] = known ? disk->server_name : "";
    body["path"] = copy.path;
  }
  return body;
}

}  // namespace belfry::api
