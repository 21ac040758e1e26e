#include "base/text_encoding.h"
#include "object_store.h"

#include <algorithm>

namespace belfry::objects {
namespace {

constexpr std::uint32_t kPartNumberMax = 10'000;
constexpr std::size_t kPage = 1000;
constexpr std::size_t kUploadIdLength = 16;

std::unexpected<Error> missing(const std::string& upload) {
  return fail(Code::kNotFound, "upload.missing", {{"upload", upload}});
}

std::string part_suffix(const std::string& upload, std::uint32_t number) {
  return upload + char(number >> 8 & 0xff) + char(number & 0xff);
}

// Ids grow with time, so that the uploads of a key are listed in the order they began.
std::string new_upload_id(Timestamp now, Random& random) {
  std::string id;
  for (int shift = 56; shift >= 0; shift -= 8) id.push_back(char(to_us(now) >> shift & 0xff));
  auto tail = random.octets<kUploadIdLength - 8>();
  return id.append(as_text(tail));
}

std::unexpected<Error> bad_part(const char* message, const PartReference& part) {
  return fail(Code::kInvalid, message, {{"part", std::to_string(part.number)}});
}

Part part_of(const PartValue& value) {
  return {.number = value.piece.number,
          .size = {value.piece.size},
          .etag = etag_of(value.piece.md5),
          .modified = value.modified,
          .headers = value.piece.headers};
}

struct Manifest {
  std::vector<Part> parts;
  std::vector<Piece> pieces;
  std::vector<Blob> blobs;
  std::vector<const Entry*> entries;
  std::uint64_t size = 0;
  std::string etag;
};

Result<Manifest> assemble(const std::vector<PartReference>& wanted,
                          const std::map<std::uint32_t, Entry>& parts) {
  Manifest manifest;
  crypto::Hasher md5(crypto::Algorithm::kMd5);
  if (wanted.empty()) return fail(Code::kInvalid, "upload.invalid_part", {{"part", "0"}});
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (i > 0 && wanted[i].number <= wanted[i - 1].number)
      return bad_part("upload.invalid_part_order", wanted[i]);
    auto at = parts.find(wanted[i].number);
    if (at == parts.end()) return bad_part("upload.invalid_part", wanted[i]);
    TRY(PartValue part, decode_part(at->second));
    if (etag_of(part.piece.md5) != wanted[i].etag)
      return bad_part("upload.invalid_part", wanted[i]);
    if (i + 1 < wanted.size() && part.piece.size < kPartSizeMin.count)
      return bad_part("upload.part_too_small", wanted[i]);
    md5.update(part.piece.md5);
    manifest.size += part.piece.size;
    manifest.parts.push_back(part_of(part));
    manifest.pieces.push_back(part.piece);
    manifest.blobs.push_back(at->second.blobs.front());
    manifest.entries.push_back(&at->second);
  }
  manifest.etag = to_hex(md5.finish()) + "-" + std::to_string(wanted.size());
  return manifest;
}

// One commit: the object comes, its upload and parts go, and their octets stay where they are.
void add_completion(Commit& commit, const std::string& upload, const Manifest& manifest,
                    const ObjectValue& value) {
  commit.expect.push_back({.kind = EntryKind::kUpload, .suffix = upload});
  commit.changes.push_back({.value = encode_object(value), .blobs = manifest.blobs});
  commit.changes.push_back(
      {.what = Change::Kind::kRemove, .kind = EntryKind::kUpload, .suffix = upload});
  for (const Entry* part : manifest.entries) {
    commit.expect.push_back({.what = Expectation::Kind::kSequence,
                             .kind = EntryKind::kPart,
                             .suffix = part->suffix,
                             .sequence = part->sequence});
    commit.changes.push_back({.what = Change::Kind::kRemove,
                              .kind = EntryKind::kPart,
                              .suffix = part->suffix,
                              .old_blobs = OldBlobs::kKeep});
  }
  commit.changes.push_back(
      {.what = Change::Kind::kRemovePrefix, .kind = EntryKind::kPart, .suffix = upload});
}

}  // namespace

Result<std::string> upload_suffix(const std::string& upload) {
  auto octets = from_hex(upload);
  if (!octets || octets->size() != kUploadIdLength) return missing(upload);
  return std::string(as_text(*octets));
}

