// The implementation of `LostPasswords`.
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
  Result<> send(Transaction& transaction, const std::string& name_key, const std::string& language);

  Core& core_;
  PasswordHasher& passwords_;
  Throttle& throttle_;
  MailQueueService& mail_;
  PeopleService& people_;
  const Prover prover_;
};

}  // namespace belfry::iam
