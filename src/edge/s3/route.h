// Which operation a request asks for.
#pragma once

#include "call.h"

namespace belfry::s3 {

enum class Effect { kReads, kWrites };
// What an operation works on. A new bucket is not there yet.
enum class Target { kService, kNewBucket, kBucket, kObject };

struct Operation {
  std::string_view name;    // of the API: "PutObject", in audit events
  std::string_view action;  // the right it needs: "s3:PutObject"; empty: it asks for it itself
  Target target;
  Effect effect;
  Task<> (*run)(Call& call);
};

// Errors: MethodNotAllowed, NotImplemented.
Result<const Operation*> route(const Call& call);

// Each answers the call, or returns an error of it.
Task<> list_buckets(Call& call);
Task<> create_bucket(Call& call);
Task<> head_bucket(Call& call);
Task<> delete_bucket(Call& call);
Task<> get_bucket_location(Call& call);
Task<> list_objects_v1(Call& call);
Task<> list_objects_v2(Call& call);
Task<> list_versions(Call& call);
Task<> put_object(Call& call);
Task<> get_object(Call& call);
Task<> head_object(Call& call);
Task<> get_object_attributes(Call& call);
Task<> delete_object(Call& call);
Task<> delete_objects(Call& call);
Task<> copy_object(Call& call);
Task<> create_upload(Call& call);
Task<> upload_part(Call& call);
Task<> upload_part_copy(Call& call);
Task<> list_parts(Call& call);
Task<> list_uploads(Call& call);
Task<> complete_upload(Call& call);
Task<> abort_upload(Call& call);
Task<> get_bucket_policy(Call& call);
Task<> put_bucket_policy(Call& call);
Task<> delete_bucket_policy(Call& call);
Task<> get_bucket_policy_status(Call& call);
Task<> get_public_access_block(Call& call);
Task<> put_public_access_block(Call& call);
Task<> delete_public_access_block(Call& call);
// What S3 answers for a bucket that nobody configured.
Task<> get_acl(Call& call);
Task<> put_acl(Call& call);
Task<> get_unconfigured(Call& call);

// The query parameter that names a subresource ("acl"), if there is one.
std::optional<std::string_view> subresource_of(const http::Request& request);

}  // namespace belfry::s3
