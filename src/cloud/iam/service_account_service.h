// The implementation of `ServiceAccounts`.
#pragma once

#include "core.h"
#include "iam/service_accounts.h"
#include "password_hasher.h"

namespace belfry::iam {

// Writing each use of a key or token down would cost a sync each.
inline constexpr Duration kUseNotedEvery = std::chrono::minutes(5);
// That a service account is used; of a person, a sign-in tells.
Result<> note_use(Transaction& transaction, UserId user, Timestamp now);

class ServiceAccountService : public ServiceAccounts {
 public:
  ServiceAccountService(Core& core, PasswordHasher& passwords)
      : core_(core), passwords_(passwords) {}

  Task<Listing<ServiceAccount>> list_service_accounts(const Principal& by, Page page) override;
  Task<ServiceAccount> create_service_account(const Principal& by, const std::string& name,
                                              Role role, UserId owner) override;
  Task<> take_over(const Principal& by, UserId account, UserId owner) override;
  Task<NewAccessKey> create_service_key(const Principal& by, UserId account,
                                        Duration lifetime) override;
  Task<NewToken> create_service_token(const Principal& by, UserId account, const std::string& label,
                                      Duration lifetime) override;

 private:
  // Of the caller's tenant, where it may do `action`: as an administrator, or as the owner.
  Result<ServiceAccount> read_account(Transaction& transaction, const Principal& by,
                                      std::string_view action, UserId id);
  Result<User> read_owner(Transaction& transaction, const Principal& by, UserId owner);
  // When a secret that is made now ends. Those that ended are deleted first. Errors: those of
  // create_service_key.
  Result<Timestamp> end_of(Transaction& transaction, const Principal& by, UserId account,
                           Duration lifetime);
  // At most so many rows of `table` are the account's.
  Result<> check_room(Transaction& transaction, const std::string& table, UserId account,
                      std::int64_t maximum, const Error& full);

  Core& core_;
  PasswordHasher& passwords_;
};

}  // namespace belfry::iam
