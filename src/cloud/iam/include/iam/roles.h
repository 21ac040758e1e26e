// Roles that are assumed for a while: temporary credentials as AWS STS gives them.
#pragma once

#include "base/id.h"
#include "base/time.h"
#include "iam/listing.h"
#include "iam/profiles.h"
#include "policy/policy.h"
#include "runtime/task.h"

#include <optional>
#include <string>
#include <vector>

namespace belfry::iam {

struct Principal;

using RoleId = Id<struct AssumableRoleTag>;

inline constexpr Duration kRoleSessionMin = std::chrono::minutes(15);
inline constexpr Duration kRoleSessionDefault = std::chrono::hours(1);
inline constexpr Duration kRoleSessionMax = std::chrono::hours(12);
// Of a session that another role's session assumed.
inline constexpr Duration kChainedSessionMax = std::chrono::hours(1);

// Unlike `Role`, which a user always has.
struct AssumableRole {
  RoleId id;
  TenantId tenant;
  std::string name;         // 1 to 64 of letters, digits and _+=,.@-
  std::string arn;          // "arn:aws:iam::000000000002:role/backup"
  std::string trust;        // who may assume it: a document without resources; empty: nobody
  Duration session_max{};   // from kRoleSessionMin to kRoleSessionMax
  bool privileged = false;  // by a profile that it holds
  std::vector<Holding> profiles;
  Timestamp created, changed;
  std::optional<Timestamp> last_assumed{};  // nothing: not since that is written down
};

struct RoleChange {
  std::optional<std::string> trust{};
  std::optional<Duration> session_max{};
};

// What an assumed role is to the requests that it makes. Immutable.
struct AssumedRole {
  RoleId role;
  std::string role_arn;
  std::string by;  // ARN of who assumed it; of a token "ARN of its issuer:AUDIENCE:SUBJECT"
  UserId by_user;  // the person behind, of whatever tenant; nobody: a token of an issuer
  Timestamp since;
  std::vector<policy::PolicyPtr> narrowed_to;  // empty: to nothing
  // Of the person or the issuer behind, and of who assumed it, where a chain led here: with any of
  // them the session is suspended.
  std::vector<TenantId> by_tenants{};
};

struct RoleSession {
  std::string id;  // its access key id
  RoleId role;
  std::string name, arn;
  std::string by;
  bool second_factor = false;
  Timestamp created, expires;
  // Whose token began it, or the session that it was assumed with; empty: a person did.
  std::string issuer{}, subject{};
};

struct RoleAssumption {
  std::string role_arn;
  std::string session_name;            // 2 to 64 of letters, digits and _+=,.@-
  std::optional<Duration> duration{};  // nothing: an hour, or as long as the role allows
  std::string policy{};                // narrows the session; empty: nothing does
  std::string external_id{};           // for the condition key sts:ExternalId; empty: none
  std::string totp{};                  // a code of the caller's authenticator; empty: none
  std::string source_ip{};
  bool secure = false;  // asked over TLS
};

struct RoleCredentials {
  RoleSession session;
  std::string secret, token;  // shown once
};

// Who came with a token, as its issuer names it.
struct WebIdentity {
  std::string issuer, subject;
  std::string audience;  // the token's authorized party, if it names one
};

struct WebIdentityCredentials {
  RoleCredentials credentials;
  WebIdentity identity;
};

// Since its issuer signed a token: no role is assumed with an older one, and no session outlasts
// this time. Until then a token may be shown again.
inline constexpr Duration kWebIdentityAgeMax = std::chrono::hours(24);

// Roles are of the caller's own tenant; another's do not exist, but may be assumed. Changed as
// profiles are (profiles.h), and at once for every session. Every call is safe from any thread and
// leaves an audit event with its change, in one transaction.
class Roles {
 public:
  virtual ~Roles() = default;

  virtual Task<Listing<AssumableRole>> list_roles(const Principal& by, Page page) = 0;  // by name
  virtual Task<AssumableRole> find_role(const Principal& by, RoleId id) = 0;
  // Errors: invalid ("policy.*", "iam.bad_role_name", "iam.bad_session_limit",
  // "iam.trusts_no_issuer": it names one that is not registered for programs), denied
  // ("policy.public"), conflict ("iam.role_exists", "iam.too_many_roles").
  virtual Task<AssumableRole> create_role(const Principal& by, const std::string& name,
                                          const std::string& trust, Duration session_max) = 0;
  // Whoever it trusts no more keeps the sessions that it has: revoke them. Whom a role trusts that
  // gives what the tenant's rule leaves to two persons is changed by a request (access.h): denied
  // ("iam.role_of_four_eyes").
  virtual Task<AssumableRole> change_role(const Principal& by, RoleId id,
                                          const RoleChange& change) = 0;
  // Its sessions end, and those that they assumed.
  virtual Task<> delete_role(const Principal& by, RoleId id) = 0;
  // Errors: conflict ("iam.too_many_held"), denied ("iam.role_of_four_eyes": the tenant's rule
  // leaves such rights to two persons, who give them by a request: access.h); `withdraw`: not_found
  // ("iam.not_held").
  virtual Task<> give_profile(const Principal& by, RoleId role, ProfileId profile) = 0;
  virtual Task<> withdraw_profile(const Principal& by, RoleId role, ProfileId profile) = 0;

  // Those that are open, the oldest first.
  virtual Task<Listing<RoleSession>> list_role_sessions(const Principal& by, RoleId role,
                                                        Page page) = 0;
  // With it end those that it assumed. Safe to repeat.
  virtual Task<> revoke_role_session(const Principal& by, const std::string& id) = 0;

  // By who holds the right "sts:AssumeRole" and is trusted by the role: in the role's own tenant
  // being named by it is enough. A role that is privileged wants a second factor of who assumes
  // it; it goes with the session, as its age does. The session ends with the token, the session or
  // the right for a time that it was assumed with, if that is sooner. In the logs of both tenants.
  // Errors: denied ("iam.denied", also when there is no such role; "iam.second_factor_needed",
  // "iam.wrong_code"), invalid ("iam.bad_role_arn", "iam.bad_role_session_name",
  // "iam.bad_session_duration", "policy.*"), retry ("iam.throttled"), conflict
  // ("iam.too_many_role_sessions").
  virtual Task<RoleCredentials> assume_role(const Principal& by, const RoleAssumption& wanted) = 0;

  // By whoever shows a token that an issuer of the role's tenant signed, of a subject and an
  // audience that the role trusts. `totp` and `external_id` do not count. No second factor comes
  // with it: no privileged role is assumed so. In the log of the tenant, where there is such a
  // role. Errors: denied ("iam.denied", also when there is no such role; "iam.no_web_identity"
  // whatever is wrong with who signed it, also when there is no such issuer or tenant;
  // "oidc.bad_token", "oidc.bad_algorithm", "oidc.wrong_audience", "oidc.token_expired",
  // "oidc.token_not_yet", "iam.web_identity_stays_out"; "iam.privileged_by_token"), retry
  // ("oidc.unreachable", "oidc.busy", "iam.throttled"), otherwise as above.
  virtual Task<WebIdentityCredentials> assume_with_token(const RoleAssumption& wanted,
                                                         const std::string& token) = 0;
};

}  // namespace belfry::iam
