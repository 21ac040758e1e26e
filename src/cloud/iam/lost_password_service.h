// The implementation of `LostPasswords`: lost_passwords.cc, host_recovery.cc.
#pragma once

#include "core.h"
#include "iam/lost_passwords.h"
#include "mail_queue.h"
#include "password_hasher.h"
#include "people_service.h"
#include "throttle.h"

#include <functional>

namespace belfry::iam {

class LostPasswordService : public LostPasswords {
 public:
  // Whether what was shown is a factor of the user: `IamService::prove`, in the transaction.
  using Prove = std::function<Result<>(Transaction& transaction, UserId user)>;
  using Prover = std::function<Prove(const PasswordReset& reset)>;

  LostPasswordService(Core& core, PasswordHasher& passwords, Throttle& throttle,
                      MailQueueService& mail, PeopleService& people, Prover prover)
      : core_(core),
        passwords_(passwords),
        throttle_(throttle),
        mail_(mail),
        people_(people),
        prover_(std::move(prover)) {}

  Task<> ask_for_reset(const LostPassword& lost) override;
  Task<OpenPasswordReset> open_reset(const std::string& secret) override;
  Task<> reset_password(const PasswordReset& reset) override;
  Task<> turn() override;
  Task<RecoveredAdministrator> recover_administrator(const HostRecovery& wanted) override;

 private:
  struct Open {
    std::string id;
    User user;
    std::string language;
    Timestamp expires;
  };
  Result<Open> find_open(Transaction& transaction, const std::string& secret);
  Result<> check_shown(const PasswordReset& reset, const User& user);
  Result<> change(Transaction& transaction, const PasswordReset& reset, const std::string& hash,
                  const Prove& prove);
  struct Asked {
    std::string sign_in_key, language, address, source_ip, device;
  };
  Result<> send(Transaction& transaction, const Asked& asked);
  struct Link {
    std::string id, secret;
  };
  // Whether the user of that name signed in from there before.
  Result<bool> is_known_place(Transaction& transaction, const Asked& asked);
  Result<> mail_link(Transaction& transaction, const User& user, const std::string& language,
                     const Link& link);
  // It takes the place of the user's others.
  Result<> keep_link(Transaction& transaction, const User& user, const std::string& language,
                     const Link& link, bool known_place);

  // host_recovery.cc
  struct Locked {
    User user;
    bool needs_role = false;
  };
  Result<Locked> find_locked(Transaction& transaction, const std::string& name);
  // `unknown_hash` is of a password that nobody knows.
  Result<RecoveredAdministrator> recover(Transaction& transaction, const HostRecovery& wanted,
                                         const std::string& unknown_hash);
  Result<> tell_of_recovery(Transaction& transaction, const User& user, const HostRecovery& wanted);

  Core& core_;
  PasswordHasher& passwords_;
  Throttle& throttle_;
  Throttle asking_;  // apart: names are made up for nothing here
  MailQueueService& mail_;
  PeopleService& people_;
  const Prover prover_;
};

}  // namespace belfry::iam
