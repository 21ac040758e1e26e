#include "route.h"

#include "errors.h"

#include <algorithm>

namespace belfry::s3 {
namespace {

constexpr auto kReads = Effect::kReads;
constexpr auto kWrites = Effect::kWrites;

// Subresources that change what a request means. Those without an operation are not implemented;
// parameters that are not named here are passed over, as S3 does.
constexpr std::string_view kSubresources[] = {"accelerate",
                                              "acl",
                                              "analytics",
                                              "attributes",
                                              "cors",
                                              "delete",
                                              "encryption",
                                              "intelligent-tiering",
                                              "inventory",
                                              "legal-hold",
                                              "lifecycle",
                                              "location",
                                              "logging",
                                              "metrics",
                                              "notification",
                                              "object-lock",
                                              "ownershipControls",
                                              "policy",
                                              "policyStatus",
                                              "publicAccessBlock",
                                              "replication",
                                              "requestPayment",
                                              "restore",
                                              "retention",
                                              "select",
                                              "tagging",
                                              "torrent",
                                              "uploadId",
                                              "uploads",
                                              "versioning",
                                              "versions",
                                              "website"};

constexpr Operation kListBuckets{"ListBuckets", "s3:ListAllMyBuckets", Target::kService, kReads,
                                 list_buckets};
constexpr Operation kCreateBucket{"CreateBucket", "s3:CreateBucket", Target::kNewBucket, kWrites,
                                  create_bucket};
constexpr Operation kHeadBucket{"HeadBucket", "s3:ListBucket", Target::kBucket, kReads,
                                head_bucket};
constexpr Operation kDeleteBucket{"DeleteBucket", "s3:DeleteBucket", Target::kBucket, kWrites,
                                  delete_bucket};
constexpr Operation kListObjects{"ListObjects", "s3:ListBucket", Target::kBucket, kReads,
                                 list_objects_v1};
constexpr Operation kListObjectsV2{"ListObjectsV2", "s3:ListBucket", Target::kBucket, kReads,
                                   list_objects_v2};
constexpr Operation kDeleteObjects{"DeleteObjects", "", Target::kBucket, kWrites, delete_objects};
constexpr Operation kPutObject{"PutObject", "s3:PutObject", Target::kObject, kWrites, put_object};
constexpr Operation kGetObject{"GetObject", "s3:GetObject", Target::kObject, kReads, get_object};
constexpr Operation kHeadObject{"HeadObject", "s3:GetObject", Target::kObject, kReads, head_object};
constexpr Operation kDeleteObject{"DeleteObject", "s3:DeleteObject", Target::kObject, kWrites,
                                  delete_object};
constexpr Operation kCopyObject{"CopyObject", "s3:PutObject", Target::kObject, kWrites,
                                copy_object};
constexpr Operation kCreateUpload{"CreateMultipartUpload", "s3:PutObject", Target::kObject, kWrites,
                                  create_upload};
constexpr Operation kUploadPart{"UploadPart", "s3:PutObject", Target::kObject, kWrites,
                                upload_part};
constexpr Operation kUploadPartCopy{"UploadPartCopy", "s3:PutObject", Target::kObject, kWrites,
                                    upload_part_copy};
constexpr Operation kListParts{"ListParts", "s3:ListMultipartUploadParts", Target::kObject, kReads,
                               list_parts};
constexpr Operation kListUploads{"ListMultipartUploads", "s3:ListBucketMultipartUploads",
                                 Target::kBucket, kReads, list_uploads};
constexpr Operation kCompleteUpload{"CompleteMultipartUpload", "s3:PutObject", Target::kObject,
                                    kWrites, complete_upload};
constexpr Operation kAbortUpload{"AbortMultipartUpload", "s3:AbortMultipartUpload", Target::kObject,
                                 kWrites, abort_upload};
constexpr Operation kPutBucketPolicy{"PutBucketPolicy", "s3:PutBucketPolicy", Target::kBucket,
                                     kWrites, put_bucket_policy};
constexpr Operation kDeleteBucketPolicy{"DeleteBucketPolicy", "s3:DeleteBucketPolicy",
                                        Target::kBucket, kWrites, delete_bucket_policy};
constexpr Operation kPutPublicAccessBlock{"PutPublicAccessBlock", "s3:PutBucketPublicAccessBlock",
                                          Target::kBucket, kWrites, put_public_access_block};
constexpr Operation kDeletePublicAccessBlock{"DeletePublicAccessBlock",
                                             "s3:PutBucketPublicAccessBlock", Target::kBucket,
                                             kWrites, delete_public_access_block};
constexpr Operation kPutBucketAcl{"PutBucketAcl", "s3:PutBucketAcl", Target::kBucket, kWrites,
                                  put_acl};
constexpr Operation kPutObjectAcl{"PutObjectAcl", "s3:PutObjectAcl", Target::kObject, kWrites,
                                  put_acl};

struct Subresource {
  std::string_view parameter;
  Operation operation;
};

constexpr Operation bucket_read(std::string_view name, std::string_view action,
                                Task<> (*run)(Call&)) {
  return {name, action, Target::kBucket, kReads, run};
}
constexpr Operation object_read(std::string_view name, std::string_view action,
                                Task<> (*run)(Call&)) {
  return {name, action, Target::kObject, kReads, run};
}

constexpr Subresource kBucketReads[] = {
    {"location", bucket_read("GetBucketLocation", "s3:GetBucketLocation", get_bucket_location)},
    {"uploads", kListUploads},
    {"versions", bucket_read("ListObjectVersions", "s3:ListBucketVersions", list_versions)},
    {"acl", bucket_read("GetBucketAcl", "s3:GetBucketAcl", get_acl)},
    {"versioning", bucket_read("GetBucketVersioning", "s3:GetBucketVersioning", get_unconfigured)},
    {"policy", bucket_read("GetBucketPolicy", "s3:GetBucketPolicy", get_bucket_policy)},
    {"policyStatus",
     bucket_read("GetBucketPolicyStatus", "s3:GetBucketPolicyStatus", get_bucket_policy_status)},
    {"tagging", bucket_read("GetBucketTagging", "s3:GetBucketTagging", get_unconfigured)},
    {"lifecycle", bucket_read("GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration",
                              get_unconfigured)},
    {"cors", bucket_read("GetBucketCors", "s3:GetBucketCORS", get_unconfigured)},
    {"encryption",
     bucket_read("GetBucketEncryption", "s3:GetEncryptionConfiguration", get_unconfigured)},
    {"website", bucket_read("GetBucketWebsite", "s3:GetBucketWebsite", get_unconfigured)},
    {"logging", bucket_read("GetBucketLogging", "s3:GetBucketLogging", get_unconfigured)},
    {"notification", bucket_read("GetBucketNotificationConfiguration", "s3:GetBucketNotification",
                                 get_unconfigured)},
    {"requestPayment",
     bucket_read("GetBucketRequestPayment", "s3:GetBucketRequestPayment", get_unconfigured)},
    {"accelerate", bucket_read("GetBucketAccelerateConfiguration", "s3:GetAccelerateConfiguration",
                               get_unconfigured)},
    {"replication",
     bucket_read("GetBucketReplication", "s3:GetReplicationConfiguration", get_unconfigured)},
    {"object-lock", bucket_read("GetObjectLockConfiguration", "s3:GetBucketObjectLockConfiguration",
                                get_unconfigured)},
    {"ownershipControls",
     bucket_read("GetBucketOwnershipControls", "s3:GetBucketOwnershipControls", get_unconfigured)},
    {"publicAccessBlock",
     bucket_read("GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock", get_public_access_block)},
};

constexpr Subresource kObjectReads[] = {
    {"uploadId", kListParts},
    {"attributes",
     object_read("GetObjectAttributes", "s3:GetObjectAttributes", get_object_attributes)},
    {"acl", object_read("GetObjectAcl", "s3:GetObjectAcl", get_acl)},
    {"tagging", object_read("GetObjectTagging", "s3:GetObjectTagging", get_unconfigured)},
    {"retention", object_read("GetObjectRetention", "s3:GetObjectRetention", get_unconfigured)},
    {"legal-hold", object_read("GetObjectLegalHold", "s3:GetObjectLegalHold", get_unconfigured)},
};

Result<const Operation*> find_in(std::span<const Subresource> table, std::string_view parameter) {
  auto found = std::ranges::find(table, parameter, &Subresource::parameter);
  if (found == table.end()) return refuse("NotImplemented");
  return &found->operation;
}

Result<const Operation*> route_bucket(const http::Request& request) {
  auto sub = subresource_of(request);
  const std::string& method = request.method;
  if (method == "HEAD") return &kHeadBucket;
  if (method == "GET") {
    if (sub) return find_in(kBucketReads, *sub);
    return request.parameter("list-type") == "2" ? &kListObjectsV2 : &kListObjects;
  }
  if (method == "POST" && sub == "delete") return &kDeleteObjects;
  if (method == "PUT" && sub == "acl") return &kPutBucketAcl;
  if (method == "PUT" && sub == "policy") return &kPutBucketPolicy;
  if (method == "DELETE" && sub == "policy") return &kDeleteBucketPolicy;
  if (method == "PUT" && sub == "publicAccessBlock") return &kPutPublicAccessBlock;
  if (method == "DELETE" && sub == "publicAccessBlock") return &kDeletePublicAccessBlock;
  if (method == "PUT" && !sub) return &kCreateBucket;
  if (method == "DELETE" && !sub) return &kDeleteBucket;
  if (method == "PUT" || method == "DELETE" || method == "POST") return refuse("NotImplemented");
  return refuse("MethodNotAllowed");
}

Result<const Operation*> route_object(const http::Request& request) {
  auto sub = subresource_of(request);
  const std::string& method = request.method;
  bool copies = request.fields.find("x-amz-copy-source").has_value();
  if (method == "HEAD") return &kHeadObject;
  if (method == "GET") return sub ? find_in(kObjectReads, *sub) : &kGetObject;
  if (method == "PUT") {
    if (sub == "uploadId") return copies ? &kUploadPartCopy : &kUploadPart;
    if (sub == "acl") return &kPutObjectAcl;
    if (!sub) return copies ? &kCopyObject : &kPutObject;
  }
  if (method == "DELETE" && sub == "uploadId") return &kAbortUpload;
  if (method == "DELETE" && !sub) return &kDeleteObject;
  if (method == "POST" && sub == "uploads") return &kCreateUpload;
  if (method == "POST" && sub == "uploadId") return &kCompleteUpload;
  if (method == "PUT" || method == "DELETE" || method == "POST") return refuse("NotImplemented");
  return refuse("MethodNotAllowed");
}

}  // namespace

std::optional<std::string_view> subresource_of(const http::Request& request) {
  for (const http::QueryParameter& parameter : request.query)
    if (std::ranges::find(kSubresources, parameter.name) != std::end(kSubresources))
      return parameter.name;
  return std::nullopt;
}

Result<const Operation*> route(const Call& call) {
  if (!call.key.empty()) return route_object(call.request);
  if (!call.bucket_name.empty()) return route_bucket(call.request);
  if (call.request.method == "GET") return &kListBuckets;
  return refuse("MethodNotAllowed");
}

}  // namespace belfry::s3
