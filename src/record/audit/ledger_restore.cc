// A partial bundle that no disk has any more: its leaves are still in the journal.
#include "ledger_core.h"

#include <algorithm>

namespace belfry::audit {

namespace {

constexpr std::string_view kEnough = "audit.restore_ends";

}  // namespace

Task<> Core::restore(std::shared_ptr<Core> core, TenantId tenant) {
  BundleState wanted;
  segments::Sequence since = 0;
  {
    std::lock_guard lock(core->mutex_);
    const TenantLog& log = core->logs_[tenant];
    if (log.entries_from() % kTileWidth == 0) co_return Result<>();
    const std::uint64_t bundle = log.entries_from() / kTileWidth;
    wanted = log.bundle(bundle);
    since = log.since(bundle);
  }
  std::vector<Entry> found(wanted.stored.size());
  std::size_t missing = found.size();
  const auto visit = [&](const segments::Record& record) -> Result<> {
    if (record.type != kLeavesRecord) return {};
    TRY(JournalRecord decoded, decode_journal_record(record.body));
    for (Leaf& leaf : decoded.leaves) {
      if (leaf.tenant != tenant) continue;
      const auto at = std::ranges::find(wanted.stored, leaf_hash(leaf.octets));
      if (at == wanted.stored.end()) continue;
      Entry& entry = found[std::size_t(at - wanted.stored.begin())];
      if (entry) continue;
      entry = std::make_shared<const Buffer>(std::move(leaf.octets));
      if (--missing == 0) return fail(Code::kConflict, kEnough);
    }
    return {};
  };
  segments::Cursor from;
  for (const segments::SetStatus& set : core->store_.sets()) from[set.set] = since - 1;
  auto replayed = co_await core->store_.replay(segments::Stream::kLedger, from, visit);
  if (missing > 0) co_return replayed ? fail(Code::kCorrupt, "audit.tile_lost") : replayed;
  std::lock_guard lock(core->mutex_);
  TenantLog& log = core->logs_[tenant];
  // A publication that found a copy after all has gone on.
  if (log.entries_from() != wanted.entries_from) co_return Result<>();
  core->held_octets_ -= log.octets();
  log.restore(std::move(found));
  core->held_octets_ += log.octets();
  co_return Result<>();
}

}  // namespace belfry::audit
