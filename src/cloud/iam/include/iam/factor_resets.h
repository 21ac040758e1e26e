// Second factors that were lost, and every recovery code with them.
#pragma once

#include "base/id.h"
#include "base/time.h"
#include "iam/listing.h"
#include "runtime/task.h"

#include <optional>
#include <string>

namespace belfry::iam {

struct Principal;

struct FactorReset {
  std::string id;
  TenantId tenant;
  UserId user;
  std::string user_name;
  std::string reason;
  UserId asked_by;
  std::string asked_by_name, approved_by_name;  // the second is empty: nobody yet
  Timestamp asked;
  std::optional<Timestamp> effective{};  // when the factors go; nothing: not approved
  std::string state;                     // asked, approved, done, cancelled, lapsed
};

struct LostFactor {
  UserId user;
  std::string reason;    // 1 to 1000 octets
  std::string language;  // "en", "fr": of the mail to the user
};

// One administrator asks, another approves, of the user's tenant or above it; neither is the user.
// A day later all factors, recovery codes and sessions of the user are gone, and what keys and
// tokens carry of a factor; the password stays, and is what the user signs in with then, to enrol
// anew. Meanwhile the user, who is told by mail, cancels it by signing in with the factor, and
// every administrator may. Every call is safe from any thread and leaves an audit event with its
// change, in one transaction.
class FactorResets {
 public:
  virtual ~FactorResets() = default;

  // The oldest first, those of the last 30 days.
  virtual Task<Listing<FactorReset>> list_factor_resets(const Principal& by, TenantId tenant,
                                                        Page page) = 0;
  // Errors: invalid ("iam.bad_reason", "iam.bad_language"), conflict ("iam.own_factors",
  // "iam.no_factor", "iam.reset_open").
  virtual Task<FactorReset> ask_for_factor_reset(const Principal& by, const LostFactor& lost) = 0;
  // Within three days. Errors: not_found ("iam.factor_reset_missing"), denied ("iam.four_eyes"),
  // conflict ("iam.factor_reset_over").
  virtual Task<FactorReset> approve_factor_reset(const Principal& by, const std::string& id) = 0;
  // Errors: as of approve_factor_reset.
  virtual Task<> cancel_factor_reset(const Principal& by, const std::string& id) = 0;
  // Does what is due.
  virtual Task<> turn() = 0;
};

}  // namespace belfry::iam
