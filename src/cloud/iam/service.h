// The implementation of `Iam`, over several files: sign_in.cc, sessions.cc, users.cc, factors.cc,
// passkeys.cc, recovery_codes.cc, step_up.cc, access_keys.cc, api_tokens.cc, founding.cc,
// access_facts.cc, probing.cc.
#pragma once

#include "challenges.h"
#include "iam/iam.h"
#include "policy/compiled_policies.h"
#include "rights.h"
#include "secrets.h"
#include "signing_cache.h"
#include "tenant_tree.h"
#include "throttle.h"
#include "trail.h"

#include <atomic>
#include <string>

namespace belfry::iam {

namespace webauthn {
struct Credential;
}

using database::Row;
using database::Transaction;

// How long reading the tables may take, in all of one call.
inline constexpr Duration kReadLimit = std::chrono::seconds(5);

class IamService : public Iam, public SecondFactors, public Profiles, public Upkeep {
 public:
  IamService(database::Database& database, std::shared_ptr<Pool> pool, crypto::KeyStore& keys,
             audit::Ledger& ledger, audit::Outbox& outbox, Clock& clock, Random& random);

  Result<> authorize(const Principal& principal, std::string_view action, const Resource& resource,
                     const Context& context) override;

  Task<SigningIdentity> find_signing_identity(const std::string& access_key_id) override;
  Task<Principal> authenticate_session(const std::string& secret) override;
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

  Profiles& profiles() override { return *this; }
  Task<Listing<Profile>> list_profiles(const Principal& by, Page page) override;
  Task<Profile> find_profile(const Principal& by, ProfileId id) override;
  Task<Profile> create_profile(const Principal& by, const std::string& name,
                               const std::string& document) override;
  Task<Profile> change_profile(const Principal& by, ProfileId id,
                               const std::string& document) override;
  Task<> delete_profile(const Principal& by, ProfileId id) override;
  Task<Listing<Group>> list_groups(const Principal& by, Page page) override;
  Task<Group> create_group(const Principal& by, const std::string& name) override;
  Task<> delete_group(const Principal& by, GroupId id) override;
  Task<Listing<GroupMember>> list_members(const Principal& by, GroupId id, Page page) override;
  Task<> add_member(const Principal& by, GroupId id, UserId user) override;
  Task<> remove_member(const Principal& by, GroupId id, UserId user) override;
  Task<> give_profile(const Principal& by, ProfileId profile, Holder holder) override;
  Task<> withdraw_profile(const Principal& by, ProfileId profile, Holder holder) override;
  Task<Holdings> list_holdings(const Principal& by, UserId user) override;
  Task<> set_boundary(const Principal& by, UserId user, std::optional<ProfileId> profile) override;

  Upkeep& upkeep() override { return *this; }
  Task<> collect_facts() override;
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
  struct Opening;  // a session about to be: sign_in.cc

  // Runs `work` in one transaction on the pool and gives its value back.
  template <class T, class Work>
  Task<T> write(Work work);
  template <class T, class Work>
  Task<T> read(Work work);

  // As `authorize`; what is refused goes to the log. What belongs to another tenant is answered
  // with `missing` instead of a refusal, as if it were not there.
  Result<> check(const Principal& by, std::string_view action, const Resource& resource,
                 const Error& missing);
  Result<> check_user(const Principal& by, std::string_view action, const User& user);
  Result<> refresh_tree(Transaction& transaction);
  // Administrators by role hold no profiles. Errors: conflict ("iam.administrators_hold_none").
  static Result<> check_may_hold(const User& user);
  // At most ten rows of a holder: a request reads them all. Errors: conflict ("iam.too_many_held").
  static Result<> check_room(Transaction& transaction, const std::string& table,
                             const std::string& column, std::int64_t id);
  // Who becomes privileged signs in anew: as an administrator does.
  Result<> end_sessions_of_holders(Transaction& transaction, ProfileId profile);
  // Each of the caller's tenant, else it is missing; the first two with the right to `action` on
  // it.
  Result<Profile> read_profile(Transaction& transaction, const Principal& by, ProfileId id,
                               std::string_view action);
  Result<Group> read_group(Transaction& transaction, const Principal& by, GroupId id,
                           std::string_view action);
  Result<User> read_user_of(Transaction& transaction, const Principal& by, UserId user);
  // That the holder is there; what the log says of it.
  Result<std::vector<audit::Detail>> check_holder(Transaction& transaction, const Principal& by,
                                                  const Holder& holder);
  Result<bool> gives_privileges(Transaction& transaction, GroupId id);
  void forget(const Principal& by, const Holder& holder);
  // Ends the sessions of `user` but the one of `by`.
  Result<> end_other_sessions(Transaction& transaction, const Principal& by, UserId user);

