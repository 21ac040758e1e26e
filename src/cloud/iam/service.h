// The implementation of `Iam`, over several files: sign_in.cc, sessions.cc, users.cc, factors.cc,
// passkeys.cc, recovery_codes.cc, step_up.cc, places.cc, access_keys.cc, api_tokens.cc,
// directory_sign_in.cc, founding.cc, access_facts.cc, probing.cc.
#pragma once

#include "access_service.h"
#include "challenges.h"
#include "core.h"
#include "delegation_service.h"
#include "factor_reset_service.h"
#include "factor_rule_service.h"
#include "intervention_service.h"
#include "issuer_service.h"
#include "lost_password_service.h"
#include "mail_queue.h"
#include "password_hasher.h"
#include "people_service.h"
#include "profile_service.h"
#include "public_access_service.h"
#include "reach_service.h"
#include "review_service.h"
#include "role_service.h"
#include "service_account_service.h"
#include "tenant_service.h"
#include "throttle.h"

#include <string>

namespace belfry::iam {

namespace webauthn {
struct Credential;
}

struct Account;  // sign_in_names.h

class IamService : public Iam, public SecondFactors, public Upkeep {
 public:
  IamService(database::Database& database, std::shared_ptr<Pool> pool, crypto::KeyStore& keys,
             audit::Ledger& ledger, audit::Outbox& outbox, Clock& clock, Random& random);

  Result<> authorize(const Principal& principal, std::string_view action, const Resource& resource,
                     const Context& context) override;

  Task<SigningIdentity> find_signing_identity(const std::string& access_key_id) override;
  Task<Principal> authenticate_session(const std::string& secret, const Origin& from) override;
  Task<Principal> authenticate_token(const std::string& secret) override;
  Task<OpenedSession> sign_in(const SignIn& attempt) override;
  Task<> sign_out(const Principal& by) override;

  Task<Listing<Tenant>> list_tenants(const Principal& by, Page page) override;
  Task<Tenant> find_tenant(const Principal& by) override;
  Task<Tenant> create_tenant(const Principal& by, TenantKind kind, const std::string& name,
                             TenantId parent) override;
  Task<Listing<User>> list_users(const Principal& by, TenantId tenant, Page page) override;
  Task<User> create_user(const Principal& by, TenantId tenant, const std::string& name,
                         const std::string& email, Role role, const std::string& password) override;
  Task<> set_user_active(const Principal& by, UserId user, bool active) override;
  Task<User> find_user(const Principal& by, UserId user) override;
  Task<> change_password(const Principal& by, const std::string& old_password,
                         const std::string& new_password) override;

  Task<std::string> begin_totp(const Principal& by) override;
  Task<RenewedSession> confirm_totp(const Principal& by, const std::string& code) override;

  Tenants& tenants() override { return tenants_; }
  Profiles& profiles() override { return profiles_; }
  PublicAccess& public_access() override { return public_access_; }
  Roles& roles() override { return roles_; }
  Interventions& interventions() override { return interventions_; }
  Access& access() override { return access_; }
  AccessQueries& access_queries() override { return reach_; }
  Reviews& reviews() override { return reviews_; }
  People& people() override { return people_; }
  MailQueue& mail() override { return mail_; }
  Terms& terms() override { return terms_; }
  Issuers& issuers() override { return issuers_; }
  FactorResets& factor_resets() override { return factor_resets_; }
  FactorRules& factor_rules() override { return factor_rules_; }
  LostPasswords& lost_passwords() override { return lost_passwords_; }
  ServiceAccounts& service_accounts() override { return service_accounts_; }
  Delegations& delegations() override { return delegations_; }

  Upkeep& upkeep() override { return *this; }
  Task<> collect_facts() override;
  Task<> log_unseen() override;
  Task<bool> end_account(const LeaversAccount& account, const StillLeft& still) override;
  Task<ProbeAdministrator> renew_probe() override;
  Task<> end_probe() override;
  Task<> keep_probe(const std::vector<ProbeStep>& steps,
                    const std::optional<ProbeMark>& mark) override;
  Task<std::vector<ProbeMark>> probe_marks() override;

