#include "ledger_core.h"

#include "crypto/sign.h"

namespace belfry::audit {

namespace {

constexpr std::size_t kSegmentLengthMax = 48 * 1024;
// Octets of leaves that wait for the journal.
constexpr std::size_t kQueuedOctetsMax = std::size_t{64} << 20;
// Segments of reads that wait to be sealed.
constexpr std::size_t kClosedSegmentsMax = 512;
// Segments of one tenant that wait for its key; more of its reads are refused, and no others.
constexpr std::size_t kUnsealedSegmentsMax = 8;

std::unexpected<Error> unavailable() {
  return fail(Code::kRetry, "audit.unavailable");
}

}  // namespace

Core::Core(Clock& clock, Random& random, segments::Store& store, crypto::KeyStore& keys,
           Options options)
    : clock_(clock),
      random_(random),
      store_(store),
      keys_(keys),
      options_(std::move(options)),
      files_(options_.tile_disks, options_.tile_pool),
      index_(options_.tile_disks, keys, random, log_reader()) {}

Result<> Core::load_signer() {
  TRY(crypto::Key signer, keys_.current({}, crypto::KeyPurpose::kCheckpointSigner));
  const crypto::PublicKey key = crypto::public_key_of(signer.secret);
  verifier_key_ = make_verifier_key(options_.provider, key);
  root_verifier_key_ = make_verifier_key(origin(kRootLog), key);
  signer_seed_ = std::move(signer.secret);
  return {};
}

std::string Core::origin(TenantId tenant) const {
  if (tenant == kRootLog) return options_.provider + "/root";
  return options_.provider + "/tenant/" + tenant.text();
}

Result<crypto::Key> Core::month_key(TenantId tenant) {
  const std::uint32_t month = crypto::month_of(clock_.now());
  {
    std::lock_guard lock(months_mutex_);
    auto found = months_.find(tenant);
    if (found != months_.end() && found->second.version == month) return found->second;
  }
  auto key = keys_.current(tenant, crypto::KeyPurpose::kAuditMonth);
  if (!key) return std::unexpected(key.error());
  std::lock_guard lock(months_mutex_);
  months_.insert_or_assign(tenant, *key);
  return key;
}

Result<Buffer> Core::seal(LeafType type, TenantId tenant, View plain, LeafId& id) {
  TRY(crypto::Key month, month_key(tenant));
  LeafRandom random;
  // One call: the system's source costs more by the call than by the octet.
  std::array<std::byte, sizeof random.id + sizeof random.salt + sizeof random.nonce> octets;
  random_.fill(octets);
  auto next = octets.begin();
  for (MutableView part :
       {MutableView(random.id), MutableView(random.salt), MutableView(random.nonce)}) {
    std::copy_n(next, part.size(), part.begin());
    next += std::ptrdiff_t(part.size());
  }
  id = random.id;
  return seal_leaf(type, month, plain, random);
}

bool Core::has_room_locked() const {
  return queued_leaves_ < options_.backlog_leaves_max && queued_octets_ < kQueuedOctetsMax &&
         closed_segments_.size() < kClosedSegmentsMax &&
         held_octets_ < options_.kept_octets_max + options_.unwritten_octets_max;
}

Result<> Core::enqueue(Pending pending) {
  for (const Leaf& leaf : pending.leaves) pending.octets += leaf.octets.size();
  {
    std::lock_guard lock(mutex_);
    if (stopping_ || (closing_ && !pending.closes)) return unavailable();
    // What nobody waits for was admitted before; the closing record goes last in any case.
    if (pending.done && !pending.closes && (failing_ || !has_room_locked())) return unavailable();
    queued_leaves_ += pending.leaves.size();
    queued_octets_ += pending.octets;
    queue_.push_back(std::move(pending));
  }
  work_.notify();
  return {};
}

Task<std::vector<Receipt>> Core::submit(Pending pending) {
  for (const Leaf& leaf : pending.leaves) {
    auto id = leaf_id(leaf.octets);
    if (!id || *id != leaf.id) co_return fail(Code::kInvalid, "audit.leaf_malformed");
  }
  auto done = std::make_shared<Promise<Receipts>>();
  pending.done = done;
  CO_TRY(enqueue(std::move(pending)));
  co_return co_await done->wait();
}

Result<> Core::record_read(TenantId tenant, const Event& event) {
  const std::string line = to_ocsf(event);
  if (line.size() + 4 > kPlainLengthMax)
    return fail(
        Code::kInvalid, "audit.event_too_large",
        {{"octets", std::to_string(line.size())}, {"limit", std::to_string(kPlainLengthMax - 4)}});
  bool first = false;
  {
    std::lock_guard lock(mutex_);
    if (reads_closed_ || stopping_ || !has_room_locked()) return unavailable();
    auto unsealed = unsealed_.find(tenant);
    if (unsealed != unsealed_.end() && unsealed->second.segments.size() >= kUnsealedSegmentsMax)
      return unavailable();
    OpenSegment& segment = open_segments_[tenant];
    if (!segment.plain.empty() && segment.plain.size() + 4 + line.size() > kSegmentLengthMax)
      closed_segments_.emplace_back(tenant, std::exchange(segment.plain, {}));
    if (segment.plain.empty()) segment.opened = clock_.monotonic();
    add_to_segment(segment.plain, line);
    first = reading_.insert(tenant).second;
  }
  if (first) {
    Pending told;
    told.reading = {tenant};
    return enqueue(std::move(told));
  }
  return {};
}

bool Core::healthy() {
  std::lock_guard lock(mutex_);
  return !failing_ && !closing_ && has_room_locked();
}

segments::Sequence Core::source_watermark() {
  std::lock_guard lock(mutex_);
  return source_watermark_;
}

void Core::stop() {
  stopping_ = true;
  work_.notify();
}

boost::asio::awaitable<void> Core::stopped() {
  co_await writer_done_.wait();
  co_await flusher_done_.wait();
  co_await publisher_done_.wait();
  co_await indexer_done_.wait();
  co_await saver_done_.wait();
}

// Reads first, then everything queued, then the record that says that this run ended well; tenants
// whose reads could not be sealed are not meant by it.
Task<> Core::close() {
  {
    std::lock_guard lock(mutex_);
    if (reads_closed_) co_return Result<>();
    // None may come between their last segment and the record of the end.
    reads_closed_ = true;
  }
  Pending last;
  last.closes = true;
  auto flush = [this, &last] {
    Result<> flushed = flush_segments(Due::kAll);
    std::scoped_lock lock(flushing_, mutex_);
    closing_ = true;
    for (const auto& [tenant, unsealed] : unsealed_) last.reading.push_back(tenant);
    return flushed;
  };
  Result<> outcome = co_await runtime::blocking(pool(), flush);
  auto closed = co_await submit(std::move(last));
  if (!closed) outcome = std::unexpected(closed.error());
  auto publish = [this] { return publish_all(Which::kDirty, TileFiles::Present::kReplace); };
  auto published = co_await runtime::blocking(pool(), publish);
  stop();
  co_await stopped();
  co_return outcome ? published : outcome;
}

}  // namespace belfry::audit
