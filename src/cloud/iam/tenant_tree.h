// Who stands below whom, what they are called, and who is stopped, in memory, so that a decision
// never waits.
#pragma once

#include "base/id.h"
#include "base/result.h"
#include "iam/stopped.h"
#include "iam/tenants.h"
#include "runtime/random.h"

#include <atomic>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace belfry::iam {

// How deep the tree may grow: a bound for every walk.
inline constexpr unsigned kTreeDepthMax = 8;

bool is_number(std::string_view text);

// Where a tenant stands, and its name.
struct Place {
  TenantId above;  // zero: the provider
  std::string name{};
};

// Of a tenant that is suspended itself.
struct Stopped {
  std::string above;  // the name of the tenant above it: whom its people ask
  bool ended = false;
};

// Safe to use from any thread.
class TenantTree {
 public:
  using Places = std::unordered_map<TenantId, Place>;
  using AllStopped = std::unordered_map<TenantId, Stopped>;

  // One that is new. Tenants neither go nor move.
  void add(TenantId tenant, Place place);
  std::size_t size() const;
  // Whether `tenant` stands below `ancestor`; not below itself. Unknown tenants are below nothing.
  bool is_below(TenantId tenant, TenantId ancestor) const;

  // What the tenant's people type before their names to say whose they are: the names from below
  // the provider down to the tenant's, with slashes between them. Its number where a name has a
  // slash itself, looks like a number, or is another's but for capitals; empty for the provider.
  std::string organisation_of(TenantId tenant) const;
  // Which tenant that is, the number always, capitals or not; nothing: none.
  std::optional<TenantId> find_organisation(std::string_view typed) const;

  // All, and which are stopped, after the change of that number (tenant.life_step), instead of what
  // was known. What was read before a later change is passed over.
  void read(std::int64_t step, const Places& places, AllStopped stopped);
  std::int64_t step() const { return step_; }
  // The tenant itself, or else the nearest above it, as it is stopped; nothing: it goes on.
  std::optional<Stopped> stopped(TenantId tenant) const;
  bool is_stopped(TenantId tenant) const { return stopped(tenant).has_value(); }
  bool has_ended(TenantId tenant) const;

 private:
  void call_by_names();

  mutable std::shared_mutex mutex_;
  Places places_;
  std::unordered_map<TenantId, std::string> organisations_;    // those called by names
  std::unordered_map<std::string, TenantId> by_organisation_;  // in lower case
  AllStopped stopped_;
  std::atomic<std::int64_t> step_ = 0;
  std::atomic<bool> any_stopped_ = false;  // most decisions look no further
};

// Whether people and programs of the tenant may do anything: told to who has proved to be one of
// them, and to nobody else. Errors: denied ("iam.tenant_suspended", "iam.tenant_ended").
Result<> check_going_on(const TenantTree& tree, TenantId tenant);

// What a tenant's own row does not tell.
Tenant in_tree(const TenantTree& tree, Tenant tenant);

// Twelve digits, as programs expect of an account's number.
TenantId make_tenant_id(Random& random);

}  // namespace belfry::iam
