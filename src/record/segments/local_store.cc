#include "local_store.h"

#include "base/crc32c.h"
#include "parallel.h"

namespace belfry::segments {

LocalStore::LocalStore(Executor executor, Clock& clock, Random& random, Options options)
    : executor_(std::move(executor)),
      clock_(clock),
      random_(random),
      options_(std::move(options)),
      context_{clock_,
               random_,
               *this,
               options_.segment_size,
               options_.space_reserve,
               options_.space_ahead,
               open_files_,
               next_sequence_,
               last_durable_,
               [this](SetId set) { change_over(set); }} {}

// What a watch tells, it tells this.
LocalStore::~LocalStore() {
  for (auto& device : devices_)
    if (device->watch) device->watch->stop();
}

std::shared_ptr<ReplicaSet> LocalStore::find_set(SetId set) const {
  std::lock_guard lock(mutex_);
  auto found = sets_.find(set);
  return found == sets_.end() ? nullptr : found->second;
}

Result<std::shared_ptr<ReplicaSet>> LocalStore::find_readable(SetId set) const {
  auto found = find_set(set);
  if (!found) return fail(Code::kRetry, "segments.set_unreadable", {{"set", set.text()}});
  return found;
}

std::vector<std::shared_ptr<ReplicaSet>> LocalStore::all_sets() const {
  std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<ReplicaSet>> all;
  all.reserve(sets_.size());
  for (auto& [id, set] : sets_) all.push_back(set);
  return all;
}

StoreDevice* LocalStore::device_of(DiskId disk) const {
  for (auto& device : devices_)
    if (device->info.id == disk) return device.get();
  return nullptr;
}

Pool& LocalStore::pool_of(const ReplicaSet& set) const {
  for (StoreDevice* device : set.members())
    if (device && device->good()) return *device->pool;
  return *devices_.front()->pool;
}

Task<Appended> LocalStore::append(Stream stream, const Placement& placement, RecordType type,
                                  std::vector<Buffer> body, Purpose purpose) {
  std::uint64_t length = 0;
  PendingAppend pending;
  for (const Buffer& part : body) {
    length += part.size();
    pending.body_crc = crc32c(part, pending.body_crc);
  }
  if (length + kRecordHeader > options_.segment_size.count / 4)
    co_return fail(Code::kInvalid, "segments.record_too_large");
  const bool may_use = purpose == Purpose::kRelease || stream == Stream::kLedger;
  const Reserve reserve = may_use ? Reserve::kUse : Reserve::kKeep;
  pending.type = type;
  pending.body = std::make_shared<const std::vector<Buffer>>(std::move(body));
  pending.length = std::uint32_t(length);
  pending.executor = co_await boost::asio::this_coro::executor;
  // Each round ends with one disk fewer, so there are never more of them than disks.
  for (std::size_t round = 0; round <= devices_.size(); ++round) {
    CO_TRY(auto set, co_await set_for_append(stream, placement, reserve));
    if (reserve == Reserve::kKeep) CO_TRY(co_await keep_reserve(*set));
    pending.outcome = PendingAppend::Outcome::kWaiting;
    co_await runtime::suspend([&](std::move_only_function<void()> resume) {
      pending.resume = std::move(resume);
      set->enqueue(pending);
    });
    if (pending.outcome == PendingAppend::Outcome::kDone) co_return pending.appended;
    if (pending.outcome == PendingAppend::Outcome::kFailed)
      co_return std::unexpected(*pending.error);
  }
  co_return fail(Code::kRetry, "segments.no_disks");
}

namespace {

// Whether these octets, read at `position`, are the record that was written there.
bool is_record(View bytes, Position position, const SegmentHeader& segment) {
  auto header = decode_record_header(bytes, record_seed(segment.incarnation, position.offset));
  return header && header->length + kRecordHeader == bytes.size() &&
         bytes.size() == position.length &&
         crc32c(bytes.subspan(kRecordHeader)) == header->body_crc;
}

// One copy of a record, checked.
Result<std::optional<Buffer>> read_copy(ReplicaSet& set, unsigned ordinal, Position position,
                                        const SegmentHeader& segment) {
  TRY(auto file, set.segment_file(ordinal, position.segment));
  Buffer bytes(position.length);
  TRY(std::size_t count, file->read_at(position.offset, bytes));
  if (!is_record(View(bytes).first(count), position, segment)) return std::nullopt;
  return bytes;
}

// The copy of the first good disk, if it is whole and in memory: most reads need no change of
// thread. Whatever else there is to find, read_copy() finds on the disk's own pool.
std::optional<Buffer> read_cached_copy(const ReplicaSet& set,
                                       const std::vector<StoreDevice*>& members, Position position,
                                       const SegmentHeader& segment) {
  for (unsigned ordinal = 0; ordinal < members.size(); ++ordinal) {
    if (!members[ordinal] || !members[ordinal]->good()) continue;
    auto file = set.opened_segment_file(ordinal, position.segment);
    Buffer bytes(position.length);
    if (!file || !file->read_cached(position.offset, bytes)) return std::nullopt;
    if (!is_record(bytes, position, segment)) return std::nullopt;
    return bytes;
  }
  return std::nullopt;
}

Buffer body_of(Buffer record) {
  record.erase(record.begin(), record.begin() + kRecordHeader);
  return record;
}

bool plausible(Position position, const SegmentInfo& segment) {
  return position.length >= kRecordHeader && position.offset >= kPage + kBatchHeader &&
         std::uint64_t(position.offset) + position.length <= segment.header.size;
}

}  // namespace

Task<Buffer> LocalStore::read(Position position) {
  CO_TRY(auto set, find_readable(position.set));
  auto segment = set->segment(position.segment);
  if (!segment || !plausible(position, *segment))
    co_return fail(Code::kNotFound, "segments.no_record");
  auto members = set->members();
  if (auto cached = read_cached_copy(*set, members, position, segment->header))
    co_return body_of(std::move(*cached));
  std::vector<unsigned> bad;
  std::optional<Error> silence;
  for (unsigned ordinal = 0; ordinal < members.size(); ++ordinal) {
    StoreDevice* device = members[ordinal];
    if (!device || !device->good()) continue;
    auto copy = co_await runtime::blocking(
        *device->pool, [&] { return read_copy(*set, ordinal, position, segment->header); });
    if (!copy && copy.error().code() == Code::kExhausted) co_return std::unexpected(copy.error());
    if (copy && *copy) {
      if (!bad.empty())
        co_await runtime::blocking(*device->pool, [&]() -> Result<> {
          repair_record(*set, position, **copy, bad);
          return {};
        });
      co_return body_of(std::move(**copy));
    }
    if (!copy && DiskWatch::is_silence(copy.error())) {
      silence = copy.error();
      continue;
    }
    bad.push_back(ordinal);
    note_bad_copy(*set, ordinal, position, copy ? nullptr : &copy.error());
  }
  // It may have a good copy.
  if (silence) co_return std::unexpected(*silence);
  if (!bad.empty()) happened({Happening::Kind::kDataLost, position.set, {}, {}, "record"});
  co_return fail(Code::kCorrupt, "segments.no_good_copy");
}

Task<std::vector<Copy>> LocalStore::where(Position position) {
  CO_TRY(auto set, find_readable(position.set));
  auto segment = set->segment(position.segment);
  if (!segment || !plausible(position, *segment))
    co_return fail(Code::kNotFound, "segments.no_record");
  std::vector<Copy> copies;
  auto descriptor = set->descriptor();
  auto members = set->members();
  std::string path = segment_path(position.set, position.segment);
  for (unsigned ordinal = 0; ordinal < members.size(); ++ordinal) {
    StoreDevice* device = members[ordinal];
    Copy copy{descriptor.members[ordinal].disk, path, CopyState::kMissing};
    if (device) copy.path = device->info.path + "/" + path;
    if (device && device->good()) {
      auto found =
          co_await runtime::blocking(*device->pool, [&]() -> Result<std::optional<Buffer>> {
            // By name, not by a file that is open: the folder may be gone.
            TRY(auto named, device->disk().open(path, Access::kRead));
            return read_copy(*set, ordinal, position, segment->header);
          });
      if (found) copy.state = *found ? CopyState::kHealthy : CopyState::kCorrupt;
    }
    copies.push_back(std::move(copy));
  }
  co_return copies;
}

Task<> LocalStore::close() {
  if (closed_.exchange(true)) co_return Result<>{};
  for (;;) {
    std::shared_ptr<Promise<Result<>>> opening;
    {
      std::lock_guard lock(mutex_);
      for (auto& [key, group] : groups_)
        if (group.opening) opening = group.opening;
    }
    if (!opening) break;
    (void)co_await opening->wait();
  }
  if (background_) co_await background_->wait();
  for (auto& set : all_sets()) {
    co_await runtime::suspend([&](std::move_only_function<void()> resume) {
      set->close(ReplicaSet::Closing::kRetire, std::move(resume));
    });
    set->forget_files();
  }
  co_return Result<>{};
}

}  // namespace belfry::segments
