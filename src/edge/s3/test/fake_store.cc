#include "fake_store.h"

#include "base/text_encoding.h"
#include "crypto/hash.h"

#include <algorithm>

namespace belfry::s3 {
namespace {

class TextReading final : public objects::Reading {
 public:
  TextReading(objects::ObjectInfo info, std::string octets, std::optional<Error> error)
      : info_(std::move(info)), octets_(std::move(octets)), error_(std::move(error)) {}
  const objects::ObjectInfo& info() const override { return info_; }
  Task<View> next() override {
    if (error_) co_return std::unexpected(*error_);
    View piece = as_view(octets_).subspan(given_);
    piece = piece.first(std::min<std::size_t>(piece.size(), 1 << 16));
    given_ += piece.size();
    co_return piece;
  }

 private:
  objects::ObjectInfo info_;
  std::string octets_;
  std::optional<Error> error_;
  std::size_t given_ = 0;
};

objects::Part part_of(std::uint32_t number, const objects::ObjectInfo& info) {
  return {number, info.size, info.etag, info.modified, info.headers};
}

}  // namespace

Task<objects::Bucket> FakeStore::create_bucket(TenantId tenant, const std::string& name,
                                               std::optional<segments::Placement>,
                                               objects::MakeLeaf leaf) {
  if (auto found = buckets_.find(name); found != buckets_.end())
    co_return fail(Code::kConflict, "bucket.exists",
                   {{"owned", found->second.tenant == tenant ? "yes" : "no"}});
  CO_TRY(leaf({}));
  objects::Bucket bucket;
  bucket.id = BucketId{next_id_++};
  bucket.name = name;
  bucket.tenant = tenant;
  bucket.created = clock_.now();
  co_return buckets_.emplace(name, bucket).first->second;
}

Task<objects::Bucket> FakeStore::find_bucket(const std::string& name) {
  auto found = buckets_.find(name);
  if (found == buckets_.end()) co_return fail(Code::kNotFound, "bucket.missing");
  co_return found->second;
}

Task<std::vector<objects::Bucket>> FakeStore::list_buckets(TenantId tenant) {
  std::vector<objects::Bucket> all;
  for (const auto& [name, bucket] : buckets_)
    if (bucket.tenant == tenant) all.push_back(bucket);
  co_return all;
}

Task<std::vector<objects::Bucket>> FakeStore::list_all_buckets() {
  std::vector<objects::Bucket> all;
  all.reserve(buckets_.size());
  for (const auto& [name, bucket] : buckets_) all.push_back(bucket);
  co_return all;
}

Task<> FakeStore::set_bucket_policy(const objects::Bucket& bucket, const std::string& policy,
                                    objects::MakeLeaf leaf) {
  CO_TRY(leaf({}));
  buckets_.at(bucket.name).policy = policy;
  co_return Result<>();
}

Task<> FakeStore::set_public_access(const objects::Bucket& bucket,
                                    std::optional<policy::PublicAccessBlock> block,
                                    objects::MakeLeaf leaf) {
  CO_TRY(leaf({}));
  buckets_.at(bucket.name).public_access = block;
  co_return Result<>();
}

Task<> FakeStore::delete_bucket(const objects::Bucket& bucket, objects::MakeLeaf leaf) {
  if (!objects_[bucket.id].empty()) co_return fail(Code::kConflict, "bucket.not_empty");
  CO_TRY(leaf({}));
  buckets_.erase(bucket.name);
  co_return Result<>();
}

Task<FakeStore::Object> FakeStore::take(const objects::PutRequest& request, Source& body) {
  if (next_put_error) {
    Error error = *std::exchange(next_put_error, std::nullopt);
    co_return std::unexpected(error);
  }
  Object object;
  Buffer piece(1 << 16);
  for (;;) {
    CO_TRY(std::size_t count, co_await body.read(piece));
    if (count == 0) break;
    object.octets += as_text(View(piece).first(count));
  }
  View octets = as_view(object.octets);
  if (request.size && request.size->count != octets.size())
    co_return fail(Code::kInvalid, "object.incomplete_body");
  if (request.md5 && crypto::md5(octets) != *request.md5)
    co_return fail(Code::kInvalid, "object.bad_digest");
  if (request.sha256 && crypto::sha256(octets) != *request.sha256)
    co_return fail(Code::kInvalid, "object.wrong_sha256");
  object.info.size = Bytes{octets.size()};
  object.info.etag = to_hex(crypto::md5(octets));
  object.info.modified = clock_.now();
  object.info.content_type = request.content_type;
  object.info.headers = request.headers;
  if (request.headers_of_body) object.info.headers.merge(request.headers_of_body());
  object.info.metadata = request.metadata;
  co_return object;
}

Result<> FakeStore::check(const Objects& objects, const std::string& key,
                          const objects::WriteConditions& conditions) {
  auto found = objects.find(key);
  if (conditions.if_none_match_any && found != objects.end())
    return fail(Code::kConflict, "object.precondition");
  if (conditions.if_none_match && found != objects.end() &&
      *conditions.if_none_match == found->second.info.etag)
    return fail(Code::kConflict, "object.precondition");
  if (!conditions.if_match) return {};
  if (found == objects.end()) return fail(Code::kNotFound, "object.missing");
  if (*conditions.if_match != "*" && *conditions.if_match != found->second.info.etag)
    return fail(Code::kConflict, "object.precondition");
  return {};
}

Task<objects::ObjectInfo> FakeStore::put(const objects::Bucket& bucket, const std::string& key,
                                         const objects::PutRequest& request, Source& body,
                                         objects::MakeLeaf leaf) {
  CO_TRY(Object object, co_await take(request, body));
  CO_TRY(check(objects_[bucket.id], key, request.conditions));
  object.info.key = key;
  CO_TRY(leaf(object.info));
  objects_[bucket.id][key] = object;
  co_return object.info;
}

Task<objects::ObjectInfo> FakeStore::head(const objects::Bucket& bucket, const std::string& key) {
  auto found = objects_[bucket.id].find(key);
  if (found == objects_[bucket.id].end()) co_return fail(Code::kNotFound, "object.missing");
  co_return found->second.info;
}

Task<std::unique_ptr<objects::Reading>> FakeStore::open(
    const objects::Bucket& bucket, const std::string& key,
    std::function<Result<std::optional<objects::Range>>(const objects::ObjectInfo&)> choose) {
  auto found = objects_[bucket.id].find(key);
  if (found == objects_[bucket.id].end()) co_return fail(Code::kNotFound, "object.missing");
  Object object = found->second;
  CO_TRY(auto range, choose(object.info));
  if (range) object.octets = object.octets.substr(range->first, range->last - range->first + 1);
  co_return std::make_unique<TextReading>(object.info, std::move(object.octets), read_error);
}

Task<> FakeStore::remove(const objects::Bucket& bucket, const std::string& key,
                         objects::RemoveConditions conditions, objects::MakeLeaf leaf) {
  auto found = objects_[bucket.id].find(key);
  bool there = found != objects_[bucket.id].end();
  bool holds = there || !conditions.if_match;
  if (there && conditions.if_match && *conditions.if_match != "*")
    holds &= *conditions.if_match == found->second.info.etag;
  if (there && conditions.if_size) holds &= *conditions.if_size == found->second.info.size;
  if (there && conditions.if_modified)
    holds &= *conditions.if_modified ==
             std::chrono::floor<std::chrono::seconds>(found->second.info.modified);
  if (!holds) co_return fail(Code::kConflict, "object.precondition");
  CO_TRY(leaf({}));
  objects_[bucket.id].erase(key);
  co_return Result<>();
}

Task<objects::ListPage> FakeStore::list(const objects::Bucket& bucket,
                                        const objects::ListRequest& request) {
  objects::ListPage page;
  for (const auto& [key, object] : objects_[bucket.id]) {
    if (!key.starts_with(request.prefix)) continue;
    std::size_t at =
        request.delimiter.empty() ? key.npos : key.find(request.delimiter, request.prefix.size());
    std::string shown = at == key.npos ? key : key.substr(0, at + request.delimiter.size());
    bool known = !page.common_prefixes.empty() && page.common_prefixes.back() == shown;
    if (shown <= request.after || known) continue;
    if (page.objects.size() + page.common_prefixes.size() == request.limit) {
      page.truncated = true;
      break;
    }
    page.next = shown;
    if (at == key.npos)
      page.objects.push_back(object.info);
    else
      page.common_prefixes.push_back(shown);
  }
  co_return page;
}

Result<FakeStore::Upload*> FakeStore::upload_named(const objects::Bucket& bucket,
                                                   const std::string& key,
                                                   const std::string& upload) {
  auto found = uploads_[bucket.id].find(upload);
  if (found == uploads_[bucket.id].end() || found->second.facts.key != key)
    return fail(Code::kNotFound, "upload.missing");
  return &found->second;
}

Task<objects::Upload> FakeStore::create_upload(const objects::Bucket& bucket,
                                               const std::string& key,
                                               const objects::PutRequest& request,
                                               objects::MakeLeaf leaf) {
  CO_TRY(leaf({}));
  objects::Upload upload{"upload" + std::to_string(next_id_++),
                         key,
                         clock_.now(),
                         request.content_type,
                         request.headers,
                         request.metadata};
  uploads_[bucket.id][upload.id].facts = upload;
  co_return upload;
}

Task<objects::Upload> FakeStore::find_upload(const objects::Bucket& bucket, const std::string& key,
                                             const std::string& upload) {
  CO_TRY(Upload * of, upload_named(bucket, key, upload));
  co_return of->facts;
}

Task<objects::Part> FakeStore::put_part(const objects::Bucket& bucket, const std::string& key,
                                        const std::string& upload, std::uint32_t number,
                                        const objects::PutRequest& request, Source& body,
                                        objects::MakeLeaf leaf) {
  CO_TRY(upload_named(bucket, key, upload));
  CO_TRY(Object part, co_await take(request, body));
  CO_TRY(leaf(part.info));
  CO_TRY(Upload * into, upload_named(bucket, key, upload));
  into->parts[number] = part;
  co_return part_of(number, part.info);
}

Task<std::vector<objects::Part>> FakeStore::list_parts(const objects::Bucket& bucket,
                                                       const std::string& key,
                                                       const std::string& upload,
                                                       std::uint32_t after, std::size_t limit) {
  CO_TRY(Upload * of, upload_named(bucket, key, upload));
  std::vector<objects::Part> parts;
  for (auto part = of->parts.upper_bound(after); part != of->parts.end() && parts.size() < limit;
       ++part)
    parts.push_back(part_of(part->first, part->second.info));
  co_return parts;
}

Task<objects::Store::UploadPage> FakeStore::list_uploads(const objects::Bucket& bucket,
                                                         const objects::ListRequest& request,
                                                         const std::string&) {
  UploadPage page;
  for (const auto& [id, upload] : uploads_[bucket.id])
    if (upload.facts.key.starts_with(request.prefix)) page.uploads.push_back(upload.facts);
  co_return page;
}

Task<objects::ObjectInfo> FakeStore::complete_upload(
    const objects::Bucket& bucket, const std::string& key, const std::string& upload,
    const std::vector<objects::PartReference>& parts, const objects::WriteConditions& conditions,
    const objects::DescribeWhole& describe, objects::MakeLeaf leaf) {
  CO_TRY(Upload * of, upload_named(bucket, key, upload));
  CO_TRY(check(objects_[bucket.id], key, conditions));
  Object whole;
  Buffer digests;
  std::vector<objects::Part> joined;
  for (const objects::PartReference& part : parts) {
    auto found = of->parts.find(part.number);
    if (found == of->parts.end() || found->second.info.etag != part.etag)
      co_return fail(Code::kInvalid, "upload.invalid_part");
    whole.octets += found->second.octets;
    joined.push_back(part_of(part.number, found->second.info));
    whole.info.part_extents.push_back(
        {part.number, found->second.info.size, found->second.info.headers});
    Buffer digest = *from_hex(part.etag);
    digests.insert(digests.end(), digest.begin(), digest.end());
  }
  whole.info.key = key;
  whole.info.size = Bytes{whole.octets.size()};
  whole.info.etag = to_hex(crypto::md5(digests)) + "-" + std::to_string(parts.size());
  whole.info.modified = clock_.now();
  whole.info.content_type = of->facts.content_type;
  whole.info.headers = of->facts.headers;
  CO_TRY(objects::Headers described, describe(of->facts, joined));
  whole.info.headers.merge(described);
  whole.info.metadata = of->facts.metadata;
  whole.info.parts = static_cast<std::uint32_t>(parts.size());
  CO_TRY(leaf(whole.info));
  uploads_[bucket.id].erase(upload);
  objects_[bucket.id][key] = whole;
  co_return whole.info;
}

Task<> FakeStore::abort_upload(const objects::Bucket& bucket, const std::string& key,
                               const std::string& upload, objects::MakeLeaf leaf) {
  CO_TRY(upload_named(bucket, key, upload));
  CO_TRY(leaf({}));
  uploads_[bucket.id].erase(upload);
  co_return Result<>();
}

}  // namespace belfry::s3
