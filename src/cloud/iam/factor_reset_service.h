// The implementation of `FactorResets`.
#pragma once

#include "core.h"
#include "iam/factor_resets.h"
#include "mail_queue.h"
#include "people_service.h"

namespace belfry::iam {

// Whoever shows a factor has lost none: an open reset of the user ends.
Result<> cancel_as_needless(Core& core, Transaction& transaction, const Principal& user);

// All factors of the user go, with them what keys and tokens carry of them, and its sessions.
Result<> remove_factors(Transaction& transaction, UserId user, Timestamp now);

class FactorResetService : public FactorResets {
 public:
  FactorResetService(Core& core, MailQueueService& mail, PeopleService& people)
      : core_(core), mail_(mail), people_(people) {}

  Task<Listing<FactorReset>> list_factor_resets(const Principal& by, TenantId tenant,
                                                Page page) override;
  Task<FactorReset> ask_for_factor_reset(const Principal& by, const LostFactor& lost) override;
  Task<FactorReset> approve_factor_reset(const Principal& by, const std::string& id) override;
  Task<> cancel_factor_reset(const Principal& by, const std::string& id) override;
  Task<> turn() override;

 private:
  // One that is open, where the caller may do `action`, else it is missing.
  Result<FactorReset> read_open(Transaction& transaction, const Principal& by,
                                std::string_view action, const std::string& id);
  // Not who asked or lost it, nor, while there is another, who gave one of them the account.
  Result<Two> check_decider(Transaction& transaction, const Principal& by,
                            const FactorReset& reset);
  Result<> tell(Transaction& transaction, const FactorReset& reset, const std::string& kind);
  Result<> carry_out(Transaction& transaction, const FactorReset& reset);

  Core& core_;
  MailQueueService& mail_;
  PeopleService& people_;
};

}  // namespace belfry::iam
