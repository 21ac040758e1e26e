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
  GroupId group{};  // of membership: which; of profile: the holder, when it is no user
  ProfileId profile{};
  std::string role{};
  std::string holder{}, name{};  // for people
  bool privileged = false;
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

// The record alone.
Result<> record_grant(Core& core, Transaction& transaction, const Right& right,
                      const Giving& giving);
Result<std::int64_t> end_grants(Transaction& transaction, const Right& right, const Ending& ending);

Result<FourEyes> four_eyes_of(Transaction& transaction, TenantId tenant);
// Whether one person alone may give such a right in the tenant. Errors: denied
// ("iam.request_needed").
Result<> check_may_give_alone(Transaction& transaction, const Principal& by, TenantId tenant,
                              bool privileged);
// Whether members of the group are privileged by it.
Result<bool> gives_privileges(Transaction& transaction, GroupId group);
// What is cached of who loses or gains `right` is read again.
void forget(Core& core, const Right& right);

}  // namespace belfry::iam
