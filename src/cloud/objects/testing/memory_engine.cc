#include "objects_testing/memory_engine.h"

#include "base/ensure.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <tuple>

namespace belfry::objects::testing {
namespace {

using Name = std::tuple<BucketId, EntryKind, std::string, std::string>;
constexpr SetId kSet{1};

struct Octets {
  std::mutex mutex;
  std::map<segments::FileId, Buffer> files;
  std::uint64_t next = 1;
};

class MemoryFile : public segments::FileWriter {
 public:
  explicit MemoryFile(std::shared_ptr<Octets> octets) : octets_(std::move(octets)) {}
  Task<> write(View bytes) override {
    body_.insert(body_.end(), bytes.begin(), bytes.end());
    co_return Result<>();
  }
  Task<segments::FilePosition> finish() override {
    std::lock_guard lock(octets_->mutex);
    segments::FilePosition file{.set = kSet, .size = {body_.size()}};
    std::uint64_t number = octets_->next++;
    for (std::size_t i = 0; i < 8; ++i) file.file[i] = static_cast<std::byte>(number >> (8 * i));
    octets_->files[file.file] = std::move(body_);
    co_return file;
  }

 private:
  std::shared_ptr<Octets> octets_;
  Buffer body_;
};

class MemoryEngine : public Engine {
 public:
  Task<Sequence> commit(Commit commit) override {
    std::lock_guard lock(mutex_);
    for (const Expectation& expectation : commit.expect)
      if (!holds(commit, expectation)) co_return fail(Code::kConflict, "engine.expectation");
    ++sequence_;
    for (Change& change : commit.changes) apply(commit, change);
    co_return sequence_;
  }

  Task<std::optional<Entry>> find(BucketId bucket, const std::string& key, EntryKind kind,
                                  const std::string& suffix) override {
    std::lock_guard lock(mutex_);
    auto at = entries_.find({bucket, kind, key, suffix});
    if (at == entries_.end()) co_return std::nullopt;
    co_return at->second;
  }

  Task<ScanPage> scan(const ScanRequest& request) override {
    std::lock_guard lock(mutex_);
    ScanPage page;
    Bytes octets;
    Name from{request.bucket, request.kind, request.from, request.from_suffix};
    for (auto at = entries_.lower_bound(from); at != entries_.end(); ++at) {
      const Entry& entry = at->second;
      if (entry.bucket != request.bucket || entry.kind != request.kind) break;
      if (request.after && at->first == from) continue;
      if (!entry.key.starts_with(request.prefix)) continue;
      if (request.only_key &&
          (entry.key != *request.only_key || !entry.suffix.starts_with(request.suffix_prefix)))
        continue;
      page.more = page.entries.size() == request.limit || octets >= request.octets_max;
      if (page.more) break;
      page.entries.push_back(entry);
      octets += Bytes{entry.value.size() + sizeof(Blob) * entry.blobs.size()};
      if (request.extent == EntryExtent::kHead) {
        page.entries.back().blobs.clear();
        page.entries.back().value.resize(std::min(entry.value.size(), kHeadLength));
      }
    }
    co_return page;
  }

