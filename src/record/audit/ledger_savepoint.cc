// Savepoints, and pruning the journal behind them.
//
// Order, so that a crash at any point loses nothing: the files of all logs are written; each tile
// disk gets what it missed, is synced, and gets the savepoint; then the journal says that three
// disks have it, so that no start goes on without; then its segments up to there go, and the files
// of bundles that the savepoint has no more. A disk that fails keeps all of that from going.
#include "ledger_core.h"

#include <algorithm>

namespace belfry::audit {

namespace {

constexpr Duration kLookEvery = std::chrono::milliseconds(250);
// A disk may have to be read whole each time.
constexpr Duration kAgainAfter = std::chrono::minutes(1), kAgainAfterMax = std::chrono::hours(1);

std::unexpected<Error> stopped_early() {
  return fail(Code::kRetry, "audit.unavailable");
}

std::unexpected<Error> not_taken() {
  return fail(Code::kRetry, "audit.tile_not_written", {{"path", "audit/savepoint"}});
}

}  // namespace

bool Core::is_save_due() {
  std::lock_guard lock(mutex_);
  const bool due = save_wanted_ || unsaved_octets_ >= options_.savepoint_after.count;
  return due && applied_ != 0 && clock_.monotonic() >= save_again_;
}

// A record's leaves are all in the trees or none, so the head is the journal up to a record.
void Core::begin_saving(Saving& saving) {
  std::lock_guard lock(mutex_);
  saving.head = {applied_, last_written_, source_watermark_, open_reads_, recent_.all(), {}};
  saving.octets = unsaved_octets_;
  for (const auto& [tenant, log] : logs_)
    if (log.size() > 0) saving.counted.emplace(tenant, log.size());
  may_be_saved_ = true;
  save_wanted_ = false;
}

// What a savepoint has of a log is what is written to its files; that may be more than the head
// has.
Result<SavedLog> Core::save_log(TenantId tenant, segments::Sequence savepoint) {
  std::lock_guard publishing(publishing_);
  SavedLog saved;
  std::optional<Publication> job;
  {
    std::lock_guard lock(mutex_);
    TenantLog& log = logs_[tenant];
    saved = log.save(tenant, savepoint);
    if (log.dirty()) job = log.publication(tenant);
  }
  if (!job) return saved;
  TRY(publish_job(std::move(*job), Extent::kAll, TileFiles::Present::kReplace));
  std::lock_guard lock(mutex_);
  // Bundles that no key opens were not written just now.
  const std::uint64_t deleted = std::min(logs_[tenant].deleted(), saved.edge.size() / kTileWidth);
  saved.bundles.erase(saved.bundles.begin(),
                      saved.bundles.begin() + std::ptrdiff_t(deleted - saved.deleted));
  saved.deleted = deleted;
  return saved;
}

// All that a savepoint has of a log is on every disk, though some may have missed it.
Result<> Core::bring_up(const Saving::Size& log) {
  for (std::uint64_t bundle = 0; bundle < log.size / kTileWidth; ++bundle) {
    if (stopping_) return stopped_early();
    if (files_.is_any_behind()) return not_taken();
    // Those between are gone once this savepoint is on every disk.
    if (bundle >= log.deleted)
      TRY(mend_bundle(log.tenant, bundle, kTileWidth));
    else if (bundle < log.removed)
      files_.remove(log.tenant, TilePath{Resource::kEntries, {0, bundle}}.text());
    TRY(mend_tile(log.tenant, {0, bundle}));
    TRY(mend_above(log.tenant, bundle));
  }
  const auto rest = unsigned(log.size % kTileWidth);
  if (rest != 0) TRY(mend_bundle(log.tenant, log.size / kTileWidth, rest));
  {
    std::lock_guard publishing(publishing_);
    TRY(compare_told(log.tenant));
  }
  // The checkpoint too, and what it needs besides.
  return publish(log.tenant, Extent::kAll, TileFiles::Present::kCompare);
}

// Before the first savepoint every copy is read: from then on there is no other.
Result<> Core::bring_up_all(const Saving& saving) {
  bool is_needed = saved_ == 0;
  for (std::size_t disk = 0; disk < files_.disk_count(); ++disk)
    is_needed |= files_.take_behind(disk) || files_.savepoint_on(disk) != saved_;
  if (!is_needed) return {};
  Result<> outcome;
  for (const Saving::Size& log : saving.sizes)
    if (outcome) outcome = bring_up(log);
  if (outcome) return outcome;
  for (std::size_t disk = 0; disk < files_.disk_count(); ++disk) files_.note_behind(disk);
  return outcome;
}

Result<> Core::save_on(std::size_t disk, const Saving& saving) {
  // A copy that the disk did not take.
  Result<> outcome = files_.is_behind(disk) ? not_taken() : Result<>();
  if (outcome) outcome = files_.sync(disk);
  if (outcome) outcome = files_.write_savepoint(disk, saving.file);
  if (!outcome) files_.note_behind(disk);
  return outcome;
}

Result<> Core::write_savepoint(Saving& saving) {
  if (files_.disk_count() < options_.placement.copies || !files_.all_answer()) return not_taken();
  begin_saving(saving);
  SavepointEncoder out(saving.head);
  for (const auto& [tenant, counted] : saving.counted) {
    if (stopping_) return stopped_early();
    TRY(SavedLog log, save_log(tenant, saving.head.sequence));
    log.counted = counted;
    saving.sizes.push_back({tenant, log.edge.size(), log.deleted, log.removed});
    out.add(log);
  }
  saving.file = std::make_shared<const Buffer>(out.finish());
  TRY(bring_up_all(saving));
  for (std::size_t disk = 0; disk < files_.disk_count(); ++disk) TRY(save_on(disk, saving));
  return {};
}

void Core::end_saving(const Saving& saving, const Result<>& outcome) {
  std::lock_guard lock(mutex_);
  if (!outcome) {
    save_wanted_ = true;
    save_again_ = clock_.monotonic() + save_pause_;
    save_pause_ = std::min(2 * save_pause_, kAgainAfterMax);
    return;
  }
  save_pause_ = kAgainAfter;
  saved_ = saving.head.sequence;
  unsaved_octets_ -= saving.octets;
}

// Partial bundles that only savepoints needed that no disk has any more.
void Core::release_held(const Saving& saving) {
  std::set<segments::Sequence> on_disks{saved_};
  for (std::size_t disk = 0; disk < files_.disk_count(); ++disk)
    on_disks.insert(files_.savepoint_on(disk));
  std::lock_guard publishing(publishing_);
  for (const Saving::Size& saved : saving.sizes) {
    std::vector<std::uint64_t> released, held;
    {
      std::lock_guard lock(mutex_);
      TenantLog& log = logs_[saved.tenant];
      released = log.release_all_but(on_disks);
      held = log.held();
      // What memory has not is in the files that end here, and what was signed may be copied.
      held.push_back(log.entries_from());
      held.push_back(log.published());
    }
    for (std::uint64_t size : released)
      if (size % kTileWidth != 0) {
        const std::uint64_t bundle = size / kTileWidth;
        files_.remove_all_but(saved.tenant,
                              TilePath{Resource::kEntries, {0, bundle}}.partial_folder(),
                              widths_in(bundle, held));
      }
  }
}

// Files of bundles that no savepoint has any more.
void Core::remove_deleted(const Saving::Size& saved) {
  std::uint64_t from = 0;
  {
    std::lock_guard lock(mutex_);
    from = logs_[saved.tenant].removed();
    if (from >= saved.deleted) return;
    // Before they go: who reads one now does not bring it back.
    logs_[saved.tenant].removed_up_to(saved.deleted);
  }
  for (std::uint64_t bundle = from; bundle < saved.deleted; ++bundle)
    files_.remove(saved.tenant, TilePath{Resource::kEntries, {0, bundle}}.text());
}

boost::asio::awaitable<bool> Core::save(std::shared_ptr<Core> core) {
  Core* raw = core.get();
  Saving saving;
  auto write = [raw, &saving] {
    Result<> outcome = raw->write_savepoint(saving);
    raw->end_saving(saving, outcome);
    if (saving.head.sequence != 0) raw->release_held(saving);
    return outcome;
  };
  if (!co_await runtime::blocking(core->pool(), write)) co_return false;
  auto told = co_await core->store_.append(
      segments::Stream::kLedger, core->options_.placement, kSavepointRecord,
      {encode_savepoint_record({core->clock_.now(), saving.head.sequence})},
      segments::Purpose::kRelease);
  if (!told) {
    std::lock_guard lock(core->mutex_);
    core->save_wanted_ = true;
    core->save_again_ = core->clock_.monotonic() + kAgainAfter;
    co_return false;
  }
  auto remove = [raw, &saving]() -> Result<> {
    for (const Saving::Size& log : saving.sizes) raw->remove_deleted(log);
    return {};
  };
  std::ignore = co_await runtime::blocking(core->pool(), remove);
  std::ignore = co_await core->store_.forget(segments::Stream::kLedger, saving.head.sequence);
  co_return true;
}

boost::asio::awaitable<void> Core::run_saver(std::shared_ptr<Core> core) {
  Core* raw = core.get();
  while (!core->stopping_) {
    co_await core->clock_.sleep(kLookEvery);
    if (core->stopping_) break;
    if (core->is_save_due()) co_await save(core);
    auto mend = [raw]() -> Result<> {
      raw->mend_some();
      return {};
    };
    std::ignore = co_await runtime::blocking(core->pool(), mend);
  }
  core->saver_done_.set(true);
}

}  // namespace belfry::audit
