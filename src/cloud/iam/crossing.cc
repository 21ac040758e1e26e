#include "iam/crossing.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace belfry::iam {
namespace {

bool is_crossing(const Principal& by, TenantId owner) {
  return by.tenant && by.tenant != owner;
}

// The key, the session or token, and who assumed the role: for those who know them.
constexpr std::string_view kOwnDetails[] = {"access_key", "assumed_by", "credential"};

// By which intervention it was done, where it was.
audit::Event with_intervention(const Principal& by, audit::Event event, TenantId owner) {
  if (const auto* open = open_intervention(by, owner, event.time))
    event.details.push_back({"intervention", open->id.text()});
  return event;
}

audit::Event as_owner_sees(const Principal& by, audit::Event event, TenantId owner) {
  if (!is_crossing(by, owner)) return event;
  event.actor = arn_of(by);
  hide_person(event);
  return event;
}

}  // namespace

void hide_person(audit::Event& event) {
  event.actor_id = {};
  std::erase_if(event.details, [](const audit::Detail& detail) {
    return std::ranges::find(kOwnDetails, detail.name) != std::end(kOwnDetails);
  });
}

Result<> record_in_both(audit::Ledger& ledger, const Principal& by, const audit::Event& event,
                        TenantId owner) {
  const audit::Event told = with_intervention(by, event, owner);
  TRY(ledger.record_read(owner, as_owner_sees(by, told, owner)));
  if (is_crossing(by, owner)) TRY(ledger.record_read(by.tenant, told));
  return {};
}

Result<audit::Leaf> seal_for_both(audit::Ledger& ledger, const Principal& by,
                                  const audit::Event& event, TenantId owner) {
  const audit::Event told = with_intervention(by, event, owner);
  if (is_crossing(by, owner)) TRY(ledger.record_read(by.tenant, told));
  return ledger.seal(owner, as_owner_sees(by, told, owner));
}

}  // namespace belfry::iam
