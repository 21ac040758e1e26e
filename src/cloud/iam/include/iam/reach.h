// Who can reach a bucket and why; what a person can do: asked of the same compiled policies that
// decide.
#pragma once

#include "base/id.h"
#include "iam/interventions.h"
#include "iam/listing.h"
#include "policy/reach.h"
#include "runtime/task.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::iam {

struct Context;
struct Principal;
using RoleId = Id<struct AssumableRoleTag>;
enum class Role;

// What is asked about, each by the action that it needs: s3:GetObject, s3:ListBucket,
// s3:PutObject, s3:DeleteObject, s3:PutBucketPolicy.
enum class BucketAct { kRead, kList, kWrite, kDelete, kChangePolicy };
inline constexpr BucketAct kBucketActs[] = {BucketAct::kRead, BucketAct::kList, BucketAct::kWrite,
                                            BucketAct::kDelete, BucketAct::kChangePolicy};
std::string_view name_of(BucketAct act);
std::string_view name_of(policy::Certainty certainty);

// A statement that gives or takes.
struct Reason {
  enum class Source { kRole, kProfile, kBoundary, kBucketPolicy, kTrust, kIntervention };
  Source source = Source::kRole;
  // Of the role or the profile, an intervention's number; empty: the bucket's or the role's policy,
  // or the provider's own affair.
  std::string name;
  std::string group;  // by which the user holds the profile; empty: itself
  std::string statement;
  bool is_deny = false;
  policy::Certainty certainty = policy::Certainty::kMaybe;
  std::vector<std::string> conditions;  // on which it depends
};
std::string_view name_of(Reason::Source source);

struct ActReach {
  BucketAct act = BucketAct::kRead;
  // kAlways: whatever the request, given the second factor where one is needed.
  policy::Certainty certainty = policy::Certainty::kNever;
  bool needs_second_factor = false;
  std::vector<Reason> reasons;
};

// That somebody can assume a role: itself, or in sessions of others that it assumed before.
struct RoleWay {
  RoleId role;
  std::string name;
  // kAlways: whatever the request, given the second factor where one is needed.
  policy::Certainty certainty = policy::Certainty::kMaybe;
  bool needs_second_factor = false;
  std::vector<std::string> through;  // roles to be assumed before, in that order; empty: none
  std::vector<Reason> reasons;       // of the last step: the trust policy's, and own rights
};

struct PersonReach {
  UserId user;
  std::string name;
  Role role;
  std::vector<ActReach> acts;  // those that are not kNever
  std::vector<RoleWay> roles;  // that it can assume and that may do something
};

// Whom a role trusts besides the tenant's users: a role of the tenant whose sessions can assume
// it; an account, or somebody of one, as far as its own rights allow too; programs with tokens of
// an issuer.
struct TrustedOther {
  enum class Kind { kRole, kAccount, kProgram };
  Kind kind = Kind::kAccount;
  std::string principal;  // the role's name; a number, an ARN or "*"; the issuer's ARN
  policy::Certainty certainty = policy::Certainty::kMaybe;
  std::string statement;  // of the trust policy; empty: of a role, by its rights
  std::vector<std::string> conditions;
};
std::string_view name_of(TrustedOther::Kind kind);

// What the sessions of a role may do, as far as no policy of their own narrows them.
struct RoleReach {
  RoleId role;
  std::string name, arn;
  bool privileged = false;
  std::vector<ActReach> acts;  // those that are not kNever
  std::vector<TrustedOther> others;
};

// Somebody of another account, whom the bucket's policy lets in as far as its own rights do too.
struct ForeignReach {
  std::string principal;  // an account's number, an ARN, or "*"
  BucketAct act = BucketAct::kRead;
  std::string statement;
  std::vector<std::string> conditions;
};

// Of the provider's staff, by an intervention on the tenant's data that is open now.
struct StaffReach {
  UserId staff;
  std::string name, arn;
  InterventionId intervention;
  InterventionKind kind = InterventionKind::kOrdinary;
  std::string reason, approved_by;
  Timestamp expires;
  std::vector<ActReach> acts{};  // those that are not kNever
};

