// The implementation of `Roles`: assumable_roles.cc, role_sessions.cc, web_identities.cc.
#pragma once

#include "core.h"
#include "throttle.h"

#include <functional>
#include <memory>
#include <string>

namespace belfry::iam {

class RoleService : public Roles {
 public:
  // How issuers are asked, once it is known.
  using FindDirectories = std::function<Result<std::shared_ptr<oidc::Directories>>()>;

  RoleService(Core& core, FindDirectories directories)
      : core_(core), directories_(std::move(directories)) {}

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
  Task<WebIdentityCredentials> assume_with_token(const RoleAssumption& wanted,
                                                 const std::string& token) override;

 private:
  struct Assumption;  // one on its way: role_assumption.h
  struct Arrival;     // who comes with a token: web_identities.cc

  // Of the caller's tenant, else it is missing, with the right to `action` on it.
  Result<AssumableRole> read_role(Transaction& transaction, const Principal& by, RoleId id,
                                  std::string_view action);
  Result<AssumableRole> complete(Transaction& transaction, AssumableRole role);
  // A profile of the caller's tenant, to be held. Errors: not_found ("iam.profile_missing").
  Result<Holding> find_profile(Transaction& transaction, const Principal& by, ProfileId id);

  Task<> prove_factor(Assumption& assumption);
  // Reads the role that is named. Errors: denied ("iam.denied"): there is none, or its trust policy
  // cannot be read.
  Result<> find_named(Transaction& transaction, Assumption& assumption);
  Result<> check_trusted(Transaction& transaction, Assumption& assumption);
  Result<Duration> duration_of(const Assumption& assumption);
  Result<> find_latest_end(Transaction& transaction, Assumption& assumption);
  Result<> check_room(Transaction& transaction, const Assumption& assumption);
  Result<RoleCredentials> open(Transaction& transaction, const Assumption& assumption);
  void log_refusal(const Assumption& assumption, const Error& reason);

  // web_identities.cc
  Task<> look_around(Arrival& arrival);
  Task<> prove(Arrival& arrival, const std::string& token);
  Result<> check_token_trusted(Transaction& transaction, Assumption& assumption,
                               const Arrival& arrival);
  Task<RoleCredentials> open_for(const Arrival& arrival);
  void log_refusal(const Arrival& arrival, const Error& reason);
  // What failed counts; what is looked at alone does not, nor what was right.
  Result<> check_pace(const Throttle::Attempt& attempt);

  Core& core_;
  const FindDirectories directories_;
  policy::CompiledPolicies trust_{policy::Kind::kTrust};
  Throttle throttle_;
};

// What `id`, the id of a temporary key, is checked with. Errors: denied ("iam.unknown_key").
Result<SigningIdentity> read_temporary_identity(Core& core, Transaction& transaction,
                                                const std::string& id);

// Whom the tenant's roles trust by its issuer is changed by who may change that of each role.
// Errors: denied ("iam.issuer_of_four_eyes").
Result<> check_may_change_issuer(Transaction& transaction, const Principal& by,
                                 const std::string& issuer_arn);

}  // namespace belfry::iam
