// The tree of tenants: how each lives, rests and ends.
#pragma once

#include "base/id.h"
#include "base/result.h"
#include "base/time.h"
#include "iam/listing.h"
#include "runtime/task.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace belfry::iam {

struct Principal;

enum class TenantKind { kProvider, kPartner, kCustomer };

struct Suspension {
  Timestamp since;
  TenantId by;  // the tenant whose people suspended it
  std::string reason;
};

struct Tenant {
  TenantId id;
  TenantId parent;  // zero: the provider
  TenantKind kind;
  std::string name;
  Timestamp created{};
  std::optional<Suspension> suspension{};  // its own
  bool rests_with_above = false;           // one above it is suspended, and it with that one
  std::optional<Timestamp> ended{};        // suspended before
  // What its people type before their names, with a slash, to sign in; empty for the provider's.
  std::string organisation{};
};

// What a user called `name` types to sign in, of a tenant with that `organisation`: "Acme/anna".
std::string sign_in_name(std::string_view organisation, std::string_view name);

// By whoever administers a tenant above; the caller's own is neither suspended nor ended, and only
// the provider renames itself. What is not below the caller's does not exist. Every change is one
// transaction with its event, in the log of the tenant and of the caller's, and holds at once in
// this process, after at most 6 s in others. Suspending, resuming and ending want a second factor
// that the session proved within a quarter of an hour. Safe from any thread. Errors: denied
// ("iam.denied", "iam.step_up_needed"), not_found ("iam.tenant_missing", also of one that has
// ended, but for `find`), conflict ("iam.tenant_of_prober": the program keeps that one).
class Tenants {
 public:
  virtual ~Tenants() = default;

  // As `Iam::list_tenants`, with those that have ended.
  virtual Task<Listing<Tenant>> list_all(const Principal& by, Page page) = 0;
  virtual Task<Tenant> find(const Principal& by, TenantId tenant) = 0;
  // Its name is free at once. Errors: invalid ("iam.bad_tenant_name"), conflict
  // ("iam.tenant_exists").
  virtual Task<Tenant> rename(const Principal& by, TenantId tenant, const std::string& name) = 0;
  // From then on nobody of it signs in, nothing that its people and programs hold is good for
  // anything, nothing of it is served to others, and the same of all tenants below it. What it has,
  // and its log, stay. By who stands above whoever suspended it, it is suspended anew: only they,
  // and who stands above them, resume it. Errors: invalid ("iam.bad_reason"), conflict
  // ("iam.tenant_already_suspended", "iam.own_tenant", "iam.provider_goes_on").
  virtual Task<Tenant> suspend(const Principal& by, TenantId tenant, const std::string& reason) = 0;
  // What it had is good again as far as it did not expire. Errors: conflict
  // ("iam.tenant_not_suspended"), denied ("iam.tenant_suspended_from_above").
  virtual Task<Tenant> resume(const Principal& by, TenantId tenant) = 0;

  // Whether the tenant keeps nothing in the services any more. Asked while it is suspended, so that
  // nobody brings anything.
  using IsEmpty = std::function<Task<bool>()>;
  // For good: its users go as deleted ones do, with all that they and its programs sign in with;
  // its directories, invitations and interventions end. The row and the log stay. Its name is free.
  // Errors: those of `resume`, conflict ("iam.tenant_has_tenants", "iam.tenant_has_buckets").
  virtual Task<Tenant> end(const Principal& by, TenantId tenant, IsEmpty is_empty) = 0;
};

}  // namespace belfry::iam
