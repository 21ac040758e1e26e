// Buckets and objects: the semantics that S3 and the REST API serve. Under it lies an Engine
// (objects/engine.h). Signatures and rights are the callers' business.
#pragma once

#include "audit/ledger.h"
#include "base/bytes.h"
#include "base/id.h"
#include "base/result.h"
#include "base/time.h"
#include "crypto/key_store.h"
#include "objects/engine.h"
#include "policy/public_access.h"
#include "runtime/clock.h"
#include "runtime/random.h"
#include "runtime/stream.h"
#include "runtime/task.h"
#include "segments/store.h"

#include <array>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace belfry::objects {

struct Bucket {
  BucketId id;
  std::string name;
  TenantId tenant;
  Timestamp created;
  segments::Placement placement;
  bool placement_is_default = true;
  std::string policy;  // the document attached to it; empty: none
  // Nothing: the configuration was taken away, and the bucket blocks nothing itself.
  std::optional<policy::PublicAccessBlock> public_access = policy::PublicAccessBlock{};

  policy::PublicAccessBlock block() const {
    return public_access.value_or(policy::kNothingBlocked);
  }
};

using Headers = std::map<std::string, std::string>;  // names in lower case

struct ObjectInfo {
  std::string key;
  Bytes size;
  std::string etag;  // without quotes: hex MD5, or "<hex>-<parts>"
  Timestamp modified;
  std::string content_type;
  Headers
      headers;  // content-encoding, cache-control, content-disposition, content-language, expires
  Headers metadata;         // x-amz-meta-*, without the prefix
  std::string sha256_hex;   // of the whole plaintext, when the request gave it
  std::uint32_t parts = 0;  // 0: not multipart
  segments::Sequence version = 0;
  // In order; given by head and open alone, of a multipart object.
  struct PartExtent {
    std::uint32_t number = 0;
    Bytes size;
    Headers headers{};  // those of the part's body
  };
  std::vector<PartExtent> part_extents{};
};

// Preconditions of RFC 9110 section 13 that S3 has for writes; ETags without quotes.
struct WriteConditions {
  std::optional<std::string> if_match;       // "*" or an ETag
  bool if_none_match_any = false;            // If-None-Match: *
  std::optional<std::string> if_none_match;  // an ETag that the object must not have

  bool any() const { return if_match || if_none_match_any || if_none_match; }
};

// What S3 can ask of an object before it is removed. That it is there only `if_match` asks: the
// others hold of an object that is missing.
struct RemoveConditions {
  std::optional<std::string> if_match;  // "*" or an ETag, without quotes
  std::optional<Bytes> if_size;
  std::optional<std::chrono::sys_seconds> if_modified;  // its last change, to the second

  bool any() const { return if_match || if_size || if_modified; }
};

struct PutRequest {
  std::string content_type;
  Headers headers, metadata;
  std::optional<Bytes> size;                     // announced; a body of another length is invalid
  std::optional<std::array<std::byte, 16>> md5;  // Content-MD5: refused if it differs
  std::optional<std::array<std::byte, 32>> sha256;  // x-amz-content-sha256
  WriteConditions conditions;
  // More headers to keep, asked for once the body was read to its end: what only it tells.
  std::function<Headers()> headers_of_body{};
};

// Makes the audit leaf of a change once its outcome is known, just before it is committed.
using MakeLeaf = std::function<Result<audit::Leaf>(const ObjectInfo& outcome)>;

// First and last octet, both included.
struct Range {
  std::uint64_t first = 0, last = 0;
};

struct ListRequest {
  std::string prefix, delimiter, after;  // keys and common prefixes greater than `after`
  std::size_t limit = 1000;
};
struct ListPage {
  std::vector<ObjectInfo> objects;
  std::vector<std::string> common_prefixes;
  bool truncated = false;
  std::string next;  // pass as `after`
};

struct Upload {
  std::string id, key;
  Timestamp started;
  std::string content_type;
  Headers headers, metadata;
};
struct Part {
  std::uint32_t number = 0;
  Bytes size;
  std::string etag;
  Timestamp modified;
  Headers headers{};  // those of its body
};
struct PartReference {
  std::uint32_t number = 0;
  std::string etag;
};

// What else an upload's object is to keep, from the parts that become it; an error of it is
// returned and completes nothing. May be asked again when a part changes meanwhile.
using DescribeWhole =
    std::function<Result<Headers>(const Upload& upload, const std::vector<Part>& parts)>;

// An object open for reading: its facts, and its octets a piece at a time, each verified before it
// is given out.
class Reading {
 public:
  virtual ~Reading() = default;
  virtual const ObjectInfo& info() const = 0;
  // The next octets of the range, empty at the end. Valid until the next call.
  virtual Task<View> next() = 0;
};

struct ObjectCopies {
  std::vector<segments::Copy> copies;
};

// Safe from any thread of its executor. Errors, besides those named: corrupt, retry (engine or
// ledger unavailable: answer 503), exhausted (full).
class Store {
 public:
  virtual ~Store() = default;

