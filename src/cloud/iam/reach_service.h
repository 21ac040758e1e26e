// The implementation of `AccessQueries`: reach_service.cc, over user_reach.h.
#pragma once

#include "core.h"
#include "iam/reach.h"
#include "policy/compiled_policies.h"
#include "public_access_service.h"

namespace belfry::iam {

class ReachService : public AccessQueries {
 public:
  explicit ReachService(Core& core) : core_(core) {}

  Task<WhoReaches> who(const Principal& by, const BucketAsked& bucket, const std::string& prefix,
                       Page page) override;
  Task<std::vector<BucketReach>> what(const Principal& by, UserId user,
                                      const std::vector<BucketAsked>& buckets) override;
  Task<Explanation> explain(const Principal& by, const Simulated& request,
                            const Context& context) override;

 private:
  // The user as it would sign in now.
  Result<Principal> read_principal(Transaction& transaction, const Row& user);
  Result<Principal> read_user_of(Transaction& transaction, const Principal& by, UserId user);
  Result<policy::PolicyPtr> compile(const std::string& document);
  // Those whom the bucket's policy lets in from elsewhere.
  Task<> add_outsiders(WhoReaches& found, TenantId owner, const BucketAsked& bucket,
                       const std::string& prefix);

  Core& core_;
  PublicAccessService public_access_{core_};
  policy::CompiledPolicies attached_{policy::Kind::kResource};
};

}  // namespace belfry::iam
