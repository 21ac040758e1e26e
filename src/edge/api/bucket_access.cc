#include "bucket_access.h"

#include "iam/crossing.h"
#include "policy/policy.h"

#include <algorithm>
#include <iterator>

namespace belfry::api {
namespace {

std::string arn_of(const std::string& bucket, const std::string& key) {
  return key.empty() ? bucket_arn(bucket) : object_arn(bucket, key);
}

// Who asked in vain, in the log of whose bucket it is, as over S3: by the credential alone, and
// once a second with how often. Where the log takes no more, the answer is the same refusal.
void tell_owner(const Call& call, const objects::Bucket& bucket, const std::string& arn,
                const Error& error) {
  audit::Event refused = call.event(arn);
  refused.outcome = audit::Outcome::kFailure;
  refused.reason = error.message();
  refused.actor = call.by.credential;
  const auto count =
      call.host.refused_strangers.add(call.by.credential + " " + bucket.name, refused.time);
  if (count == 0) return;
  refused.details.push_back({"requests", std::to_string(count)});
  iam::hide_person(refused);
  static_cast<void>(call.host.services.ledger.record_read(bucket.tenant, std::move(refused)));
}

// Allows or refuses `needed` on `key` of the bucket.
Result<> permit(const Call& call, std::string_view needed, const objects::Bucket& bucket,
                const std::string& key, const RequestKeys& keys) {
  const std::string arn = arn_of(bucket.name, key);
  const iam::Resource resource{arn, bucket.tenant, bucket.policy,
                               bucket.block().restrict_public_buckets};
  const bool is_foreign = bucket.tenant != call.by.tenant;
  // Staff knows whose buckets there are.
  const bool is_hidden = is_foreign && !call.is_provider_staff();
  Result<> allowed =
      is_hidden ? call.ask(needed, resource, keys) : call.authorize(needed, resource, keys);
  if (allowed && is_hidden && call.by.request)
    call.by.request->allow_on(resource.tenant, resource.name);
  if (allowed || !is_foreign || allowed.error().code() != Code::kDenied) return allowed;
  tell_owner(call, bucket, arn, allowed.error());
  if (is_hidden) return std::unexpected(tell_missing(call, bucket.name, key));
  return fail(Code::kNotFound, "bucket.missing", {{"bucket", bucket.name}});
}

}  // namespace

std::string bucket_arn(const std::string& bucket) {
  return "arn:aws:s3:::" + bucket;
}

std::string object_arn(const std::string& bucket, const std::string& key) {
  return bucket_arn(bucket) + "/" + key;
}

Error tell_missing(const Call& call, const std::string& bucket, const std::string& key) {
  return call.refusal(arn_of(bucket, key),
                      Error(Code::kNotFound, "bucket.missing", {{"bucket", bucket}}),
                      {{"bucket", bucket}});
}

Task<> permit(Call& call, const objects::Bucket& bucket, const std::string& key) {
  // Only what a public policy gives to others goes by it.
  if (bucket.tenant != call.by.tenant && !bucket.block().restrict_public_buckets)
    CO_TRY(co_await call.host.services.iam.public_access().keep_up());
  co_return permit(call, call.action, bucket, key, RequestKeys(call.request));
}

Task<objects::Bucket> reach(Call& call, const std::string& key) {
  auto bucket = co_await call.host.services.objects.find_bucket(call.path[0]);
  if (!bucket && bucket.error().message() == "bucket.missing")
    co_return std::unexpected(tell_missing(call, call.path[0], key));
  if (bucket) CO_TRY(co_await permit(call, *bucket, key));
  co_return bucket;
}

Task<objects::Bucket> reach_to_open(Call& call) {
  CO_TRY(auto bucket, co_await reach(call, ""));
  CO_TRY(call.host.services.iam.second_factors().check_fresh(call.by, call.action,
                                                             bucket_arn(bucket.name)));
  co_return bucket;
}

bool has_public_policy(const objects::Bucket& bucket) {
  if (bucket.policy.empty()) return false;
  const auto compiled = policy::compile(bucket.policy, policy::Kind::kResource);
  return compiled && policy::is_public(**compiled);
}

Task<bool> is_open(Call& call, const objects::Bucket& bucket) {
  // First what most buckets answer by themselves.
  if (bucket.block().restrict_public_buckets) co_return false;
  CO_TRY(const auto of_tenant,
         co_await call.host.services.iam.public_access().block_of(bucket.tenant));
  if (of_tenant.restrict_public_buckets) co_return false;
  // Lists are without the policies.
  auto whole = co_await call.host.services.objects.find_bucket(bucket.name);
  if (!whole || whole->id != bucket.id) co_return false;
  co_return has_public_policy(*whole);
}

Error without_missing_key(const Call& call, const objects::Bucket& bucket, const std::string& key,
                          Error error) {
  if (error.message() != "object.missing") return error;
  auto listed = permit(call, "s3:ListBucket", bucket, "", RequestKeys(call.request, key));
  return listed ? std::move(error) : std::move(listed).error();
}

objects::MakeLeaf leaf_of(const Call& call, TenantId tenant, std::string resource,
                          std::vector<audit::Detail> details) {
  audit::Event event = call.event(std::move(resource));
  std::ranges::move(details, std::back_inserter(event.details));
  return [event = std::move(event), tenant, &by = call.by,
          ledger = &call.host.services.ledger](const objects::ObjectInfo& outcome) mutable {
    if (!outcome.key.empty()) {
      event.details.push_back({"size", std::to_string(outcome.size.count)});
      event.details.push_back({"etag", outcome.etag});
    }
    return iam::seal_for_both(*ledger, by, event, tenant);
  };
}

Result<> record_read(const Call& call, const objects::Bucket& bucket, std::string resource) {
  TRY(iam::record_in_both(call.host.services.ledger, call.by, read_event(call, std::move(resource)),
                          bucket.tenant));
  call.note_read();
  return {};
}

}  // namespace belfry::api
