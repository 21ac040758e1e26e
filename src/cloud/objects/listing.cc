// Ordered listings. With a delimiter, everything under one common prefix is skipped by one seek.
#include "embedded/index_key.h"
#include "object_store.h"

#include <algorithm>

namespace belfry::objects {
namespace {

constexpr std::size_t kLimitMax = 1000;
constexpr std::size_t kPageMin = 16;

// The common prefix that `key` falls under, or nothing.
std::optional<std::string> common_prefix(const std::string& key, const ListRequest& request) {
  if (request.delimiter.empty()) return std::nullopt;
  std::size_t at = key.find(request.delimiter, request.prefix.size());
  if (at == std::string::npos) return std::nullopt;
  return key.substr(0, at + request.delimiter.size());
}

// Walks the entries of a listing in order, seeking past common prefixes.
class Walk {
 public:
  Walk(Engine& engine, BucketId bucket, EntryKind kind, const ListRequest& request)
      : engine_(engine) {
    scan_.bucket = bucket;
    scan_.kind = kind;
    scan_.prefix = request.prefix;
    scan_.extent = EntryExtent::kHead;
    scan_.limit = request.delimiter.empty() ? std::min(request.limit, kLimitMax) + 1 : kPageMin;
  }

  // Begins after this key, and after all its entries unless `suffix` names one.
  void start_after(const std::string& key, const std::string& suffix) {
    scan_.from = key;
    scan_.from_suffix = suffix;
    scan_.after = true;
  }
  void start_at(std::string key) {
    scan_.from = std::move(key);
    scan_.from_suffix.clear();
    scan_.after = false;
  }

  // The next entry, nothing at the end.
  Task<std::optional<Entry>> next() {
    if (at_ == page_.size()) {
      if (ended_) co_return std::nullopt;
      CO_TRY(ScanPage page, co_await engine_.scan(scan_));
      page_ = std::move(page.entries);
      at_ = 0;
      ended_ = !page.more;
      if (!page_.empty()) start_after(page_.back().key, page_.back().suffix);
      scan_.limit = std::min(2 * scan_.limit, kLimitMax);
      if (page_.empty()) co_return std::nullopt;
    }
    co_return std::move(page_[at_++]);
  }

  // Goes on behind everything that starts with `prefix`; false: nothing can.
  bool skip(const std::string& prefix) {
    while (at_ < page_.size() && page_[at_].key.starts_with(prefix)) ++at_;
    if (at_ < page_.size() || ended_) return true;
    std::string from = index_key::after_all(prefix);
    if (from.empty()) return false;
    start_at(std::move(from));
    page_.clear();
    at_ = 0;
    scan_.limit = kPageMin;
    return true;
  }

 private:
  Engine& engine_;
  ScanRequest scan_;
  std::vector<Entry> page_;
  std::size_t at_ = 0;
  bool ended_ = false;
};

}  // namespace

// A head that ends within what a listing shows is read again, whole; nothing if it is gone.
Task<std::optional<Entry>> ObjectStore::whole_if_cut(Entry head) {
  if (head.value.size() < kHeadLength) co_return head;
  bool shown = head.kind == EntryKind::kUpload ? decode_upload(head).has_value()
                                               : decode_info(head).has_value();
  if (shown) co_return head;
  co_return co_await engine_.find(head.bucket, head.key, head.kind, head.suffix);
}

Task<ListPage> ObjectStore::list(const Bucket& bucket, const ListRequest& request) {
  ListPage page;
  std::size_t limit = std::min(request.limit, kLimitMax);
  if (limit == 0) co_return page;
  Walk walk(engine_, bucket.id, EntryKind::kObject, request);
  if (!request.after.empty()) walk.start_after(request.after, "");
  for (;;) {
    CO_TRY(auto entry, co_await walk.next());
    if (!entry) co_return page;
    std::optional<std::string> common = common_prefix(entry->key, request);
    // Listed before: `after` is this prefix or lies under it.
    bool listed = common && *common <= request.after;
    if (!listed && page.objects.size() + page.common_prefixes.size() == limit) {
      page.truncated = true;
      co_return page;
    }
    if (!common) {
      CO_TRY(entry, co_await whole_if_cut(std::move(*entry)));
      if (!entry) continue;
      CO_TRY(ObjectInfo info, decode_info(*entry));
      page.next = info.key;
      page.objects.push_back(std::move(info));
      continue;
    }
    if (!listed) {
      page.next = *common;
      page.common_prefixes.push_back(*common);
    }
    if (!walk.skip(*common)) co_return page;
  }
}

Task<Store::UploadPage> ObjectStore::list_uploads(const Bucket& bucket, const ListRequest& request,
                                                  const std::string& after_upload) {
  UploadPage page;
  std::size_t limit = std::min(request.limit, kLimitMax);
  if (limit == 0) co_return page;
  Walk walk(engine_, bucket.id, EntryKind::kUpload, request);
  if (!request.after.empty()) {
    // Without an upload, all those of the key come before.
    std::string suffix(16, '\xff');
    if (!after_upload.empty()) {
      auto named = upload_suffix(after_upload);
      if (!named) co_return fail(Code::kInvalid, "upload.bad_marker");
      suffix = std::move(*named);
    }
    walk.start_after(request.after, suffix);
  }
  for (;;) {
    CO_TRY(auto entry, co_await walk.next());
    if (!entry) co_return page;
    std::optional<std::string> common = common_prefix(entry->key, request);
    bool listed = common && *common <= request.after;
    if (!listed && page.uploads.size() + page.common_prefixes.size() == limit) {
      page.truncated = true;
      co_return page;
    }
    if (!common) {
      CO_TRY(entry, co_await whole_if_cut(std::move(*entry)));
      if (!entry) continue;
      CO_TRY(Upload upload, decode_upload(*entry));
      page.next_key = upload.key;
      page.next_upload = upload.id;
      page.uploads.push_back(std::move(upload));
      continue;
    }
    if (!listed) {
      page.next_key = *common;
      page.next_upload.clear();
      page.common_prefixes.push_back(*common);
    }
    if (!walk.skip(*common)) co_return page;
  }
}

}  // namespace belfry::objects
