// What a bucket, and a tenant, keep from the public.
#include "bucket_access.h"
#include "policy/public_access.h"

#include <nlohmann/json.hpp>

namespace belfry::api {
namespace {

using nlohmann::json;

json shape_of(const policy::PublicAccessBlock& block) {
  json shape = json::object();
  for (const policy::PublicAccessSetting& setting : policy::kPublicAccessSettings)
    shape[std::string(setting.name)] = block.*setting.flag;
  return shape;
}

// All four: nothing is opened by being left out.
Result<policy::PublicAccessBlock> read_block(const json& body) {
  policy::PublicAccessBlock block;
  for (const policy::PublicAccessSetting& setting : policy::kPublicAccessSettings) {
    const auto field = body.find(std::string(setting.name));
    if (field == body.end() || !field->is_boolean())
      return fail(Code::kInvalid, "api.bad_public_access", {{"field", std::string(setting.name)}});
    block.*setting.flag = field->get<bool>();
  }
  return block;
}

Task<Answer> answer_of(Call& call, const objects::Bucket& bucket) {
  CO_TRY(const auto of_tenant,
         co_await call.host.services.iam.public_access().block_of(bucket.tenant));
  const bool is_public = has_public_policy(bucket);
  const auto both = policy::stricter(bucket.block(), of_tenant);
  co_return answer({{"bucket", shape_of(bucket.block())},
                    {"tenant", shape_of(of_tenant)},
                    {"policy_is_public", is_public},
                    {"is_open", is_public && !both.restrict_public_buckets}});
}

Task<Answer> get_of_bucket(Call& call) {
  CO_TRY(auto bucket, co_await reach(call, ""));
  CO_TRY(record_read(call, bucket, bucket_arn(bucket.name)));
  co_return co_await answer_of(call, bucket);
}

Task<Answer> put_of_bucket(Call& call) {
  CO_TRY(auto bucket, co_await reach_to_open(call));
  CO_TRY(json body, co_await call.read_body());
  CO_TRY(const auto block, read_block(body));
  auto leaf = leaf_of(call, bucket.tenant, bucket_arn(bucket.name), iam::details_of(block));
  CO_TRY(co_await call.host.services.objects.set_public_access(bucket, block, leaf));
  bucket.public_access = block;
  co_return co_await answer_of(call, bucket);
}

Task<Answer> get_of_tenant(Call& call) {
  CO_TRY(const auto block, co_await call.host.services.iam.public_access().find_block(call.by));
  co_return answer(shape_of(block));
}

Task<Answer> put_of_tenant(Call& call) {
  CO_TRY(json body, co_await call.read_body());
  CO_TRY(const auto wanted, read_block(body));
  CO_TRY(const auto block,
         co_await call.host.services.iam.public_access().set_block(call.by, wanted));
  co_return answer(shape_of(block));
}

constexpr Route kRoutes[] = {
    {"GET", "/api/v1/buckets/{bucket}/public-access", "s3:GetBucketPublicAccessBlock",
     get_of_bucket},
    {"PUT", "/api/v1/buckets/{bucket}/public-access", "s3:PutBucketPublicAccessBlock",
     put_of_bucket},
    {"GET", "/api/v1/public-access", "iam:GetPublicAccess", get_of_tenant},
    {"PUT", "/api/v1/public-access", "iam:SetPublicAccess", put_of_tenant},
};

}  // namespace

std::span<const Route> public_access_routes() {
  return kRoutes;
}

}  // namespace belfry::api