  SecondFactors& second_factors() override { return *this; }
  Result<> check_fresh(const Principal& by, std::string_view action,
                       const std::string& resource) override;
  void accept_origins(std::vector<std::string> origins) override;
  Task<FactorList> list_factors(const Principal& by) override;
  Task<> remove_factor(const Principal& by, const std::string& id) override;
  Task<PasskeyCreation> begin_passkey(const Principal& by, const std::string& origin) override;
  Task<AddedPasskey> finish_passkey(const Principal& by, const std::string& label,
                                    const PasskeyAttestation& attestation) override;
  Task<PasskeyRequest> begin_passkey_sign_in(const PasskeySignIn& attempt) override;
  Task<std::vector<std::string>> make_recovery_codes(const Principal& by) override;
  Task<PasskeyRequest> begin_step_up(const Principal& by, const std::string& origin) override;
  Task<> step_up(const Principal& by, const StepUp& shown) override;

  Task<Listing<AccessKey>> list_access_keys(const Principal& by, UserId user, Page page) override;
  Task<NewAccessKey> create_access_key(const Principal& by, UserId user) override;
  Task<> delete_access_key(const Principal& by, const std::string& id) override;

  Task<Listing<ApiToken>> list_api_tokens(const Principal& by, Page page) override;
  Task<NewApiToken> create_api_token(const Principal& by, const std::string& label,
                                     std::optional<Duration> lifetime) override;
  Task<> delete_api_token(const Principal& by, const std::string& id) override;

  Task<Listing<Session>> list_sessions(const Principal& by, UserId user, Page page) override;
  Task<std::optional<Session>> find_session(const Principal& by) override;
  Task<> revoke_session(const Principal& by, const std::string& id) override;

  Task<std::optional<Founded>> found(const std::string& provider_name,
                                     const std::optional<std::string>& customer_name,
                                     KeepSecrets keep) override;

  // How often a password was compared since the start: the work of an answer, which must not differ
  // by what is wrong.
  std::uint64_t passwords_compared() const { return passwords_.compared(); }

 private:
  struct Candidate;  // who somebody who signs in may be: sign_in.cc
  // What somebody shows besides the password, and what it proved.
  struct Evidence {
    std::string totp, recovery_code;
    std::optional<PasskeyAssertion> passkey;
    std::optional<Challenge> challenge;  // that the passkey answers; taken already
    bool empty() const { return totp.empty() && recovery_code.empty() && !passkey; }
  };
  struct Proof {
    FactorKind factor;
    std::string amr;  // RFC 8176
  };
  struct Opening;  // a session about to be: opening.h
  // Who came by a directory.
  struct Admission {
    UserId user;
    IssuerId issuer;
    std::string subject;
    bool factor_shown = false;
    Evidence evidence;
  };

  Task<Candidate> find_candidate(const SignIn& attempt);
  // At a place where the account signed in before, or at another.
  Result<Throttle::Attempt> throttled_at_place(Transaction& transaction, const SignIn& attempt,
                                               const Account& account, std::string counted_as);
  Task<Throttle::Attempt> throttled_by_passkey(const SignIn& attempt);
  // Passes over who `candidate` is until its password was compared. Errors: those of `sign_in`.
  Task<> compare_password(const SignIn& attempt, const Candidate& candidate);
  // `by`: who it would have been, as far as that is known.
  void log_failure(const SignIn& attempt, Principal by, const Error& reason);
  Task<UserId> check_password_alone(const SignIn& attempt);
  Task<OpenedSession> check_candidate(const SignIn& attempt, const Candidate& candidate);
  // Of whom others' guesses slow down: by the password and a factor that no guess has. Answers
  // `throttled` whatever is wrong.
  Task<OpenedSession> check_throttled(const SignIn& attempt, Candidate candidate, Error throttled);
  Task<OpenedSession> sign_in_with_passkey(const SignIn& attempt);
  Task<OpenedSession> sign_in_with_directory(const SignIn& attempt);
  // `who`: whom the directory let through, once that is known.
  Task<OpenedSession> come_back(const SignIn& attempt, User& who);
  Task<OpenedSession> finish_with_factor(const SignIn& attempt, User& who);
  Task<Throttle::Attempt> throttled_by_factor(const SignIn& attempt, const User& user);
  Result<OpenedSession> admit(Transaction& transaction, const SignIn& attempt,
                              const Admission& admission);
  Evidence evidence_of(const SignIn& attempt);
  Result<OpenedSession> open_session(Transaction& transaction, const Opening& opening);
  // Whether the evidence is of the user's own factor. Codes and challenges are used up with it.
  // Errors: denied ("iam.sign_in_refused", and those of webauthn.h).
  Result<Proof> prove(Transaction& transaction, UserId user, const Evidence& evidence);
  // Takes the challenge of a passkey at once. What it returns is for one transaction.
  LostPasswordService::Prove prover(const PasswordReset& reset);
  Result<Proof> use_code(Transaction& transaction, UserId user, const std::string& code);
  Result<Proof> use_recovery_code(Transaction& transaction, UserId user, const std::string& typed);
  Result<bool> shows_recovery_code(Transaction& transaction, UserId user, const std::string& typed);
  Result<Proof> use_passkey(Transaction& transaction, UserId user, const Evidence& evidence);

