#include "ledger_core.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace belfry::audit {

namespace {

constexpr std::string_view kPause = "audit.replay_pause";
// Reads are in the journal after 200 ms, later when this machine has no time for it. A record of
// something else may be written meanwhile, so the gap that a crash leaves begins before the last
// one.
constexpr Duration kReadsOnTheirWay = std::chrono::seconds(5);

}  // namespace

// What a start learns from savepoints, checkpoints and journal.
struct Recovery {
  Core& core;
  struct Signed {
    Hash root;
    bool met = false;
  };
  // Checkpoints of earlier runs, by the size that they cover, and what they told as destroyed.
  std::map<std::pair<TenantId, std::uint64_t>, Signed> checkpoints;
  segments::Cursor cursor;
  // Leaves of the journal so far, of logs of which the savepoint's files have more than its record.
  std::map<TenantId, std::uint64_t> counted;

  Result<> read_savepoints();
  Result<> begin_with(Savepoint savepoint);
  Result<> read_checkpoints();
  Result<> expect(TenantId tenant, std::uint64_t size, const Hash& root);
  Result<> expect_savepoint(const segments::Record& record) const;
  Result<> visit(const segments::Record& record);
  Result<> take(JournalRecord record, segments::Sequence sequence);
  bool is_in_files(const Leaf& leaf);
  Result<> meet(TenantId tenant);
  Result<> finish() const;
};

std::unexpected<Error> history_changed(TenantId tenant, std::uint64_t size) {
  return fail(Code::kCorrupt, "audit.history_changed",
              {{"tenant", tenant.text()}, {"size", std::to_string(size)}});
}

// The newest one; what older ones need is held as well, for they are on disks.
Result<> Recovery::read_savepoints() {
  Savepoint newest;
  std::size_t whole = 0;
  std::map<segments::Sequence, std::vector<std::pair<TenantId, std::uint64_t>>> held;
  for (std::size_t disk = 0; disk < core.files_.disk_count(); ++disk) {
    auto octets = core.files_.read_savepoint(disk);
    if (!octets) continue;
    auto savepoint = decode_savepoint(*octets);
    if (!savepoint && savepoint.error().code() == Code::kInvalid)
      return std::unexpected(savepoint.error());
    if (!savepoint) continue;
    ++whole;
    auto& sizes = held[savepoint->sequence];
    sizes.clear();
    for (const SavedLog& log : savepoint->logs) sizes.emplace_back(log.tenant, log.edge.size());
    if (savepoint->sequence > newest.sequence) newest = std::move(*savepoint);
  }
  if (newest.sequence == 0) return {};
  // Some disk missed it: one that was away, or is new.
  core.save_wanted_ = held.size() > 1 || whole < core.files_.disk_count();
  TRY(begin_with(std::move(newest)));
  for (const auto& [sequence, sizes] : held)
    for (const auto& [tenant, size] : sizes) core.logs_[tenant].hold(sequence, size);
  return {};
}

Result<> Recovery::begin_with(Savepoint savepoint) {
  // Records to come would have sequences that the savepoint has already.
  if (savepoint.sequence > core.store_.last_sequence())
    return fail(Code::kCorrupt, "audit.journal_behind",
                {{"sequence", std::to_string(savepoint.sequence)}});
  core.applied_ = core.saved_ = savepoint.sequence;
  core.may_be_saved_ = true;
  core.last_written_ = savepoint.last_written;
  core.source_watermark_ = savepoint.source_watermark;
  core.open_reads_ = std::move(savepoint.reading);
  for (const auto& [id, receipt] : savepoint.recent) core.recent_.add(id, receipt);
  for (SavedLog& log : savepoint.logs) {
    if (log.counted < log.edge.size()) counted[log.tenant] = log.counted;
    // A crash came before their files went.
    if (log.removed < log.deleted) core.save_wanted_ = true;
    const TenantId tenant = log.tenant;
    core.logs_.insert_or_assign(tenant, TenantLog(std::move(log), savepoint.last_written));
  }
  // Sequences grow over all sets: what is up to there is in the savepoint.
  for (const segments::SetStatus& set : core.store_.sets())
    if (set.stream == segments::Stream::kLedger) cursor[set.set] = savepoint.sequence;
  return {};
}

