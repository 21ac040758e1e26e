#include "recovery.h"

#include "durable.h"

#include <algorithm>
#include <set>

namespace belfry::segments {
namespace {

// One segment as the members have it.
struct Candidate {
  std::optional<SegmentHeader> header;       // agreed
  std::vector<std::shared_ptr<File>> files;  // by ordinal; null: missing, or not that header
  bool has_batches = false;
  bool is_unknown = false;  // some copy has octets where its header should be
};

using Readers = std::vector<std::unique_ptr<SegmentReader>>;  // by ordinal; null: no copy

class SetRecovery {
 public:
  SetRecovery(const Descriptor& descriptor, const std::vector<StoreDevice*>& members, Notes& notes)
      : descriptor_(descriptor), members_(members), notes_(notes) {}

  Result<RecoveredSet> run() {
    TRY(std::set<std::uint32_t> numbers, list_segments());
    std::map<std::uint32_t, Candidate> found;
    for (std::uint32_t number : numbers) {
      TRY(Candidate candidate, inspect(number));
      found.emplace(number, std::move(candidate));
    }
    auto active = std::ranges::find_if(found.rbegin(), found.rend(),
                                       [](auto& entry) { return entry.second.has_batches; });
    std::optional<std::uint32_t> last;
    if (active != found.rend()) last = active->first;
    for (auto& [number, candidate] : found) {
      if (!last || number > *last)
        remove_empty(number, candidate);
      else if (number < *last)
        TRY(keep_sealed(number, candidate));
      else
        TRY(recover_active(number, candidate));
    }
    for_each_good([&](StoreDevice& device, DiskOrdinal ordinal) {
      return sync_segment_names(device.disk(), descriptor_.set, ordinal);
    });
    if (!any_good()) return unreadable();
    result_.uncertain |= !all_good();
    return std::move(result_);
  }

 private:
  std::unexpected<Error> unreadable() const {
    return fail(Code::kRetry, "segments.set_unreadable", {{"set", descriptor_.set.text()}});
  }

  bool good(unsigned ordinal) const { return members_[ordinal] && members_[ordinal]->good(); }
  bool all_good() const {
    for (unsigned i = 0; i < members_.size(); ++i)
      if (!good(i)) return false;
    return true;
  }
  bool any_good() const {
    for (unsigned i = 0; i < members_.size(); ++i)
      if (good(i)) return true;
    return false;
  }

  template <class F>
  void for_each_good(F f) {
    for (unsigned i = 0; i < members_.size(); ++i) {
      if (!good(i)) continue;
      Result<> done = f(*members_[i], DiskOrdinal{i});
      if (done) continue;
      notes_.failed(*members_[i], done.error());
      // For whatever reason it could not follow: a member that lags behind must not count.
      if (members_[i]->good())
        notes_.failed(*members_[i], Error(Code::kRetry, done.error().describe()));
    }
  }

  void tell(Happening::Kind kind, unsigned ordinal, std::string detail) {
    notes_.happened(
        {kind, descriptor_.set, descriptor_.members[ordinal].disk, {}, std::move(detail)});
  }

  Result<std::set<std::uint32_t>> list_segments() {
    std::set<std::uint32_t> numbers;
    for_each_good([&](StoreDevice& device, DiskOrdinal) -> Result<> {
      auto names = device.disk().list(segments_folder(descriptor_.set));
      if (!names && names.error().code() == Code::kNotFound) return {};
      if (!names) return std::unexpected(names.error());
      for (const std::string& name : *names)
        if (auto number = segment_of_name(name)) numbers.insert(*number);
      return {};
    });
    if (!any_good()) return unreadable();
    return numbers;
  }