// What a user may do of the services besides buckets, an action each.
struct ServiceReach {
  std::string action;      // "iam:CreateUser"
  bool own_alone = false;  // on the own account alone; otherwise on what is the tenant's
  policy::Certainty certainty = policy::Certainty::kMaybe;
  bool needs_second_factor = false;
  std::vector<Reason> reasons;
};

// A bucket of the caller's tenant, with its policy's document; empty: none.
struct BucketAsked {
  std::string name, policy;
  bool restricts_public = true;  // its own setting RestrictPublicBuckets
};

struct WhoReaches {
  Listing<PersonReach>
      people;  // those who may do something, by name; the users without are left out
  std::vector<ForeignReach> foreigners;
  std::vector<ActReach> everybody;  // what is done without a signature; nothing: not open
  std::vector<RoleReach> roles;     // by name; with the first page
  std::vector<StaffReach> staff;    // with the first page
};

struct BucketReach {
  std::string bucket;
  std::vector<ActReach> acts;
};

// A role that a user can assume, and what that gives.
struct AssumableReach {
  RoleWay way;
  std::vector<std::string> profiles;
  bool privileged = false;
  std::vector<BucketReach> buckets;
};

struct WhatReaches {
  std::vector<BucketReach> buckets;
  std::vector<AssumableReach> roles;  // by name
  std::vector<ServiceReach> services;
  bool is_staff = false;          // of the provider, asked about by a customer
  std::vector<StaffReach> staff;  // and by what it reaches the buckets; nothing: it does not
};

// One request, exactly: of a user, of a session of a role that it assumed, or of any session of a
// role, whoever assumed that.
struct Simulated {
  UserId user{};  // nobody: whoever
  std::optional<RoleId> role{};
  // "s3:GetObject", "arn:aws:s3:::bucket/key"; of another service also "*", what is the tenant's,
  // and "self", the user's own account.
  std::string action, resource;
  std::string policy;  // of the bucket
  bool second_factor = false;
  // Of the session, where there is a role: what trust policies may ask for.
  std::string session_name{}, external_id{};  // empty: some name; none
};
struct Explanation {
  bool allowed = false;
  std::string refusal;           // the message of the refusal; empty: allowed
  std::string action, resource;  // what was refused: the request, or that the role is assumed
  std::vector<Reason> reasons;
  bool is_staff = false;  // as of WhatReaches
  std::vector<StaffReach> staff{};
};

// Where a public policy is kept from others by the bucket's block or its tenant's, nobody of
// elsewhere is among the answers.
// Users, and the sessions of roles. Of the caller's own tenant; of the provider's staff, what
// interventions tell the tenant anyway; of others, no more than their account's numbers and ARNs as
// the bucket's policy names them. Safe from any thread; changes
// nothing.
class AccessQueries {
 public:
  virtual ~AccessQueries() = default;

  // Everybody who may do something to the bucket or to objects whose keys begin with `prefix`.
  // At most a hundred users are looked at for a page, which may be empty before the last.
  virtual Task<WhoReaches> who(const Principal& by, const BucketAsked& bucket,
                               const std::string& prefix, Page page) = 0;
  // What a user may do to each of some buckets of its tenant, itself and in sessions of roles, and
  // of `actions` those of other services. Asked about the provider's staff that some intervention
  // on the tenant's data named: what it reaches by the one that is open.
  virtual Task<WhatReaches> what(const Principal& by, UserId user,
                                 const std::vector<BucketAsked>& buckets,
                                 const std::vector<std::string>& actions) = 0;
  // Whether the request would be allowed in the context, and by which statements; in a session of a
  // role, also whether the user may assume that. Errors: not_found ("iam.role_missing"), invalid
  // ("iam.bad_simulation", "iam.bad_role_session_name").
  virtual Task<Explanation> explain(const Principal& by, const Simulated& request,
                                    const Context& context) = 0;
};

}  // namespace belfry::iam