  Task<std::unique_ptr<segments::FileWriter>> create_file(const segments::Placement&) override {
    co_return std::make_unique<MemoryFile>(octets_);
  }
  Task<> discard(const segments::FilePosition& file) override {
    std::lock_guard lock(octets_->mutex);
    octets_->files.erase(file.file);
    co_return Result<>();
  }
  Task<Buffer> read_record_blob(const RecordBlob& blob) override {
    std::lock_guard lock(mutex_);
    auto at = records_.find(blob.record.offset);
    if (at == records_.end()) co_return fail(Code::kNotFound, "segments.no_record");
    co_return at->second;
  }
  Task<std::size_t> read_file(const segments::FilePosition& file, std::uint64_t offset,
                              MutableView out, DiskId) override {
    std::lock_guard lock(octets_->mutex);
    auto at = octets_->files.find(file.file);
    if (at == octets_->files.end()) co_return fail(Code::kNotFound, "segments.no_file");
    View body = at->second;
    body = body.subspan(std::min<std::size_t>(offset, body.size()));
    body = body.first(std::min(body.size(), out.size()));
    std::ranges::copy(body, out.begin());
    co_return body.size();
  }
  std::shared_ptr<void> pin(const Entry& entry) override {
    std::lock_guard lock(mutex_);
    auto at = entries_.find({entry.bucket, entry.kind, entry.key, entry.suffix});
    if (at == entries_.end() || at->second.sequence != entry.sequence) return nullptr;
    // Released files go when nobody holds any pin.
    return pins_;
  }
  Task<std::vector<segments::Copy>> where(const Entry&) override {
    co_return std::vector<segments::Copy>{
        {.disk = {1}, .path = "memory", .state = segments::CopyState::kHealthy}};
  }
  Task<std::vector<SetCounts>> counts() override { return recount(); }
  Task<std::vector<SetCounts>> recount() override {
    std::lock_guard lock(mutex_);
    SetCounts counts{.set = kSet};
    for (const auto& [name, entry] : entries_) {
      counts.objects += entry.kind == EntryKind::kObject;
      for (const Blob& blob : entry.blobs)
        counts.stored += std::holds_alternative<RecordBlob>(blob)
                             ? Bytes{std::get<RecordBlob>(blob).length}
                             : std::get<segments::FilePosition>(blob).size;
    }
    if (counts.objects == 0 && counts.stored.count == 0) co_return std::vector<SetCounts>{};
    co_return std::vector<SetCounts>{counts};
  }
  Task<std::vector<DamagedEntry>> damaged(std::size_t) override {
    co_return std::vector<DamagedEntry>{};
  }
  Task<std::vector<Entry>> entries_of(SetId set, std::size_t limit) override {
    std::lock_guard lock(mutex_);
    std::vector<Entry> found;
    for (const auto& [name, entry] : entries_)
      if (set == kSet && (entry.kind == EntryKind::kObject || entry.kind == EntryKind::kPart))
        found.push_back(entry);
    std::ranges::sort(found, {}, &Entry::sequence);
    if (found.size() > limit) found.resize(limit);
    co_return found;
  }
  Task<> close() override { co_return Result<>(); }

 private:
  bool holds(const Commit& commit, const Expectation& expectation) {
    auto at = entries_.find({commit.bucket, expectation.kind, commit.key, expectation.suffix});
    bool there = at != entries_.end();
    if (expectation.what == Expectation::Kind::kAbsent) return !there;
    if (expectation.what == Expectation::Kind::kPresent) return there;
    return there && at->second.sequence == expectation.sequence;
  }

  void forget(const Name& name, OldBlobs old_blobs) {
    auto at = entries_.find(name);
    if (at == entries_.end()) return;
    if (old_blobs == OldBlobs::kRelease)
      for (const Blob& blob : at->second.blobs)
        if (auto* file = std::get_if<segments::FilePosition>(&blob)) released_.push_back(*file);
    entries_.erase(at);
    if (pins_.use_count() > 1) return;
    std::lock_guard lock(octets_->mutex);
    for (const auto& file : std::exchange(released_, {})) octets_->files.erase(file.file);
  }

  void apply(const Commit& commit, Change& change) {
    Name name{commit.bucket, change.kind, commit.key, change.suffix};
    if (change.what == Change::Kind::kRemovePrefix) {
      std::vector<Name> names;
      for (const auto& [each, entry] : entries_)
        if (entry.bucket == commit.bucket && entry.kind == change.kind && entry.key == commit.key &&
            entry.suffix.starts_with(change.suffix))
          names.push_back(each);
      for (const Name& each : names) forget(each, change.old_blobs);
      return;
    }
    forget(name, change.old_blobs);
    if (change.what == Change::Kind::kRemove) return;
    Entry entry{.bucket = commit.bucket,
                .key = commit.key,
                .kind = change.kind,
                .suffix = change.suffix,
                .sequence = sequence_,
                .value = std::move(change.value),
                .blobs = std::move(change.blobs)};
    auto number = std::uint32_t(records_.size() + 1);
    entry.record = {.set = kSet, .offset = number, .length = 1};
    if (!change.inline_blob.empty()) {
      entry.blobs.push_back(RecordBlob{entry.record, 0, std::uint32_t(change.inline_blob.size())});
    }
    records_[number] = std::move(change.inline_blob);
    entries_[name] = std::move(entry);
  }

  std::mutex mutex_;
  std::map<Name, Entry> entries_;
  std::map<std::uint32_t, Buffer> records_;
  Sequence sequence_ = 0;
  std::shared_ptr<Octets> octets_ = std::make_shared<Octets>();
  std::shared_ptr<int> pins_ = std::make_shared<int>(0);
  std::vector<segments::FilePosition> released_;
};

}  // namespace

std::unique_ptr<Engine> make_memory_engine() {
  return std::make_unique<MemoryEngine>();
}

}  // namespace belfry::objects::testing