  // Errors: invalid ("bucket.bad_name"), conflict ("bucket.exists", argument owned: yes or no;
  // "bucket.too_many").
  virtual Task<Bucket> create_bucket(TenantId tenant, const std::string& name,
                                     std::optional<segments::Placement> placement,
                                     MakeLeaf leaf) = 0;
  virtual Task<Bucket> find_bucket(const std::string& name) = 0;  // not_found ("bucket.missing")
  // Lists: without the buckets' policies.
  virtual Task<std::vector<Bucket>> list_buckets(TenantId tenant) = 0;
  virtual Task<std::vector<Bucket>> list_all_buckets() = 0;
  // Attaches `policy` instead of what was attached; an empty one takes it away.
  virtual Task<> set_bucket_policy(const Bucket& bucket, const std::string& policy,
                                   MakeLeaf leaf) = 0;
  // What the bucket itself keeps from the public, instead of what it did; nothing: it has no such
  // configuration any more. Holds from the next request on, here at once.
  virtual Task<> set_public_access(const Bucket& bucket,
                                   std::optional<policy::PublicAccessBlock> block,
                                   MakeLeaf leaf) = 0;
  // Errors: conflict ("bucket.not_empty").
  virtual Task<> delete_bucket(const Bucket& bucket, MakeLeaf leaf) = 0;

  // Errors: conflict ("object.precondition"), not_found ("object.missing") for If-Match on a
  // missing object, invalid ("object.bad_digest", "object.wrong_sha256", "object.incomplete_body",
  // "object.key_too_long"), not_found for the bucket.
  virtual Task<ObjectInfo> put(const Bucket& bucket, const std::string& key,
                               const PutRequest& request, Source& body, MakeLeaf leaf) = 0;
  // head, open and where: not_found ("object.missing").
  virtual Task<ObjectInfo> head(const Bucket& bucket, const std::string& key) = 0;
  // `choose_range` sees the object's facts and answers which octets are wanted (nothing: all), or
  // an error of a precondition, which is returned.
  virtual Task<std::unique_ptr<Reading>> open(
      const Bucket& bucket, const std::string& key,
      std::function<Result<std::optional<Range>>(const ObjectInfo&)> choose_range) = 0;
  // Succeeds whether the object is there or not. Errors: conflict ("object.precondition").
  virtual Task<> remove(const Bucket& bucket, const std::string& key, RemoveConditions conditions,
                        MakeLeaf leaf) = 0;
  Task<> remove(const Bucket& bucket, const std::string& key, MakeLeaf leaf) {
    return remove(bucket, key, {}, std::move(leaf));
  }
  virtual Task<ListPage> list(const Bucket& bucket, const ListRequest& request) = 0;

  virtual Task<Upload> create_upload(const Bucket& bucket, const std::string& key,
                                     const PutRequest& request, MakeLeaf leaf) = 0;
  // Errors: not_found ("upload.missing").
  virtual Task<Upload> find_upload(const Bucket& bucket, const std::string& key,
                                   const std::string& upload) = 0;
  // Errors: not_found ("upload.missing").
  virtual Task<Part> put_part(const Bucket& bucket, const std::string& key,
                              const std::string& upload, std::uint32_t number,
                              const PutRequest& request, Source& body, MakeLeaf leaf) = 0;
  virtual Task<std::vector<Part>> list_parts(const Bucket& bucket, const std::string& key,
                                             const std::string& upload, std::uint32_t after,
                                             std::size_t limit) = 0;
  struct UploadPage {
    std::vector<Upload> uploads;
    std::vector<std::string> common_prefixes;
    bool truncated = false;
    std::string next_key, next_upload;
  };
  virtual Task<UploadPage> list_uploads(const Bucket& bucket, const ListRequest& request,
                                        const std::string& after_upload) = 0;
  // Errors: invalid ("upload.invalid_part", "upload.invalid_part_order", "upload.part_too_small").
  // Repeating a completed one succeeds with the same outcome while the object stands.
  virtual Task<ObjectInfo> complete_upload(const Bucket& bucket, const std::string& key,
                                           const std::string& upload,
                                           const std::vector<PartReference>& parts,
                                           const WriteConditions& conditions,
                                           const DescribeWhole& describe, MakeLeaf leaf) = 0;
  virtual Task<> abort_upload(const Bucket& bucket, const std::string& key,
                              const std::string& upload, MakeLeaf leaf) = 0;

  // Every copy of the object's octets, read now.
  virtual Task<std::vector<segments::Copy>> where(const Bucket& bucket, const std::string& key) = 0;
};

inline constexpr std::size_t kBucketsMax = 1000;  // of a tenant
inline constexpr Bytes kKeyLengthMax = 1024_B;
inline constexpr Bytes kPartSizeMin = 5_MiB;
inline constexpr Bytes kPutSizeMax = 5_GiB;

// Whether a bucket may be called so: the rules of S3 for general purpose buckets (S3 User Guide,
// "General purpose bucket naming rules").
bool is_bucket_name(std::string_view name);

// `pool` runs what may block: making a tenant's key. What it is made with outlives it.
std::unique_ptr<Store> make_store(Executor executor, Engine& engine, crypto::KeyStore& keys,
                                  audit::Ledger& ledger, Clock& clock, Random& random,
                                  std::shared_ptr<Pool> pool);

}  // namespace belfry::objects
