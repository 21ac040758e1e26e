// Rights are given and ended here alone: the row that counts, and the record of it.
#pragma once

#include "core.h"
#include "iam/access.h"

#include <optional>
#include <string>
#include <string_view>

namespace belfry::iam {

// A right and its holder. Ids that do not apply are zero.
struct Right {
  RightKind kind;
  TenantId tenant;
  UserId user{};
  GroupId group{};  // of membership, delegation: which; of profile: the holder, if it is no user
  ProfileId profile{};
  std::string role{};
  std::string holder{}, name{};  // for people
  bool privileged = false;
  DelegationId delegation{};  // of a delegation that is given: which
  RoleId assumable{};         // the role to be assumed that holds it, or trusts so
};

struct Giving {
  std::string_view origin;  // request, direct, founding
  UserId by{};
  std::optional<RequestId> request{};
  std::optional<Timestamp> expires{};
};

struct Ending {
  std::string_view reason;
  UserId by{};
  Timestamp at;
};

// The role of a user, as a right.
Right role_of(const User& user);

// Makes `right` hold, and records it. One that is held for a time is held longer then. False: it is
// held for good already. Errors: conflict ("iam.too_many_held", "iam.temporary_role").
Result<bool> give(Core& core, Transaction& transaction, const Right& right, const Giving& giving);
// Takes it away. Returns how many were held: none or one.
Result<std::int64_t> take_away(Transaction& transaction, const Right& right, const Ending& ending);

// Rows of `delegation` with what they list; a right among them is ended by take_away. Returns how
// many.
Result<std::int64_t> delete_delegations(Transaction& transaction, std::string_view which,
                                        const database::Parameters& parameters);

// The record alone.
Result<> record_grant(Core& core, Transaction& transaction, const Right& right,
                      const Giving& giving);
Result<std::int64_t> end_grants(Transaction& transaction, const Right& right, const Ending& ending);

Result<FourEyes> four_eyes_of(Transaction& transaction, TenantId tenant);
// Whether one person alone may give such a right in the tenant. Errors: denied
// ("iam.request_needed").
Result<> check_may_give_alone(Transaction& transaction, const Principal& by, TenantId tenant,
                              bool privileged);
// As above, of a right of `holder`. A service account gets no privileged one from one person alone,
// whatever the tenant's rule.
Result<> check_may_give_alone(Transaction& transaction, const Principal& by, const User& holder,
                              bool privileged);
// Whether a service account holds the profile, itself or by a group; or is in the group.
Result<bool> is_held_by_service(Transaction& transaction, ProfileId profile);
Result<bool> has_service_member(Transaction& transaction, GroupId group);
// Whether members of the group are privileged by it.
Result<bool> gives_privileges(Transaction& transaction, GroupId group);
// Administrators of a tenant who are active and have a second factor, without which they decide
// nothing: `iam_user u`, with :tenant_id and :now_us.
inline constexpr std::string_view kAdministrators =
    "u.active = 1 AND EXISTS (SELECT 1 FROM mfa_factor f WHERE f.user_id = u.id AND "
    "f.confirmed_us IS NOT NULL) AND u.tenant_id = :tenant_id AND (CASE WHEN u.role_until_us <= "
    ":now_us THEN u.base_role ELSE u.role END) IN ('provider_administrator', "
    "'tenant_administrator')";
// Those who are suspended too.
inline constexpr std::string_view kAdministratorsOfAll =
    kAdministrators.substr(std::string_view("u.active = 1 AND ").size());
// Whether the tenant would be left without such an administrator, now or when roles for a time have
// ended, once `user` were none any more. The provider is not, while two others administer it; but
// to whoever ends an account without a person's decision, `Successors::kForGood`, such two are
// none.
enum class Successors { kForATime, kForGood };
Result<bool> is_last_administrator(Transaction& transaction, TenantId tenant, UserId user,
                                   Timestamp now, Successors successors = Successors::kForATime);
// What is cached of who loses or gains `right` is read again.
void forget(Core& core, const Right& right);

}  // namespace belfry::iam
