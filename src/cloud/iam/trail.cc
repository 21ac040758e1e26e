#include "trail.h"

#include "iam/crossing.h"
#include "iam/stopped.h"

#include <algorithm>
#include <iterator>

namespace belfry::iam {
namespace {

std::string_view name_of(Method method) {
  switch (method) {
    case Method::kNone:
      return "none";
    case Method::kSession:
      return "session";
    case Method::kApiToken:
      return "api_token";
    case Method::kAccessKey:
      return "access_key";
    case Method::kSystem:
      return "system";
    case Method::kAnonymous:
      return "anonymous";
  }
  return "";
}

}  // namespace

std::vector<audit::Detail> credential_details(const Principal& by) {
  std::vector<audit::Detail> details = {{"method", std::string(name_of(by.method))}};
  if (!by.credential.empty()) details.push_back({"credential", by.credential});
  details.push_back({"actor_tenant", by.tenant.text()});
  return details;
}

audit::Event Trail::event_of(const Principal& by, const Act& act) const {
  audit::Event event;
  event.time = clock_.now();
  event.event_class = audit::EventClass::kUserManagement;
  event.action = act.action;
  event.actor = by.name;
  event.actor_id = by.user;
  event.source_ip = by.source_ip;
  event.resource = act.resource;
  event.details = act.details;
  std::ranges::move(credential_details(by), std::back_inserter(event.details));
  if (by.request) event.details.push_back({"request_id", by.request->id()});
  return event;
}

Result<> Trail::queue(database::Transaction& transaction, TenantId tenant,
                      const audit::Event& event) {
  TRY(const audit::Leaf leaf, ledger_.seal(tenant, event));
  return audit::queue_leaf(transaction, leaf, clock_.now());
}

Result<> Trail::changed(database::Transaction& transaction, TenantId tenant, const Principal& by,
                        const Act& act) {
  const audit::Event event = event_of(by, act);
  if (!by.tenant || by.tenant == tenant) return queue(transaction, tenant, event);
  // Whoever acts in another tenant leaves a trace at home as well.
  TRY(queue(transaction, by.tenant, event));
  audit::Event from_elsewhere = event;
  // Somebody may be called so there too.
  if (by.user) from_elsewhere.actor = arn_of(by);
  return queue(transaction, tenant, from_elsewhere);
}

Result<> Trail::changed_across(database::Transaction& transaction, TenantId owner,
                               const Principal& by, const Act& act) {
  TRY(queue(transaction, by.tenant, event_of(by, act)));
  if (by.tenant == owner) return {};
  Principal as_owner_sees = by;
  as_owner_sees.name = arn_of(by);
  as_owner_sees.user = {};
  as_owner_sees.credential.clear();
  return queue(transaction, owner, event_of(as_owner_sees, act));
}

Result<> Trail::authenticated(database::Transaction& transaction, const Principal& by,
                              const Act& act) {
  audit::Event event = event_of(by, act);
  event.event_class = audit::EventClass::kAuthentication;
  return queue(transaction, by.tenant, event);
}

void Trail::refused(TenantId tenant, const Principal& by, const Act& act, const Error& reason) {
  audit::Event event = event_of(by, act);
  event.event_class = audit::EventClass::kAuthorizeSession;
  event.outcome = audit::Outcome::kFailure;
  event.reason = reason.message();
  static_cast<void>(ledger_.record_read(tenant, std::move(event)));
  if (by.request) by.request->note_refusal();
}

void Trail::sign_in_failed(TenantId tenant, const Principal& by, const Error& reason) {
  audit::Event event = event_of(by, {"iam:SignIn", "belfry:session", {}});
  event.event_class = audit::EventClass::kAuthentication;
  event.outcome = audit::Outcome::kFailure;
  event.reason = reason.message();
  if (!is_nobodys_fault(reason) && ledger_.record_read(tenant, event)) return;
  const UnseenBy::key_type key{by.user, by.credential, event.reason};
  keep_unseen(key, {std::move(event), tenant, 1});
}

void Trail::keep_unseen(const UnseenBy::key_type& key, const Unseen& unseen) {
  std::lock_guard lock(unseen_mutex_);
  const auto [at, is_first] = unseen_.try_emplace(key, unseen);
  if (is_first) return;
  Unseen& kept = at->second;
  kept.is_from_several |= unseen.is_from_several || kept.last.source_ip != unseen.last.source_ip;
  kept.count += unseen.count;
  if (unseen.last.time >= kept.last.time) kept.last = unseen.last;
}

Result<> Trail::tell_unseen() {
  UnseenBy unseen;
  {
    std::lock_guard lock(unseen_mutex_);
    unseen.swap(unseen_);
  }
  Result<> told;
  for (const auto& [key, each] : unseen) {
    audit::Event event = each.last;
    event.details.push_back({"requests", std::to_string(each.count)});
    if (each.is_from_several) event.details.push_back({"addresses", "several"});
    if (auto recorded = ledger_.record_read(each.tenant, std::move(event)); !recorded) {
      keep_unseen(key, each);
      told = std::move(recorded);
    }
  }
  return told;
}

Result<> Trail::check_healthy() {
  return outbox_.healthy() ? Result<>() : fail(Code::kRetry, "iam.log_unavailable");
}

}  // namespace belfry::iam
