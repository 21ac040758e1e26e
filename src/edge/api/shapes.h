// How the things of other modules look in JSON (docs/api/openapi.yaml, components/schemas).
#pragma once

#include "iam/iam.h"
#include "measures/measures.h"
#include "objects/store.h"
#include "route.h"
#include "segments/names.h"

#include <nlohmann/json_fwd.hpp>

namespace belfry::api {

nlohmann::json to_json(const iam::Tenant& tenant);
nlohmann::json to_json(const iam::User& user);
nlohmann::json to_json(const iam::AccessKey& key);
nlohmann::json to_json(const iam::Profile& profile);
nlohmann::json to_json(const iam::Group& group);
nlohmann::json to_json(const iam::GroupMember& member);
nlohmann::json to_json(const iam::Holding& holding);
nlohmann::json to_json(const iam::ProfileHolder& holder);
nlohmann::json to_json(const iam::Grant& grant);
nlohmann::json to_json(const iam::ApiToken& token);
nlohmann::json to_json(const iam::TermsVersion& terms);
// Marks the session of `by` as the current one.
nlohmann::json to_json(const iam::Session& session, const iam::Principal& by);
nlohmann::json to_json(const segments::Placement& placement, const topology::Topology& topology);
nlohmann::json to_json(const objects::Bucket& bucket, const topology::Topology& topology);
nlohmann::json to_json(const objects::ObjectInfo& object);

Result<iam::TenantKind> tenant_kind_named(const std::string& name);

// {"items": [...], "next_cursor": ...}; no cursor when there is no more.
nlohmann::json page_of(nlohmann::json items, const std::string& next_cursor);
template <class T>
nlohmann::json page_of(const std::vector<T>& things, const std::string& next_cursor);

// A copy, with the names of its disk, server and site; outsiders are told the site alone.
enum class Audience { kStaff, kOutsider };
nlohmann::json to_json(const segments::Copy& copy, const topology::Topology& topology,
                       Audience audience);

// Microseconds; null for nothing, and for the epoch, which stands for never.
nlohmann::json time_or_null(const std::optional<Timestamp>& time);

// Null for the empty text.
nlohmann::json text_or_null(const std::string& text);
// Empty for no id.
template <class IdType>
std::string text_of_id(IdType id) {
  return id ? id.text() : std::string();
}

// The name of a disk in the topology, or its id.
std::string disk_name(DiskId disk, const topology::Topology& topology);

}  // namespace belfry::api
