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
  if (reason.message() != "iam.throttled" && !says_stopped(reason))
    return tell_of_sign_in(tenant, by, reason.message(), {});
  std::lock_guard lock(unseen_mutex_);
  Unseen& unseen = unseen_[{by.user, reason.message()}];
  unseen = {tenant, by, reason.message(), unseen.count + 1};
}

void Trail::tell_unseen() {
  decltype(unseen_) unseen;
  {
    std::lock_guard lock(unseen_mutex_);
    unseen.swap(unseen_);
  }
  for (const auto& [key, each] : unseen)
    tell_of_sign_in(each.tenant, each.by, each.reason, {{"requests", std::to_string(each.count)}});
}

void Trail::tell_of_sign_in(TenantId tenant, const Principal& by, const std::string& reason,
                            std::vector<audit::Detail> details) {
  audit::Event event = event_of(by, {"iam:SignIn", "belfry:session", std::move(details)});
  event.event_class = audit::EventClass::kAuthentication;
  event.outcome = audit::Outcome::kFailure;
  event.reason = reason;
  static_cast<void>(ledger_.record_read(tenant, std::move(event)));
}

Result<> Trail::check_healthy() {
  return outbox_.healthy() ? Result<>() : fail(Code::kRetry, "iam.log_unavailable");
}

}  // namespace belfry::iam
