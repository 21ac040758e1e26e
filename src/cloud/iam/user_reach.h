// What a user of a bucket's own tenant, or a session of its roles, may do there, put together as
// `decide` puts it.
#pragma once

#include "iam/iam.h"
#include "iam/reach.h"
#include "tenant_tree.h"

namespace belfry::iam {

struct Asked {
  std::string_view action;    // of s3, or "sts:AssumeRole" on a role
  std::string_view resource;  // an ARN, or what ARNs begin with
  policy::Extent extent = policy::Extent::kExactly;
};

struct UserReach {
  policy::Certainty certainty = policy::Certainty::kNever;
  bool needs_second_factor = false;
  std::vector<Reason> reasons;
};

// `user` is of the tenant that owns the resource. With a `context` everything of the request is
// known, without one nothing but who asks; of the session of a role, not which one it is.
UserReach find_user_reach(const TenantTree& tree, const Principal& user, const Asked& asked,
                          const policy::PolicyPtr& attached, const Context* context = nullptr);

// What staff of the provider may do in a bucket by an intervention that is open, as `decide` has
// it.
UserReach find_staff_reach(const TenantTree& tree, const Principal& staff,
                           const OpenIntervention& open, const Asked& asked,
                           const policy::PolicyPtr& attached, const Context* context = nullptr);

// The action and the resource of an act on what begins with `prefix` in a bucket.
struct ActAsked {
  std::string_view action;
  std::string resource;
  policy::Extent extent;
};
ActAsked asked_of(BucketAct act, const std::string& bucket, const std::string& prefix);

// Whom the bucket's policy of tenant `owner` lets in of other accounts.
std::vector<ForeignReach> find_foreigners(const policy::Policy& attached, TenantId owner,
                                          const std::string& bucket, const std::string& prefix);

// What requests that nobody signed may do in a bucket of `owner`, where neither block keeps them
// out.
std::vector<ActReach> find_everybody(const TenantTree& tree, const policy::PolicyPtr& attached,
                                     TenantId owner, const std::string& bucket,
                                     const std::string& prefix);

}  // namespace belfry::iam
