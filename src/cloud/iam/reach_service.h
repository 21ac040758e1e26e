// The implementation of `AccessQueries`: reach_service.cc, over user_reach.h.
#pragma once

#include "core.h"
#include "iam/reach.h"
#include "policy/compiled_policies.h"
#include "public_access_service.h"
#include "role_reach.h"

namespace belfry::iam {

class ReachService : public AccessQueries {
 public:
  explicit ReachService(Core& core) : core_(core) {}

  Task<WhoReaches> who(const Principal& by, const BucketAsked& bucket, const std::string& prefix,
                       Page page) override;
  Task<WhatReaches> what(const Principal& by, UserId user, const std::vector<BucketAsked>& buckets,
                         const std::vector<std::string>& actions) override;
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
  // The buckets of which `who` may do something to.
  std::vector<BucketReach> buckets_of(const Principal& who,
                                      const std::vector<BucketAsked>& buckets);
  // Who is asked about: with the role in whose session, if there is one.
  struct Subject {
    std::optional<Principal> user{};  // nothing: whoever assumed the role
    bool is_staff = false;            // of the provider, of whom `by` is not
    std::vector<StaffReach> staff{};  // and by what; without the acts
    std::optional<ReadRole> role{};
  };
  Result<Subject> read_subject(Transaction& transaction, const Principal& by,
                               const Simulated& request);
  // Somebody of the tenant, or staff of the provider of whom interventions tell it.
  Result<Subject> read_anybody(Transaction& transaction, const Principal& by, UserId user);
  // Open ones on `tenant`, of one of the staff or of all, and who that is.
  struct OpenOne {
    StaffReach told;
    Principal staff;
  };
  Result<std::vector<OpenOne>> read_open(Transaction& transaction, TenantId tenant,
                                         std::optional<UserId> staff);
  Result<> add_staff(Transaction& transaction, WhoReaches& found, const BucketAsked& bucket,
                     TenantId owner, const std::string& prefix, const policy::PolicyPtr& attached);
  WhatReaches what_of_staff(const Subject& subject, const std::vector<BucketAsked>& buckets);
  Explanation explain_staff(const Subject& subject, const Simulated& request, TenantId owner,
                            const Context& context, const policy::PolicyPtr& attached);
  std::vector<ServiceReach> services_of(const Principal& who,
                                        const std::vector<std::string>& actions);
  // Decides, and notes what was refused; true: allowed.
  bool decide_into(Explanation& explained, const Principal& who, const std::string& action,
                   const Resource& resource, const Context& context,
                   const policy::PolicyPtr& attached);
  bool explain_assumption(Explanation& explained, const Principal& user, const ReadRole& role,
                          const RoleAssumption& wanted, const Context& context);

  Core& core_;
  PublicAccessService public_access_{core_};
  policy::CompiledPolicies attached_{policy::Kind::kResource};
};

}  // namespace belfry::iam
