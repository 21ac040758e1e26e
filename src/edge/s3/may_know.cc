#include "may_know.h"

#include "iam/interventions.h"
#include "policy/policy.h"

namespace belfry::s3 {
namespace {

bool has_allowance(Service& service, const objects::Bucket& bucket, TenantId tenant) {
  if (bucket.policy.empty()) return false;
  auto compiled = service.bucket_policies.find(bucket.policy);
  const auto everybody = bucket.block().restrict_public_buckets ? policy::Everybody::kCountsNot
                                                                : policy::Everybody::kCounts;
  return compiled && policy::has_allowance_for(**compiled, iam::account_of(tenant), everybody);
}

}  // namespace

bool may_not_know(const Call& call, const objects::Bucket& bucket) {
  return bucket.tenant != call.principal.tenant &&
         iam::open_intervention(call.principal, bucket.tenant, call.now) == nullptr &&
         !has_allowance(call.service, bucket, call.principal.tenant);
}

bool is_missing_bucket(const Error& error) {
  return error.message() == "bucket.missing";
}

std::unexpected<Error> missing_bucket(std::string_view name) {
  return fail(Code::kNotFound, "bucket.missing", {{"bucket", std::string(name)}});
}

}  // namespace belfry::s3
