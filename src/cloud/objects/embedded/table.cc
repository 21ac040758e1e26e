#include "embedded/table.h"

#include "base/codec.h"
#include "embedded/index_key.h"

#include <algorithm>

namespace belfry::objects {
namespace {

// An object of many parts has many locations in a set: lying_in() passes over so many.
constexpr std::size_t kLocationsMax = 100'000;

std::string to_string(Buffer buffer) {
  return std::string(as_text(buffer));
}

std::string encode_entry(const Change& change, Sequence sequence,
                         const segments::Position& record) {
  Encoder out;
  out.buffer().reserve(64 + change.value.size() + 40 * change.blobs.size());
  out.put(sequence).put_i64(record.set.value).put(record.segment).put(record.offset);
  out.put(record.length).put(std::uint32_t(change.blobs.size()));
  for (const Blob& blob : change.blobs) encode_blob(out, blob);
  out.raw(change.value);
  return to_string(out.take());
}

Result<Entry> decode_entry(std::string_view index_key, std::string_view value,
                           EntryExtent extent = EntryExtent::kWhole) {
  auto name = index_key::parse_entry(index_key);
  if (!name) return fail(Code::kCorrupt, "engine.bad_index");
  Entry entry{.bucket = name->bucket,
              .key = std::move(name->key),
              .kind = name->kind,
              .suffix = std::move(name->suffix)};
  Decoder in(as_view(value));
  entry.sequence = in.get<std::uint64_t>();
  entry.record.set.value = in.get_i64();
  entry.record.segment = in.get<std::uint32_t>();
  entry.record.offset = in.get<std::uint32_t>();
  entry.record.length = in.get<std::uint32_t>();
  auto count = in.get<std::uint32_t>();
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    auto blob = decode_blob(in, entry.record, 0);
    if (!blob) return fail(Code::kCorrupt, "engine.bad_index");
    if (extent == EntryExtent::kWhole) entry.blobs.push_back(*blob);
  }
  if (!in.ok()) return fail(Code::kCorrupt, "engine.bad_index");
  View kept = in.rest();
  if (extent == EntryExtent::kHead) kept = kept.first(std::min(kept.size(), kHeadLength));
  entry.value = to_buffer(kept);
  return entry;
}

// Octets of each blob in the counts of its set, and the object itself in the set of its record.
void count(std::map<SetId, SetCounts>& counts, const Entry& entry, int sign) {
  auto step = static_cast<std::uint64_t>(static_cast<std::int64_t>(sign));
  if (entry.kind == EntryKind::kObject) counts[entry.record.set].objects += step;
  for (const Blob& blob : entry.blobs) {
    if (auto* file = std::get_if<segments::FilePosition>(&blob))
      counts[file->set].stored.count += step * file->size.count;
    else
      counts[std::get<RecordBlob>(blob).record.set].stored.count +=
          step * std::get<RecordBlob>(blob).length;
  }
}

// Where an entry lies, as keys of the index: its record, and each blob that is not in it.
std::vector<std::string> locations_of(const segments::Position& record,
                                      const std::vector<Blob>& blobs,
                                      const std::string& entry_key) {
  std::vector<std::string> keys{index_key::record(record) + entry_key};
  for (const Blob& blob : blobs) {
    auto* there = std::get_if<RecordBlob>(&blob);
    if (!there || there->record != record) keys.push_back(index_key::location(blob) + entry_key);
  }
  return keys;
}

bool changes_buckets(const DecodedCommit& commit) {
  return std::ranges::any_of(
      commit.changes, [](const Change& change) { return change.kind == EntryKind::kBucket; });
}

std::string encode_counts(const SetCounts& counts) {
  Encoder out;
  return to_string(out.put(counts.objects).put(counts.stored.count).take());
}

std::string encode_held(const Table::Held& held) {
  Encoder out;
  return to_string(
      out.put(held.cursor).put(held.watermark).put(std::uint8_t(held.whole ? 1 : 0)).take());
}

Table::Held decode_held(std::string_view value) {
  Decoder in(as_view(value));
  Table::Held held{.cursor = in.get<std::uint64_t>()};
  held.watermark = in.get<std::uint64_t>();
  held.whole = in.get<std::uint8_t>() == 1;
  return held;
}

std::vector<SetCounts> as_list(const std::map<SetId, SetCounts>& counts) {
  std::vector<SetCounts> list;
  for (auto [set, of_set] : counts) {
    of_set.set = set;
    if (of_set.objects || of_set.stored.count) list.push_back(of_set);
  }
  return list;
}

}  // namespace

