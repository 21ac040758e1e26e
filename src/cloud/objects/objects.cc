#include "base/text_encoding.h"
#include "object_store.h"
#include "reading.h"

namespace belfry::objects {
namespace {

// Of the object, or of none.
bool holds(const RemoveConditions& conditions, const ObjectInfo* info) {
  if (!info) return !conditions.if_match;
  if (conditions.if_match && *conditions.if_match != "*" && *conditions.if_match != info->etag)
    return false;
  if (conditions.if_size && *conditions.if_size != info->size) return false;
  auto modified = std::chrono::floor<std::chrono::seconds>(info->modified);
  return !conditions.if_modified || *conditions.if_modified == modified;
}

}  // namespace

Result<std::optional<audit::Leaf>> leaf_of(const MakeLeaf& make, const ObjectInfo& outcome) {
  if (!make) return std::nullopt;
  TRY(audit::Leaf leaf, make(outcome));
  return leaf;
}

Result<> ObjectStore::check_write(const std::string& key) const {
  if (key.size() > kKeyLengthMax.count) return fail(Code::kInvalid, "object.key_too_long");
  if (key.empty() || !is_utf8(key)) return fail(Code::kInvalid, "object.bad_key");
  if (!ledger_.healthy()) return fail(Code::kRetry, "audit.unavailable");
  return {};
}

Task<Entry> ObjectStore::find_object(const Bucket& bucket, const std::string& key) {
  CO_TRY(auto entry, co_await engine_.find(bucket.id, key, EntryKind::kObject, ""));
  if (!entry) co_return fail(Code::kNotFound, "object.missing", {{"key", key}});
  co_return std::move(*entry);
}

Task<std::vector<Expectation>> ObjectStore::expectations(const Bucket& bucket,
                                                         const std::string& key,
                                                         const WriteConditions& conditions) {
  std::vector<Expectation> expect;
  if (!conditions.any()) co_return expect;
  CO_TRY(auto entry, co_await engine_.find(bucket.id, key, EntryKind::kObject, ""));
  if (conditions.if_none_match_any) {
    if (entry) co_return fail(Code::kConflict, "object.precondition", {{"key", key}});
    expect.push_back({.what = Expectation::Kind::kAbsent});
  }
  if (conditions.if_none_match) {
    if (entry) {
      CO_TRY(ObjectInfo info, decode_info(*entry));
      if (*conditions.if_none_match == info.etag)
        co_return fail(Code::kConflict, "object.precondition", {{"key", key}});
    }
    // What was looked at is what is replaced.
    if (entry)
      expect.push_back({.what = Expectation::Kind::kSequence, .sequence = entry->sequence});
    else
      expect.push_back({.what = Expectation::Kind::kAbsent});
  }
  if (conditions.if_match) {
    if (!entry) co_return fail(Code::kNotFound, "object.missing", {{"key", key}});
    CO_TRY(ObjectInfo info, decode_info(*entry));
    if (*conditions.if_match != "*" && *conditions.if_match != info.etag)
      co_return fail(Code::kConflict, "object.precondition", {{"key", key}});
    expect.push_back({.what = Expectation::Kind::kSequence, .sequence = entry->sequence});
  }
  co_return expect;
}

Task<ObjectInfo> ObjectStore::put(const Bucket& bucket, const std::string& key,
                                  const PutRequest& request, Source& body, MakeLeaf leaf) {
  CO_TRY(check_write(key));
  CO_TRY(crypto::Key tenant, co_await tenant_key(bucket.tenant));
  CO_TRY(SealedBody sealed,
         co_await store_body(engine_, random_, {bucket, key, tenant}, request, body));
  ObjectValue value;
  value.info.key = key;
  value.info.size.count = sealed.piece.size;
  value.info.etag = etag_of(sealed.piece.md5);
  value.info.content_type = request.content_type;
  value.info.headers = request.headers;
  if (request.headers_of_body) value.info.headers.merge(request.headers_of_body());
  value.info.metadata = request.metadata;
  value.info.sha256_hex = sealed.sha256_hex;
  value.pieces.push_back(sealed.piece);
  co_return co_await commit_object(bucket, key, std::move(value), std::move(sealed),
                                   request.conditions, std::move(leaf));
}

Task<ObjectInfo> ObjectStore::commit_object(const Bucket& bucket, const std::string& key,
                                            ObjectValue value, SealedBody body,
                                            const WriteConditions& conditions, MakeLeaf leaf) {
  std::optional<segments::FilePosition> file = body.file;
  Change change;
  body.move_into(change);
  Result<ObjectInfo> outcome = fail(Code::kConflict, "object.precondition", {{"key", key}});
  if (!conditions.any()) {
    outcome = co_await commit_once(bucket, key, std::move(value), std::move(change), {}, leaf);
  } else {
    // Somebody may come in between, and then all is needed again: each attempt gets a copy.
    for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
      auto expect = co_await expectations(bucket, key, conditions);
      if (!expect) {
        outcome = std::unexpected(std::move(expect).error());
        break;
      }
      auto committed = co_await commit_once(bucket, key, value, change, std::move(*expect), leaf);
      if (!committed && committed.error().message() == "engine.expectation") continue;
      outcome = std::move(committed);
      break;
    }
  }
  // After retry the commit may still come to be, and then its file is needed.
  if (file && !outcome && outcome.error().code() != Code::kRetry)
    static_cast<void>(co_await engine_.discard(*file));
  co_return outcome;
}

