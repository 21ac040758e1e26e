#include "durable.h"
#include "scrub.h"

#include <algorithm>

namespace belfry::segments {

SetScrub::SetScrub(Notes& notes, Clock& clock, std::shared_ptr<ReplicaSet> set, Source source)
    : notes_(notes),
      clock_(clock),
      set_(std::move(set)),
      source_(source),
      descriptor_(set_->descriptor()),
      members_(set_->members()),
      segments_(set_->segments()),
      segment_(segments_.begin()) {
  open_.resize(members_.size());
  leave_out_failed();
  report_.sets = 1;
}

// What could not be read of a disk that has failed says nothing of its copies.
void SetScrub::leave_out_failed() {
  for (std::size_t i = 0; i < members_.size(); ++i) {
    if (members_[i] && members_[i]->good()) continue;
    members_[i] = nullptr;
    open_[i] = nullptr;
    if (i < readers_.size()) readers_[i] = nullptr;
    partial_ = true;
  }
}

bool SetScrub::left_out(DiskId disk) const {
  for (unsigned i = 0; i < members_.size(); ++i)
    if (disk_of(i) == disk && !members_[i]) return true;
  return false;
}

void SetScrub::forget_cached(const std::string& path) {
  if (source_ == Source::kSystem) return;
  for (StoreDevice* device : members_)
    if (device) device->disk().forget_cached(path);
}

double SetScrub::fraction() const {
  auto parts = double(segments_.size() + 1);
  auto done = double(std::distance(segments_.begin(),
                                   std::map<std::uint32_t, SegmentInfo>::const_iterator(segment_)));
  double files = files_.empty() ? 0 : double(next_file_) / double(files_.size());
  return (done + files) / parts;
}

Bytes SetScrub::file_octets() const {
  Bytes sum;
  for (const FilePosition& file : files_) sum += file.size;
  return sum;
}

void SetScrub::found(Damage damage, std::string path, bool repaired) {
  damage.found = clock_.now();
  report_.found.push_back(damage);
  notes_.happened({Happening::Kind::kCopyCorrupt, damage.set, damage.disk, {}, path});
  if (repaired) {
    ++report_.repaired;
    notes_.happened({Happening::Kind::kCopyRepaired, damage.set, damage.disk, {}, path});
  } else {
    left_.push_back(damage);
  }
}

Result<bool> SetScrub::step() {
  std::uint64_t until = report_.read.count + kStep;
  while (report_.read.count < until) {
    if (segment_ != segments_.end()) {
      if (readers_.empty()) TRY(begin_segment());
      std::optional<BatchHeader> header;
      if (next_header(header)) {
        scrub_batch(*header);
        continue;
      }
      std::uint64_t before = point_.offset;
      skip_rot();
      if (point_.offset != before) continue;
      readers_.clear();
      ++segment_;
      continue;
    }
    if (!listed_) TRY(list_all_files());
    if (next_file_ == files_.size()) return false;
    TRY(scrub_file(files_[next_file_++]));
  }
  return true;
}

// Opens every copy by name; one that is missing or lost its header is copied whole.
Result<> SetScrub::begin_segment() {
  const SegmentHeader& header = segment_->second.header;
  std::string path = segment_path(descriptor_.set, segment_->first);
  open_.assign(members_.size(), nullptr);
  readers_.clear();
  readers_.resize(members_.size());
  forget_cached(path);
  for (unsigned i = 0; i < members_.size(); ++i) {
    if (!members_[i]) continue;
    auto file = members_[i]->disk().open(path, Access::kReadWrite);
    // That this process lacks descriptors says nothing of the copy.
    if (!file && file.error().code() == Code::kExhausted) return std::unexpected(file.error());
    if (!file) continue;
    std::shared_ptr<File> opened = std::move(*file);
    auto found_header = read_segment_header(*opened, descriptor_.set, segment_->first);
    if (found_header && *found_header == header) open_[i] = opened;
  }
  leave_out_failed();
  point_ = start_of(header);
  // Forgotten since the scrub began: there is nothing to compare.
  if (!set_->segment(segment_->first)) {
    open_.assign(members_.size(), nullptr);
    return {};
  }
  auto good = std::ranges::find_if(open_, [](auto& file) { return file != nullptr; });
  bool active = std::next(segment_) == segments_.end();
  for (unsigned i = 0; i < members_.size(); ++i) {
    if (!members_[i] || open_[i]) continue;
    bool repaired = false;
    // The last segment may be growing: heal() brings it back while the set takes no appends.
    if (good != open_.end() && !active) {
      auto source = unsigned(good - open_.begin());
      Result<> copied = copy_segment(*members_[source], *members_[i], header, header.size, {i});
      if (!copied) notes_.failed(*members_[i], copied.error());
      repaired = copied.has_value();
      set_->forget_files();  // what is open is the file that was replaced
      if (auto file = members_[i]->disk().open(path, Access::kReadWrite); repaired && file)
        open_[i] = std::move(*file);
    }
    needs_resync_ |= !repaired && good != open_.end();
    found({descriptor_.set,
           disk_of(i),
           false,
           {descriptor_.set, segment_->first},
           {},
           CopyState::kMissing,
           {}},
          path, repaired);
  }
  for (unsigned i = 0; i < members_.size(); ++i)
    if (open_[i]) readers_[i] = std::make_unique<SegmentReader>(open_[i], header);
  return {};
}

bool SetScrub::next_header(std::optional<BatchHeader>& header) {
  if (point_.offset >= segment_->second.end) return false;
  for (auto& reader : readers_) {
    if (!reader) continue;
    auto here = reader->header_at(point_);
    if (here && *here && (!header || (*here)->epoch > header->epoch)) header = *here;
  }
  return header.has_value();
}

// Compares all copies of the batch at `point_`.
void SetScrub::scrub_batch(const BatchHeader& header) {
  std::vector<std::optional<Buffer>> copies(members_.size());
  std::optional<unsigned> good;
  for (unsigned i = 0; i < members_.size(); ++i) {
    if (!readers_[i]) continue;
    auto whole = readers_[i]->whole_batch(point_.offset, header);
    report_.read += Bytes{header.extent()};
    if (whole) copies[i] = std::move(*whole);
    if (copies[i] && !good) good = i;
  }
  report_.records += header.records;
  leave_out_failed();
  for (unsigned i = 0; i < members_.size(); ++i) {
    if (!readers_[i] || copies[i]) continue;
    if (!good) {
      Position span{descriptor_.set, segment_->first, std::uint32_t(point_.offset), 0};
      found({descriptor_.set, disk_of(i), false, span, {}, CopyState::kCorrupt, {}},
            segment_path(descriptor_.set, segment_->first), false);
      continue;
    }
    Buffer bad(std::size_t(kBatchHeader) + header.payload);
    auto count = open_[i]->read_at(point_.offset, bad);
    bad.resize(count.value_or(0));
    repair_batch(header, *copies[*good], i, count ? std::optional(std::move(bad)) : std::nullopt);
  }
  if (!good && any_left())
    notes_.happened({Happening::Kind::kDataLost,
                     descriptor_.set,
                     {},
                     {},
                     segment_path(descriptor_.set, segment_->first)});
  point_ = after(point_, header);
}

// Names the records that differ, and writes the whole batch again.
void SetScrub::repair_batch(const BatchHeader& header, View good, unsigned ordinal,
                            const std::optional<Buffer>& bad) {
  Buffer content = to_buffer(good);
  content.resize(header.extent());
  Result<> done = open_[ordinal]->write_at(point_.offset, View(content));
  if (done) done = sync_batches(*open_[ordinal], {ordinal});
  if (!done) notes_.failed(*members_[ordinal], done.error());
  readers_[ordinal] = std::make_unique<SegmentReader>(open_[ordinal], segment_->second.header);
  std::string path = segment_path(descriptor_.set, segment_->first);
  auto records = parse_batch(good, header, point_.offset);
  bool named = false;
  for (const ParsedRecord& record : *records) {
    std::size_t from = record.offset - point_.offset;
    std::size_t length = kRecordHeader + record.header.length;
    bool same = bad && bad->size() >= from + length &&
                std::ranges::equal(View(*bad).subspan(from, length), good.subspan(from, length));
    if (same) continue;
    named = true;
    found({descriptor_.set,
           disk_of(ordinal),
           false,
           {descriptor_.set, segment_->first, record.offset, std::uint32_t(length)},
           {},
           CopyState::kCorrupt,
           {}},
          path, done.has_value());
  }
  if (named) return;
  found({descriptor_.set,
         disk_of(ordinal),
         false,
         {descriptor_.set, segment_->first, std::uint32_t(point_.offset), 0},
         {},
         CopyState::kCorrupt,
         {}},
        path, done.has_value());
}

// No copy has a batch here. Either the segment ends, or all copies have rotted at the same place.
void SetScrub::skip_rot() {
  if (point_.offset >= segment_->second.end) return;
  std::optional<BatchAt> later;
  leave_out_failed();
  if (!any_left()) return;
  for (auto& reader : readers_) {
    if (!reader) continue;
    auto next = reader->find_later(point_);
    if (next && *next && (!later || (*next)->offset < later->offset)) later = **next;
  }
  bool sealed_end = segment_->second.end == segment_->second.header.size;
  if (!later && sealed_end) return;
  Position span{descriptor_.set, segment_->first, std::uint32_t(point_.offset), 0};
  for (unsigned i = 0; i < members_.size(); ++i)
    if (readers_[i])
      found({descriptor_.set, disk_of(i), false, span, {}, CopyState::kCorrupt, {}},
            segment_path(descriptor_.set, segment_->first), false);
  notes_.happened({Happening::Kind::kDataLost,
                   descriptor_.set,
                   {},
                   {},
                   segment_path(descriptor_.set, segment_->first)});
  if (later)
    point_ = {later->offset, later->header.number, later->header.previous, later->header.epoch};
}

Result<> SetScrub::list_all_files() {
  // A copy that was cut or has grown says a wrong size, so each size that is said is tried.
  for (StoreDevice* device : members_) {
    if (!device) continue;
    auto files = list_files(*device, descriptor_.set);
    if (!files) {
      notes_.failed(*device, files.error());
      partial_ = true;
      continue;
    }
    for (const FilePosition& file : *files) {
      std::vector<Bytes>& sizes = sizes_[file.file];
      if (std::ranges::find(sizes, file.size) == sizes.end()) sizes.push_back(file.size);
    }
  }
  for (auto& [id, sizes] : sizes_) files_.push_back({descriptor_.set, id, sizes.front()});
  listed_ = true;
  return {};
}

Result<> SetScrub::scrub_file(FilePosition& file) {
  // One that is being published or removed is on some of the disks for a moment.
  FileClaims::Claim claim = set_->claims().try_take(file.file);
  if (!claim) return {};
  forget_cached(file_path(file.set, file.file));
  for (Bytes size : sizes_.at(file.file)) {
    file.size = size;
    TRY(bool done, scrub_file_of_size(file));
    if (done) break;
  }
  return {};
}

// False: no copy is whole with this size, and there may be another.
Result<bool> SetScrub::scrub_file_of_size(const FilePosition& file) {
  std::optional<unsigned> good;
  std::vector<std::pair<unsigned, CopyState>> bad;
  bool gone = true;
  for (unsigned i = 0; i < members_.size(); ++i) {
    if (!members_[i]) continue;
    auto whole = check_file(members_[i]->disk(), file,
                            [&](std::size_t count) { report_.read += Bytes{count}; });
    if (!whole && whole.error().code() == Code::kExhausted) return std::unexpected(whole.error());
    bool missing = !whole && whole.error().code() == Code::kNotFound;
    gone &= missing;
    if (whole && *whole) {
      if (!good) good = i;
    } else {
      bad.push_back({i, missing ? CopyState::kMissing : CopyState::kCorrupt});
    }
  }
  leave_out_failed();
  std::erase_if(bad, [&](auto& copy) { return !members_[copy.first]; });
  if (good && !members_[*good]) good.reset();
  if (gone || (!good && bad.empty())) return true;  // removed meanwhile, or nobody can tell
  if (!good && file.size != sizes_.at(file.file).back()) return false;
  ++report_.files;
  for (auto [ordinal, state] : bad) {
    Result<> copied = good ? copy_file(*members_[*good], *members_[ordinal], file, {ordinal})
                           : fail(Code::kCorrupt, "segments.no_good_copy");
    if (good && !copied) notes_.failed(*members_[ordinal], copied.error());
    found({descriptor_.set, disk_of(ordinal), true, {}, file, state, {}},
          file_path(descriptor_.set, file.file), copied.has_value());
  }
  if (!good)
    notes_.happened({Happening::Kind::kDataLost,
                     descriptor_.set,
                     {},
                     {},
                     file_path(descriptor_.set, file.file)});
  return true;
}

}  // namespace belfry::segments
