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
  if (goes_by_tenants_block(call, call.bucket))
    CO_TRY(co_await call.service.iam.public_access().keep_up());
  const S3Facts keys(call);
  const iam::Context context{now, call.request.peer_ip, call.request.secure, &keys};
  co_return call.service.iam.authorize(by, call.operation->action,
                                       resource_of(call.bucket, call.key), context);
}

Task<> check_read_goes_on(Call& call) {
  if (!is_due_again(call)) co_return Result<>();
  auto allowed = co_await check_still_allowed(call);
  if (allowed || allowed.error().code() != Code::kDenied) co_return Result<>();
  if (is_anonymous(call))
    record_refused_anonymous(call, allowed.error());
  else
    record_denial(call, allowed.error());
  co_return allowed;
}

}  // namespace belfry::s3
