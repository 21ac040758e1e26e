// Who lost the password gets another one by mail, and by the second factor.
#pragma once

#include "base/time.h"
#include "iam/passkey.h"
#include "runtime/task.h"

#include <optional>
#include <string>

namespace belfry::iam {

struct LostPassword {
  std::string user;      // as typed
  std::string language;  // "en", "fr": of the mail
  std::string source_ip;
  std::string device{};  // OpenedSession::device of an earlier time; empty: none
};

// What the page of a link tells.
struct OpenPasswordReset {
  std::string user_name;
  bool privileged = false;
  bool has_totp = false, has_passkey = false;  // that set it: no code where a passkey is asked for
  Timestamp expires;
};

struct PasswordReset {
  std::string secret;  // of the link
  std::string password;
  std::string totp{}, recovery_code{};        // empty: not given
  std::optional<PasskeyAssertion> passkey{};  // to a challenge of `begin_passkey_sign_in`
  std::string source_ip{};
};

// An administrator who lost everything, as who has the provider's machine says.
struct HostRecovery {
  std::string user;      // as typed
  std::string reason;    // some words
  std::string language;  // "en", "fr": of the mail
};

struct RecoveredAdministrator {
  std::string user_name;
  std::string
      secret;  // of the link, for an hour; empty: it was mailed to a customer's administrator
  bool role_given = false;  // nobody administered the provider any more: the role, for a day
};

// A link holds 256 random bits, of which a digest is kept, is good once, for an hour, and goes to
// the user's address alone. It is no sign-in: with it, and with the second factor of who has one,
// the password is set, and all sessions end. Every call is safe from any thread and leaves an audit
// event with its change, in one transaction.
class LostPasswords {
 public:
  virtual ~LostPasswords() = default;

  // Answers alike, after the same work, whoever there is: `turn` sends the mail. Errors: invalid
  // ("iam.bad_user_name", "iam.bad_language"), conflict ("iam.no_mail": this provider sends none),
  // retry ("iam.throttled").
  virtual Task<> ask_for_reset(const LostPassword& lost) = 0;
  // By whoever has the link. Errors of both: not_found ("iam.reset_unknown"), the same for what
  // never was, is over or was used.
  virtual Task<OpenPasswordReset> open_reset(const std::string& secret) = 0;
  // Errors: denied ("iam.totp_needed", "iam.passkey_needed", "iam.wrong_code"), those of a new
  // password, retry ("iam.throttled").
  virtual Task<> reset_password(const PasswordReset& reset) = 0;
  // Sends links to whom they were asked for: active persons with an address. At most three a day
  // to places where the user signed in before, and three to all others, which end none of those.
  virtual Task<> turn() = 0;

  // Removes all second factors of an administrator and ends its sessions; a link sets another
  // password. For who has the machine and its master key alone: nobody is asked who calls. It is in
  // the log of the tenant and of the provider. Errors: not_found ("iam.no_such_administrator"),
  // invalid ("iam.bad_reason", "iam.bad_language"), conflict ("iam.recovery_needs_mail").
  virtual Task<RecoveredAdministrator> recover_administrator(const HostRecovery& wanted) = 0;
};

}  // namespace belfry::iam
