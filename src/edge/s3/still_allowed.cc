#include "still_allowed.h"

#include "events.h"
#include "route.h"
#include "s3_facts.h"

#include <algorithm>

namespace belfry::s3 {

bool is_due_again(const Call& call) {
  return call.service.clock.now() - std::max(call.now, call.asked_again) >= kAskAgainAfter;
}

Task<> check_still_allowed(Call& call) {
  // A batch asks for each of its keys once it was read.
  if (!is_due_again(call) || !call.operation || call.operation->action.empty())
    co_return Result<>();
  const Timestamp now = call.service.clock.now();
  call.asked_again = now;
  iam::Principal by = call.principal;
  // Who came without a key is as good as before.
  if (!call.claim.access_key_id.empty()) {
    CO_TRY(auto identity,
           co_await call.service.iam.find_signing_identity(call.claim.access_key_id));
    by = std::move(identity.principal);
  }
  const S3Facts keys(call);
  const iam::Resource resource{resource_name(call.bucket.name, call.key), call.bucket.tenant,
                               call.bucket.policy};
  const iam::Context context{now, call.request.peer_ip, call.request.secure, &keys};
  co_return call.service.iam.authorize(by, call.operation->action, resource, context);
}

Task<> check_read_goes_on(Call& call) {
  if (!is_due_again(call)) co_return Result<>();
  auto allowed = co_await check_still_allowed(call);
  if (allowed || allowed.error().code() != Code::kDenied) co_return Result<>();
  record_denial(call, allowed.error());
  co_return allowed;
}

}  // namespace belfry::s3
