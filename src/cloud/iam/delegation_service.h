// The implementation of `Delegations`: delegations.cc.
#pragma once

#include "access_service.h"
#include "core.h"
#include "iam/delegations.h"

#include <string>

namespace belfry::iam {

class DelegationService : public Delegations {
 public:
  DelegationService(Core& core, AccessService& access) : core_(core), access_(access) {}

  Task<Listing<Delegation>> list_delegations(const Principal& by, std::optional<UserId> delegate,
                                             Page page) override;
  Task<Delegation> find_delegation(const Principal& by, DelegationId id) override;
  Task<Delegation> create_delegation(const Principal& by, const NewDelegation& wanted) override;
  Task<> end_delegation(const Principal& by, DelegationId id) override;

 private:
  static Result<> check_wanted(const NewDelegation& wanted);
  // Written down as nobody's yet.
  Result<DelegationId> insert(Transaction& transaction, const Principal& by,
                              const NewDelegation& wanted);
  // The right at once, or the request for it where one person alone may not give it.
  Result<> give_or_ask(Transaction& transaction, const Principal& by, DelegationId id,
                       const NewDelegation& wanted);
  Result<> read_lists(Transaction& transaction, Delegation& delegation);
  // That the caller sees; else it is missing.
  Result<Delegation> read(Transaction& transaction, const Principal& by, DelegationId id);

  Core& core_;
  AccessService& access_;
};

}  // namespace belfry::iam
