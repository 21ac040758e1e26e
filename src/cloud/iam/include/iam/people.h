// How persons come, and how they go.
#pragma once

#include "base/id.h"
#include "base/time.h"
#include "iam/listing.h"
#include "iam/profiles.h"
#include "iam/terms.h"
#include "runtime/task.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace belfry::iam {

struct Principal;
struct User;
enum class Role;

// How far the mail with an invitation came.
struct MailState {
  std::string state;   // "none" (it does not go by mail), "waiting", "sent", "refused", "given_up"
  std::string answer;  // what the mail server said of it last; may be empty
};

struct Invitation {
  std::string id;
  TenantId tenant;
  std::string email, user_name;  // the name is a proposal, and may be empty
  Role role;
  std::string language;  // "en", "fr"
  UserId invited_by;
  std::string invited_by_name;
  Timestamp created, expires;
  std::string state;  // "open", "expired", "accepted", "withdrawn"
  std::size_t sends = 1;
  MailState mail{};
  std::vector<GroupId> groups{};
  std::vector<ProfileId> profiles{};
  DelegationId delegation{};  // by which it was sent; zero: by an administrator
};

struct NewInvitation {
  TenantId tenant;
  std::string email, user_name;
  Role role;
  std::string language;
  std::vector<GroupId> groups{};
  std::vector<ProfileId> profiles{};
};

struct MadeInvitation {
  Invitation invitation;
  std::string link;  // for whoever hands it on; empty: it goes by mail
};

// What the invited person sees.
struct OpenInvitation {
  std::string tenant_name, invited_by_name;
  std::string email, user_name;
  Role role;
  bool privileged = false;  // a second factor comes next
  Timestamp expires;
  std::optional<TermsVersion> terms{};  // to accept with it
  std::string organisation{};           // as in Tenant
};

struct Acceptance {
  std::string secret;  // of the link
  std::string user_name, password;
  std::string terms_version;  // that was accepted; empty: none
  std::string source_ip{};
};

// Where links lead, and whether they go by mail.
struct Links {
  std::string console;  // "https://localhost:8443"
  bool by_mail = false;
};

// Every call is safe from any thread and leaves an audit event with its change, in one transaction.
class People {
 public:
  virtual ~People() = default;

  // Before it, links lead nowhere, and none goes by mail.
  virtual void accept_links(Links links) = 0;

  // The oldest first, those that ended within 30 days among them.
  virtual Task<Listing<Invitation>> list_invitations(const Principal& by, TenantId tenant,
                                                     Page page) = 0;
  // The link holds 256 random bits, of which a digest is kept, and is good once, for seven days,
  // while who invited may invite. Errors: invalid ("iam.bad_mail_address", "iam.bad_user_name",
  // "iam.role_not_here", "iam.bad_language"), not_found (a group, a profile), denied
  // ("iam.tenant_has_users": from above, only a tenant's first), conflict
  // ("iam.too_many_invitations", "iam.administrators_hold_none", "iam.too_much_mail").
  virtual Task<MadeInvitation> invite(const Principal& by, const NewInvitation& wanted) = 0;
  // With a new link, for seven days more; the one before ends. Errors: not_found
  // ("iam.invitation_missing"), conflict ("iam.invitation_over", "iam.sent_too_often").
  virtual Task<MadeInvitation> send_again(const Principal& by, const std::string& id) = 0;
  // Errors: as of send_again.
  virtual Task<> withdraw_invitation(const Principal& by, const std::string& id) = 0;

  // By whoever has the link. Errors of both: not_found ("iam.invitation_unknown"), the same for
  // what never was, is over or was used.
  virtual Task<OpenInvitation> open_invitation(const std::string& secret) = 0;
  // The user is there from then on, and signs in. Errors: those of a new user's name and password;
  // conflict ("iam.user_exists", "iam.terms_needed"), retry ("iam.throttled": one link tries no
  // list of names).
  virtual Task<User> accept_invitation(const Acceptance& acceptance) = 0;

  // Of the caller's own tenant. Ends at once what the user has: sessions, tokens, keys, factors,
  // memberships, profiles, sessions of roles, invitations. Name and number stay, for the log, and
  // the name is nobody else's for 13 months. Errors: conflict ("iam.own_account_stays",
  // "iam.last_administrator").
  virtual Task<> delete_user(const Principal& by, UserId user) = 0;
};

}  // namespace belfry::iam