  // Opens a segment everywhere and agrees on its header: the one with batches, else the first.
  // Errors: invalid ("segments.later_version").
  Result<Candidate> inspect(std::uint32_t number) {
    Candidate candidate;
    candidate.files.resize(members_.size());
    std::vector<std::optional<SegmentHeader>> headers(members_.size());
    bool is_later = false;
    for_each_good([&](StoreDevice& device, DiskOrdinal ordinal) -> Result<> {
      auto file = device.disk().open(segment_path(descriptor_.set, number), Access::kReadWrite);
      if (!file && file.error().code() == Code::kNotFound) return {};
      if (!file) return std::unexpected(file.error());
      std::shared_ptr<File> opened = std::move(*file);
      TRY(Buffer page, read_first_page(*opened));
      headers[ordinal.value] = segment_header_of(page, descriptor_.set, number);
      is_later |= is_of_later_version(page);
      // Made ahead, its header not yet on the disk; anything else that is no header has rotted.
      bool is_empty = std::ranges::all_of(page, [](std::byte b) { return b == std::byte{}; });
      candidate.is_unknown |= !headers[ordinal.value] && !is_empty;
      if (!headers[ordinal.value]) return {};
      candidate.files[ordinal.value] = opened;
      SegmentReader reader(opened, *headers[ordinal.value]);
      ChainPoint start = start_of(*headers[ordinal.value]);
      TRY(auto first, reader.header_at(start));
      bool has_batches = first.has_value();
      if (!has_batches) {
        TRY(auto later, reader.find_later(start));
        has_batches = later.has_value();
      }
      if (!candidate.header || (has_batches && !candidate.has_batches))
        candidate.header = headers[ordinal.value];
      candidate.has_batches |= has_batches;
      return {};
    });
    // All copies have the same header: one that is known settles what the others are.
    if (is_later && !candidate.header)
      return fail(Code::kInvalid, "segments.later_version",
                  {{"path", segment_path(descriptor_.set, number)}});
    for (unsigned i = 0; i < members_.size(); ++i)
      if (headers[i] != candidate.header) candidate.files[i] = nullptr;
    return candidate;
  }

  // Prepared ahead and never used; it is made again when it is needed. One that no copy can tell
  // anything of may hold records: it stays, and its number with it.
  void remove_empty(std::uint32_t number, const Candidate& candidate) {
    if (!candidate.header && candidate.is_unknown) {
      result_.next_number = number + 1;
      result_.uncertain = true;
      return lost(number);
    }
    for_each_good([&](StoreDevice& device, DiskOrdinal) -> Result<> {
      auto removed = device.disk().remove(segment_path(descriptor_.set, number));
      if (!removed && removed.error().code() != Code::kNotFound) return removed;
      return {};
    });
  }

  void lost(std::uint32_t number) {
    for (unsigned i = 0; i < members_.size(); ++i)
      if (good(i))
        notes_.damaged({descriptor_.set,
                        descriptor_.members[i].disk,
                        false,
                        {descriptor_.set, number},
                        {},
                        CopyState::kCorrupt,
                        {}});
    tell(Happening::Kind::kDataLost, 0, segment_path(descriptor_.set, number));
  }

  // A successor has batches, so this one is complete wherever it is.
  Result<> keep_sealed(std::uint32_t number, Candidate& candidate) {
    if (!candidate.header) return lost(number), Result<>();
    TRY(complete_missing(number, candidate));
    SegmentInfo info{*candidate.header, 0, candidate.header->size};
    for (auto& file : candidate.files) {
      if (!file || info.first != 0) continue;
      SegmentReader reader(file, *candidate.header);
      auto first = reader.header_at(start_of(*candidate.header));
      if (first && *first) info.first = (*first)->first_sequence;
    }
    result_.segments.emplace(number, info);
    return {};
  }

  // Copies the whole segment to members that do not have it.
  Result<> complete_missing(std::uint32_t number, Candidate& candidate) {
    auto source = std::ranges::find_if(candidate.files, [](auto& file) { return file != nullptr; });
    auto from = unsigned(source - candidate.files.begin());
    for_each_good([&](StoreDevice& device, DiskOrdinal ordinal) -> Result<> {
      if (candidate.files[ordinal.value]) return {};
      TRY(copy_segment(*members_[from], device, *candidate.header, candidate.header->size,
                       ordinal));
      TRY(candidate.files[ordinal.value],
          device.disk().open(segment_path(descriptor_.set, number), Access::kReadWrite));
      tell(Happening::Kind::kCopyRepaired, ordinal.value, segment_path(descriptor_.set, number));
      return {};
    });
    return {};
  }

  Result<> recover_active(std::uint32_t number, Candidate& candidate);
  Result<ChainPoint> walk_together(Readers& readers, const SegmentHeader& segment);
  std::optional<BatchAt> skip_rot(Readers& readers, const SegmentHeader& segment,
                                  const ChainPoint& point);
  bool settle_last(Readers& readers, const ChainPoint& point, const BatchHeader& batch);
  void complete(Readers& readers, const BatchAt& batch, bool last);
  struct End {
    Sequence sequence = 0;
    std::uint64_t epoch = 0;
  };
  End end_before(std::uint32_t number);
  Result<> cut_tail(const SegmentHeader& segment, ChainPoint& point);

