// Who somebody is, and what they may do.
#pragma once

#include "audit/event.h"
#include "audit/ledger.h"
#include "audit/outbox.h"
#include "base/id.h"
#include "base/result.h"
#include "crypto/key_store.h"
#include "database/database.h"
#include "iam/access.h"
#include "iam/delegations.h"
#include "iam/factor_resets.h"
#include "iam/factor_rules.h"
#include "iam/interventions.h"
#include "iam/issuers.h"
#include "iam/listing.h"
#include "iam/lost_passwords.h"
#include "iam/mail.h"
#include "iam/passkey.h"
#include "iam/people.h"
#include "iam/profiles.h"
#include "iam/public_access.h"
#include "iam/reach.h"
#include "iam/reviews.h"
#include "iam/roles.h"
#include "iam/second_factors.h"
#include "iam/served_request.h"
#include "iam/service_accounts.h"
#include "iam/tenants.h"
#include "iam/terms.h"
#include "iam/upkeep.h"
#include "policy/policy.h"
#include "runtime/blocking.h"
#include "runtime/clock.h"
#include "runtime/random.h"
#include "runtime/task.h"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace belfry::iam {

// The provider's own tenant, the root of the tree, in every provider. `found` gives the first
// customer the id after it: fixed ids let the logs and buckets of both be read again when the
// database is lost.
inline constexpr TenantId kProviderTenant{1};
inline constexpr TenantId kFirstCustomer{2};

// The predefined profiles, each compiled to policies (predefined.h).
enum class Role {
  kProviderAdministrator,  // privileged: the provider's services, never customers' data
  kOperator,               // privileged: disks, topology, measures
  kTenantAdministrator,    // privileged: users, keys and buckets of the tenant
  kMember,                 // buckets and objects of the tenant
  kReader,                 // reads them, and the annex
  kAssumed,                // none of these: an assumed role, which has its own profiles alone
};
std::string_view name_of(Role role);
std::optional<Role> role_named(std::string_view name);
bool is_privileged(Role role);
// Roles of the provider's staff are given in its tenant alone, the tenant administrator's
// elsewhere.
bool is_role_of(Role role, TenantId tenant);
// The policies that a role stands for, as documents; valid for good.
std::span<const std::string_view> documents_of(Role role);

enum class Method { kNone, kSession, kApiToken, kAccessKey, kSystem, kAnonymous };

// What waits in a session for the passkey of a provider administrator who has one and did not prove
// it yet: what comes by the role; or whatever a stolen session would be good for as well.
enum class PasskeyDue { kNo, kForRights, kForAll };

struct Principal {
  TenantId tenant;
  UserId user;
  std::string name;
  Role role = Role::kReader;
  Method method = Method::kNone;
  std::string credential;      // access key id, token id, session id: never the secret
  bool second_factor = false;  // of the session, or of the one that made the token
  std::optional<Timestamp> second_factor_at{};  // when the session last proved it
  std::shared_ptr<const HeldPolicies> held{};   // null: nothing but the role
  bool terms_due = false;  // a session that may only read and accept the terms: terms.h
  // Where a session is used, when that is neither where it was opened nor where its second factor
  // was proved since: until that is done it does nothing that needs one. Empty: as it should be.
  std::string elsewhere{};
  // Of a session of a role: `name` is the ARN of the session, `user` nobody. Null: a user itself.
  std::shared_ptr<const AssumedRole> assumed{};
  // Of staff: by what it reaches customers' data now. Null: by nothing.
  std::shared_ptr<const std::vector<OpenIntervention>> interventions{};
  // By which request it acts now, for the log. Null: by none that the log could name.
  std::shared_ptr<ServedRequest> request{};
  // Of a person, or a role's session that one opened, whose tenant asks everybody for a factor.
  bool factor_demanded = false;
  PasskeyDue passkey_due = PasskeyDue::kNo;
  // From where the request came, for the log of whatever is done by it: whoever takes the request
  // sets it. Empty: the program itself, which acts by `Method::kSystem`.
  std::string source_ip{};
};

