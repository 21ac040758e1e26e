// A start: the index is brought up to date with the segments that are here, and what is away is
// remembered.
#include "embedded/core.h"

#include <algorithm>

namespace belfry::objects {
namespace {

constexpr std::size_t kLeavesHeldByReplay = 20'000;

// A set of which no disk is here.
bool is_away(const segments::SetStatus& set) {
  return set.missing.size() == set.disks.size();
}

std::string list(const std::vector<DiskId>& disks) {
  std::string text;
  for (DiskId disk : disks) text += (text.empty() ? "" : ", ") + disk.text();
  return text;
}

}  // namespace

// How far a replay has come.
struct Core::Replay {
  Sequence from = 0;  // goes on after it
  Sequence cursor = 0, watermark = 0;
  Sequence first = 0, last = 0;  // for the progress
  bool resumed = false;
  // Sets of which the index has not all: their records after `cursor` were never applied, and their
  // leaves after `watermark` may never have been sent.
  std::map<SetId, Table::Held> behind;
  enum class Pause { kNone, kDrain, kRebuild } pause = Pause::kNone;
};

std::vector<DiskId> Core::disks_away() {
  std::vector<DiskId> away;
  for (const segments::DiskStatus& disk : store_.disks())
    if (disk.health != segments::DiskHealth::kGood) away.push_back(disk.disk);
  return away;
}

// Whether so many disks are away that all copies of a set may be among them, or one is on disks
// that are here and cannot be read.
bool Core::may_hide_sets() {
  if (!store_.unreadable_sets().empty()) return true;
  unsigned copies = segments::Placement{}.copies;
  for (const segments::SetStatus& set : store_.sets())
    copies = std::min(copies, set.placement.copies);
  return disks_away().size() >= copies;
}

// Whether every file that a record names is known. Records in a span that nobody can read may name
// some: those are not lost with them.
bool Core::is_everything_here() {
  const bool has_lost_span = std::ranges::any_of(store_.damages(), [](auto& damage) {
    return !damage.is_file && damage.position.length == 0;
  });
  return disks_away().empty() && table_.held().empty() && store_.unreadable_sets().empty() &&
         !has_lost_span;
}

std::unexpected<Error> Core::incomplete() {
  const auto unreadable = store_.unreadable_sets();
  if (disks_away().empty() && !unreadable.empty())
    return fail(Code::kRetry, "engine.set_unreadable", {{"set", unreadable.front().text()}});
  return fail(Code::kRetry, "engine.incomplete", {{"disks", list(disks_away())}});
}

// Octets that are on disks that are away are not lost, and not gone.
Error Core::explain(SetId set, Error error) {
  const bool is_unread = error.code() == Code::kNotFound || error.code() == Code::kCorrupt ||
                         error.message() == "segments.set_unreadable";
  if (!is_unread) return error;
  std::vector<DiskId> away = disks_away();
  for (const segments::SetStatus& status : store_.sets()) {
    if (status.set != set) continue;
    if (status.missing.empty()) return error;
    away = status.missing;
  }
  if (away.empty()) return Error(Code::kRetry, "engine.set_unknown", {{"set", set.text()}});
  return Error(Code::kRetry, "engine.set_away", {{"set", set.text()}, {"disks", list(away)}});
}

Task<> Core::bring_up_to_date() {
  CO_TRY(co_await check_index());
  CO_TRY(co_await runtime::blocking(*options_.pool, [this] { return hold_what_is_away(); }));
  CO_TRY(co_await replay());
  CO_TRY(co_await runtime::blocking(*options_.pool, [this] { return release_what_is_here(); }));
  for (const auto& [set, held] : table_.held()) incomplete_ |= !held.whole;
  co_return Result<>();
}

// An index that is ahead of the segments belongs to others, and would hide what comes now: it is
// made again.
Task<> Core::check_index() {
  CO_TRY(co_await runtime::blocking(*options_.pool, [this] { return table_.load(); }));
  if (table_.cursor() <= store_.last_sequence()) co_return Result<>();
  co_return co_await runtime::blocking(*options_.pool, [this] { return table_.clear(); });
}

// The cursor goes on without sets that are away, so where it was for them is written down first.
Result<> Core::hold_what_is_away() {
  std::set<SetId> here;
  bool any_objects = false;
  for (const segments::SetStatus& set : store_.sets()) {
    if (!is_away(set)) here.insert(set.set);
    any_objects |= set.stream == segments::Stream::kObjects;
  }
  Table::Held held{table_.cursor(), ledger_.source_watermark(), table_.was_whole()};
  for (SetId set : table_.covered())
    if (!here.contains(set)) TRY(table_.hold(set, held));
  // Before the first commit ever nothing can be away.
  bool made_now = table_.cursor() == 0 && (any_objects || held.watermark > 0);
  if (made_now && may_hide_sets()) TRY(table_.hold(Table::kUnheard, {0, held.watermark, false}));
  return table_.forget_whole();
}

Result<> Core::release_what_is_here() {
  for (const segments::SetStatus& set : store_.sets())
    if (!is_away(set)) TRY(table_.release(set.set));
  if (!may_hide_sets()) TRY(table_.release(Table::kUnheard));
  return {};
}

// Applies what the index misses and finds again the leaves that the ledger misses, in one pass.
// Leaves are drained on the way, so that any number of them fits.
Task<> Core::replay() {
  Replay replay{.cursor = table_.cursor(), .watermark = ledger_.source_watermark()};
  replay.from = replay.first = std::min(replay.cursor, replay.watermark);
  replay.last = std::max(replay.first, store_.last_sequence());
  find_what_is_behind(replay);
  do {
    replay.pause = Replay::Pause::kNone;
    CO_TRY(co_await replay_some(replay));
    replay.resumed = true;
    if (replay.pause == Replay::Pause::kDrain) CO_TRY(co_await drain_all());
    if (replay.pause == Replay::Pause::kRebuild) {
      CO_TRY(co_await runtime::blocking(*options_.pool, [this]() -> Result<> {
        TRY(table_.clear());
        return may_hide_sets()
                   ? table_.hold(Table::kUnheard, {0, ledger_.source_watermark(), false})
                   : Result<>();
      }));
      replay.from = replay.first = replay.cursor = 0;
    }
  } while (replay.pause != Replay::Pause::kNone);
  outbox_.replayed(std::max({replay.cursor, replay.watermark, store_.last_sequence()}),
                   std::nullopt);
  co_return Result<>();
}

// Sets that were away, and sets that the index has never heard of: new ones, or ones that were away
// when it was made.
void Core::find_what_is_behind(Replay& replay) {
  auto held = table_.held();
  auto unheard = held.find(Table::kUnheard);
  Sequence unheard_watermark = unheard == held.end() ? replay.watermark : unheard->second.watermark;
  for (const segments::SetStatus& set : store_.sets()) {
    if (set.stream != segments::Stream::kObjects || is_away(set)) continue;
    auto of_set = held.find(set.set);
    if (of_set != held.end()) {
      Table::Held& behind = replay.behind[set.set] = of_set->second;
      if (behind.whole) behind.cursor = replay.cursor;
    } else if (!table_.covers(set.set) && replay.cursor != 0) {
      replay.behind[set.set] = {0, unheard_watermark, false};
    }
  }
}

Task<> Core::replay_some(Replay& replay) {
  segments::Cursor start;
  for (const segments::SetStatus& set : store_.sets()) {
    if (set.stream != segments::Stream::kObjects) continue;
    start[set.set] = replay.from;
    auto behind = replay.behind.find(set.set);
    if (behind == replay.behind.end() || replay.resumed) continue;
    start[set.set] = std::min({replay.from, behind->second.cursor, behind->second.watermark});
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
  auto behind = replay.behind.find(record.position.set);
  bool is_behind = behind != replay.behind.end();
  // Older than the cursor and never applied: a set that has come back. What others did to the same
  // groups since cannot be told apart any more.
  if (is_behind && record.sequence > behind->second.cursor && record.sequence <= replay.cursor)
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
    Table::Durable durable{commit, record.sequence, record.position, {}};
    table_.apply({&durable, 1}, [&] { return record.sequence; });
    if (!durable.released) return std::unexpected(durable.released.error());
  }
  Sequence sent = is_behind ? behind->second.watermark : replay.watermark;
  if (record.sequence > sent) outbox_.replayed(record.sequence, std::move(commit.leaf));
  if (options_.rebuild_progress && record.sequence % 1024 == 0)
    options_.rebuild_progress(double(record.sequence - replay.first) /
                              double(replay.last - replay.first + 1));
  return {};
}

}  // namespace belfry::objects
