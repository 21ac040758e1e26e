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

// What a start learns from checkpoints and journal.
struct Recovery {
  Core& core;
  struct Signed {
    Hash root;
    bool met = false;
  };
  // Checkpoints of earlier runs, by the size that they cover.
  std::map<std::pair<TenantId, std::uint64_t>, Signed> checkpoints;
  segments::Cursor cursor;
  std::set<TenantId> reading;  // told since the last closing
  Timestamp last_written;

  Result<> read_checkpoints();
  Result<> visit(const segments::Record& record);
  Result<> meet(TenantId tenant);
  Result<> finish() const;
};

std::unexpected<Error> history_changed(TenantId tenant, std::uint64_t size) {
  return fail(Code::kCorrupt, "audit.history_changed",
              {{"tenant", tenant.text()}, {"size", std::to_string(size)}});
}

Result<> Recovery::read_checkpoints() {
  for (const TileFiles::Found& found : core.files_.checkpoints()) {
    // A torn file, or none of ours: it is written again.
    auto opened = open_checkpoint(found.octets, core.verifier_key(found.tenant));
    if (!opened || opened->origin != core.origin(found.tenant) || opened->size == 0) continue;
    auto [there, fresh] =
        checkpoints.emplace(std::pair(found.tenant, opened->size), Signed{opened->root});
    if (!fresh && there->second.root != opened->root)
      return history_changed(found.tenant, opened->size);
  }
  return {};
}

Result<> Recovery::meet(TenantId tenant) {
  const Edge& edge = core.logs_[tenant].edge();
  auto found = checkpoints.find({tenant, edge.size()});
  if (found == checkpoints.end()) return {};
  if (edge.root() != found->second.root) return history_changed(tenant, edge.size());
  found->second.met = true;
  return {};
}

// Nothing else runs yet: the lock is for apply() alone.
Result<> Recovery::visit(const segments::Record& record) {
  if (record.type == kClosedRecord) {
    reading.clear();
  } else if (record.type == kLeavesRecord) {
    TRY(JournalRecord decoded, decode_journal_record(record.body));
    reading.insert(decoded.reading.begin(), decoded.reading.end());
    last_written = std::max(last_written, decoded.written);
    // One leaf at a time, so that no signed size is stepped over.
    std::vector<Leaf> leaves = std::exchange(decoded.leaves, {});
    core.apply(decoded, record.sequence);
    for (Leaf& leaf : leaves) {
      const TenantId tenant = leaf.tenant;
      JournalRecord one{decoded.written};
      one.leaves.push_back(std::move(leaf));
      core.apply(std::move(one), record.sequence);
      TRY(meet(tenant));
    }
  } else if ((record.type & segments::kCriticalRecord) != 0) {
    return fail(Code::kCorrupt, "audit.journal_unknown",
                {{"version", std::to_string(record.type)}});
  }
  cursor[record.position.set] = record.sequence;
  if (core.held_octets_ <= 2 * core.options_.kept_octets_max) return {};
  return fail(Code::kConflict, kPause);
}

Result<> Recovery::finish() const {
  for (const auto& [place, met] : checkpoints)
    if (!met.met) return history_changed(place.first, place.second);
  return {};
}

Task<> Core::recover(std::shared_ptr<Core> core) {
  Core* raw = core.get();
  Recovery recovery{*raw};
  auto prepare = [raw, &recovery]() -> Result<> {
    TRY(raw->load_signer());
    return recovery.read_checkpoints();
  };
  CO_TRY(co_await runtime::blocking(core->pool(), prepare));
  // As far as memory goes, then the files of what was read, then on.
  for (bool more = true; more;) {
    auto replayed = co_await core->store_.replay(
        segments::Stream::kLedger, recovery.cursor,
        [&recovery](const segments::Record& record) { return recovery.visit(record); });
    more = !replayed && replayed.error().message() == kPause;
    if (!replayed && !more) co_return replayed;
    auto settle = [raw, more] {
      if (more) return raw->make_room(raw->options_.kept_octets_max);
      return raw->publish_all(Which::kEach, TileFiles::Present::kCompare);
    };
    // The journal's word against a signed one: nothing is written over before that is settled.
    if (!more) CO_TRY(recovery.finish());
    CO_TRY(co_await runtime::blocking(core->pool(), settle));
  }
  auto executor = co_await boost::asio::this_coro::executor;
  boost::asio::co_spawn(executor, run_writer(core), boost::asio::detached);
  boost::asio::co_spawn(executor, run_flusher(core), boost::asio::detached);
  boost::asio::co_spawn(executor, run_publisher(core), boost::asio::detached);
  boost::asio::co_spawn(executor, run_indexer(core), boost::asio::detached);
  auto told = co_await record_gaps(core, recovery.reading, recovery.last_written);
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