// Facts of the request that rights may depend on.
struct Context {
  Timestamp time;
  std::string source_ip;
  bool secure = false;                      // TLS
  const policy::Facts* protocol = nullptr;  // what the protocol knows more; null: nothing
};

struct Resource {
  std::string name;              // "arn:aws:s3:::bucket/key", "belfry:user/12"
  TenantId tenant;               // that owns it; zero: the provider's own
  std::string_view policy = {};  // the document attached to it; empty: none
  // Of a bucket: its setting RestrictPublicBuckets. That of its tenant counts besides.
  bool restricts_public = true;
  // What a delegation of who asks allows there, as the tables had it; nothing: none is about it.
  std::optional<DelegatedAct> delegated = {};
};

// A tenant as policies name it: an account, twelve digits.
std::string account_of(TenantId tenant);
// "arn:aws:iam::000000000002:user/anna"
std::string arn_of(TenantId tenant, std::string_view user_name);
// That of a user, or "arn:aws:sts::000000000002:assumed-role/backup/nightly".
std::string arn_of(const Principal& principal);

struct User {
  UserId id;
  TenantId tenant;
  std::string name;
  std::string email;
  Role role;
  bool active = true;
  bool has_totp = false;
  Timestamp created;
  std::optional<Timestamp> last_sign_in;
  std::size_t passkeys = 0;
  bool has_second_factor() const { return has_totp || passkeys > 0; }
  std::optional<Timestamp> role_until{};  // when its role falls back to the one before
  bool privileged = false;                // by its role, or by a profile that it holds
  std::optional<UserId> owner{};          // of a service account (service_accounts.h)
  bool factor_demanded = false;           // a person whose tenant asks everybody for a factor
  bool needs_second_factor() const { return privileged || factor_demanded; }
};

struct AccessKey {
  std::string id;  // 20 characters
  UserId user;
  TenantId tenant;
  Timestamp created;
  std::optional<Timestamp> last_used;
  bool active = true;
  std::optional<Timestamp> expires{};  // of a service account's
};

struct NewAccessKey {
  AccessKey key;
  std::string secret;  // shown once
};

// What goes with the signatures of temporary credentials.
struct SessionToken {
  std::string sha256;
  Timestamp expires;
};

// What a signature is checked with.
struct SigningIdentity {
  Principal principal;
  std::string secret;
  std::optional<Timestamp> until{};     // when some of the principal's rights end by themselves
  std::optional<SessionToken> token{};  // nothing: the key is not a temporary one
};

// Whether a request has the token that goes with its key; `token`: nothing when it has none.
// Errors: denied ("iam.unknown_key" of a temporary key without its token,
// "iam.wrong_session_token", "iam.session_token_expired").
Result<> check_session_token(const SigningIdentity& identity,
                             const std::optional<std::string_view>& token, Timestamp now);

// From where, and with what program.
struct Origin {
  std::string source_ip, user_agent;
};

// Where a session was used besides where it was opened.
struct SessionPlace {
  std::string source_ip, user_agent;
  Timestamp first_seen;
  std::optional<Timestamp> confirmed{};  // when a second factor was proved there
};

struct Session {
  std::string id;
  UserId user;
  Timestamp created, last_seen, expires;
  std::string source_ip, user_agent;
  bool second_factor = false;
  std::optional<FactorKind> factor{};           // which
  std::optional<Timestamp> second_factor_at{};  // when it was last proved
  std::vector<SessionPlace> places{};
  std::string issuer{};  // the address of the directory that it was opened with; empty: none
};

struct ApiToken {
  std::string id;
  UserId user;
  std::string label;
  Timestamp created;
  std::optional<Timestamp> expires;
  bool second_factor = false;
};

