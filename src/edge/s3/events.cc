#include "events.h"

#include "errors.h"
#include "iam/crossing.h"
#include "route.h"

#include <algorithm>

namespace belfry::s3 {
namespace {

constexpr std::size_t kUserAgentMax = 200;

audit::Event make_event(const Call& call, std::string_view key) {
  audit::Event event;
  event.time = call.now;
  event.action = "s3:";
  event.action += call.operation != nullptr ? call.operation->name : std::string_view("Request");
  const iam::Principal& by = call.principal;
  event.actor = by.credential.empty() || by.assumed ? by.name : by.credential;
  if (by.assumed) {
    event.details.push_back({"access_key", by.credential});
    event.details.push_back({"assumed_by", by.assumed->by});
  }
  event.actor_id = call.principal.user;
  event.source_ip = call.request.peer_ip;
  event.resource = resource_name(call.bucket_name, key);
  event.details.push_back({"request_id", call.request.id});
  std::string_view agent = call.request.fields.get("user-agent").substr(0, kUserAgentMax);
  if (!agent.empty()) event.details.push_back({"user_agent", std::string(agent)});
  if (call.request.secure) event.details.push_back({"tls", "yes"});
  return event;
}

TenantId owner_of(const Call& call) {
  return call.bucket.tenant ? call.bucket.tenant : call.principal.tenant;
}

Result<> record_in_both(const Call& call, const audit::Event& event, TenantId owner) {
  if (!iam::record_in_both(call.service.ledger, call.principal, event, owner))
    return refuse("ServiceUnavailable");
  return {};
}

// Who is refused stays unknown to the owner, but for the key that was used.
void hide_whose_key(const iam::Principal& by, audit::Event& event) {
  if (by.assumed) event.actor = by.credential;
  iam::hide_person(event);
}

void append(std::vector<audit::Detail>& to, const std::vector<audit::Detail>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

// When an act was: when its request came, or when it holds, which is a body's length later.
enum class When { kCame, kHolds };

objects::MakeLeaf leaf_of(const Call& call, std::string key, std::vector<audit::Detail> details,
                          When when = When::kCame) {
  return [&call, key = std::move(key), details = std::move(details),
          when](const objects::ObjectInfo& outcome) -> Result<audit::Leaf> {
    audit::Event event = make_event(call, key);
    if (when == When::kHolds) event.time = call.service.clock.now();
    append(event.details, details);
    if (!outcome.etag.empty()) {
      event.details.push_back({"size_bytes", std::to_string(outcome.size.count)});
      event.details.push_back({"etag", outcome.etag});
    }
    return iam::seal_for_both(call.service.ledger, call.principal, event, owner_of(call));
  };
}

}  // namespace

objects::MakeLeaf make_leaf(const Call& call, std::vector<audit::Detail> details) {
  return leaf_of(call, call.key, std::move(details));
}

objects::MakeLeaf make_leaf_of_access(const Call& call, std::vector<audit::Detail> details) {
  return leaf_of(call, call.key, std::move(details), When::kHolds);
}

objects::MakeLeaf make_leaf_of_key(const Call& call, std::string key) {
  return leaf_of(call, std::move(key), {});
}

Result<> record_read(const Call& call, std::vector<audit::Detail> details) {
  audit::Event event = make_event(call, call.key);
  append(event.details, details);
  return record_in_both(call, event, owner_of(call));
}

Result<> record_source_read(const Call& call, const objects::Bucket& bucket, std::string_view key) {
  audit::Event event = make_event(call, call.key);
  event.resource = resource_name(bucket.name, key);
  return record_in_both(call, event, bucket.tenant);
}

void record_missing_bucket(const Call& call) {
  audit::Event event = make_event(call, call.key);
  event.outcome = audit::Outcome::kFailure;
  event.reason = "bucket.missing";
  event.details.push_back({"bucket", call.bucket_name});
  (void)call.service.ledger.record_read(call.principal.tenant, std::move(event));
}

void record_denial(const Call& call, const Error& error) {
  record_denial(call, call.key, error);
}

void record_denial(const Call& call, std::string_view key, const Error& error, std::size_t count) {
  audit::Event event = make_event(call, key);
  if (count > 1) event.details.push_back({"keys", std::to_string(count)});
  event.outcome = audit::Outcome::kFailure;
  event.reason = error.message();
  TenantId own = call.principal.tenant, owner = call.bucket.tenant;
  // A full backlog cannot refuse what is refused already.
  if (own) (void)call.service.ledger.record_read(own, event);
  if (owner && owner != own) {
    hide_whose_key(call.principal, event);
    (void)call.service.ledger.record_read(owner, std::move(event));
  }
}

void record_denial_for_owner(const Call& call, const objects::Bucket& bucket, std::string_view key,
                             const Error& error) {
  // Who asked has the denial of the call itself, or is told nothing.
  if (bucket.tenant == call.principal.tenant) return;
  const std::uint64_t count =
      call.service.refused_strangers.add(call.principal.credential + " " + bucket.name, call.now);
  if (count == 0) return;
  audit::Event event = make_event(call, call.key);
  event.resource = resource_name(bucket.name, key);
  event.outcome = audit::Outcome::kFailure;
  event.details.push_back({"requests", std::to_string(count)});
  event.reason = error.message();
  hide_whose_key(call.principal, event);
  (void)call.service.ledger.record_read(bucket.tenant, std::move(event));
}

void record_refused_anonymous(const Call& call, const Error& error) {
  if (!call.bucket.tenant) return;
  const std::uint64_t count = call.service.refused_anonymous.add(call.bucket.name, call.now);
  if (count == 0) return;
  audit::Event event = make_event(call, call.key);
  event.outcome = audit::Outcome::kFailure;
  event.reason = error.message();
  event.details.push_back({"requests", std::to_string(count)});
  (void)call.service.ledger.record_read(call.bucket.tenant, std::move(event));
}

void record_wrong_signature(const Call& call, TenantId tenant, const Error& error,
                            std::uint64_t count) {
  audit::Event event = make_event(call, call.key);
  event.actor = call.claim.access_key_id;
  event.outcome = audit::Outcome::kFailure;
  event.reason = error.message();
  event.details.push_back({"requests", std::to_string(count)});
  (void)call.service.ledger.record_read(tenant, std::move(event));
}

}  // namespace belfry::s3