  const Descriptor& descriptor_;
  const std::vector<StoreDevice*>& members_;
  Notes& notes_;
  std::vector<std::shared_ptr<File>> active_;  // by ordinal
  std::uint64_t torn_epoch_ = 0;               // of the last batch, if it is whole nowhere
  RecoveredSet result_;
};

Result<> SetRecovery::recover_active(std::uint32_t number, Candidate& candidate) {
  TRY(complete_missing(number, candidate));
  const SegmentHeader& segment = *candidate.header;
  active_ = candidate.files;
  Readers readers(members_.size());
  for (unsigned i = 0; i < members_.size(); ++i)
    if (active_[i]) readers[i] = std::make_unique<SegmentReader>(active_[i], segment);
  result_.segments.emplace(number, SegmentInfo{segment, 0, kPage});
  TRY(ChainPoint end, walk_together(readers, segment));
  bool dirty = false;
  for (unsigned i = 0; i < members_.size(); ++i) {
    if (!good(i) || !readers[i]) continue;
    auto written = SegmentReader(active_[i], segment).is_written(end.offset);
    if (!written) notes_.failed(*members_[i], written.error());
    dirty |= written.value_or(false);
  }
  // A member that is away may have what looks torn here: then it is not for this start to decide.
  if (dirty && all_good()) TRY(cut_tail(segment, end));
  // What recovery found may have been in the page cache alone; what is served from now on must not.
  for_each_good([&](StoreDevice&, DiskOrdinal ordinal) {
    return sync_batches(*active_[ordinal.value], ordinal);
  });
  result_.segments.at(number).end = end.offset;
  result_.tail = end;
  return {};
}

Result<ChainPoint> SetRecovery::walk_together(Readers& readers, const SegmentHeader& segment) {
  SegmentInfo& info = result_.segments.at(segment.number);
  ChainPoint point = start_of(segment);
  for (;;) {
    std::optional<BatchHeader> batch;
    for (unsigned i = 0; i < members_.size(); ++i) {
      if (!good(i) || !readers[i]) continue;
      auto here = readers[i]->header_at(point);
      if (!here) {
        notes_.failed(*members_[i], here.error());
        continue;
      }
      if (*here && (!batch || (*here)->epoch > batch->epoch)) batch = *here;
    }
    if (!any_good()) return unreadable();
    if (!batch) {
      auto later = skip_rot(readers, segment, point);
      if (!later) return point;
      if (info.first == 0) info.first = later->header.first_sequence;
      point = {later->offset, later->header.number, later->header.previous, later->header.epoch};
      continue;
    }
    ChainPoint next = after(point, *batch);
    bool last = true;
    for (unsigned i = 0; i < members_.size(); ++i) {
      if (!good(i) || !readers[i]) continue;
      auto following = readers[i]->header_at(next);
      if (following && *following) last = false;
    }
    if (last && !settle_last(readers, point, *batch)) {
      torn_epoch_ = batch->epoch;
      return point;
    }
    complete(readers, {point.offset, *batch}, last);
    if (info.first == 0) info.first = batch->first_sequence;
    // Of an empty batch too: it says what came before it.
    result_.last = std::max(result_.last, batch->first_sequence + batch->records - 1);
    point = next;
  }
}

// Looks for a batch behind a place where no copy has one.
std::optional<BatchAt> SetRecovery::skip_rot(Readers& readers, const SegmentHeader& segment,
                                             const ChainPoint& point) {
  std::optional<BatchAt> later;
  for (unsigned i = 0; i < members_.size(); ++i) {
    if (!good(i) || !readers[i]) continue;
    auto found = readers[i]->find_later(point);
    if (!found || !*found) continue;
    if (!later || (*found)->offset < later->offset) later = **found;
  }
  if (!later) return {};
  Position span{descriptor_.set, segment.number, std::uint32_t(point.offset), 0};
  for (unsigned i = 0; i < members_.size(); ++i)
    if (good(i))
      notes_.damaged(
          {descriptor_.set, descriptor_.members[i].disk, false, span, {}, CopyState::kCorrupt, {}});
  tell(Happening::Kind::kDataLost, 0, segment_path(descriptor_.set, segment.number));
  return later;
}

// Whether the last batch is whole on some disk. If not, it was never acknowledged.
bool SetRecovery::settle_last(Readers& readers, const ChainPoint& point, const BatchHeader& batch) {
  for (unsigned i = 0; i < members_.size(); ++i) {
    if (!good(i) || !readers[i]) continue;
    auto whole = readers[i]->whole_batch(point.offset, batch);
    if (!whole) notes_.failed(*members_[i], whole.error());
    if (whole && *whole) return true;
  }
  return false;
}

// Writes a batch to the members that do not have it. Of batches with a successor only the header is
// looked at here: their payloads are the scrub's.
void SetRecovery::complete(Readers& readers, const BatchAt& batch, bool last) {
  std::optional<Buffer> content;
  for (unsigned i = 0; i < members_.size() && !content; ++i) {
    if (!good(i) || !readers[i]) continue;
    bool needed = false;
    for (unsigned j = 0; j < members_.size(); ++j) {
      if (!good(j) || !readers[j]) continue;
      ChainPoint point{batch.offset, batch.header.number, batch.header.previous, 0};
      auto here = readers[j]->header_at(point);
      needed |= last || !here || !*here || (*here)->crc != batch.header.crc;
    }
    if (!needed) return;
    auto whole = readers[i]->whole_batch(batch.offset, batch.header);
    if (whole && *whole) content = std::move(**whole);
  }
  if (!content) return;
  content->resize(batch.header.extent());
  for_each_good([&](StoreDevice&, DiskOrdinal ordinal) -> Result<> {
    TRY(auto whole, readers[ordinal.value]->whole_batch(batch.offset, batch.header));
    if (whole) return {};
    TRY(active_[ordinal.value]->write_at(batch.offset, *content));
    readers[ordinal.value] =
        std::make_unique<SegmentReader>(active_[ordinal.value], readers[ordinal.value]->segment());
    tell(last ? Happening::Kind::kTailCompleted : Happening::Kind::kCopyRepaired, ordinal.value,
         segment_path(descriptor_.set, readers[ordinal.value]->segment().number));
    return {};
  });
}

// The highest sequence in the segments below `number`, so that none is given twice, and the highest
// epoch.
SetRecovery::End SetRecovery::end_before(std::uint32_t number) {
  End end;
  auto place = result_.segments.lower_bound(number);
  while (place != result_.segments.begin() && end.sequence == 0) {
    --place;
    const SegmentHeader& segment = place->second.header;
    for_each_good([&](StoreDevice& device, DiskOrdinal) -> Result<> {
      TRY(std::shared_ptr<File> file,
          device.disk().open(segment_path(descriptor_.set, segment.number), Access::kRead));
      SegmentReader reader(std::move(file), segment);
      for (ChainPoint point = start_of(segment);;) {
        TRY(auto batch, reader.header_at(point));
        if (batch) {
          end.sequence = std::max(end.sequence, batch->first_sequence + batch->records - 1);
          end.epoch = std::max(end.epoch, batch->epoch);
          point = after(point, *batch);
          continue;
        }
        TRY(auto later, reader.find_later(point));
        if (!later) return {};
        point = {later->offset, later->header.number, later->header.previous, later->header.epoch};
      }
    });
  }
  return end;
}

Result<> SetRecovery::cut_tail(const SegmentHeader& segment, ChainPoint& point) {
  BatchHeader cut;
  cut.flags = BatchHeader::kCut;
  cut.incarnation = segment.incarnation;
  std::uint64_t epoch = std::max(point.epoch, torn_epoch_);
  // Nothing but the torn batch in this segment: the ones before it know.
  if (result_.last == 0) {
    const End before = end_before(segment.number);
    result_.last = before.sequence;
    epoch = std::max(epoch, before.epoch);
  }
  // A session's batches are one above what it found; the one cut may be of such a session.
  cut.epoch = epoch + 2;
  cut.number = point.number;
  cut.first_sequence = result_.last + 1;
  cut.previous = point.crc;
  Buffer page(kPage);
  encode(cut, page.data());
  for_each_good([&](StoreDevice&, DiskOrdinal ordinal) {
    return active_[ordinal.value]->write_at(point.offset, View(page));
  });
  tell(Happening::Kind::kTailCut, 0, segment_path(descriptor_.set, segment.number));
  point = after(point, cut);
  return {};
}

}  // namespace

Result<RecoveredSet> recover_segments(const Descriptor& descriptor,
                                      const std::vector<StoreDevice*>& members, Notes& notes) {
  return SetRecovery(descriptor, members, notes).run();
}

Result<> copy_segment(StoreDevice& source, StoreDevice& target, const SegmentHeader& header,
                      std::uint64_t end, DiskOrdinal ordinal) {
  std::string path = segment_path(header.set, header.number);
  TRY(auto from, source.disk().open(path, Access::kRead));
  TRY(target.disk().make_directory(segments_folder(header.set)));
  TRY(create_segment(target.disk(), header, ordinal));
  TRY(auto to, target.disk().open(path, Access::kReadWrite));
  Buffer chunk(1 << 20);
  WriteBehind behind;
  for (std::uint64_t offset = kPage; offset < end;) {
    auto wanted = std::size_t(std::min<std::uint64_t>(chunk.size(), end - offset));
    TRY(std::size_t count, from->read_at(offset, MutableView(chunk).first(wanted)));
    if (count == 0) break;
    TRY(to->write_at(offset, View(chunk).first(count)));
    offset += count;
    TRY(behind.wrote(*to, offset));
  }
  return sync_batches(*to, ordinal);
}

}  // namespace belfry::segments