struct NewToken {
  ApiToken token;
  std::string secret;  // "blf_..." shown once
};

// User and password, with what else the user has to show; or a passkey alone; or what a directory
// answered, and then, without its code, what else is missing.
struct SignIn {
  std::string user;
  std::string password;
  std::string totp;  // empty: not given
  std::string source_ip, user_agent;
  std::optional<PasskeyAssertion> passkey{};
  std::string recovery_code{};  // empty: not given
  std::string device{};         // OpenedSession::device of an earlier time; empty: none
  std::optional<DirectoryAnswer> directory{};
  // The code that the authenticator showed just before `totp`. Both let in whom guesses of others
  // slow down.
  std::string totp_before{};
};

// Every call is safe from any thread and leaves an audit event with its change, in one transaction.
// `by` is who asks; rights are checked inside. What a stolen session would be good for (a new key
// or token, another password or factor, suspending somebody) wants a second factor that the session
// proved within a quarter of an hour: denied ("iam.step_up_needed"; `SecondFactors::step_up`).
class Iam {
 public:
  virtual ~Iam() = default;

  // Allows or refuses: denied ("iam.denied", arguments action and resource;
  // "iam.second_factor_needed" for a privileged role without one, "iam.factor_demanded" where the
  // tenant asks everybody for it, "iam.passkey_step_up_needed"). A policy of the resource that
  // cannot be compiled allows nothing. Of what a public one gives to others than the owner's
  // tenant, `PublicAccess::keep_up` has been asked before. Microseconds, no waiting.
  virtual Result<> authorize(const Principal& principal, std::string_view action,
                             const Resource& resource, const Context& context) = 0;

  // Cached; a revoked key is refused at once. That of a temporary key may have expired
  // (`check_session_token`). Errors: denied ("iam.unknown_key").
  virtual Task<SigningIdentity> find_signing_identity(const std::string& access_key_id) = 0;
  // `from`: where it is used now; its first use from another network or program is in the log
  // (`Principal::elsewhere`).
  virtual Task<Principal> authenticate_session(const std::string& secret, const Origin& from) = 0;
  virtual Task<Principal> authenticate_token(const std::string& secret) = 0;

  struct OpenedSession {
    Session session;
    std::string secret;
    User user;
    // For who signs in to keep and show again: where a user signed in before is not slowed down by
    // failures elsewhere. Empty: what was shown is still good.
    std::string device{};
  };
  // Same answer and same time whether the user exists or not. Throttled by account and address so
  // that the owner still gets in: from an address or with a device of before, and from anywhere
  // with the password and a second factor (`totp_before`). What then is wrong of these is not
  // told: "iam.throttled" again, after the same work. Errors: denied
  // ("iam.sign_in_refused"; "iam.totp_needed" and "iam.passkey_needed" once the password is right),
  // retry ("iam.throttled", argument seconds); of a passkey those of webauthn.h; of a directory
  // denied ("iam.directory_answer": nothing that this browser began, "iam.directory_stranger",
  // "iam.directory_stays_out"), those of oidc/token.h and oidc/directories.h.
  virtual Task<OpenedSession> sign_in(const SignIn& attempt) = 0;
  virtual Task<> sign_out(const Principal& by) = 0;

  // The caller's own, and those it may see that have not ended; by name.
  virtual Task<Listing<Tenant>> list_tenants(const Principal& by, Page page) = 0;
  // The caller's own.
  virtual Task<Tenant> find_tenant(const Principal& by) = 0;
  virtual Task<Tenant> create_tenant(const Principal& by, TenantKind kind, const std::string& name,
                                     TenantId parent) = 0;
  // By name.
  virtual Task<Listing<User>> list_users(const Principal& by, TenantId tenant, Page page) = 0;
  virtual Task<User> create_user(const Principal& by, TenantId tenant, const std::string& name,
                                 const std::string& email, Role role,
                                 const std::string& password) = 0;
  virtual Task<> set_user_active(const Principal& by, UserId user, bool active) = 0;
  virtual Task<User> find_user(const Principal& by, UserId user) = 0;
  virtual Task<> change_password(const Principal& by, const std::string& old_password,
                                 const std::string& new_password) = 0;

