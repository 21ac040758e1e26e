// Who can reach a bucket and why; what a person can do: asked of the same compiled policies that
// decide.
#pragma once

#include "base/id.h"
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
  enum class Source { kRole, kProfile, kBoundary, kBucketPolicy };
  Source source = Source::kRole;
  std::string name;   // of the role or the profile; empty: the bucket's policy
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

struct PersonReach {
  UserId user;
  std::string name;
  Role role;
  std::vector<ActReach> acts;  // those that are not kNever
};

// Somebody of another account, whom the bucket's policy lets in as far as its own rights do too.
struct ForeignReach {
  std::string principal;  // an account's number, an ARN, or "*"
  BucketAct act = BucketAct::kRead;
  std::string statement;
  std::vector<std::string> conditions;
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
};

struct BucketReach {
  std::string bucket;
  std::vector<ActReach> acts;
};

// One request, exactly.
struct Simulated {
  UserId user;
  std::string action, resource;  // "s3:GetObject", "arn:aws:s3:::bucket/key"
  std::string policy;            // of the bucket
  bool second_factor = false;
};
struct Explanation {
  bool allowed = false;
  std::string refusal;  // the message of the refusal; empty: allowed
  std::vector<Reason> reasons;
};

// Where a public policy is kept from others by the bucket's block or its tenant's, nobody of
// elsewhere is among the answers.
// Of the caller's own tenant; of others, no more than their account's numbers and ARNs as the
// bucket's policy names them. Safe from any thread; changes nothing.
class AccessQueries {
 public:
  virtual ~AccessQueries() = default;

  // Everybody who may do something to the bucket or to objects whose keys begin with `prefix`.
  // At most a hundred users are looked at for a page, which may be empty before the last.
  virtual Task<WhoReaches> who(const Principal& by, const BucketAsked& bucket,
                               const std::string& prefix, Page page) = 0;
  // What a user may do to each of some buckets of its tenant.
  virtual Task<std::vector<BucketReach>> what(const Principal& by, UserId user,
                                              const std::vector<BucketAsked>& buckets) = 0;
  // Whether the request would be allowed in the context, and by which statements.
  virtual Task<Explanation> explain(const Principal& by, const Simulated& request,
                                    const Context& context) = 0;
};

}  // namespace belfry::iam
