// Delegated administration: who looks after a group's people without being an administrator.
#pragma once

#include "base/id.h"
#include "base/time.h"
#include "iam/access.h"
#include "iam/listing.h"
#include "iam/profiles.h"
#include "runtime/task.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace belfry::iam {

struct Principal;
enum class Role;

// What a delegate does with the unit's people. `kSee` is part of every delegation.
enum class DelegatedAct { kSee, kInvite, kSuspend, kGive, kApprove };
// Of those that a delegation allows one by one.
inline constexpr std::array<std::pair<DelegatedAct, std::string_view>, 4> kDelegatedActs = {
    {{DelegatedAct::kInvite, "invite"},
     {DelegatedAct::kSuspend, "suspend"},
     {DelegatedAct::kGive, "give"},
     {DelegatedAct::kApprove, "approve"}}};
std::optional<DelegatedAct> delegated_act_named(std::string_view name);

// A profile or group that may be given; `privileged`: not any more, it has become so.
struct GivenThere {
  std::int64_t id = 0;
  std::string name;
  bool privileged = false;
};

struct Delegation {
  DelegationId id;
  TenantId tenant;
  UserId delegate;  // zero: it is asked for, and nobody's yet
  std::string delegate_name;
  GroupId unit;
  std::string unit_name;
  std::vector<DelegatedAct> acts;  // besides kSee
  Role role_max;                   // whom it invites is at most this: kReader or kMember
  std::vector<GivenThere> profiles, groups;
  Timestamp created;
  std::string created_by_name;  // empty: not there any more
  std::optional<Timestamp> since{}, expires{};
  RequestId request{};  // that asks for it; zero: it holds
};

struct NewDelegation {
  UserId delegate;
  GroupId unit;
  std::vector<DelegatedAct> acts;
  Role role_max;
  std::vector<ProfileId> profiles{};
  std::vector<GroupId> groups{};
  std::optional<Duration> lifetime{};  // nothing: no end; what is asked for needs one
  std::string reason{};                // not empty: ask for it where one person alone may not
};

// A delegate looks after the people of one group, the unit: persons of the caller's tenant who are
// in it, are not privileged, and are in no group besides but those that the delegate looks after or
// may give. It gives them what is listed and nothing else, none of it privileged; the calls that do
// it are those of administrators. A delegate is privileged. Administrators, who is privileged,
// programs, delegates, itself, definitions, boundaries and rules are out of its reach. All of it is
// of the caller's own tenant. Every call is safe from any thread and leaves an audit event with its
// change, in one transaction.
class Delegations {
 public:
  virtual ~Delegations() = default;

  // The oldest first: all of the tenant for administrators, else one's own. `delegate`: those of
  // one user.
  virtual Task<Listing<Delegation>> list_delegations(const Principal& by,
                                                     std::optional<UserId> delegate, Page page) = 0;
  // Errors: not_found ("iam.delegation_missing").
  virtual Task<Delegation> find_delegation(const Principal& by, DelegationId id) = 0;
  // By an administrator, and by two persons where the tenant's rule asks it: then it holds once
  // another approves the request. Errors: invalid ("iam.bad_delegation", "iam.bad_duration",
  // "iam.bad_reason"), conflict ("iam.unit_is_right", "iam.privileged_in_delegation",
  // "iam.no_delegate", "iam.already_held", "iam.too_many_held", "iam.asked_already"), denied
  // ("iam.request_needed").
  virtual Task<Delegation> create_delegation(const Principal& by, const NewDelegation& wanted) = 0;
  // At once. What was given by it stays; invitations that it sent do not.
  virtual Task<> end_delegation(const Principal& by, DelegationId id) = 0;
};

}  // namespace belfry::iam
