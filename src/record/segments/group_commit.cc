// Building, writing and acknowledging batches: the middle of ReplicaSet.
//
// No coroutine runs here. The append that finds the set idle builds the batch and hands it to the
// disks' threads; the last disk to finish acknowledges it, and builds the next from what has queued
// up. So one client's append costs one change of thread and back. In a crowd the next batch is
// built on an executor instead, after those whose appends are done have had their turn there: what
// they and others append until then shares its writes and syncs.
#include "base/crc32c.h"
#include "durable.h"
#include "replica_set.h"

#include <boost/asio/post.hpp>

#include <algorithm>

namespace belfry::segments {
namespace {

constexpr std::array<std::byte, kPage> kZeros{};
constexpr std::size_t kCrowd = 4;  // appends in a batch

}  // namespace

struct ReplicaSet::Batch {
  std::vector<PendingAppend*> appends;
  std::vector<std::byte> headers;  // of the batch, then of the records
  std::vector<View> parts;
  std::uint64_t offset = 0;
  std::uint64_t space = 0;  // to make behind it
  BatchHeader header;
  std::vector<std::shared_ptr<File>> files;
  std::vector<StoreDevice*> devices;
  std::vector<std::shared_ptr<const std::vector<Buffer>>> bodies;
  std::vector<Result<>> written, results;  // of each disk: by its thread; as it was settled
  std::atomic<unsigned> left = 0;
  std::atomic<bool> has_space = true;  // as far as it was to be made

