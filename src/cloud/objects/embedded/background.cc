// What the engine does besides commits: the way of leaves and released files, damage.
#include "embedded/core.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>

namespace belfry::objects {
namespace {

constexpr std::size_t kLeavesAtOnce = 1024;
// The commit record holds the leaf: nobody waits, so many go at once rather than each at its own
// price of a commit.
constexpr Duration kGather = std::chrono::milliseconds(20);
constexpr Duration kLedgerPause = std::chrono::milliseconds(200);
constexpr Duration kResolvePause = std::chrono::milliseconds(500);

}  // namespace

Task<> Core::open() {
  CO_TRY(co_await bring_up_to_date());
  if (is_everything_here())
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
      if (batch.leaves.size() < kLeavesAtOnce && !closing_) co_await clock_.sleep(kGather);
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
  bool in_doubt = !unresolved_groups().empty();
  co_return co_await runtime::blocking(*options_.pool, [this, in_doubt]() -> Result<> {
    if (!in_doubt) TRY(table_.mark_whole());
    return table_.flush(Index::Wait::kYes);
  });
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