// One commit on its way into the index.
struct Table::Applying {
  const DecodedCommit& commit;
  Sequence sequence;
  const segments::Position& record;
  IndexBatch batch;
  std::set<std::string> touched;          // keys of entries that this commit has decided already
  std::map<SetId, SetCounts> difference;  // modulo 2^64
  std::vector<segments::FilePosition> released;
};

Result<> Table::clear() {
  std::lock_guard lock(mutex_);
  TRY(index_->clear());
  buckets_.clear();
  cursor_ = 0;
  counts_.clear();
  IndexBatch batch;
  for (auto& [set, held] : held_) {
    held.cursor = 0;
    held.whole = false;
    batch.put(index_key::held(set), encode_held(held));
  }
  return index_->write(batch);
}

bool Table::covers(SetId set) {
  std::lock_guard lock(mutex_);
  return counts_.contains(set);
}

std::vector<SetId> Table::covered() {
  std::lock_guard lock(mutex_);
  std::vector<SetId> sets;
  sets.reserve(counts_.size());
  for (const auto& [set, counts] : counts_) sets.push_back(set);
  return sets;
}

std::map<SetId, Table::Held> Table::held() {
  std::lock_guard lock(mutex_);
  return held_;
}

Result<> Table::hold(SetId set, Held held) {
  std::lock_guard lock(mutex_);
  if (held_.contains(set)) return {};
  IndexBatch batch;
  batch.put(index_key::held(set), encode_held(held));
  TRY(index_->write(batch));
  held_.emplace(set, held);
  return {};
}

Result<> Table::release(SetId set) {
  std::lock_guard lock(mutex_);
  if (!held_.contains(set)) return {};
  IndexBatch batch;
  batch.erase(index_key::held(set));
  TRY(index_->write(batch));
  held_.erase(set);
  return {};
}

Result<> Table::mark_whole() {
  IndexBatch batch;
  batch.put(std::string(index_key::kWhole), {});
  return index_->write(batch);
}

Result<> Table::forget_whole() {
  if (!whole_) return {};
  IndexBatch batch;
  batch.erase(std::string(index_key::kWhole));
  TRY(index_->write(batch));
  return index_->flush(Index::Wait::kYes);
}

Result<> Table::load() {
  std::lock_guard lock(mutex_);
  TRY(auto cursor, index_->get(index_key::kCursor, IndexRead::kMayBlock));
  cursor_ = cursor ? Decoder(as_view(*cursor)).get<std::uint64_t>() : 0;
  TRY(auto whole, index_->get(index_key::kWhole, IndexRead::kMayBlock));
  whole_ = whole.has_value();
  held_.clear();
  TRY(index_->scan("h", "i", IndexRead::kMayBlock, [this](std::string_view key, auto value) {
    held_[index_key::set_of(key)] = decode_held(value);
    return true;
  }));
  counts_.clear();
  return index_->scan("n", "o", IndexRead::kMayBlock, [this](std::string_view key, auto value) {
    Decoder in(as_view(value));
    SetId set = index_key::set_of(key);
    SetCounts counts{.set = set, .objects = in.get<std::uint64_t>()};
    counts.stored.count = in.get<std::uint64_t>();
    counts_[set] = counts;
    return true;
  });
}

Result<> Table::change(Applying& work) {
  for (const Change& change : work.commit.changes) {
    switch (change.what) {
      case Change::Kind::kPut: {
        TRY(put(work, change));
        break;
      }
      case Change::Kind::kRemove: {
        TRY(remove(work, change));
        break;
      }
      case Change::Kind::kRemovePrefix: {
        TRY(remove_prefix(work, change));
        break;
      }
    }
  }
  work.difference[work.record.set];  // a set with a record has counts, if only zeros: `covers`
  return {};
}