  Task<Candidate> find_candidate(const SignIn& attempt);
  // Passes over who `candidate` is until its password was compared. Errors: those of `sign_in`.
  Task<> compare_password(const SignIn& attempt, const Candidate& candidate);
  void log_failure(const SignIn& attempt, const User& user, const Error& reason);
  Task<UserId> check_password_alone(const SignIn& attempt);
  Task<OpenedSession> check_candidate(const SignIn& attempt, const Candidate& candidate);
  Task<OpenedSession> sign_in_with_passkey(const SignIn& attempt);
  Evidence evidence_of(const SignIn& attempt);
  Result<OpenedSession> open_session(Transaction& transaction, const Opening& opening);
  // Whether the evidence is of the user's own factor. Codes and challenges are used up with it.
  // Errors: denied ("iam.sign_in_refused", and those of webauthn.h).
  Result<Proof> prove(Transaction& transaction, UserId user, const Evidence& evidence);
  Result<Proof> use_code(Transaction& transaction, UserId user, const std::string& code);
  Result<Proof> use_recovery_code(Transaction& transaction, UserId user, const std::string& typed);
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

  Task<bool> is_password(const std::string& password, const std::string& hash);
  Task<std::string> hash(const std::string& password);
  Task<SigningIdentity> read_signing_identity(const std::string& access_key_id);

  struct Founder;  // a first user with its tenant: founding.cc
  Task<Founder> make_founder(Tenant tenant, std::string user_name, Role role);
  Result<> insert_founder(Transaction& transaction, const Founder& founder);
  Result<User> insert_probe_administrator(Transaction& transaction, const std::string& hashed);
  Result<NewAccessKey> insert_access_key(Transaction& transaction, const User& user,
                                         bool second_factor);
  NewApiToken make_api_token(const Principal& by, const std::string& label);
  Result<> insert_api_token(Transaction& transaction, const Principal& by, const NewApiToken& made);

  database::Database& database_;
  const std::shared_ptr<Pool> pool_;
  crypto::KeyStore& keys_;
  Clock& clock_;
  Random& random_;
  Trail trail_;
  // Argon2id takes 19 MiB and a processor each: never more at once than this has threads.
  const std::unique_ptr<Pool> hashing_;
  const std::string dummy_hash_;  // what the passwords of unknown users are compared with
  TenantTree tree_;
  policy::CompiledPolicies attached_{policy::Kind::kResource};
  policy::CompiledPolicies held_{policy::Kind::kIdentity};
  std::atomic<std::int64_t> tree_read_us_ = 0;
  Throttle throttle_;
  SigningCache signing_;
  Challenges challenges_;  // of who is signed in
  // Of who signs in, which anybody may ask for: they push out each other's alone.
  Challenges strangers_challenges_;
  std::mutex origins_mutex_;
  std::vector<std::string> origins_;
};

template <class T, class Work>
Task<T> IamService::write(Work work) {
  CO_TRY(trail_.check_healthy());
  co_return co_await runtime::blocking(*pool_, [this, &work]() -> Result<T> {
    std::optional<T> value;
    TRY(database_.write([&](Transaction& transaction) -> Result<> {
      TRY(value, work(transaction));
      return {};
    }));
    trail_.committed();
    return std::move(*value);
  });
}

template <class T, class Work>
Task<T> IamService::read(Work work) {
  co_return co_await runtime::blocking(*pool_, [this, &work]() -> Result<T> {
    std::optional<T> value;
    TRY(database_.read(kReadLimit, [&](Transaction& transaction) -> Result<> {
      TRY(value, work(transaction));
      return {};
    }));
    return std::move(*value);
  });
}

// A transaction without a value.
struct Done {};

}  // namespace belfry::iam