Task<ObjectInfo> ObjectStore::commit_once(const Bucket& bucket, const std::string& key,
                                          ObjectValue value, Change change,
                                          std::vector<Expectation> expect, const MakeLeaf& leaf) {
  value.info.modified = clock_.now();
  Commit commit{.bucket = bucket.id,
                .key = key,
                .expect = std::move(expect),
                .placement = bucket.placement,
                .leaf = {}};
  CO_TRY(commit.leaf, leaf_of(leaf, value.info));
  change.value = encode_object(value);
  commit.changes.push_back(std::move(change));
  CO_TRY(value.info.version, co_await commit_in(bucket, std::move(commit)));
  co_return std::move(value.info);
}

Task<ObjectInfo> ObjectStore::head(const Bucket& bucket, const std::string& key) {
  CO_TRY(Entry entry, co_await find_object(bucket, key));
  CO_TRY(ObjectValue value, decode_object(entry));
  co_return std::move(value.info);
}

Task<std::unique_ptr<Reading>> ObjectStore::open(
    const Bucket& bucket, const std::string& key,
    std::function<Result<std::optional<Range>>(const ObjectInfo&)> choose_range) {
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    OpenObject object;
    CO_TRY(object.entry, co_await find_object(bucket, key));
    object.pin = engine_.pin(object.entry);
    if (!object.pin) continue;  // replaced since
    CO_TRY(object.value, decode_object(object.entry));
    std::optional<Range> range;
    if (choose_range) {
      CO_TRY(range, choose_range(object.value.info));
    }
    std::uint64_t size = object.value.info.size.count;
    if (!range && size > 0) range = Range{0, size - 1};
    if (range && range->first >= size) range.reset();
    if (range) range->last = std::min(range->last, size - 1);
    co_return make_reading(engine_, keys_, std::move(object), range);
  }
  co_return fail(Code::kRetry, "object.busy", {{"key", key}});
}

Task<> ObjectStore::remove(const Bucket& bucket, const std::string& key,
                           RemoveConditions conditions, MakeLeaf leaf) {
  CO_TRY(check_write(key));
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    ObjectInfo outcome{.key = key};
    CO_TRY(auto entry, co_await engine_.find(bucket.id, key, EntryKind::kObject, ""));
    if (entry) {
      CO_TRY(outcome, decode_info(*entry));
    }
    if (!holds(conditions, entry ? &outcome : nullptr))
      co_return fail(Code::kConflict, "object.precondition", {{"key", key}});
    if (!entry && !leaf) co_return Result<>();
    Commit commit{.bucket = bucket.id, .key = key, .placement = bucket.placement};
    // What was looked at is what is removed.
    if (conditions.any() && entry)
      commit.expect.push_back({.what = Expectation::Kind::kSequence, .sequence = entry->sequence});
    if (conditions.any() && !entry) commit.expect.push_back({.what = Expectation::Kind::kAbsent});
    commit.changes.push_back({.what = Change::Kind::kRemove});
    CO_TRY(commit.leaf, leaf_of(leaf, outcome));
    auto committed = co_await commit_in(bucket, std::move(commit));
    if (committed) co_return Result<>();
    if (committed.error().message() != "engine.expectation")
      co_return std::unexpected(std::move(committed).error());
  }
  co_return fail(Code::kConflict, "object.precondition", {{"key", key}});
}

Task<std::vector<segments::Copy>> ObjectStore::where(const Bucket& bucket, const std::string& key) {
  CO_TRY(Entry entry, co_await find_object(bucket, key));
  co_return co_await engine_.where(entry);
}

std::unique_ptr<Store> make_store(Executor, Engine& engine, crypto::KeyStore& keys,
                                  audit::Ledger& ledger, Clock& clock, Random& random,
                                  std::shared_ptr<Pool> pool) {
  return std::make_unique<ObjectStore>(engine, keys, ledger, clock, random, std::move(pool));
}

}  // namespace belfry::objects
