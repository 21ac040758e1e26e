// Rights that a tenant makes up itself: profiles (policies by name), groups, and who holds what.
#pragma once

#include "base/id.h"
#include "base/time.h"
#include "iam/listing.h"
#include "policy/policy.h"
#include "runtime/task.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace belfry::iam {

struct Principal;

using ProfileId = Id<struct ProfileTag>;
using GroupId = Id<struct GroupTag>;
using DelegationId = Id<struct DelegationTag>;

struct Profile {
  ProfileId id;
  TenantId tenant;
  std::string name;
  std::string document;     // of the AWS policy language, as it was given
  bool privileged = false;  // its holders may do nothing without a second factor
  Timestamp created, changed;
};

struct Group {
  GroupId id;
  TenantId tenant;
  std::string name;
  Timestamp created;
  std::size_t members = 0;
};

struct GroupMember {
  UserId user;
  std::string name;
  Timestamp since;
};

// A profile, and how its holder came by it.
struct Holding {
  ProfileId profile;
  std::string name;
  bool privileged = false;
  Timestamp since;
  std::optional<Timestamp> expires{};  // its end by itself
  std::optional<GroupId> group{};      // by membership; nothing: given to the user itself
  std::string group_name{};
};

struct Holdings {
  std::vector<Holding> profiles;
  std::optional<Holding> boundary;
};

// One of those that a profile is given to, or whose boundary it is.
struct ProfileHolder {
  enum class Way { kGiven, kGroup, kBoundary };
  Way way = Way::kGiven;         // to a user, to a group; the most that a user may do
  std::optional<UserId> user{};  // nothing: a group
  std::optional<GroupId> group{};
  std::string name;
  Timestamp since;
};

// Who holds a profile: a user, or a group.
struct Holder {
  std::optional<UserId> user{};
  std::optional<GroupId> group{};
};

// By what a policy is held: a profile's name, and the group's when it comes by one.
struct HeldSource {
  std::string profile, group;
};

// What a principal holds besides its role, compiled. Immutable.
struct HeldPolicies {
  std::vector<policy::PolicyPtr> policies;
  std::vector<HeldSource> sources{};  // of each of them
  policy::PolicyPtr boundary;         // null: none
  std::string boundary_name{};        // of its profile
  bool privileged = false;
  bool delegate = false;             // looks after some group (delegations.h)
  std::optional<Timestamp> until{};  // when the first of it ends by itself
};

// Of the caller's own tenant, all of it; what another's is does not exist. Changed by
// administrators by role alone, who hold none themselves. A change holds at once in this process,
// and after at most 6 s in others; who becomes privileged by it signs in anew. Every call is safe
// from any thread and leaves an audit event with its change, in one transaction.
class Profiles {
 public:
  virtual ~Profiles() = default;

  virtual Task<Listing<Profile>> list_profiles(const Principal& by, Page page) = 0;  // by name
  virtual Task<Profile> find_profile(const Principal& by, ProfileId id) = 0;
  // Errors: invalid ("policy.*", "iam.bad_profile_name"), conflict ("iam.profile_exists",
  // "iam.too_many_profiles").
  virtual Task<Profile> create_profile(const Principal& by, const std::string& name,
                                       const std::string& document) = 0;
  virtual Task<Profile> change_profile(const Principal& by, ProfileId id,
                                       const std::string& document) = 0;
  // Errors: conflict ("iam.profile_held").
  virtual Task<> delete_profile(const Principal& by, ProfileId id) = 0;

  virtual Task<Listing<Group>> list_groups(const Principal& by, Page page) = 0;  // by name
  // Errors: invalid ("iam.bad_group_name"), conflict ("iam.group_exists", "iam.too_many_groups").
  virtual Task<Group> create_group(const Principal& by, const std::string& name) = 0;
  // Its members lose what they held by it.
  virtual Task<> delete_group(const Principal& by, GroupId id) = 0;
  virtual Task<Listing<GroupMember>> list_members(const Principal& by, GroupId id, Page page) = 0;
  virtual Task<> add_member(const Principal& by, GroupId id, UserId user) = 0;
  virtual Task<> remove_member(const Principal& by, GroupId id, UserId user) = 0;

  // Errors: conflict ("iam.administrators_hold_none", "iam.too_many_held"), as of add_member.
  virtual Task<> give_profile(const Principal& by, ProfileId profile, Holder holder) = 0;
  virtual Task<> withdraw_profile(const Principal& by, ProfileId profile, Holder holder) = 0;
  virtual Task<Holdings> list_holdings(const Principal& by, UserId user) = 0;
  // What the members of a group hold by it, by name.
  virtual Task<std::vector<Holding>> list_group_profiles(const Principal& by, GroupId id) = 0;
  // Those whose boundary it is, then groups, then users, each by name.
  virtual Task<Listing<ProfileHolder>> list_holders(const Principal& by, ProfileId id,
                                                    Page page) = 0;
  // Nothing: no boundary. Errors: conflict ("iam.own_account").
  virtual Task<> set_boundary(const Principal& by, UserId user,
                              std::optional<ProfileId> profile) = 0;
};

}  // namespace belfry::iam
