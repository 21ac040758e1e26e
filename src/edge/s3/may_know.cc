#include "may_know.h"

#include "iam/interventions.h"
#include "policy/policy.h"

namespace belfry::s3 {
namespace {

bool has_allowance(Service& service, const std::string& document, TenantId tenant) {
  if (document.empty()) return false;
  auto compiled = service.bucket_policies.find(document);
  return compiled && policy::has_allowance_for(**compiled, iam::account_of(tenant));
}

}  // namespace

bool may_not_know(const Call& call, const objects::Bucket& bucket) {
  return bucket.tenant != call.principal.tenant &&
         iam::open_intervention(call.principal, bucket.tenant, call.now) == nullptr &&
         !has_allowance(call.service, bucket.policy, call.principal.tenant);
}

bool is_missing_bucket(const Error& error) {
  return error.message() == "bucket.missing";
}

std::unexpected<Error> missing_bucket(std::string_view name) {
  return fail(Code::kNotFound, "bucket.missing", {{"bucket", std::string(name)}});
}

}  // namespace belfry::s3