  std::uint64_t end() const { return offset + header.extent(); }
};

void ReplicaSet::enqueue(PendingAppend& append) {
  {
    std::unique_lock lock(mutex_);
    if (open_ && queued_ + append.length <= kQueueMax) {
      queue_.push_back(&append);
      queued_ += append.length;
      if (busy_) return;
      busy_ = true;
    } else {
      append.outcome = PendingAppend::Outcome::kAgain;
      if (open_) {
        append.outcome = PendingAppend::Outcome::kFailed;
        append.error = Error(Code::kRetry, "segments.busy");
      }
      auto resume = std::move(append.resume);
      lock.unlock();
      resume();
      return;
    }
  }
  start_batch();
}

// Called by whoever owns `busy_`.
void ReplicaSet::start_batch() {
  auto batch = std::make_shared<Batch>();
  std::vector<std::move_only_function<void()>> drained;
  std::vector<PendingAppend*> again;
  Fit fit = Fit::kNone;
  {
    std::lock_guard lock(mutex_);
    if (open_) fit = fill_batch(*batch);
    if (fit == Fit::kLater) {
      awaits_space_ = true;
      return;
    }
    if (!open_) {
      again.assign(queue_.begin(), queue_.end());
      queue_.clear();
      queued_ = 0;
    }
    if (fit == Fit::kNone) {
      busy_ = false;
      if (is_drained()) drained.swap(drained_);
    }
  }
  if (fit == Fit::kBatch) return dispatch(std::move(batch));
  if (fit == Fit::kSegmentFull) {
    // It waits for the disks, which this thread may not; of each set one piece of work waits at
    // most.
    members_.front()->pool->run_always([self = shared_from_this()] { self->grow(); });
    return;
  }
  drop_queue(std::move(again));
  for (auto& resume : drained) resume();
}

void ReplicaSet::drop_queue(std::vector<PendingAppend*> again) {
  for (PendingAppend* append : again) {
    append->outcome = PendingAppend::Outcome::kAgain;
    auto resume = std::move(append->resume);
    resume();
  }
}

// Takes what fits.
ReplicaSet::Fit ReplicaSet::fill_batch(Batch& batch) {
  if (queue_.empty()) return Fit::kNone;
  if (!active_.info) return Fit::kSegmentFull;
  std::uint64_t room =
      active_.info->header.size - std::min(active_.info->header.size, tail_->offset);
  std::uint64_t payload = 0;
  std::size_t count = 0;
  for (PendingAppend* append : queue_) {
    std::uint64_t more = kRecordHeader + append->length;
    if (kBatchHeader + payload + more > room || (count > 0 && payload + more > kBatchMax)) break;
    payload += more;
    ++count;
  }
  const bool meets_zeros =
      count == 0 || round_up(tail_->offset + kBatchHeader + payload) > active_.space_end;
  if (making_space_ && meets_zeros) return Fit::kLater;
  if (count == 0) return Fit::kSegmentFull;
  batch.offset = tail_->offset;
  batch.headers.resize(kBatchHeader + count * kRecordHeader);
  batch.header = {0,
                  active_.info->header.incarnation,
                  tail_->epoch,
                  tail_->number,
                  std::uint32_t(count),
                  context_.next_sequence.fetch_add(count),
                  std::uint32_t(payload),
                  tail_->crc};
  std::byte* place = batch.headers.data() + kBatchHeader;
  std::uint64_t offset = batch.offset + kBatchHeader;
  batch.parts.push_back(View(batch.headers).first(kBatchHeader));
  for (std::size_t i = 0; i < count; ++i, place += kRecordHeader) {
    PendingAppend* append = queue_.front();
    queue_.pop_front();
    queued_ -= append->length;
    Sequence sequence = batch.header.first_sequence + i;
    encode({append->type, 0, append->length, sequence, append->body_crc},
           record_seed(batch.header.incarnation, std::uint32_t(offset)), place);
    append->appended = {
        sequence,
        {id_, active_.info->header.number, std::uint32_t(offset), kRecordHeader + append->length}};
    batch.parts.push_back({place, kRecordHeader});
    for (const Buffer& part : *append->body) batch.parts.push_back(part);
    batch.bodies.push_back(append->body);
    batch.appends.push_back(append);
    offset += kRecordHeader + append->length;
  }
  batch.header.records_crc = crc32c(View(batch.headers).subspan(kBatchHeader));
  encode(batch.header, batch.headers.data());
  batch.parts.push_back(View(kZeros).first(batch.header.extent() - kBatchHeader - payload));
  batch.files = active_.files;
  batch.devices = members_;
  if (batch.end() > active_.space_end) batch.space = space_to_make(batch.end());
  return Fit::kBatch;
}

void ReplicaSet::dispatch(std::shared_ptr<Batch> batch) {
  auto count = unsigned(batch->files.size());
  batch->written.resize(count);
  batch->results.resize(count);
  batch->left = count;
  for (unsigned ordinal = 0; ordinal < count; ++ordinal) {
    StoreDevice& device = *batch->devices[ordinal];
    auto settle = [self = shared_from_this(), batch, ordinal](Result<> outcome) {
      if (outcome) outcome = std::move(batch->written[ordinal]);
      batch->results[ordinal] = std::move(outcome);
      if (batch->left.fetch_sub(1) == 1) self->finish_batch(batch);
    };
    device.wrote(batch->header.extent());
    // A set has one batch under way: that bounds what is queued.
    device.run([batch, ordinal] { batch->written[ordinal] = write_batch(*batch, ordinal); },
               std::move(settle));
  }
}

// On a silent disk this may end when set and device are gone: after the first call it touches only
// what the batch has.
Result<> ReplicaSet::write_batch(Batch& batch, unsigned ordinal) {
  if (!batch.devices[ordinal]->good()) return fail(Code::kRetry, "segments.disk_absent");
  File& file = *batch.files[ordinal];
  if (batch.space > 0 && !file.make_space(batch.end(), Bytes{batch.space})) batch.has_space = false;
  TRY(file.write_at(batch.offset, batch.parts));
  return sync_batches(file, {ordinal});
}

void ReplicaSet::finish_batch(const std::shared_ptr<Batch>& batch) {
  bool whole = std::ranges::all_of(batch->results, [](auto& result) { return result.has_value(); });
  if (!whole) {
    // It waits for the other disks, which this thread may not.
    batch->devices.front()->pool->run_always(
        [self = shared_from_this(), batch] { self->fail_batch(batch); });
    return;
  }
  std::shared_ptr<Making> making;
  {
    std::lock_guard lock(mutex_);
    tail_ = after(*tail_, batch->header);
    active_.info->end = tail_->offset;
    const std::uint64_t made = batch->has_space ? batch->space : 0;
    active_.space_end = std::max(active_.space_end, batch->end() + made);
    if (active_.info->first == 0) active_.info->first = batch->header.first_sequence;
    making = plan_space();
  }
  if (making) make_space(std::move(making));
  Sequence last = batch->header.last_sequence();
  Sequence seen = context_.last_durable.load();
  while (seen < last && !context_.last_durable.compare_exchange_weak(seen, last)) {
  }
  const bool crowded = batch->appends.size() >= kCrowd;
  Executor turn = batch->appends.front()->executor;
  if (!crowded) start_batch();
  for (PendingAppend* append : batch->appends) {
    append->outcome = PendingAppend::Outcome::kDone;
    auto resume = std::move(append->resume);
    resume();
  }
  if (crowded) boost::asio::post(turn, [self = shared_from_this()] { self->start_batch(); });
}

// On a pool. The set takes nothing more; its records go elsewhere. So that recovery does not find
// them here too, the batch is cut on the disks that are left.
void ReplicaSet::fail_batch(const std::shared_ptr<Batch>& batch) {
  for (std::size_t i = 0; i < batch->results.size(); ++i)
    if (!batch->results[i]) context_.notes.failed(*batch->devices[i], batch->results[i].error());
  BatchHeader cut = batch->header;
  cut.flags = BatchHeader::kCut;
  cut.epoch += 2;
  cut.records = cut.payload = cut.records_crc = 0;
  Buffer page(kPage);
  encode(cut, page.data());
  for (unsigned i = 0; i < batch->files.size(); ++i) {
    if (!batch->devices[i]->good()) continue;
    Result<> done = batch->files[i]->write_at(batch->offset, View(page));
    if (done) done = sync_batches(*batch->files[i], {i});
    if (!done) context_.notes.failed(*batch->devices[i], done.error());
  }
  {
    std::lock_guard lock(mutex_);
    open_ = false;
    tail_ = after(*tail_, cut);
    active_.info->end = tail_->offset;
  }
  start_batch();
  drop_queue(std::move(batch->appends));
}

// On a pool, owning `busy_`: the next record does not fit, so another segment begins.
void ReplicaSet::grow() {
  SegmentHeader header{id_, stream_, 0, context_.random.octets<16>(), context_.segment_size.count};
  {
    std::lock_guard lock(mutex_);
    header.number = next_number_;
    if (!segments_.empty()) header.number = std::max(header.number, segments_.rbegin()->first + 1);
  }
  auto files = create_segment_files(header);
  {
    std::lock_guard lock(mutex_);
    if (files) {
      ChainPoint start = start_of(header);
      start.epoch = tail_ ? tail_->epoch : 1;
      if (tail_) segments_.rbegin()->second.end = tail_->offset;
      SegmentInfo& info = segments_[header.number] = {header, 0, kPage};
      active_ = {&info, std::move(*files)};
      tail_ = start;
    } else {
      open_ = false;
    }
  }
  // Before `busy_` is given up: then the store may close, and be gone.
  if (header.number > 0) context_.segment_filled(id_);
  start_batch();
}

Result<std::vector<std::shared_ptr<File>>> ReplicaSet::create_segment_files(
    const SegmentHeader& header) {
  std::vector<std::shared_ptr<File>> files;
  for (unsigned i = 0; i < members_.size(); ++i) {
    Disk& disk = members_[i]->disk();
    Result<> created = create_segment(disk, header, {i});
    if (created) {
      auto file = disk.open(segment_path(id_, header.number), Access::kReadWrite);
      if (file)
        files.push_back(std::move(*file));
      else
        created = std::unexpected(file.error());
    }
    if (created) continue;
    context_.notes.failed(*members_[i], created.error());
    return std::unexpected(created.error());
  }
  return files;
}

}  // namespace belfry::segments