Task<Upload> ObjectStore::create_upload(const Bucket& bucket, const std::string& key,
                                        const PutRequest& request, MakeLeaf leaf) {
  CO_TRY(check_write(key));
  Timestamp now = clock_.now();
  std::string suffix = new_upload_id(now, random_);
  Upload upload{.id = to_hex(as_view(suffix)),
                .key = key,
                .started = now,
                .content_type = request.content_type,
                .headers = request.headers,
                .metadata = request.metadata};
  Commit commit{.bucket = bucket.id, .key = key, .placement = bucket.placement};
  commit.changes.push_back(
      {.kind = EntryKind::kUpload, .suffix = suffix, .value = encode_upload(upload)});
  CO_TRY(commit.leaf, leaf_of(leaf, {.key = key, .modified = now}));
  CO_TRY(co_await commit_in(bucket, std::move(commit)));
  co_return upload;
}

Task<Upload> ObjectStore::find_upload(const Bucket& bucket, const std::string& key,
                                      const std::string& upload) {
  CO_TRY(std::string suffix, upload_suffix(upload));
  CO_TRY(auto there, co_await engine_.find(bucket.id, key, EntryKind::kUpload, suffix));
  if (!there) co_return missing(upload);
  co_return decode_upload(*there);
}

Task<Part> ObjectStore::put_part(const Bucket& bucket, const std::string& key,
                                 const std::string& upload, std::uint32_t number,
                                 const PutRequest& request, Source& body, MakeLeaf leaf) {
  CO_TRY(check_write(key));
  if (number < 1 || number > kPartNumberMax)
    co_return fail(Code::kInvalid, "upload.bad_part_number");
  CO_TRY(std::string suffix, upload_suffix(upload));
  CO_TRY(auto there, co_await engine_.find(bucket.id, key, EntryKind::kUpload, suffix));
  if (!there) co_return missing(upload);
  CO_TRY(crypto::Key tenant, co_await tenant_key(bucket.tenant));
  CO_TRY(SealedBody sealed,
         co_await store_body(engine_, random_, {bucket, key, tenant}, request, body));
  sealed.piece.number = number;
  PartValue value{.piece = sealed.piece, .modified = clock_.now()};
  if (request.headers_of_body) value.piece.headers = request.headers_of_body();
  Part part = part_of(value);
  std::optional<segments::FilePosition> file = sealed.file;
  Commit commit{.bucket = bucket.id, .key = key, .placement = bucket.placement};
  commit.expect.push_back({.kind = EntryKind::kUpload, .suffix = suffix});
  commit.changes.push_back({.kind = EntryKind::kPart,
                            .suffix = part_suffix(suffix, number),
                            .value = encode_part(value)});
  sealed.move_into(commit.changes.back());
  Result<Sequence> committed = fail(Code::kInternal, "engine.unavailable");
  auto made =
      leaf_of(leaf, {.key = key, .size = part.size, .etag = part.etag, .modified = part.modified});
  if (made) {
    commit.leaf = std::move(*made);
    committed = co_await commit_in(bucket, std::move(commit));
  } else {
    committed = std::unexpected(std::move(made).error());
  }
  if (committed) co_return part;
  if (file && committed.error().code() != Code::kRetry)
    static_cast<void>(co_await engine_.discard(*file));
  if (committed.error().message() == "engine.expectation") co_return missing(upload);
  co_return std::unexpected(std::move(committed).error());
}

Task<std::vector<Part>> ObjectStore::list_parts(const Bucket& bucket, const std::string& key,
                                                const std::string& upload, std::uint32_t after,
                                                std::size_t limit) {
  CO_TRY(std::string suffix, upload_suffix(upload));
  CO_TRY(auto there, co_await engine_.find(bucket.id, key, EntryKind::kUpload, suffix));
  if (!there) co_return missing(upload);
  ScanRequest request{.bucket = bucket.id, .kind = EntryKind::kPart, .only_key = key};
  request.suffix_prefix = suffix;
  request.from = key;
  request.from_suffix = part_suffix(suffix, std::min(after, kPartNumberMax));
  request.after = true;
  request.limit = std::min(limit, kPage + 1);
  std::vector<Part> parts;
  for (;;) {
    CO_TRY(ScanPage page, co_await engine_.scan(request));
    for (const Entry& entry : page.entries) {
      CO_TRY(PartValue value, decode_part(entry));
      parts.push_back(part_of(value));
    }
    if (!page.more || page.entries.size() == request.limit) co_return parts;
    request.limit -= page.entries.size();
    request.from_suffix = page.entries.back().suffix;
  }
}