  Result<User> may_change_factors(Transaction& transaction, const Principal& by);
  // The caller's session has proved a factor that is new. Its other sessions end.
  Result<RenewedSession> gain_factor(Transaction& transaction, const Principal& by,
                                     const User& before, FactorKind factor, const std::string& amr);
  // Ten new ones in place of all others, as they are shown.
  Result<std::vector<std::string>> replace_recovery_codes(Transaction& transaction,
                                                          const Principal& by);
  Result<std::size_t> recovery_codes_left(Transaction& transaction, UserId user);
  Result<Challenge> challenge_at(const std::string& origin, Challenge::Purpose purpose);
  std::optional<Challenge> take_challenge(const Buffer& client_data);
  Result<std::vector<KnownPasskey>> known_passkeys(Transaction& transaction, UserId user,
                                                   const std::string& site);
  Result<Factor> insert_passkey(Transaction& transaction, const Principal& by,
                                const std::string& label, const Challenge& challenge,
                                const webauthn::Credential& credential,
                                const std::string& transports);
  Result<UserId> owner_of(Transaction& transaction, const PasskeyAssertion& assertion);
  static std::string amr_of(const webauthn::Credential& credential);

  // places.cc
  Result<bool> is_known_place(Transaction& transaction, const std::string& session,
                              const std::string& place);
  Result<> note_place(Transaction& transaction, const Principal& by, const Origin& from);
  Result<> confirm_place(Transaction& transaction, const Principal& by);
  Result<> add_places(Transaction& transaction, UserId user, std::vector<Session>& sessions);

  Task<SigningIdentity> read_signing_identity(const std::string& access_key_id);

  Result<bool> end_leaver(Transaction& transaction, const LeaversAccount& account);

  struct Founder;  // a first user with its tenant: founding.cc
  Task<Founder> make_founder(Tenant tenant, std::string user_name, Role role);
  Result<> insert_founder(Transaction& transaction, const Founder& founder);
  Result<User> insert_probe_administrator(Transaction& transaction, const std::string& hashed);
  // Of who made a key.
  struct Carried {
    bool factor = false, passkey = false;
  };
  Result<NewAccessKey> insert_access_key(Transaction& transaction, const User& user,
                                         Carried carried);
  NewApiToken make_api_token(const Principal& by, const std::string& label);
  Result<> insert_api_token(Transaction& transaction, const Principal& by, const NewApiToken& made);

  Core core_;
  ProfileService profiles_{core_};
  PublicAccessService public_access_{core_};
  PasswordHasher passwords_;
  MailQueueService mail_{core_};
  TermsService terms_{core_};
  ServiceAccountService service_accounts_{core_, passwords_};
  Throttle throttle_;
  PeopleService people_{core_, passwords_, throttle_, mail_, terms_};
  TenantService tenants_{core_, passwords_, people_};
  LostPasswordService lost_passwords_{
      core_, passwords_, throttle_,
      mail_, people_,    [this](const PasswordReset& reset) { return prover(reset); }};
  FactorResetService factor_resets_{core_, mail_, people_};
  FactorRuleService factor_rules_{core_};
  AccessService access_{core_};
  DelegationService delegations_{core_, access_};
  ReachService reach_{core_};
  ReviewService reviews_{core_};
  RoleService roles_{core_, [this] { return issuers_.directories(); }};
  IssuerService issuers_{core_, [this](const std::string& origin) -> Result<> {
                           TRY(challenge_at(origin, Challenge::Purpose::kSignIn));
                           return {};
                         }};
  InterventionService interventions_{core_, people_};
  const std::string nobodys_hash_;  // what the passwords of unknown users are compared with
  policy::CompiledPolicies attached_{policy::Kind::kResource};
  Challenges challenges_;  // of who is signed in
  // Of who signs in, which anybody may ask for: they push out each other's alone.
  Challenges strangers_challenges_;
  std::mutex origins_mutex_;
  std::vector<std::string> origins_;
};

}  // namespace belfry::iam
