// What roles to be assumed hold and whom they trust, as rights (grants.h).
#pragma once

#include "core.h"
#include "grants.h"

#include <string>

namespace belfry::iam {

Right right_of(const AssumableRole& role, const Holding& held);
// Whom the role trusts by `trust`.
Right trust_of(const AssumableRole& role, const policy::Policy& trust);

// Gives a role its trust policy, in place of the one before, and records it. Sessions that are open
// stay so.
Result<> set_trust(Core& core, Transaction& transaction, const Right& right,
                   const std::string& document, const Giving& giving);
// It trusts nobody then, and its sessions end with those that they assumed. Returns how many trusts
// were ended: none or one.
Result<std::int64_t> empty_trust(Transaction& transaction, const Right& right,
                                 const Ending& ending);
// Its records, when it is deleted.
Result<> end_grants_of_role(Transaction& transaction, RoleId role, const Ending& ending);

// Whom a trust policy lets in, for people: names of accounts, ARNs and issuers, and no more of them
// than a line holds.
std::string names_in(const policy::Policy& trust);
// Whether the policy lets `by` in by its own name: then it profits from what the role holds.
bool names(const policy::Policy& trust, const Principal& by);
// The trust policy that the role has now; empty: there is no such role.
Result<std::string> trust_of_role(Transaction& transaction, RoleId role);
// The tenant's own users whom the policy lets in by name: each profits so.
Result<std::vector<UserId>> persons_named(Transaction& transaction, TenantId tenant,
                                          const policy::Policy& trust);
// Whether `by` is one whom the role trusts by name now.
Result<bool> is_named_by(Transaction& transaction, RoleId role, const Principal& by);

// Whether nobody alone widens whom `trust` lets in: of the tenant itself it names users who are
// there, each by its ARN; no role, whose own trust another changes, and not the whole account, of
// which one person gives the right to assume roles. Errors: denied ("iam.trust_too_wide").
Result<> check_names_persons(Transaction& transaction, TenantId tenant,
                             const policy::Policy& trust);

// What may be a role's trust policy in the tenant. Errors: invalid ("policy.*",
// "iam.trusts_no_issuer"), denied ("policy.public").
Result<policy::PolicyPtr> check_trust(Transaction& transaction, TenantId tenant,
                                      const std::string& document);

// SQL: ids of the sessions that match `which`, of `role_session s`, and of those that they assumed.
std::string with_those_assumed(const std::string& which);

}  // namespace belfry::iam
