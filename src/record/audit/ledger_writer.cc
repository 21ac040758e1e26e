#include "base/codec.h"
#include "ledger_core.h"

namespace belfry::audit {

namespace {

constexpr std::size_t kBatchLeavesMax = 8192;
constexpr std::size_t kBatchOctetsMax = std::size_t{4} << 20;
constexpr Duration kRetryAfter = std::chrono::milliseconds(200);
constexpr Duration kFlushEvery = std::chrono::milliseconds(50);
constexpr Duration kSegmentOpenMax = std::chrono::milliseconds(100);

}  // namespace

struct Batch {
  std::vector<Pending> pending;
  struct Known {
    LeafId id;
    std::optional<Receipt> receipt;  // it was in the journal before
  };
  std::vector<std::vector<Known>> leaves_of;  // each of `pending`
  JournalRecord record;
  bool closes = false;
  std::size_t leaves = 0, octets = 0;  // as they were counted in the queue

  bool writes() const {
    return !record.leaves.empty() || !record.reading.empty() ||
           record.source_complete_up_to.has_value();
  }
};

// Everything queued, up to the limits; leaves that the journal or the batch has already are left
// out of the record.
std::optional<Batch> Core::next_batch() {
  std::lock_guard lock(mutex_);
  if (queue_.empty()) return std::nullopt;
  Batch batch;
  batch.record.written = clock_.now();
  std::set<LeafId> within;
  while (!queue_.empty() && batch.leaves < kBatchLeavesMax && batch.octets < kBatchOctetsMax &&
         !batch.closes) {
    Pending pending = std::move(queue_.front());
    queue_.pop_front();
    batch.leaves += pending.leaves.size();
    batch.octets += pending.octets;
    auto& known = batch.leaves_of.emplace_back();
    for (Leaf& leaf : pending.leaves) {
      const Receipt* receipt = recent_.find(leaf.id);
      known.push_back({leaf.id, receipt ? std::optional(*receipt) : std::nullopt});
      if (!receipt && within.insert(leaf.id).second) batch.record.leaves.push_back(std::move(leaf));
    }
    if (pending.source_complete_up_to)
      batch.record.source_complete_up_to =
          std::max(batch.record.source_complete_up_to.value_or(0), *pending.source_complete_up_to);
    batch.record.reading.insert(batch.record.reading.end(), pending.reading.begin(),
                                pending.reading.end());
    batch.closes = pending.closes;
    batch.pending.push_back(std::move(pending));
  }
  return batch;
}

void Core::reject_waiters(Batch& batch) {
  std::vector<std::shared_ptr<Promise<Receipts>>> waiters;
  {
    std::lock_guard lock(mutex_);
    failing_ = true;
    for (Pending& pending : batch.pending)
      if (pending.done) waiters.push_back(std::exchange(pending.done, nullptr));
    // Those behind were never written: they can be forgotten, unless they came without a waiter.
    std::deque<Pending> kept;
    for (Pending& pending : queue_) {
      if (!pending.done) {
        kept.push_back(std::move(pending));
        continue;
      }
      queued_leaves_ -= pending.leaves.size();
      queued_octets_ -= pending.octets;
      waiters.push_back(std::move(pending.done));
    }
    queue_ = std::move(kept);
  }
  for (auto& waiter : waiters) waiter->set(fail(Code::kRetry, "audit.unavailable"));
}

// The trees follow the journal: called once for each record that is durable, in its order.
void Core::apply(JournalRecord record) {
  std::lock_guard lock(mutex_);
  for (Leaf& leaf : record.leaves) {
    if (recent_.find(leaf.id)) continue;
    TenantLog& log = logs_[leaf.tenant];
    recent_.add(leaf.id, {leaf.tenant, log.size()});
    log.add(std::make_shared<const Buffer>(std::move(leaf.octets)), record.written);
  }
  if (record.source_complete_up_to)
    source_watermark_ = std::max(source_watermark_, *record.source_complete_up_to);
}

// False: given up because the ledger stops.
boost::asio::awaitable<bool> Core::commit(Batch& batch) {
  if (batch.writes()) {
    const Buffer body = encode_journal_record(batch.record);
    for (;;) {
      auto appended = co_await store_.append(segments::Stream::kLedger, options_.placement,
                                             kLeavesRecord, {body});
      if (appended) break;
      reject_waiters(batch);
      if (stopping_ || closing_) co_return false;
      co_await clock_.sleep(kRetryAfter);
      if (stopping_) co_return false;
    }
    apply(std::move(batch.record));
  }
  if (batch.closes) {
    Encoder written;
    written.put(std::uint16_t{1}).put_i64(to_us(clock_.now()));
    auto appended = co_await store_.append(segments::Stream::kLedger, options_.placement,
                                           kClosedRecord, {written.take()});
    if (!appended) reject_waiters(batch);
  }
  std::vector<std::vector<Receipt>> receipts(batch.pending.size());
  {
    std::lock_guard lock(mutex_);
    failing_ = false;
    queued_leaves_ -= batch.leaves;
    queued_octets_ -= batch.octets;
    for (std::size_t i = 0; i < batch.leaves_of.size(); ++i)
      for (const auto& [id, receipt] : batch.leaves_of[i])
        receipts[i].push_back(receipt ? *receipt : *recent_.find(id));
  }
  for (std::size_t i = 0; i < batch.pending.size(); ++i)
    if (batch.pending[i].done) batch.pending[i].done->set(std::move(receipts[i]));
  co_return true;
}

boost::asio::awaitable<void> Core::run_writer(std::shared_ptr<Core> core) {
  for (bool going = true; going && !core->stopping_;) {
    auto batch = core->next_batch();
    if (batch)
      going = co_await core->commit(*batch);
    else
      co_await core->work_.wait();
  }
  // Who came in between gets an answer.
  Batch nothing;
  core->stopping_ = true;
  core->reject_waiters(nothing);
  core->writer_done_.set(true);
}

// Seals the segments that are full or old enough. Blocks when a month key has to be made.
Result<> Core::flush_segments(bool all) {
  std::deque<std::pair<TenantId, Buffer>> due;
  {
    std::lock_guard lock(mutex_);
    due.swap(closed_segments_);
    const Monotonic now = clock_.monotonic();
    for (auto segment = open_segments_.begin(); segment != open_segments_.end();) {
      if (!all && now - segment->second.opened < kSegmentOpenMax) {
        ++segment;
        continue;
      }
      due.emplace_back(segment->first, std::move(segment->second.plain));
      segment = open_segments_.erase(segment);
    }
  }
  Result<> outcome;
  while (!due.empty() && outcome) {
    auto& [tenant, plain] = due.front();
    Leaf leaf{tenant, {}, {}};
    auto octets = seal(LeafType::kSegment, tenant, plain, leaf.id);
    if (!octets) {
      outcome = std::unexpected(octets.error());
      break;
    }
    leaf.octets = std::move(*octets);
    Pending pending;
    pending.leaves.push_back(std::move(leaf));
    outcome = enqueue(std::move(pending));
    if (outcome) due.pop_front();
  }
  if (!due.empty()) {
    std::lock_guard lock(mutex_);
    closed_segments_.insert(closed_segments_.begin(), std::make_move_iterator(due.begin()),
                            std::make_move_iterator(due.end()));
  }
  return outcome;
}

boost::asio::awaitable<void> Core::run_flusher(std::shared_ptr<Core> core) {
  while (!core->stopping_) {
    co_await core->clock_.sleep(kFlushEvery);
    if (core->stopping_) break;
    Core* raw = core.get();
    // A failure leaves the segments where they are, for the next round.
    auto flush = [raw] { return raw->flush_segments(false); };
    std::ignore = co_await runtime::blocking(core->pool(), flush);
  }
  core->flusher_done_.set(true);
}

}  // namespace belfry::audit
