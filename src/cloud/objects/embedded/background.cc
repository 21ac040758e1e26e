// What the engine does besides commits: opening, the way of leaves and released files, damage.
#include "base/ensure.h"
#include "embedded/core.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <set>

namespace belfry::objects {
namespace {

constexpr std::size_t kLeavesAtOnce = 1024;
constexpr std::size_t kLeavesHeldByReplay = 20'000;
constexpr Duration kLedgerPause = std::chrono::milliseconds(200);
constexpr Duration kResolvePause = std::chrono::milliseconds(500);

}  // namespace

// How far a replay has come.
struct Core::Replay {
  Sequence from = 0;  // goes on after it
  Sequence cursor = 0, watermark = 0;
  Sequence first = 0, last = 0;  // for the progress
  // Sets that the index has never heard of: new ones, or ones whose disks were away when it was
  // made.
  std::set<SetId> unheard;
  enum class Pause { kNone, kDrain, kRebuild } pause = Pause::kNone;
};

Task<> Core::open() {
  CO_TRY(co_await check_index());
  CO_TRY(co_await replay());
  CO_TRY(co_await store_.collect_orphans(
      segments::Stream::kObjects,
      [this](const segments::FilePosition& file) { return table_.names_file(file); }));
  using Loop = boost::asio::awaitable<void> (Core::*)();
  for (Loop loop : {&Core::drain, &Core::remove_files, &Core::resolve_all}) {
    auto ended = std::make_shared<Promise<bool>>();
    background_.push_back(ended);
    auto run = [](std::shared_ptr<Core> core, Loop body,
                  std::shared_ptr<Promise<bool>> done) -> boost::asio::awaitable<void> {
      co_await (core.get()->*body)();
      done->set(true);
    };
    boost::asio::co_spawn(executor_, run(shared_from_this(), loop, ended), boost::asio::detached);
  }
  leaves_waiting_.notify();
  co_return Result<>();
}

// An index that is ahead of the segments belongs to others, and would hide what comes now: it is
// made again, unless disks are away that may hold what it knows.
Task<> Core::check_index() {
  CO_TRY(co_await runtime::blocking(*options_.pool, [this] { return table_.load(); }));
  if (table_.cursor() <= store_.last_sequence()) co_return Result<>();
  for (const segments::DiskStatus& disk : store_.disks())
    if (disk.health != segments::DiskHealth::kGood)
      co_return fail(Code::kRetry, "engine.disks_missing");
  co_return co_await runtime::blocking(*options_.pool, [this] { return table_.clear(); });
}

// Applies what the index misses and finds again the leaves that the ledger misses, in one pass.
// Leaves are drained on the way, so that any number of them fits.
Task<> Core::replay() {
  Replay replay{.cursor = table_.cursor(), .watermark = ledger_.source_watermark()};
  replay.from = replay.first = std::min(replay.cursor, replay.watermark);
  replay.last = std::max(replay.first, store_.last_sequence());
  do {
    replay.pause = Replay::Pause::kNone;
    CO_TRY(co_await replay_some(replay));
    if (replay.pause == Replay::Pause::kDrain) CO_TRY(co_await drain_all());
    if (replay.pause == Replay::Pause::kRebuild) {
      CO_TRY(co_await runtime::blocking(*options_.pool, [this] { return table_.clear(); }));
      replay.from = replay.first = replay.cursor = 0;
    }
  } while (replay.pause != Replay::Pause::kNone);
  outbox_.replayed(std::max({replay.cursor, replay.watermark, store_.last_sequence()}),
                   std::nullopt);
  co_return Result<>();
}

Task<> Core::replay_some(Replay& replay) {
  segments::Cursor start;
  replay.unheard.clear();
  for (const segments::SetStatus& set : store_.sets()) {
    if (set.stream != segments::Stream::kObjects) continue;
    bool heard = table_.covers(set.set) || replay.cursor == 0;
    if (!heard) replay.unheard.insert(set.set);
    start[set.set] = heard ? replay.from : 0;
  }
  auto visit = [&](const segments::Record& record) { return replay_record(replay, record); };
  auto replayed = co_await store_.replay(segments::Stream::kObjects, start, visit);
  if (!replayed && replay.pause == Replay::Pause::kNone)
    co_return std::unexpected(std::move(replayed).error());
  co_return Result<>();
}

Result<> Core::replay_record(Replay& replay, const segments::Record& record) {
  auto pause = [&](Replay::Pause why) {
    replay.pause = why;
    return fail(Code::kRetry, "engine.replay_paused");
  };
  // Older than the cursor and never applied: a set that has come back. What others did to the same
  // groups since cannot be told apart any more.
  if (record.sequence <= replay.cursor && replay.unheard.contains(record.position.set))
    return pause(Replay::Pause::kRebuild);
  if (outbox_.waiting() >= kLeavesHeldByReplay) return pause(Replay::Pause::kDrain);
  replay.from = record.sequence;
  if (record.type != kCommitRecord) {
    if (record.type & segments::kCriticalRecord)
      return fail(Code::kCorrupt, "engine.unknown_record");
    return {};
  }
  TRY(DecodedCommit commit, decode_commit(record.body, record.position));
  if (record.sequence > replay.cursor) {
    // What is released here is not removed yet: `collect_orphans` does it.
    TRY(table_.apply(commit, record.sequence, record.position, [&] { return record.sequence; }));
  }
  if (record.sequence > replay.watermark) outbox_.replayed(record.sequence, std::move(commit.leaf));
  if (options_.rebuild_progress && record.sequence % 1024 == 0)
    options_.rebuild_progress(double(record.sequence - replay.first) /
                              double(replay.last - replay.first + 1));
  return {};
}

Task<> Core::drain_all() {
  for (;;) {
    Outbox::Batch batch = outbox_.oldest(kLeavesAtOnce);
    if (batch.leaves.empty()) co_return Result<>();
    CO_TRY(co_await ledger_.append_from_source(batch.leaves, batch.complete_up_to));
    outbox_.drained(batch);
  }
}

boost::asio::awaitable<void> Core::drain() {
  for (;;) {
    Outbox::Batch batch = outbox_.oldest(kLeavesAtOnce);
    if (batch.leaves.empty()) {
      if (closing_) co_return;
      co_await leaves_waiting_.wait();
      continue;
    }
    auto appended = co_await ledger_.append_from_source(batch.leaves, batch.complete_up_to);
    if (appended) {
      outbox_.drained(batch);
      continue;
    }
    if (closing_) co_return;  // found again by replay
    co_await clock_.sleep(kLedgerPause);
  }
}

boost::asio::awaitable<void> Core::remove_files() {
  for (;;) {
    std::optional<segments::FilePosition> next;
    {
      std::lock_guard lock(mutex_);
      if (!files_to_remove_.empty()) {
        next = files_to_remove_.front();
        files_to_remove_.pop_front();
      }
    }
    if (next) {
      // One that cannot be removed now is an orphan at the next start.
      static_cast<void>(co_await store_.remove_file(*next));
      continue;
    }
    if (closing_) co_return;
    co_await files_waiting_.wait();
  }
}

boost::asio::awaitable<void> Core::resolve_all() {
  for (;;) {
    if (closing_) co_return;
    std::vector<std::uint64_t> groups = unresolved_groups();
    if (groups.empty()) {
      co_await unresolved_waiting_.wait();
      continue;
    }
    co_await clock_.sleep(kResolvePause);
    for (std::uint64_t group : groups) {
      auto held = co_await locks_.lock(group, LockTable::Mode::kExclusive);
      static_cast<void>(co_await resolve(group));
    }
  }
}

Task<> Core::close() {
  if (closing_.exchange(true)) co_return Result<>();
  leaves_waiting_.notify();
  files_waiting_.notify();
  unresolved_waiting_.notify();
  for (auto& ended : background_) co_await ended->wait();
  pins_.close();
  co_return co_await runtime::blocking(*options_.pool,
                                       [this] { return table_.flush(Index::Wait::kYes); });
}

Task<std::vector<DamagedEntry>> Core::damaged(std::size_t limit) {
  std::vector<DamagedEntry> out;
  for (const segments::Damage& damage : store_.damages()) {
    if (out.size() >= limit) break;
    CO_TRY(co_await damaged_by(damage, limit, out));
  }
  co_return out;
}

Task<std::vector<Entry>> Core::entries_of(SetId set, std::size_t limit) {
  co_return co_await runtime::blocking(*options_.pool,
                                       [this, set, limit] { return table_.lying_in(set, limit); });
}

Task<> Core::damaged_by(const segments::Damage& damage, std::size_t limit,
                        std::vector<DamagedEntry>& out) {
  std::size_t room = limit - out.size();
  CO_TRY(auto entries, co_await runtime::blocking(*options_.pool, [this, &damage, room] {
           return damage.is_file ? table_.named_by(damage.file, room)
                                 : table_.named_by(damage.position, room);
         }));
  bool is_span = !damage.is_file && damage.position.length == 0;
  for (Entry& entry : entries) {
    if (is_span) {
      // The span may end before this entry's record: ask the disk.
      CO_TRY(auto copies, co_await store_.where(entry.record));
      bool concerned = std::ranges::any_of(copies, [&](const segments::Copy& copy) {
        return copy.disk == damage.disk && copy.state != segments::CopyState::kHealthy;
      });
      if (!concerned) continue;
    }
    out.push_back({std::move(entry), damage});
  }
  co_return Result<>();
}

}  // namespace belfry::objects