Result<> Recovery::read_checkpoints() {
  for (const TileFiles::Found& found : core.files_.all(TilePath{}.text())) {
    // A torn file, or none of ours: it is written again.
    auto opened = open_checkpoint(found.octets, core.verifier_key(found.tenant));
    if (!opened || opened->origin != core.origin(found.tenant) || opened->size == 0) continue;
    TRY(expect(found.tenant, opened->size, opened->root));
  }
  for (const TileFiles::Found& found : core.files_.all(std::string(kDestroyedFile))) {
    auto told =
        open_destroyed(found.octets, core.origin(found.tenant), core.verifier_key(found.tenant));
    if (!told) continue;
    // From here on, so that nothing takes it back before it is compared.
    core.logs_[found.tenant].tell(*told);
    TRY(expect(found.tenant, told->leaves, told->root));
  }
  return {};
}

Result<> Recovery::expect(TenantId tenant, std::uint64_t size, const Hash& root) {
  auto [there, fresh] = checkpoints.emplace(std::pair(tenant, size), Signed{root});
  return fresh || there->second.root == root ? Result<>() : history_changed(tenant, size);
}

// Before anything is written: files that the journal can make no more must not be taken for wrong.
Result<> Recovery::expect_savepoint(const segments::Record& record) const {
  if (record.type != kSavepointRecord) return {};
  TRY(const SavepointRecord told, decode_savepoint_record(record.body));
  if (told.sequence <= core.saved_) return {};
  return fail(Code::kCorrupt, "audit.savepoint_lost",
              {{"sequence", std::to_string(told.sequence)}});
}

Result<> Recovery::meet(TenantId tenant) {
  const Edge& edge = core.logs_[tenant].edge();
  auto found = checkpoints.find({tenant, edge.size()});
  if (found == checkpoints.end()) return {};
  if (edge.root() != found->second.root) return history_changed(tenant, edge.size());
  found->second.met = true;
  return {};
}

// Files had leaves of later records when the savepoint was made: the first ones are those.
bool Recovery::is_in_files(const Leaf& leaf) {
  const auto count = counted.find(leaf.tenant);
  if (count == counted.end()) return false;
  if (core.recent_.find(leaf.id)) return true;
  core.recent_.add(leaf.id, {leaf.tenant, count->second++});
  if (count->second == core.logs_[leaf.tenant].size()) counted.erase(count);
  return true;
}

// One leaf at a time, so that no signed size is stepped over.
Result<> Recovery::take(JournalRecord record, segments::Sequence sequence) {
  std::vector<Leaf> leaves = std::exchange(record.leaves, {});
  core.apply(record, sequence);
  for (Leaf& leaf : leaves) {
    if (is_in_files(leaf)) continue;
    const TenantId tenant = leaf.tenant;
    JournalRecord one{record.written};
    one.leaves.push_back(std::move(leaf));
    core.apply(std::move(one), sequence);
    TRY(meet(tenant));
  }
  return {};
}

// Nothing else runs yet: the lock is for apply() alone.
Result<> Recovery::visit(const segments::Record& record) {
  if (record.type == kClosedRecord) {
    core.open_reads_.clear();
  } else if (record.type == kLeavesRecord) {
    TRY(JournalRecord decoded, decode_journal_record(record.body));
    TRY(take(std::move(decoded), record.sequence));
  } else if (record.type != kSavepointRecord && (record.type & segments::kCriticalRecord) != 0) {
    return fail(Code::kCorrupt, "audit.journal_unknown",
                {{"version", std::to_string(record.type)}});
  }
  cursor[record.position.set] = record.sequence;
  if (core.held_octets_ <= 2 * core.options_.kept_octets_max) return {};
  return fail(Code::kConflict, kPause);
}

Result<> Recovery::finish() const {
  for (const auto& [tenant, count] : counted) return history_changed(tenant, count);
  for (const auto& [place, found] : checkpoints) {
    if (found.met) continue;
    const auto& [tenant, size] = place;
    if (size > core.size_of(tenant)) return history_changed(tenant, size);
    // From before the savepoint: the tree of today says what it was then.
    TRY(const Hash root, root_of(size, [&](TilePlace tile, unsigned width) {
          return core.tile_hashes(tenant, tile, width);
        }));
    if (root != found.root) return history_changed(tenant, size);
  }
  return {};
}

