// What users prove themselves with besides the password: passkeys, authenticator apps (TOTP:
// `Iam::begin_totp`), recovery codes.
#pragma once

#include "base/id.h"
#include "base/result.h"
#include "base/time.h"
#include "iam/passkey.h"
#include "runtime/task.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::iam {

struct Principal;

// The last one: a directory that the tenant believes says that it saw one.
enum class FactorKind { kTotp, kPasskey, kRecoveryCode, kDirectory };
// "totp", "passkey", "recovery_code", "directory"
std::string_view name_of(FactorKind kind);

struct Factor {
  std::string id;
  FactorKind kind;
  std::string label;  // of a passkey, in the user's words
  Timestamp created;
  std::optional<Timestamp> last_used;
  std::string site;             // of a passkey: where it works
  bool backed_up = false;       // of a passkey: there are copies on other devices
  bool alone_suffices = false;  // of a passkey: it asks for a PIN or a fingerprint
};

struct FactorList {
  std::vector<Factor> factors;  // those in force, the oldest first
  std::size_t recovery_codes_left = 0;
};

// The caller's session has proved more from then on, so it gets a new secret; the old one ends.
struct RenewedSession {
  std::string secret;
  Timestamp expires;
  std::vector<std::string> recovery_codes;  // with the first factor alone; shown once
};

struct AddedPasskey {
  Factor factor;
  RenewedSession session;
};

// Every call is safe from any thread and leaves an audit event with its change, in one transaction.
class SecondFactors {
 public:
  virtual ~SecondFactors() = default;

  // Where browsers open the console: "https://localhost:8443". Passkeys are made for the host name
  // of such an origin and used at the same origin alone; none before the first call.
  virtual void accept_origins(std::vector<std::string> origins) = 0;

  // The caller's own.
  virtual Task<FactorList> list_factors(const Principal& by) = 0;
  // Errors: not_found ("iam.factor_missing"), conflict ("iam.last_factor": a privileged user keeps
  // one; "iam.last_factor_demanded": so does everybody where the tenant asks for it). With the last
  // one go the recovery codes. Ends the user's other sessions.
  virtual Task<> remove_factor(const Principal& by, const std::string& id) = 0;

  // `origin` is the page that asks. Errors: invalid ("iam.passkey_not_here": it is none of those
  // accepted), conflict ("iam.too_many_passkeys").
  virtual Task<PasskeyCreation> begin_passkey(const Principal& by, const std::string& origin) = 0;
  // Errors: those of webauthn.h; denied ("iam.passkey_wrong_request": this session did not begin
  // it, or too long ago), conflict ("iam.passkey_exists").
  virtual Task<AddedPasskey> finish_passkey(const Principal& by, const std::string& label,
                                            const PasskeyAttestation& attestation) = 0;

  // Without a user: any passkey that the authenticator has, and it must verify the person. With
  // one, who gives the password too: the passkeys of that user.
  struct PasskeySignIn {
    std::string user, password;
    std::string source_ip, origin;
  };
  // Errors: invalid ("iam.passkey_not_here"); with a user those of `Iam::sign_in`, and denied
  // ("iam.passkey_missing": the user has none here).
  virtual Task<PasskeyRequest> begin_passkey_sign_in(const PasskeySignIn& attempt) = 0;

  // Ten codes, each good for one sign-in in place of a factor that was lost; all earlier ones end.
  // The first factor brings ten. Errors: conflict ("iam.no_second_factor": there is nothing to do
  // without).
  virtual Task<std::vector<std::string>> make_recovery_codes(const Principal& by) = 0;

  // For what a stolen session would be good for: whether the caller's has proved its factor within
  // a quarter of an hour. A refusal is in the log. Errors: denied ("iam.step_up_needed",
  // "iam.passkey_step_up_needed").
  virtual Result<> check_fresh(const Principal& by, std::string_view action,
                               const std::string& resource) = 0;
  // The caller's session proves a second factor again. Errors: invalid ("iam.passkey_not_here"),
  // denied ("iam.passkey_missing").
  virtual Task<PasskeyRequest> begin_step_up(const Principal& by, const std::string& origin) = 0;
  // A code, or a passkey; of a provider administrator who has a passkey, that. Errors: denied
  // ("iam.wrong_code", "iam.passkey_step_up_needed", those of webauthn.h), conflict
  // ("iam.no_second_factor"), retry ("iam.throttled").
  struct StepUp {
    std::string totp;
    std::optional<PasskeyAssertion> passkey;
  };
  virtual Task<> step_up(const Principal& by, const StepUp& shown) = 0;
};

}  // namespace belfry::iam
