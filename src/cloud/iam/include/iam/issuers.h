// A tenant's own issuers of OpenID Connect: directories with which its users sign in, and those
// whose tokens its programs assume roles with.
#pragma once

#include "base/id.h"
#include "base/time.h"
#include "iam/listing.h"
#include "oidc/directories.h"
#include "runtime/task.h"

#include <optional>
#include <string>
#include <vector>

namespace belfry::iam {

struct Principal;

using IssuerId = Id<struct IssuerTag>;
using SubjectId = Id<struct SubjectTag>;

// Whose tokens of an issuer count. Neither becomes the other by itself.
enum class IssuerPurpose { kPeople, kPrograms, kBoth };
std::string_view name_of(IssuerPurpose purpose);
std::optional<IssuerPurpose> issuer_purpose_named(std::string_view name);
inline bool is_for_people(IssuerPurpose purpose) {
  return purpose != IssuerPurpose::kPrograms;
}
inline bool is_for_programs(IssuerPurpose purpose) {
  return purpose != IssuerPurpose::kPeople;
}

// What may be changed of an issuer. For programs alone there are no organisation, client and
// scopes, and nobody is made a user; for people alone there are no audiences.
struct IssuerSettings {
  IssuerPurpose purpose = IssuerPurpose::kPeople;
  // What people type to sign in with it, unique in the whole provider: 2 to 40 of a-z, 0-9, dot and
  // hyphen. Empty: nobody signs in with it.
  std::string organisation;
  std::string client_id;  // of people's tokens: 1 to 255 characters
  // Of programs' tokens: 1 to 20, none of them `client_id`.
  std::vector<std::string> audiences;
  std::vector<std::string> scopes;  // asked for besides openid, at most 20
  bool creates_users = false;       // who is not known becomes a reader
  bool trusts_factors = false;      // `amr` with "mfa" is a second factor of who is not privileged
  std::string required_claim, required_value;  // who lacks it stays out; empty: nobody does
};

struct Issuer {
  IssuerId id;
  TenantId tenant;
  std::string url, arn;  // "arn:aws:iam::000000000002:oidc-provider/id.example.org"
  IssuerSettings settings;
  bool has_secret = false;
  Timestamp created, changed;
};

struct NewIssuer {
  std::string url;
  std::string client_secret;  // empty: none was agreed
  IssuerSettings settings;
};

struct IssuerChange {
  IssuerSettings settings;                     // all of them, but for their purpose
  std::optional<IssuerPurpose> purpose{};      // nothing: it stays
  std::optional<std::string> client_secret{};  // nothing: it stays; empty: there is none any more
};

struct Subject {
  SubjectId id;
  std::string subject;
  UserId user;
  std::string user_name;
  bool came_by_itself = false;  // the user was made for it
  Timestamp created;
  std::optional<Timestamp> last_used;
};

// What the browser brings back from an issuer, and later what else the user has to show.
struct DirectoryAnswer {
  std::string browser;  // BegunSignIn::browser
  std::string state, code;
  std::string organisation;  // of the address that the browser came back to
  std::string issuer;        // as the answer names it (RFC 9207); empty: it does not
};

struct BegunSignIn {
  std::string url;      // where the browser goes
  std::string browser;  // a secret for this browser alone: who brings it back has begun it
};

// Issuers are of the caller's own tenant; another's do not exist. Every call is safe from any
// thread and leaves an audit event with its change, in one transaction.
//
// Whoever signs in with a directory has shown the first factor. Who has a second one here shows it,
// unless the tenant believes the directory's word for it; who is privileged always does.
class Issuers {
 public:
  virtual ~Issuers() = default;

  // How issuers are asked; before the first call there are none.
  virtual void ask_with(oidc::Fetch fetch, oidc::Transport transport) = 0;

  virtual Task<Listing<Issuer>> list_issuers(const Principal& by, Page page) = 0;
  virtual Task<Issuer> find_issuer(const Principal& by, IssuerId id) = 0;
  // Asks the issuer. Errors: invalid ("iam.bad_issuer", "iam.not_of_purpose", those of
  // oidc/metadata.h), retry ("oidc.unreachable"), conflict ("iam.issuer_exists",
  // "iam.organisation_taken", "iam.too_many_issuers"), denied ("iam.issuer_of_four_eyes": a role
  // trusts it already, and gives what the tenant's rule leaves to two persons).
  virtual Task<Issuer> create_issuer(const Principal& by, const NewIssuer& wanted) = 0;
  // What it is not for any more ends: sessions and subjects of people, sessions of roles.
  virtual Task<Issuer> change_issuer(const Principal& by, IssuerId id,
                                     const IssuerChange& change) = 0;
  // Ends the sessions that were opened with it, those of roles too, and forgets its subjects. Its
  // users stay.
  virtual Task<> delete_issuer(const Principal& by, IssuerId id) = 0;

  virtual Task<Listing<Subject>> list_subjects(const Principal& by, IssuerId id, Page page) = 0;
  // A privileged user's subject is linked by the user itself. Errors: invalid ("iam.bad_subject"),
  // denied ("iam.links_itself"), conflict ("iam.links_no_program", "iam.issuer_of_programs",
  // "iam.subject_linked", "iam.too_many_subjects").
  virtual Task<Subject> link_subject(const Principal& by, IssuerId id, const std::string& subject,
                                     UserId user) = 0;
  // Ends the sessions that the user opened with the issuer.
  virtual Task<> unlink_subject(const Principal& by, IssuerId id, SubjectId link) = 0;

  // By whoever signs in, at the page `origin`, which must be one that `accept_origins` named; the
  // issuer sends the browser to its path /signed-in?organisation=. Then `Iam::sign_in`. Errors:
  // not_found ("iam.organisation_unknown"), invalid ("iam.passkey_not_here"), those of
  // oidc::Directories.
  virtual Task<BegunSignIn> begin_sign_in(const std::string& organisation,
                                          const std::string& origin,
                                          const std::string& source_ip) = 0;
};

}  // namespace belfry::iam