  // A new TOTP seed, in force once `confirm_totp` has seen a code of it. Returns base32.
  virtual Task<std::string> begin_totp(const Principal& by) = 0;
  using RenewedSession = iam::RenewedSession;
  virtual Task<RenewedSession> confirm_totp(const Principal& by, const std::string& code) = 0;

  virtual Tenants& tenants() = 0;
  virtual Profiles& profiles() = 0;
  virtual PublicAccess& public_access() = 0;
  virtual Access& access() = 0;
  virtual AccessQueries& access_queries() = 0;
  virtual Reviews& reviews() = 0;
  virtual People& people() = 0;
  virtual MailQueue& mail() = 0;
  virtual Terms& terms() = 0;
  virtual FactorResets& factor_resets() = 0;
  virtual FactorRules& factor_rules() = 0;
  virtual LostPasswords& lost_passwords() = 0;
  virtual ServiceAccounts& service_accounts() = 0;
  virtual Delegations& delegations() = 0;
  virtual Roles& roles() = 0;
  virtual Issuers& issuers() = 0;
  virtual Interventions& interventions() = 0;
  virtual SecondFactors& second_factors() = 0;
  virtual Upkeep& upkeep() = 0;

  // The oldest first, as tokens and sessions are.
  virtual Task<Listing<AccessKey>> list_access_keys(const Principal& by, UserId user,
                                                    Page page) = 0;
  // A key never ends, so a token that does makes none. Errors: denied ("iam.session_needed"),
  // conflict ("iam.credential_without_factor": the tenant asks everybody for a factor, and the key
  // would carry none).
  virtual Task<NewAccessKey> create_access_key(const Principal& by, UserId user) = 0;
  virtual Task<> delete_access_key(const Principal& by, const std::string& id) = 0;

  using NewApiToken = NewToken;
  virtual Task<Listing<ApiToken>> list_api_tokens(const Principal& by, Page page) = 0;
  virtual Task<NewApiToken> create_api_token(const Principal& by, const std::string& label,
                                             std::optional<Duration> lifetime) = 0;
  virtual Task<> delete_api_token(const Principal& by, const std::string& id) = 0;

  virtual Task<Listing<Session>> list_sessions(const Principal& by, UserId user, Page page) = 0;
  // The session that the caller asks with; nothing for another method.
  virtual Task<std::optional<Session>> find_session(const Principal& by) = 0;
  virtual Task<> revoke_session(const Principal& by, const std::string& id) = 0;

  // The first start of a provider: the provider tenant, its administrator with a second factor,
  // token and access key; with a customer's name a first customer tenant and its administrator.
  // Nothing if users exist. `keep` is given the secrets before any of it holds: when it fails,
  // nothing was founded. A start that is cut short founds again, with other secrets.
  struct Founded {
    std::string admin_user, admin_password, admin_totp_secret, api_token;
    std::string access_key_id, secret_key;  // of the administrator
    TenantId provider, customer;
    // The administrator of the first customer, with a second factor too; empty without one.
    std::string customer_user, customer_password, customer_totp_secret;
  };
  using KeepSecrets = std::function<Result<>(const Founded&)>;
  virtual Task<std::optional<Founded>> found(const std::string& provider_name,
                                             const std::optional<std::string>& customer_name,
                                             KeepSecrets keep) = 0;
};

std::vector<database::Migration> migrations();

std::unique_ptr<Iam> make_iam(database::Database& database, std::shared_ptr<Pool> pool,
                              crypto::KeyStore& keys, audit::Ledger& ledger, audit::Outbox& outbox,
                              Clock& clock, Random& random);

}  // namespace belfry::iam
