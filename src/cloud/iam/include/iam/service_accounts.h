// Accounts of programs, each owned by a person who answers for it.
#pragma once

#include "base/id.h"
#include "base/time.h"
#include "iam/listing.h"
#include "runtime/task.h"

#include <optional>
#include <string>

namespace belfry::iam {

struct Principal;
struct NewAccessKey;
struct NewToken;
enum class Role;

struct ServiceAccount {
  UserId id;
  TenantId tenant;
  std::string name;  // of the names of users
  Role role;         // kMember or kReader
  UserId owner;
  std::string owner_name;
  bool active = true;        // false: suspended itself
  bool owner_active = true;  // false: it rests until somebody else takes it over
  Timestamp created;
  std::optional<Timestamp> last_used{};  // of its keys and tokens, to some minutes
};

// A service account has no password and no session: only access keys and API tokens, which end. It
// holds profiles and groups as users do, and is suspended, deleted and its keys are listed as
// theirs. It works while its owner is active. What needs a second factor it may do by keys and
// tokens that the owner made with one, while the owner has one. Two persons give it privileged
// rights, whatever the tenant's rule, and the owner is not the second. All of it is of the
// caller's own tenant. Every call is safe from any thread and leaves an audit event with its
// change, in one transaction.
class ServiceAccounts {
 public:
  virtual ~ServiceAccounts() = default;

  // By name: all for an administrator, else those that the caller owns.
  virtual Task<Listing<ServiceAccount>> list_service_accounts(const Principal& by, Page page) = 0;
  // Errors: invalid ("iam.bad_user_name", "iam.role_of_service"), conflict ("iam.user_exists",
  // "iam.bad_owner": a suspended user or another service account).
  virtual Task<ServiceAccount> create_service_account(const Principal& by, const std::string& name,
                                                      Role role, UserId owner) = 0;
  // Gives it another owner. Its keys and tokens lose the factor that the one before lent them.
  // Errors: not_found ("iam.user_missing"), conflict ("iam.bad_owner", "iam.owner_of_four_eyes":
  // it is privileged).
  virtual Task<> take_over(const Principal& by, UserId account, UserId owner) = 0;
  // By an administrator, or the owner. `lifetime` is at most 366 days; what a token makes ends with
  // it at the latest. Errors: invalid ("iam.bad_service_lifetime", "iam.bad_label"), conflict
  // ("iam.too_many_keys", "iam.too_many_tokens").
  virtual Task<NewAccessKey> create_service_key(const Principal& by, UserId account,
                                                Duration lifetime) = 0;
  virtual Task<NewToken> create_service_token(const Principal& by, UserId account,
                                              const std::string& label, Duration lifetime) = 0;
};

}  // namespace belfry::iam
