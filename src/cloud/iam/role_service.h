// The implementation of `Roles`: assumable_roles.cc, role_sessions.cc.
#pragma once

#include "core.h"
#include "throttle.h"

#include <string>

namespace belfry::iam {

class RoleService : public Roles {
 public:
  explicit RoleService(Core& core) : core_(core) {}

  Task<Listing<AssumableRole>> list_roles(const Principal& by, Page page) override;
  Task<AssumableRole> find_role(const Principal& by, RoleId id) override;
  Task<AssumableRole> create_role(const Principal& by, const std::string& name,
                                  const std::string& trust, Duration session_max) override;
  Task<AssumableRole> change_role(const Principal& by, RoleId id,
                                  const RoleChange& change) override;
  Task<> delete_role(const Principal& by, RoleId id) override;
  Task<> give_profile(const Principal& by, RoleId role, ProfileId profile) override;
  Task<> withdraw_profile(const Principal& by, RoleId role, ProfileId profile) override;
  Task<Listing<RoleSession>> list_role_sessions(const Principal& by, RoleId role,
                                                Page page) override;
  Task<> revoke_role_session(const Principal& by, const std::string& id) override;
  Task<RoleCredentials> assume_role(const Principal& by, const RoleAssumption& wanted) override;

 private:
  struct Assumption;  // one on its way: role_sessions.cc

  // Of the caller's tenant, else it is missing, with the right to `action` on it.
  Result<AssumableRole> read_role(Transaction& transaction, const Principal& by, RoleId id,
                                  std::string_view action);
  Result<AssumableRole> complete(Transaction& transaction, AssumableRole role);
  // A profile of the caller's tenant, to be held. Errors: not_found ("iam.profile_missing").
  Result<Holding> find_profile(Transaction& transaction, const Principal& by, ProfileId id);

  Task<> prove_factor(Assumption& assumption);
  Result<> check_trusted(Transaction& transaction, Assumption& assumption);
  Result<Duration> duration_of(const Assumption& assumption);
  Result<Timestamp> latest_end(Transaction& transaction, const Principal& by);
  Result<> check_room(Transaction& transaction, const Assumption& assumption);
  Result<RoleCredentials> open(Transaction& transaction, const Assumption& assumption);
  void log_refusal(const Assumption& assumption, const Error& reason);

  Core& core_;
  policy::CompiledPolicies trust_{policy::Kind::kTrust};
  Throttle throttle_;
};

// What `id`, the id of a temporary key, is checked with. Errors: denied ("iam.unknown_key").
Result<SigningIdentity> read_temporary_identity(Core& core, Transaction& transaction,
                                                const std::string& id);

// Whether `code` is one of the user's authenticator, which serves no second time then.
Result<bool> use_totp(Core& core, Transaction& transaction, UserId user, const std::string& code);

}  // namespace belfry::iam
