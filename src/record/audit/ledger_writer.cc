#include "ledger_core.h"

namespace belfry::audit {

namespace {

constexpr std::size_t kBatchLeavesMax = 8192;
constexpr std::size_t kBatchOctetsMax = std::size_t{4} << 20;
constexpr Duration kRetryAfter = std::chrono::milliseconds(200);
constexpr Duration kFlushEvery = std::chrono::milliseconds(50);
constexpr Duration kSegmentOpenMax = std::chrono::milliseconds(100);
constexpr Duration kKeyRetryAfter = std::chrono::seconds(1);

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
  std::vector<TenantId> still_reading;  // when it closes: their reads are not all in the journal
  std::size_t leaves = 0, octets = 0;   // as they were counted in the queue

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
    auto& reading = pending.closes ? batch.still_reading : batch.record.reading;
    reading.insert(reading.end(), pending.reading.begin(), pending.reading.end());
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
void Core::apply(JournalRecord record, segments::Sequence sequence) {
  std::lock_guard lock(mutex_);
  for (Leaf& leaf : record.leaves) {
    if (recent_.find(leaf.id)) continue;
    TenantLog& log = logs_[leaf.tenant];
    recent_.add(leaf.id, {leaf.tenant, log.size()});
    held_octets_ += leaf.octets.size();
    unsaved_octets_ += leaf.octets.size();
    log.add(std::make_shared<const Buffer>(std::move(leaf.octets)), record.written, sequence);
  }
  applied_ = sequence;
  last_written_ = std::max(last_written_, record.written);
  open_reads_.insert(record.reading.begin(), record.reading.end());
  if (record.source_complete_up_to)
    source_watermark_ = std::max(source_watermark_, *record.source_complete_up_to);
}

boost::asio::awaitable<bool> Core::write_closed(const Batch& batch) {
  const Timestamp now = clock_.now();
  std::vector<std::pair<segments::RecordType, Buffer>> records{
      {kClosedRecord, encode_closed_record(now)}};
  if (!batch.still_reading.empty())
    records.emplace_back(kLeavesRecord,
                         encode_journal_record({.written = now, .reading = batch.still_reading}));
  for (auto& [type, body] : records) {
    auto appended = co_await store_.append(segments::Stream::kLedger, options_.placement, type,
                                           {std::move(body)}, segments::Purpose::kStore);
    if (!appended) co_return false;
  }
  co_return true;
}

// False: given up because the ledger stops.
boost::asio::awaitable<bool> Core::commit(Batch& batch) {
  if (batch.writes()) {
    const Buffer body = encode_journal_record(batch.record);
    segments::Sequence sequence = 0;
    for (;;) {
      auto appended = co_await store_.append(segments::Stream::kLedger, options_.placement,
                                             kLeavesRecord, {body}, segments::Purpose::kStore);
      if (appended) {
        sequence = appended->sequence;
        break;
      }
      reject_waiters(batch);
      if (stopping_ || closing_) co_return false;
      co_await clock_.sleep(kRetryAfter);
      if (stopping_) co_return false;
    }
    apply(std::move(batch.record), sequence);
  }
  if (batch.closes && !co_await write_closed(batch)) reject_waiters(batch);
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

Core::Segments Core::take_due_segments(Due due) {
  Segments taken;
  std::lock_guard lock(mutex_);
  const Monotonic now = clock_.monotonic();
  for (auto unsealed = unsealed_.begin(); unsealed != unsealed_.end();) {
    if (due != Due::kAll && now < unsealed->second.again) {
      ++unsealed;
      continue;
    }
    taken[unsealed->first] = std::move(unsealed->second.segments);
    unsealed = unsealed_.erase(unsealed);
  }
  for (auto& [tenant, plain] : closed_segments_) taken[tenant].push_back(std::move(plain));
  closed_segments_.clear();
  for (auto segment = open_segments_.begin(); segment != open_segments_.end();) {
    if (due != Due::kAll && now - segment->second.opened < kSegmentOpenMax) {
      ++segment;
      continue;
    }
    taken[segment->first].push_back(std::move(segment->second.plain));
    segment = open_segments_.erase(segment);
  }
  return taken;
}

void Core::keep_unsealed(TenantId tenant, std::deque<Buffer> segments) {
  std::lock_guard lock(mutex_);
  const Monotonic again = clock_.monotonic() + kKeyRetryAfter;
  Unsealed& unsealed = unsealed_.try_emplace(tenant, Unsealed{{}, again}).first->second;
  // Behind what waits already, which is older.
  for (Buffer& plain : segments) unsealed.segments.push_back(std::move(plain));
}

// Takes from `segments` what it could seal.
Result<> Core::seal_segments(TenantId tenant, std::deque<Buffer>& segments) {
  {
    // The first of them wait for their key: so do these.
    std::lock_guard lock(mutex_);
    if (unsealed_.contains(tenant)) return {};
  }
  for (; !segments.empty(); segments.pop_front()) {
    Leaf leaf{tenant, {}, {}};
    TRY(leaf.octets, seal(LeafType::kSegment, tenant, segments.front(), leaf.id));
    Pending pending;
    pending.leaves.push_back(std::move(leaf));
    TRY(enqueue(std::move(pending)));
  }
  return {};
}

// Seals the segments that are full or old enough; what cannot be sealed is kept, and keeps back its
// tenant alone. Blocks when a month key has to be made.
Result<> Core::flush_segments(Due due) {
  std::lock_guard flushing(flushing_);
  Result<> outcome;
  for (auto& [tenant, segments] : take_due_segments(due)) {
    if (auto sealed = seal_segments(tenant, segments); !sealed) outcome = sealed;
    if (!segments.empty()) keep_unsealed(tenant, std::move(segments));
  }
  return outcome;
}

boost::asio::awaitable<void> Core::run_flusher(std::shared_ptr<Core> core) {
  while (!core->stopping_) {
    co_await core->clock_.sleep(kFlushEvery);
    if (core->stopping_) break;
    Core* raw = core.get();
    // A failure leaves the segments where they are, for the next round.
    auto flush = [raw] { return raw->flush_segments(Due::kOld); };
    std::ignore = co_await runtime::blocking(core->pool(), flush);
  }
  core->flusher_done_.set(true);
}

}  // namespace belfry::audit
