// The policy of a bucket.
#include "bucket_access.h"
#include "policy/policy.h"
#include "policy/public_access.h"

#include <nlohmann/json.hpp>

namespace belfry::api {
namespace {

// With its members in the order in which they were written: people read it again.
nlohmann::ordered_json shape_of(const objects::Bucket& bucket) {
  nlohmann::ordered_json shape = {
      {"policy", nullptr}, {"is_public", false}, {"account", iam::account_of(bucket.tenant)}};
  if (bucket.policy.empty()) return shape;
  shape["policy"] = nlohmann::ordered_json::parse(bucket.policy, nullptr, false);
  shape["is_public"] = has_public_policy(bucket);
  return shape;
}

Task<Answer> get_policy(Call& call) {
  CO_TRY(auto bucket, co_await reach(call, ""));
  CO_TRY(record_read(call, bucket, bucket_arn(bucket.name)));
  co_return Answer{200, shape_of(bucket).dump(), {}};
}

Task<Answer> put_policy(Call& call) {
  CO_TRY(auto bucket, co_await reach_to_open(call));
  CO_TRY(std::string document, co_await call.read_text(policy::kDocumentOctetsMax));
  std::string arn = bucket_arn(bucket.name);
  CO_TRY(const auto compiled, policy::compile_bucket_policy(document, arn));
  CO_TRY(const auto of_tenant,
         co_await call.host.services.iam.public_access().block_of(bucket.tenant));
  CO_TRY(policy::check_block(*compiled, policy::stricter(bucket.block(), of_tenant)));
  auto leaf = leaf_of(call, bucket.tenant, arn, {{"policy", document}});
  CO_TRY(co_await call.host.services.objects.set_bucket_policy(bucket, document, leaf));
  co_return Answer::none();
}

Task<Answer> delete_policy(Call& call) {
  CO_TRY(auto bucket, co_await reach_to_open(call));
  auto leaf = leaf_of(call, bucket.tenant, bucket_arn(bucket.name));
  CO_TRY(co_await call.host.services.objects.set_bucket_policy(bucket, "", leaf));
  co_return Answer::none();
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/buckets/{bucket}/policy", "s3:GetBucketPolicy", get_policy},
    {"PUT", "/api/v1/buckets/{bucket}/policy", "s3:PutBucketPolicy", put_policy},
    {"DELETE", "/api/v1/buckets/{bucket}/policy", "s3:DeleteBucketPolicy", delete_policy},
};

}  // namespace

std::span<const Route> bucket_policy_routes() {
  return kRoutes;
}

}  // namespace belfry::api
