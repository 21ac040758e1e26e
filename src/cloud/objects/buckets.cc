#include "base/ascii.h"
#include "base/text_encoding.h"
#include "object_store.h"

#include <algorithm>

namespace belfry::objects {
namespace {

constexpr BucketId kRegistry{0};
constexpr std::size_t kPage = 1000;

// What S3 keeps for itself.
constexpr std::string_view kPrefixes[] = {"xn--", "sthree-", "amzn-s3-demo-"};
constexpr std::string_view kSuffixes[] = {"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"};

}  // namespace

bool is_bucket_name(std::string_view name) {
  constexpr auto is_letter_or_digit = [](char c) { return is_lower(c) || is_digit(c); };
  constexpr auto is_allowed = [](char c) {
    return is_lower(c) || is_digit(c) || c == '-' || c == '.';
  };
  constexpr auto is_of_address = [](char c) { return is_digit(c) || c == '.'; };
  if (name.size() < 3 || name.size() > 63 || !std::ranges::all_of(name, is_allowed)) return false;
  if (!is_letter_or_digit(name.front()) || !is_letter_or_digit(name.back())) return false;
  if (name.contains("..")) return false;
  if (std::ranges::all_of(name, is_of_address) && std::ranges::count(name, '.') == 3) return false;
  return std::ranges::none_of(kPrefixes, [&](auto each) { return name.starts_with(each); }) &&
         std::ranges::none_of(kSuffixes, [&](auto each) { return name.ends_with(each); });
}

Task<crypto::Key> ObjectStore::tenant_key(TenantId tenant) {
  {
    std::lock_guard lock(mutex_);
    if (tenants_with_key_.contains(tenant))
      co_return keys_.current(tenant, crypto::KeyPurpose::kObjects);
  }
  // The first time a key may have to be made, which waits for three disks.
  CO_TRY(auto key, co_await runtime::blocking(*pool_, [this, tenant] {
           return keys_.current(tenant, crypto::KeyPurpose::kObjects);
         }));
  std::lock_guard lock(mutex_);
  tenants_with_key_.insert(tenant);
  co_return key;
}

Task<Bucket> ObjectStore::create_bucket(TenantId tenant, const std::string& name,
                                        std::optional<segments::Placement> placement,
                                        MakeLeaf leaf) {
  if (!is_bucket_name(name)) co_return fail(Code::kInvalid, "bucket.bad_name", {{"bucket", name}});
  if (!ledger_.healthy()) co_return fail(Code::kRetry, "audit.unavailable");
  CO_TRY(co_await tenant_key(tenant));
  auto counted = co_await owners_.lock(lock_number(tenant.value, {}), LockTable::Mode::kExclusive);
  CO_TRY(auto owned, co_await list_buckets(tenant));
  if (owned.size() >= kBucketsMax && std::ranges::find(owned, name, &Bucket::name) == owned.end())
    co_return fail(Code::kConflict, "bucket.too_many", {{"maximum", std::to_string(kBucketsMax)}});
  Bucket bucket{.id = BucketId{random_.id()},
                .name = name,
                .tenant = tenant,
                .created = clock_.now(),
                .placement = placement.value_or(segments::Placement{}),
                .placement_is_default = !placement};
  Commit commit{.bucket = kRegistry, .key = name, .placement = {}};
  commit.expect = {{.what = Expectation::Kind::kAbsent, .kind = EntryKind::kBucket}};
  commit.changes.push_back({.kind = EntryKind::kBucket, .value = encode_bucket(bucket)});
  CO_TRY(commit.leaf, leaf_of(leaf, {}));
  auto committed = co_await engine_.commit(std::move(commit));
  if (committed) co_return bucket;
  if (committed.error().message() != "engine.expectation")
    co_return std::unexpected(std::move(committed).error());
  auto other = co_await find_bucket(name);
  bool is_own = other && other->tenant == tenant;
  co_return fail(Code::kConflict, "bucket.exists",
                 {{"bucket", name}, {"owned", is_own ? "yes" : "no"}});
}

Task<Bucket> ObjectStore::find_bucket(const std::string& name) {
  CO_TRY(auto entry, co_await engine_.find(kRegistry, name, EntryKind::kBucket, ""));
  if (!entry) co_return fail(Code::kNotFound, "bucket.missing", {{"bucket", name}});
  co_return decode_bucket(*entry);
}

Task<std::vector<Bucket>> ObjectStore::list_buckets(TenantId tenant) {
  return list_registered([tenant](const Bucket& bucket) { return bucket.tenant == tenant; });
}

Task<std::vector<Bucket>> ObjectStore::list_all_buckets() {
  return list_registered([](const Bucket&) { return true; });
}

Task<std::vector<Bucket>> ObjectStore::list_registered(
    std::function<bool(const Bucket&)> is_wanted) {
  std::vector<Bucket> all;
  ScanRequest request{.bucket = kRegistry, .kind = EntryKind::kBucket, .limit = kPage};
  for (;;) {
    CO_TRY(ScanPage page, co_await engine_.scan(request));
    for (const Entry& entry : page.entries) {
      CO_TRY(Bucket bucket, decode_bucket(entry, BucketExtent::kWithoutPolicy));
      if (is_wanted(bucket)) all.push_back(std::move(bucket));
    }
    if (!page.more) co_return all;
    request.from = page.entries.back().key;
    request.after = true;
  }
}

Task<Entry> ObjectStore::registered(const Bucket& bucket) {
  CO_TRY(auto entry, co_await engine_.find(kRegistry, bucket.name, EntryKind::kBucket, ""));
  if (!entry) co_return fail(Code::kNotFound, "bucket.missing", {{"bucket", bucket.name}});
  CO_TRY(Bucket now, decode_bucket(*entry));
  if (now.id != bucket.id)
    co_return fail(Code::kNotFound, "bucket.missing", {{"bucket", bucket.name}});
  co_return *std::move(entry);
}

Task<> ObjectStore::change_bucket(const Bucket& bucket, std::function<void(Bucket&)> change,
                                  MakeLeaf leaf) {
  if (!ledger_.healthy()) co_return fail(Code::kRetry, "audit.unavailable");
  auto held = co_await gates_.lock(lock_number(bucket.id.value, {}), LockTable::Mode::kExclusive);
  CO_TRY(Entry entry, co_await registered(bucket));
  CO_TRY(Bucket changed, decode_bucket(entry));
  change(changed);
  Commit commit{.bucket = kRegistry, .key = bucket.name, .placement = {}};
  commit.expect = {{.what = Expectation::Kind::kSequence,
                    .kind = EntryKind::kBucket,
                    .sequence = entry.sequence}};
  commit.changes.push_back({.kind = EntryKind::kBucket, .value = encode_bucket(changed)});
  CO_TRY(commit.leaf, leaf_of(leaf, {}));
  CO_TRY(co_await engine_.commit(std::move(commit)));
  co_return Result<>();
}

Task<> ObjectStore::set_bucket_policy(const Bucket& bucket, const std::string& policy,
                                      MakeLeaf leaf) {
  co_return co_await change_bucket(
      bucket, [&policy](Bucket& changed) { changed.policy = policy; }, std::move(leaf));
}

Task<> ObjectStore::set_public_access(const Bucket& bucket,
                                      std::optional<policy::PublicAccessBlock> block,
                                      MakeLeaf leaf) {
  co_return co_await change_bucket(
      bucket, [block](Bucket& changed) { changed.public_access = block; }, std::move(leaf));
}

Task<> ObjectStore::delete_bucket(const Bucket& bucket, MakeLeaf leaf) {
  if (!ledger_.healthy()) co_return fail(Code::kRetry, "audit.unavailable");
  auto held = co_await gates_.lock(lock_number(bucket.id.value, {}), LockTable::Mode::kExclusive);
  CO_TRY(Entry entry, co_await registered(bucket));
  CO_TRY(ScanPage objects,
         co_await engine_.scan({.bucket = bucket.id, .limit = 1, .extent = EntryExtent::kHead}));
  if (!objects.entries.empty())
    co_return fail(Code::kConflict, "bucket.not_empty", {{"bucket", bucket.name}});
  CO_TRY(co_await abort_all(bucket));
  Commit commit{.bucket = kRegistry, .key = bucket.name, .placement = {}};
  commit.expect = {{.what = Expectation::Kind::kSequence,
                    .kind = EntryKind::kBucket,
                    .sequence = entry.sequence}};
  commit.changes.push_back({.what = Change::Kind::kRemove, .kind = EntryKind::kBucket});
  CO_TRY(commit.leaf, leaf_of(leaf, {}));
  CO_TRY(co_await engine_.commit(std::move(commit)));
  std::lock_guard lock(mutex_);
  deleted_.insert(bucket.id);
  co_return Result<>();
}

// Releases what unfinished uploads hold in a bucket that goes.
Task<> ObjectStore::abort_all(const Bucket& bucket) {
  for (;;) {
    CO_TRY(ScanPage uploads, co_await engine_.scan({.bucket = bucket.id,
                                                    .kind = EntryKind::kUpload,
                                                    .limit = kPage,
                                                    .extent = EntryExtent::kHead}));
    if (uploads.entries.empty()) co_return Result<>();
    for (const Entry& upload : uploads.entries) {
      Commit commit{.bucket = bucket.id, .key = upload.key, .placement = bucket.placement};
      commit.changes.push_back(
          {.what = Change::Kind::kRemove, .kind = EntryKind::kUpload, .suffix = upload.suffix});
      commit.changes.push_back(
          {.what = Change::Kind::kRemovePrefix, .kind = EntryKind::kPart, .suffix = upload.suffix});
      CO_TRY(co_await engine_.commit(std::move(commit)));
    }
  }
}

Task<Sequence> ObjectStore::commit_in(const Bucket& bucket, Commit commit) {
  auto held = co_await gates_.lock(lock_number(bucket.id.value, {}), LockTable::Mode::kShared);
  bool gone;
  {
    std::lock_guard lock(mutex_);
    gone = deleted_.contains(bucket.id);
  }
  if (gone) co_return fail(Code::kNotFound, "bucket.missing", {{"bucket", bucket.name}});
  co_return co_await engine_.commit(std::move(commit));
}

}  // namespace belfry::objects