void Table::apply(std::span<Durable> commits, const std::function<Sequence()>& cursor) {
  std::lock_guard lock(mutex_);
  IndexBatch batch;
  std::map<SetId, SetCounts> counted;
  for (Durable& durable : commits) {
    Applying work{.commit = durable.commit, .sequence = durable.sequence, .record = durable.record};
    if (auto changed = change(work); !changed) {
      durable.released = std::unexpected(changed.error());
      continue;
    }
    durable.released = std::move(work.released);
    std::ranges::move(work.batch.changes, std::back_inserter(batch.changes));
    for (const auto& [set, difference] : work.difference) {
      SetCounts& now = counted.try_emplace(set, counts_[set]).first->second;
      now.set = set;
      now.objects += difference.objects;
      now.stored.count += difference.stored.count;
    }
  }
  if (counted.empty()) return;
  for (const auto& [set, now] : counted) batch.put(index_key::counts(set), encode_counts(now));
  Sequence up_to = std::max(cursor_, cursor());
  Encoder encoded;
  batch.put(std::string(index_key::kCursor), to_string(encoded.put(up_to).take()));
  if (auto written = index_->write(batch); !written) {
    for (Durable& durable : commits)
      if (durable.released) durable.released = std::unexpected(written.error());
    return;
  }
  if (std::ranges::any_of(commits, [](auto& durable) { return changes_buckets(durable.commit); }))
    buckets_.clear();
  cursor_ = up_to;
  for (const auto& [set, now] : counted) counts_[set] = now;
}

Result<std::optional<Entry>> Table::current(const std::string& index_key) {
  TRY(auto value, index_->get(index_key, IndexRead::kMayBlock));
  if (!value) return std::nullopt;
  TRY(Entry entry, decode_entry(index_key, *value));
  return entry;
}

void Table::forget(Applying& work, const std::string& index_key, const Entry& entry,
                   OldBlobs old_blobs) {
  for (std::string& location : locations_of(entry.record, entry.blobs, index_key))
    work.batch.erase(std::move(location));
  for (const Blob& blob : entry.blobs) {
    auto* file = std::get_if<segments::FilePosition>(&blob);
    if (file && old_blobs == OldBlobs::kRelease) work.released.push_back(*file);
  }
  count(work.difference, entry, -1);
}

Result<> Table::put(Applying& work, const Change& change) {
  std::string key =
      index_key::entry(work.commit.bucket, change.kind, work.commit.key, change.suffix);
  TRY(auto old, current(key));
  if (old && old->sequence >= work.sequence) return {};
  if (old) forget(work, key, *old, change.old_blobs);
  Entry entry{.kind = change.kind, .record = work.record, .blobs = change.blobs};
  count(work.difference, entry, +1);
  for (std::string& location : locations_of(work.record, change.blobs, key))
    work.batch.put(std::move(location), {});
  work.batch.put(key, encode_entry(change, work.sequence, work.record));
  work.touched.insert(std::move(key));
  return {};
}

Result<> Table::remove(Applying& work, const Change& change) {
  std::string key =
      index_key::entry(work.commit.bucket, change.kind, work.commit.key, change.suffix);
  TRY(auto old, current(key));
  if (!old || old->sequence >= work.sequence) return {};
  forget(work, key, *old, change.old_blobs);
  work.batch.erase(key);
  work.touched.insert(std::move(key));
  return {};
}

Result<> Table::remove_prefix(Applying& work, const Change& change) {
  std::string from =
      index_key::entry(work.commit.bucket, change.kind, work.commit.key, change.suffix);
  std::vector<std::string> keys;
  TRY(index_->scan(from, index_key::after_all(from), IndexRead::kMayBlock,
                   [&](std::string_view key, std::string_view) {
                     keys.emplace_back(key);
                     return true;
                   }));
  for (std::string& key : keys) {
    if (work.touched.contains(key)) continue;
    TRY(auto old, current(key));
    if (!old || old->sequence >= work.sequence) continue;
    forget(work, key, *old, change.old_blobs);
    work.batch.erase(key);
    work.touched.insert(std::move(key));
  }
  return {};
}

Result<std::optional<Entry>> Table::find(BucketId bucket, std::string_view key, EntryKind kind,
                                         std::string_view suffix, IndexRead read) {
  std::string at = index_key::entry(bucket, kind, key, suffix);
  const bool is_bucket = kind == EntryKind::kBucket;
  if (is_bucket)
    if (auto cached = buckets_.find(at)) return cached;
  const auto read_at = is_bucket ? buckets_.generation() : 0;
  TRY(auto value, index_->get(at, read));
  if (!value) return std::nullopt;
  TRY(Entry entry, decode_entry(at, *value));
  if (is_bucket) buckets_.keep(std::move(at), entry, read_at);
  return entry;
}

