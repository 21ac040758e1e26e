// Over whom and what a delegate may act: read from the tables in the transaction of the act.
#pragma once

#include "core.h"
#include "iam/delegations.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace belfry::iam {

// A delegation of who asks that covers what is asked about, and for what.
struct Cover {
  DelegationId id;
  DelegatedAct act = DelegatedAct::kSee;
};

// The resource, with what the cover allows there.
Resource resource_under(std::string name, TenantId tenant, const std::optional<Cover>& cover);

// Whether `by` may hold delegations at all: a user's own session, token or key, not an
// administrator's, nor of a role that it assumed.
bool is_delegate(const Principal& by);

// What a list is asked for under, which shows a delegate its part alone. Nothing: `by` is none.
std::optional<Cover> listing_cover(const Principal& by, DelegatedAct act = DelegatedAct::kSee);
// SQL: whether the group is a unit of :by_id at :now_us, or may be given there; the same of a
// profile.
std::string is_group_of_delegate(const std::string& id);
std::string is_profile_of_delegate(const std::string& id);

// SQL: rows of `delegation d` that hold at :now_us and are :by_id's, with `iam_user u`, a person
// whom that one looks after: of the unit, unprivileged, not itself, no program. To act (not only to
// see) u is in no other groups than those that :by_id looks after or may give.
std::string looked_after(DelegatedAct act);

// The delegation by which `by` may do `act` to the user; nothing: by none.
Result<std::optional<Cover>> cover_of(Transaction& transaction, const Principal& by, UserId user,
                                      DelegatedAct act, Timestamp now);
// That gives the user, or decides on, what it lists: a profile, or membership of a group.
struct ListedRight {
  ProfileId profile{};
  GroupId group{};
};
Result<std::optional<Cover>> cover_of(Transaction& transaction, const Principal& by, UserId user,
                                      DelegatedAct act, const ListedRight& right, Timestamp now);
// That is over the group: to see who is in it.
Result<std::optional<Cover>> cover_of_unit(Transaction& transaction, const Principal& by,
                                           GroupId unit, Timestamp now);
// That lets `by` invite so: into its unit, as no more than its role, with what it lists.
Result<std::optional<Cover>> cover_of_invitation(Transaction& transaction, const Principal& by,
                                                 const NewInvitation& wanted, Timestamp now);
// By which it sent the invitation that is there, as far as it may still send it.
Result<std::optional<Cover>> cover_of_invitation(Transaction& transaction, const Principal& by,
                                                 const Invitation& sent, Timestamp now);
// Errors: denied ("iam.delegated_privilege"): what is listed has become privileged since.
Result<> check_plain(const std::optional<Cover>& cover, bool privileged);

// As Core::check_user, for who looks after the user too. The cover goes into the event.
Result<std::optional<Cover>> check_over(Core& core, Transaction& transaction, const Principal& by,
                                        std::string_view action, const User& user,
                                        DelegatedAct act);

// What an event says of it, with the other details.
std::vector<audit::Detail> with_cover(std::vector<audit::Detail> details,
                                      const std::optional<Cover>& cover);

}  // namespace belfry::iam
