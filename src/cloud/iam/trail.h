// What happened, for the ledger: changes ride in their SQL transaction.
#pragma once

#include "audit/ledger.h"
#include "audit/outbox.h"
#include "database/database.h"
#include "iam/iam.h"
#include "runtime/clock.h"

#include <map>
#include <mutex>
#include <tuple>

namespace belfry::iam {

struct Act {
  std::string action;    // "iam:CreateUser"
  std::string resource;  // "belfry:user/12"
  std::vector<audit::Detail> details;
};

class Trail {
 public:
  Trail(audit::Ledger& ledger, audit::Outbox& outbox, Clock& clock)
      : ledger_(ledger), outbox_(outbox), clock_(clock) {}

  // Queues a leaf in the log of `tenant` with the change: neither is there without the other.
  Result<> changed(database::Transaction& transaction, TenantId tenant, const Principal& by,
                   const Act& act);
  // The same of what its owner, another tenant, opened to `by`: that one's log knows who did it by
  // the name that policies have.
  Result<> changed_across(database::Transaction& transaction, TenantId owner, const Principal& by,
                          const Act& act);
  // A sign-in, a sign-out: the same, of the class Authentication.
  Result<> authenticated(database::Transaction& transaction, const Principal& by, const Act& act);
  // What was refused. At full rate, so it is gathered with others; when the log takes no more, the
  // answer is the same refusal.
  void refused(TenantId tenant, const Principal& by, const Act& act, const Error& reason);
  // The same. What was not looked at, and so can be sent without end, waits for `tell_unseen`: the
  // log would fill, and the time that a line takes would tell of whom there is one.
  void sign_in_failed(TenantId tenant, const Principal& by, const Error& reason);
  // A line of each user, credential and reason of such sign-ins since the last call, with how many
  // there were (`requests`) and whether from several addresses. What the log does not take waits
  // for the next call. Errors: those of Ledger::record_read.
  Result<> tell_unseen();
  // Changes wait while the log cannot take them, or too many events of changes wait for it.
  // Errors: retry ("iam.log_unavailable").
  Result<> check_healthy();
  // What was queued is there now: it may go to the log.
  void committed() { outbox_.notify(); }

 private:
  struct Unseen {
    audit::Event last;
    TenantId tenant;
    std::uint64_t count = 0;
    bool is_from_several = false;
  };
  using UnseenBy = std::map<std::tuple<UserId, std::string, std::string>, Unseen>;
  void keep_unseen(const UnseenBy::key_type& key, const Unseen& unseen);
  audit::Event event_of(const Principal& by, const Act& act) const;
  Result<> queue(database::Transaction& transaction, TenantId tenant, const audit::Event& event);

  audit::Ledger& ledger_;
  audit::Outbox& outbox_;
  Clock& clock_;
  std::mutex unseen_mutex_;
  UnseenBy unseen_;  // nobody's together: users, their credentials and the reasons bound it
};

}  // namespace belfry::iam