Result<ScanPage> Table::scan(const ScanRequest& request, IndexRead read) {
  std::string all = index_key::entries_with(request.bucket, request.kind, request.prefix);
  if (request.only_key) {
    all = index_key::entry(request.bucket, request.kind, *request.only_key, request.suffix_prefix);
  }
  std::string from = all;
  if (!request.from.empty() || !request.from_suffix.empty()) {
    from = std::max(
        from, index_key::entry(request.bucket, request.kind, request.from, request.from_suffix));
  }
  ScanPage page;
  Bytes octets;
  std::optional<Error> error;
  TRY(index_->scan(
      from, index_key::after_all(all), read, [&](std::string_view key, std::string_view value) {
        if (request.after && key == from) return true;
        page.more = page.entries.size() >= request.limit || octets >= request.octets_max;
        if (page.more) return false;
        auto entry = decode_entry(key, value, request.extent);
        if (!entry) return error = entry.error(), false;
        page.entries.push_back(std::move(*entry));
        octets += Bytes{key.size() + value.size()};
        return true;
      }));
  if (error) return std::unexpected(std::move(*error));
  return page;
}

bool Table::if_current(const Entry& entry, const std::function<void()>& then) {
  std::lock_guard lock(mutex_);
  auto now = find(entry.bucket, entry.key, entry.kind, entry.suffix, IndexRead::kMayBlock);
  if (!now || !*now || (*now)->sequence != entry.sequence) return false;
  then();
  return true;
}

bool Table::names_file(const segments::FilePosition& file) {
  // An index that cannot be read must not lead to a file's removal.
  auto entries = named_by(file, 1);
  return !entries || !entries->empty();
}

Result<std::vector<Entry>> Table::named_by(const segments::FilePosition& file, std::size_t limit) {
  std::string from = index_key::file(file);
  return entries_at(from, index_key::after_all(from), limit, index_key::named_by_file);
}

Result<std::vector<Entry>> Table::named_by(const segments::Position& record, std::size_t limit) {
  std::string from = index_key::record(record);
  std::string until = record.length > 0 ? from : index_key::segment(record.set, record.segment);
  return entries_at(from, index_key::after_all(until), limit, index_key::named_by_record);
}

Result<std::vector<Entry>> Table::entries_at(const std::string& from, const std::string& until,
                                             std::size_t limit,
                                             std::string_view (*name)(std::string_view)) {
  std::vector<std::string> keys;
  TRY(index_->scan(from, until, IndexRead::kMayBlock, [&](std::string_view key, std::string_view) {
    keys.emplace_back(name(key));
    return keys.size() < limit;
  }));
  std::vector<Entry> entries;
  for (const std::string& key : keys) {
    TRY(auto entry, current(key));
    if (entry) entries.push_back(std::move(*entry));
  }
  return entries;
}

Result<std::vector<Entry>> Table::lying_in(SetId set, std::size_t limit) {
  std::vector<std::string> keys;
  std::set<std::string, std::less<>> known;
  std::size_t visited = 0;
  auto visit = [&](std::string_view key) {
    auto name = index_key::parse_entry(key);
    bool wanted = name && (name->kind == EntryKind::kObject || name->kind == EntryKind::kPart);
    if (wanted && known.emplace(key).second) keys.emplace_back(key);
    return keys.size() < limit && ++visited < kLocationsMax;
  };
  std::string records = index_key::records_of(set), files = index_key::files_of(set);
  TRY(index_->scan(records, index_key::after_all(records), IndexRead::kMayBlock,
                   [&](std::string_view key, std::string_view) {
                     return visit(index_key::named_by_record(key));
                   }));
  if (keys.size() < limit)
    TRY(index_->scan(files, index_key::after_all(files), IndexRead::kMayBlock,
                     [&](std::string_view key, std::string_view) {
                       return visit(index_key::named_by_file(key));
                     }));
  std::vector<Entry> entries;
  for (const std::string& key : keys) {
    TRY(auto entry, current(key));
    if (entry) entries.push_back(std::move(*entry));
  }
  return entries;
}

std::vector<SetCounts> Table::counts() {
  std::lock_guard lock(mutex_);
  return as_list(counts_);
}

Result<std::vector<SetCounts>> Table::recount() {
  std::lock_guard lock(mutex_);  // no commit in between, so that it must agree
  std::map<SetId, SetCounts> counted;
  std::optional<Error> error;
  TRY(index_->scan("e", "f", IndexRead::kMayBlock, [&](auto key, auto value) {
    auto entry = decode_entry(key, value);
    if (!entry) return error = entry.error(), false;
    count(counted, *entry, +1);
    return true;
  }));
  if (error) return std::unexpected(std::move(*error));
  return as_list(counted);
}

}  // namespace belfry::objects
