// The life of rights: who asked for them and who decided, since when and until when they are held.
#pragma once

#include "base/id.h"
#include "base/time.h"
#include "iam/listing.h"
#include "iam/profiles.h"
#include "runtime/task.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::iam {

struct Principal;
enum class Role;

using RoleId = Id<struct AssumableRoleTag>;
using RequestId = Id<struct AccessRequestTag>;
using GrantId = Id<struct GrantTag>;

// Which rights a tenant gives by two persons alone: one asks, another approves.
enum class FourEyes { kNone, kPrivileged, kAll };
std::string_view name_of(FourEyes rule);
std::optional<FourEyes> four_eyes_named(std::string_view name);

// kRoleProfile, kTrust: of a role to be assumed, what it holds and whom it trusts.
enum class RightKind {
  kRole,
  kProfile,
  kMembership,
  kBoundary,
  kFourEyes,
  kDelegation,
  kRoleProfile,
  kTrust
};
std::string_view name_of(RightKind kind);

enum class RequestState { kPending, kApproved, kRefused, kCancelled, kLapsed };
std::string_view name_of(RequestState state);
std::optional<RequestState> request_state_named(std::string_view name);

// How long rights may be asked for at once.
inline constexpr auto kDurationMax = std::chrono::days(366);
inline constexpr auto kPrivilegedDurationMax = std::chrono::days(92);

// What is asked for: one of
//  - `role`, for `user`;
//  - `profile`, for `user` or `group`;
//  - that `user` joins `group`;
//  - `profile`, for the role to be assumed `assumable`;
//  - `trust`, a trust policy for `assumable`, for good;
//  - `four_eyes`, a weaker rule for the tenant, for good;
//  - `delegation`, which Delegations::create_delegation alone asks for.
struct Wanted {
  std::optional<UserId> user{};
  std::optional<GroupId> group{};
  std::optional<ProfileId> profile{};
  std::optional<Role> role{};
  std::optional<FourEyes> four_eyes{};
  std::optional<DelegationId> delegation{};
  std::optional<RoleId> assumable{};
  std::string trust{};
  std::string reason{};
  Duration duration{};
};

struct AccessRequest {
  RequestId id;
  TenantId tenant;
  RightKind kind;
  UserId user;               // whom it is for; zero: a group, or the tenant
  GroupId group;             // to join, to hold the profile, or to be looked after; else zero
  ProfileId profile;         // zero: none
  std::string holder, name;  // as they were called then
  bool privileged = false;
  std::string reason;
  Duration duration;
  UserId requested_by;
  std::string requested_by_name;  // empty: not there any more, as those below
  Timestamp requested, pending_until;
  RequestState state;
  UserId decided_by;  // zero: nobody (yet)
  std::string decided_by_name;
  std::optional<Timestamp> decided;
  std::string decision_reason;
  std::size_t deciders = 0;  // how many may decide it now; of a pending one
  // Some who can decide are surely others than who asked and who profits: none gave the other the
  // account, or keeps an issuer that says who it is. Whoever is not does not decide then.
  bool are_apart = false;
  DelegationId delegation{};  // zero: none
  RoleId assumable{};         // the role to be assumed that it is for; zero: none
  std::string trust{};        // the trust policy that it is to have; empty: of another kind
  // Who approved it may be who asked or profits, with a second account: nobody else could then.
  bool approved_by_own_account = false;
};

struct Grant {
  GrantId id;
  TenantId tenant;
  RightKind kind;
  UserId user;               // zero: a group
  GroupId group;             // joined, the holder of the profile, or looked after; else zero
  ProfileId profile;         // zero: none
  std::string holder, name;  // as they were called then
  bool privileged = false;
  std::string origin;  // request, direct, founding, earlier
  RequestId request;   // zero: of another origin
  UserId given_by;     // zero: nobody, or not known
  std::string given_by_name;
  Timestamp since;
  std::optional<Timestamp> expires, ended;
  // withdrawn, expired, renewed, replaced, group_deleted, role_deleted, review; empty: held
  std::string end_reason;
  RoleId assumable{};  // the role to be assumed that holds it, or trusts so; zero: none
};

struct AccessRules {
  FourEyes four_eyes = FourEyes::kNone;
  std::size_t administrators = 0;  // who may decide: active, of the tenant
};

// What one may ask for.
struct Choices {
  struct Choice {
    std::string id, name;
    bool privileged = false;
  };
  std::vector<Choice> roles, profiles, groups;
  std::vector<Choice> assumables;  // of administrators alone
};

// Of the caller's own tenant, all of it; what another's is does not exist. Every call is safe from
// any thread and leaves an audit event with its change, in one transaction. What changes rights
// wants a factor that the session proved within a quarter of an hour. A right counts no longer from
// the instant at which it expires, also where `turn` has not yet taken it away.
class Access {
 public:
  virtual ~Access() = default;

  virtual Task<AccessRules> find_rules(const Principal& by) = 0;
  // A stronger rule alone; a weaker one is asked for. Errors: denied ("iam.request_needed"),
  // conflict ("iam.four_eyes_need_two").
  virtual Task<> set_four_eyes(const Principal& by, FourEyes rule) = 0;

  virtual Task<Choices> list_choices(const Principal& by) = 0;
  // For oneself, or for others by an administrator. Errors: invalid ("iam.bad_request_shape",
  // "iam.bad_reason", "iam.bad_duration", "iam.role_not_here"), conflict ("iam.already_held",
  // "iam.administrators_hold_none", "iam.temporary_role", "iam.too_many_requests",
  // "iam.asked_already"), not_found ("iam.role_missing"); of a trust policy as `create_role`;
  // denied ("iam.trust_too_wide": of a role for what two persons give).
  virtual Task<AccessRequest> ask(const Principal& by, const Wanted& wanted) = 0;
  // The newest first: all of the tenant for administrators, else those by and for the caller.
  virtual Task<Listing<AccessRequest>> list_requests(const Principal& by,
                                                     std::optional<RequestState> state,
                                                     Page page) = 0;
  virtual Task<AccessRequest> find_request(const Principal& by, RequestId id) = 0;
  // By an administrator who neither asked nor profits; nor made the account of who does or owes it
  // the own, if there is another. Holds at once. Errors: those of `ask`; denied ("iam.four_eyes",
  // "iam.four_eyes_of_maker"), conflict ("iam.request_not_pending", "iam.request_outdated").
  virtual Task<AccessRequest> approve(const Principal& by, RequestId id,
                                      const std::string& reason) = 0;
  virtual Task<AccessRequest> refuse(const Principal& by, RequestId id,
                                     const std::string& reason) = 0;
  // By who asked, or whom it is for.
  virtual Task<> cancel(const Principal& by, RequestId id) = 0;

  // The newest first: of one user or of the whole tenant; those that ended too, or not.
  enum class Which { kCurrent, kAll };
  virtual Task<Listing<Grant>> list_grants(const Principal& by, std::optional<UserId> user,
                                           Which which, Page page) = 0;
  // Ends it before its time. A role falls back to the one before. Errors: not_found
  // ("iam.grant_missing"), conflict ("iam.grant_ended", "iam.lasting_role").
  virtual Task<> revoke(const Principal& by, GrantId id) = 0;

  // Takes away what has expired, and lets requests lapse that nobody decided. To be called again
  // and again, and before anybody is served.
  virtual Task<> turn() = 0;
};

}  // namespace belfry::iam
