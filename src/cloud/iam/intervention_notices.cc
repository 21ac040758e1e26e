#include "intervention_notices.h"

#include "iam/notices.h"

namespace belfry::iam {
namespace {

constexpr std::int64_t kOfKindMax = 100;  // of a day
constexpr Duration kGivenUpAfter = std::chrono::days(3);

std::string kind_of(const Intervention& about) {
  const bool is_open = about.state == InterventionState::kOpen;
  if (about.kind == InterventionKind::kBreakGlass)
    return is_open ? "break_glass_opened" : "break_glass_asked";
  return is_open ? "intervention_opened" : "intervention_asked";
}

}  // namespace

Result<> mail_intervention(Core& core, Transaction& transaction, const Intervention& about,
                           const std::string& console) {
  const Timestamp now = core.clock.now();
  const std::string kind = kind_of(about);
  TRY(auto recent,
      transaction.query("SELECT count(*) AS n FROM mail WHERE tenant_id = :tenant_id AND "
                        "kind = :kind AND created_us > :since_us",
                        {{"tenant_id", about.tenant.value},
                         {"kind", kind},
                         {"since_us", to_us(now - std::chrono::hours(24))}}));
  if (recent[0].integer("n") >= kOfKindMax) return {};
  const Timestamp until = about.expires.value_or(about.pending_until);
  TRY(queue_notice(transaction, core.keys, core.random, now,
                   {.tenant = about.tenant,
                    .about = "intervention/" + about.id.text(),
                    .kind = kind,
                    .language = "",
                    .arguments = {{"tenant", about.tenant_name},
                                  {"staff", about.staff_name},
                                  {"by", about.decided_by_name},
                                  {"intervention", about.id.text()},
                                  {"time", format_rfc3339(until)},
                                  {"link", console + "/#/people/interventions/" + about.id.text()}},
                    .first = {},
                    .expires = now + kGivenUpAfter}));
  return {};
}

}  // namespace belfry::iam
