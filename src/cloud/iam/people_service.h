// The implementation of `People`: invitations.cc, accepting.cc, departures.cc.
#pragma once

#include "core.h"
#include "mail_queue.h"
#include "password_hasher.h"
#include "terms_service.h"
#include "throttle.h"

#include <mutex>
#include <string>

namespace belfry::iam {

class PeopleService : public People {
 public:
  PeopleService(Core& core, PasswordHasher& passwords, Throttle& throttle, MailQueueService& mail,
                TermsService& terms)
      : core_(core), passwords_(passwords), throttle_(throttle), mail_(mail), terms_(terms) {}

  void accept_links(Links links) override;
  Task<Listing<Invitation>> list_invitations(const Principal& by, TenantId tenant,
                                             Page page) override;
  Task<MadeInvitation> invite(const Principal& by, const NewInvitation& wanted) override;
  Task<MadeInvitation> send_again(const Principal& by, const std::string& id) override;
  Task<> withdraw_invitation(const Principal& by, const std::string& id) override;
  Task<OpenInvitation> open_invitation(const std::string& secret) override;
  Task<User> accept_invitation(const Acceptance& acceptance) override;
  Task<> delete_user(const Principal& by, UserId user) override;

  Links links();
  // Nothing of the user is left to act with, nor of the person to be known by.
  Result<> erase(Transaction& transaction, const Principal& by, const User& user,
                 const std::string& unknown_hash);

 private:
  // From above, a tenant gets its first user alone, and no tenant has too many invitations open.
  Result<> check_may_come(Transaction& transaction, const Principal& by, TenantId tenant);
  // That the groups and profiles are there, and may be given. Errors: those of `invite`.
  Result<> check_rights(Transaction& transaction, const NewInvitation& wanted);
  Result<> insert_rights(Transaction& transaction, const Invitation& invitation);
  Result<> read_rights(Transaction& transaction, Invitation& invitation);
  // One of a tenant where the caller may do `action`, else it is missing.
  Result<Invitation> read_invitation(Transaction& transaction, const Principal& by,
                                     std::string_view action, const std::string& id);
  // By mail if it can go so; the link in any case.
  // All that ended long ago, of any tenant: addresses are kept no longer than they are shown.
  Result<> forget_ended(Transaction& transaction);
  Result<std::string> hand_over(Transaction& transaction, const Invitation& invitation,
                                const std::string& secret);
  // The one that the link opens, as it stands now.
  Result<Invitation> find_open(Transaction& transaction, const std::string& secret);
  Result<bool> gives_privileges(Transaction& transaction, const Invitation& invitation);
  Result<User> let_in(Transaction& transaction, const Invitation& invitation,
                      const Acceptance& acceptance, const std::string& password_hash);
  // By the tenant's own rule on who gives rights. Errors: denied ("iam.request_needed").
  Result<> check_may_give(Transaction& transaction, const Principal& by,
                          const Invitation& invitation);
  Result<> give_rights(Transaction& transaction, const Invitation& invitation, const User& user);

  // Not oneself, and not the last who administers. Errors: those of delete_user.
  Result<> check_may_go(Transaction& transaction, const Principal& by, const User& user);
  // Whom the caller may delete.
  Result<User> read_leaver(Transaction& transaction, const Principal& by, UserId id);

  Core& core_;
  PasswordHasher& passwords_;
  Throttle& throttle_;
  MailQueueService& mail_;
  TermsService& terms_;
  std::mutex links_mutex_;
  Links links_;
};

}  // namespace belfry::iam
