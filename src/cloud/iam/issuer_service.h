// The implementation of `Issuers`: issuers.cc, issuer_subjects.cc, directory_sign_in.cc.
#pragma once

#include "core.h"
#include "iam/issuers.h"
#include "pending_sign_ins.h"
#include "throttle.h"

#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace belfry::iam {

class IssuerService : public Issuers {
 public:
  // What `accept_origins` named.
  using IsOrigin = std::function<Result<>(const std::string& origin)>;

  IssuerService(Core& core, IsOrigin is_origin) : core_(core), is_origin_(std::move(is_origin)) {}

  void ask_with(oidc::Fetch fetch, oidc::Transport transport) override;
  Task<Listing<Issuer>> list_issuers(const Principal& by, Page page) override;
  Task<Issuer> find_issuer(const Principal& by, IssuerId id) override;
  Task<Issuer> create_issuer(const Principal& by, const NewIssuer& wanted) override;
  Task<Issuer> change_issuer(const Principal& by, IssuerId id, const IssuerChange& change) override;
  Task<> delete_issuer(const Principal& by, IssuerId id) override;
  Task<Listing<Subject>> list_subjects(const Principal& by, IssuerId id, Page page) override;
  Task<Subject> link_subject(const Principal& by, IssuerId id, const std::string& subject,
                             UserId user) override;
  Task<> unlink_subject(const Principal& by, IssuerId id, SubjectId link) override;
  Task<BegunSignIn> begin_sign_in(const std::string& organisation, const std::string& origin,
                                  const std::string& source_ip) override;

  // Who came back from a directory, with all that it said of itself.
  struct Arrival {
    Issuer issuer;
    std::string subject;
    std::string name, email;  // as the directory has them; may be empty
    bool factor_shown = false;
    std::string source_ip{};  // of the browser
  };
  // Takes the answer to what the browser began, for the one time that it is good. Errors: denied
  // ("iam.directory_answer", "iam.directory_stays_out"), those of oidc::Directories.
  Task<Arrival> receive(const DirectoryAnswer& answer);
  // Who that is here; without a link, a new reader where the issuer makes users (`unknown_hash`:
  // of a password that nobody knows). Errors: denied ("iam.directory_stranger").
  Result<User> resolve(Transaction& transaction, const Arrival& arrival,
                       const std::string& unknown_hash);

  // Waits in the browser for a second factor. Whoever begins many at the same address pushes it
  // out no longer.
  void keep(const DirectoryAnswer& answer, const Arrival& arrival, UserId user);
  std::optional<PendingSignIn> identified(const std::string& browser);
  void forget(const std::string& browser);

  Result<std::shared_ptr<oidc::Directories>> directories();
  static std::string arn_of(TenantId tenant, std::string_view url);

 private:
  // Of the caller's tenant, else it is missing, with the right to `action` on it.
  Result<Issuer> read_issuer(Transaction& transaction, const Principal& by, IssuerId id,
                             std::string_view action);
  Result<> check_free(Transaction& transaction, const Issuer& issuer);
  Result<std::string> seal(const Issuer& issuer, const std::string& secret);
  // What an issuer was for and is not any more.
  Result<> end_people(Transaction& transaction, IssuerId id);
  Result<> end_programs(Transaction& transaction, IssuerId id);
  Result<> check_may_link(const Principal& by, const User& user);
  // Four eyes are two persons only if neither could come as the other.
  Result<> note_keeper(Transaction& transaction, IssuerId id, UserId user);
  Result<> note_ways(Transaction& transaction, IssuerId id);
  Result<User> create_reader(Transaction& transaction, const Arrival& arrival,
                             const std::string& unknown_hash);
  Result<std::string> free_name(Transaction& transaction, const Arrival& arrival);
  Result<> insert_subject(Transaction& transaction, const Issuer& issuer, const Subject& link,
                          database::Value linked_by);

  Core& core_;
  const IsOrigin is_origin_;
  std::mutex mutex_;
  std::shared_ptr<oidc::Directories> directories_;
  PendingSignIns pending_;
};

Issuer issuer_of(const Row& row);
// Whether the token says what the issuer has to, for all that it signs.
bool has_required(const IssuerSettings& settings, const oidc::Claims& claims);

}  // namespace belfry::iam
