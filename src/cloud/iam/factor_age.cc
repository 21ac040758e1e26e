#include "factor_age.h"

#include "rows.h"

namespace belfry::iam {

Result<> check_proved(Core& core, const Principal& by, std::optional<Timestamp> proved,
                      std::string_view action, const std::string& resource) {
  const bool wants_passkey = by.passkey_due == PasskeyDue::kForAll;
  if (!wants_passkey && by.elsewhere.empty() && proved && core.clock.now() - *proved < kFreshFor)
    return {};
  const Error stale = wants_passkey ? Error(Code::kDenied, "iam.passkey_step_up_needed")
                                    : Error(Code::kDenied, "iam.step_up_needed",
                                            {{"minutes", std::to_string(kFreshFor.count())}});
  core.trail.refused(by.tenant, by, {std::string(action), resource, {}}, stale);
  return std::unexpected(stale);
}

Result<std::optional<Timestamp>> read_factor_time(Transaction& transaction, const Principal& by) {
  using Time = std::optional<Timestamp>;
  if (!by.second_factor) return Time();
  if (by.method != Method::kApiToken) return by.second_factor_at;
  TRY(auto rows, transaction.query("SELECT second_factor_us FROM api_token WHERE id = :credential",
                                   {{"credential", by.credential}}));
  return rows.empty() ? Time() : optional_time(rows[0], "second_factor_us");
}

}  // namespace belfry::iam