Task<> Core::recover(std::shared_ptr<Core> core) {
  Core* raw = core.get();
  Recovery recovery{*raw};
  auto prepare = [raw, &recovery]() -> Result<> {
    TRY(raw->load_signer());
    TRY(recovery.read_savepoints());
    return recovery.read_checkpoints();
  };
  CO_TRY(co_await runtime::blocking(core->pool(), prepare));
  CO_TRY(co_await core->store_.replay(
      segments::Stream::kLedger, recovery.cursor,
      [&recovery](const segments::Record& record) { return recovery.expect_savepoint(record); }));
  // As far as memory goes, then the files of what was read, then on.
  for (bool more = true; more;) {
    auto replayed = co_await core->store_.replay(
        segments::Stream::kLedger, recovery.cursor,
        [&recovery](const segments::Record& record) { return recovery.visit(record); });
    more = !replayed && replayed.error().message() == kPause;
    if (!replayed && !more) co_return replayed;
    auto settle = [raw, more, &recovery]() -> Result<> {
      if (more) return raw->make_room(raw->options_.kept_octets_max);
      // The journal's word against a signed one: nothing is written over before that is settled.
      TRY(recovery.finish());
      // What a savepoint has is in files already.
      const Which which = raw->saved_ == 0 ? Which::kEach : Which::kDirty;
      TRY(raw->publish_all(which, TileFiles::Present::kCompare));
      return raw->tell_destroyed();
    };
    CO_TRY(co_await runtime::blocking(core->pool(), settle));
  }
  std::set<TenantId> interrupted = raw->open_reads_;
  const Timestamp last_written = raw->last_written_;
  auto executor = co_await boost::asio::this_coro::executor;
  boost::asio::co_spawn(executor, run_writer(core), boost::asio::detached);
  boost::asio::co_spawn(executor, run_flusher(core), boost::asio::detached);
  boost::asio::co_spawn(executor, run_publisher(core), boost::asio::detached);
  boost::asio::co_spawn(executor, run_indexer(core), boost::asio::detached);
  boost::asio::co_spawn(executor, run_saver(core), boost::asio::detached);
  auto told = co_await record_gaps(core, std::move(interrupted), last_written);
  if (!told) {
    core->stop();
    co_await core->stopped();
  }
  co_return told;
}

// The last run ended without closing: reads of its last moments may be missing, and their log says
// so. The writer has to run.
Task<> Core::record_gaps(std::shared_ptr<Core> core, std::set<TenantId> tenants, Timestamp since) {
  Pending gaps;
  for (TenantId tenant : tenants) {
    Event event;
    event.time = core->clock_.now();
    event.action = "audit:Gap";
    event.outcome = Outcome::kFailure;
    event.reason = "audit.gap";
    event.actor = "system";
    event.resource = "belfry:audit/" + tenant.text();
    event.details = {{"from", format_rfc3339(since - kReadsOnTheirWay)},
                     {"until", format_rfc3339(event.time)}};
    Leaf leaf{tenant, {}, {}};
    const std::string line = to_ocsf(event);
    auto seal = [raw = core.get(), &leaf, tenant, &line] {
      return raw->seal(LeafType::kEvent, tenant, as_view(line), leaf.id);
    };
    auto octets = co_await runtime::blocking(core->pool(), seal);
    if (octets) {
      leaf.octets = std::move(*octets);
      gaps.leaves.push_back(std::move(leaf));
      continue;
    }
    // One tenant without a key does not keep the others from starting.
    std::deque<Buffer> waiting(1);
    add_to_segment(waiting.front(), line);
    core->keep_unsealed(tenant, std::move(waiting));
  }
  if (gaps.leaves.empty()) co_return Result<>();
  auto receipts = co_await core->submit(std::move(gaps));
  if (!receipts) co_return std::unexpected(receipts.error());
  co_return Result<>();
}

}  // namespace belfry::audit
