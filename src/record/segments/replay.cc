// All records of a stream in the order of their sequences, from bounded memory: of each set a chunk
// of batches is held at a time.
#include "local_store.h"

#include <algorithm>

namespace belfry::segments {
namespace {

// The records of one set, in order. Blocks.
class SetReplay {
 public:
  SetReplay(LocalStore& store, std::shared_ptr<ReplicaSet> set, Sequence from)
      : store_(store), set_(std::move(set)), from_(from), segments_(set_->segments()) {
    segment_ = segments_.begin();
    // Segments that end before `from` are passed over.
    for (auto next = segment_; next != segments_.end(); ++next)
      if (next->second.first != 0 && next->second.first <= from_) segment_ = next;
  }

  struct Item {
    RecordHeader header;
    Position position;
    Buffer body;
  };

  const Item* front() const { return next_ < items_.size() ? &items_[next_] : nullptr; }
  void pop() { ++next_; }
  ReplicaSet& set() { return *set_; }
  bool exhausted() const { return segment_ == segments_.end() && !front(); }

  // Reads on until there is an item or the end.
  Result<> fill() {
    items_.clear();
    next_ = 0;
    std::size_t held = 0;
    while (held < kChunk && segment_ != segments_.end()) {
      if (readers_.empty()) TRY(begin_segment());
      TRY(bool more, read_batch(held));
      if (more) continue;
      readers_.clear();
      ++segment_;
    }
    return {};
  }

 private:
  static constexpr std::size_t kChunk = 256 << 10;

  Result<> begin_segment() {
    auto members = set_->members();
    readers_.resize(members.size());
    bool any = false;
    for (unsigned i = 0; i < members.size(); ++i) {
      if (!members[i] || !members[i]->good()) continue;
      auto file = set_->segment_file(i, segment_->first);
      if (!file) continue;
      readers_[i] = std::make_unique<SegmentReader>(*file, segment_->second.header);
      any = true;
    }
    if (!any) return fail(Code::kRetry, "segments.set_unreadable", {{"set", set_->id().text()}});
    point_ = start_of(segment_->second.header);
    return {};
  }

  // Takes the batch at `point_` from the first copy that is whole. False: the segment ends.
  Result<bool> read_batch(std::size_t& held) {
    if (point_.offset >= segment_->second.end) return false;
    std::optional<BatchHeader> header;
    std::vector<unsigned> bad;
    for (unsigned i = 0; i < readers_.size(); ++i) {
      if (!readers_[i]) continue;
      auto here = readers_[i]->header_at(point_);
      if (here && *here) header = header ? header : *here;
    }
    if (!header) return skip_rot();
    if (header->records == 0 || header->last_sequence() <= from_) {
      point_ = after(point_, *header);
      return true;
    }
    for (unsigned i = 0; i < readers_.size(); ++i) {
      if (!readers_[i]) continue;
      auto whole = readers_[i]->whole_batch(point_.offset, *header);
      if (!whole || !*whole) continue;
      take(**whole, *header, held);
      point_ = after(point_, *header);
      return true;
    }
    lost();
    point_ = after(point_, *header);
    return true;
  }

  void take(View batch, const BatchHeader& header, std::size_t& held) {
    auto records = parse_batch(batch, header, point_.offset);
    for (const ParsedRecord& record : *records) {
      if (record.header.sequence <= from_) continue;
      held += record.body.size() + sizeof(Item);
      items_.push_back(
          {record.header,
           {set_->id(), segment_->first, record.offset, kRecordHeader + record.header.length},
           to_buffer(record.body)});
    }
  }

  Result<bool> skip_rot() {
    std::optional<BatchAt> later;
    for (auto& reader : readers_) {
      if (!reader) continue;
      auto found = reader->find_later(point_);
      if (found && *found && (!later || (*found)->offset < later->offset)) later = **found;
    }
    if (!later || later->offset >= segment_->second.end) return false;
    lost();
    point_ = {later->offset, later->header.number, later->header.previous, later->header.epoch};
    return true;
  }

  void lost() {
    auto members = set_->members();
    for (unsigned i = 0; i < members.size(); ++i)
      if (members[i] && members[i]->good())
        store_.damaged({set_->id(),
                        members[i]->info.id,
                        false,
                        {set_->id(), segment_->first, std::uint32_t(point_.offset), 0},
                        {},
                        CopyState::kCorrupt,
                        {}});
    store_.happened({Happening::Kind::kDataLost,
                     set_->id(),
                     {},
                     {},
                     segment_path(set_->id(), segment_->first)});
  }

  LocalStore& store_;
  std::shared_ptr<ReplicaSet> set_;
  Sequence from_;
  std::map<std::uint32_t, SegmentInfo> segments_;
  std::map<std::uint32_t, SegmentInfo>::iterator segment_;
  std::vector<std::unique_ptr<SegmentReader>> readers_;
  ChainPoint point_;
  std::vector<Item> items_;
  std::size_t next_ = 0;
};

}  // namespace

Result<> pass_over_unknown(const Record& record) {
  if ((record.type & kCriticalRecord) == 0) return {};
  return fail(Code::kCorrupt, "segments.unknown_record",
              {{"type", std::to_string(record.type)}, {"set", record.position.set.text()}});
}

Task<> LocalStore::replay(Stream stream, const Cursor& from,
                          std::function<Result<>(const Record&)> visit) {
  std::vector<std::unique_ptr<SetReplay>> sources;
  for (auto& set : all_sets()) {
    if (set->stream() != stream) continue;
    auto start = from.find(set->id());
    sources.push_back(
        std::make_unique<SetReplay>(*this, set, start == from.end() ? Sequence{0} : start->second));
  }
  for (;;) {
    SetReplay* lowest = nullptr;
    for (auto& source : sources) {
      while (!source->front() && !source->exhausted())
        CO_TRY(co_await runtime::blocking(pool_of(source->set()), [&] { return source->fill(); }));
      if (!source->front()) continue;
      bool lower = !lowest || source->front()->header.sequence < lowest->front()->header.sequence;
      if (lower) lowest = source.get();
    }
    if (!lowest) co_return Result<>{};
    const SetReplay::Item& item = *lowest->front();
    CO_TRY(visit({item.header.sequence, item.header.type, item.body, item.position}));
    lowest->pop();
  }
}

}  // namespace belfry::segments