Task<ObjectStore::Parts> ObjectStore::parts_of(const Bucket& bucket, const std::string& key,
                                               const std::string& suffix) {
  Parts parts;
  ScanRequest request{.bucket = bucket.id, .kind = EntryKind::kPart, .only_key = key};
  request.suffix_prefix = suffix;
  request.limit = kPage;
  for (;;) {
    CO_TRY(ScanPage page, co_await engine_.scan(request));
    if (page.more) {
      request.from = key;
      request.from_suffix = page.entries.back().suffix;
      request.after = true;
    }
    for (Entry& entry : page.entries) {
      CO_TRY(PartValue value, decode_part(entry));
      parts.emplace(value.piece.number, std::move(entry));
    }
    if (!page.more) co_return parts;
  }
}

Task<ObjectInfo> ObjectStore::completed_before(const Bucket& bucket, const std::string& key,
                                               const std::string& suffix) {
  CO_TRY(auto entry, co_await engine_.find(bucket.id, key, EntryKind::kObject, ""));
  if (!entry) co_return missing(to_hex(as_view(suffix)));
  CO_TRY(ObjectValue value, decode_object(*entry));
  if (value.upload_id != suffix) co_return missing(to_hex(as_view(suffix)));
  co_return std::move(value.info);
}

Task<ObjectInfo> ObjectStore::complete_upload(const Bucket& bucket, const std::string& key,
                                              const std::string& upload,
                                              const std::vector<PartReference>& parts,
                                              const WriteConditions& conditions,
                                              const DescribeWhole& describe, MakeLeaf leaf) {
  CO_TRY(check_write(key));
  CO_TRY(std::string suffix, upload_suffix(upload));
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    CO_TRY(auto there, co_await engine_.find(bucket.id, key, EntryKind::kUpload, suffix));
    if (!there) co_return co_await completed_before(bucket, key, suffix);
    CO_TRY(Upload facts, decode_upload(*there));
    CO_TRY(Parts stored, co_await parts_of(bucket, key, suffix));
    CO_TRY(Manifest manifest, assemble(parts, stored));
    Headers described;
    if (describe) {
      CO_TRY(described, describe(facts, manifest.parts));
    }
    ObjectValue value{.upload_id = suffix, .pieces = manifest.pieces};
    value.info = {.key = key,
                  .size = {manifest.size},
                  .etag = manifest.etag,
                  .modified = clock_.now(),
                  .content_type = facts.content_type,
                  .headers = facts.headers,
                  .metadata = facts.metadata,
                  .parts = std::uint32_t(manifest.pieces.size())};
    value.info.headers.merge(described);
    Commit commit{.bucket = bucket.id, .key = key, .placement = bucket.placement};
    CO_TRY(commit.expect, co_await expectations(bucket, key, conditions));
    add_completion(commit, suffix, manifest, value);
    CO_TRY(commit.leaf, leaf_of(leaf, value.info));
    auto committed = co_await commit_in(bucket, std::move(commit));
    if (committed) {
      value.info.version = *committed;
      co_return std::move(value.info);
    }
    // A part, the upload or the object changed meanwhile: look again.
    if (committed.error().message() != "engine.expectation")
      co_return std::unexpected(std::move(committed).error());
  }
  co_return fail(Code::kConflict, "object.precondition", {{"key", key}});
}

Task<> ObjectStore::abort_upload(const Bucket& bucket, const std::string& key,
                                 const std::string& upload, MakeLeaf leaf) {
  CO_TRY(check_write(key));
  CO_TRY(std::string suffix, upload_suffix(upload));
  Commit commit{.bucket = bucket.id, .key = key, .placement = bucket.placement};
  commit.expect.push_back({.kind = EntryKind::kUpload, .suffix = suffix});
  commit.changes.push_back(
      {.what = Change::Kind::kRemove, .kind = EntryKind::kUpload, .suffix = suffix});
  commit.changes.push_back(
      {.what = Change::Kind::kRemovePrefix, .kind = EntryKind::kPart, .suffix = suffix});
  CO_TRY(commit.leaf, leaf_of(leaf, {.key = key}));
  auto committed = co_await commit_in(bucket, std::move(commit));
  if (!committed && committed.error().message() == "engine.expectation") co_return missing(upload);
  if (!committed) co_return std::unexpected(std::move(committed).error());
  co_return Result<>();
}

}  // namespace belfry::objects
