#include "ledger_core.h"

#include <algorithm>
#include <functional>
#include <iterator>

namespace belfry::audit {

namespace {

constexpr Duration kPublishEvery = std::chrono::milliseconds(250);
// A log that goes on growing is published so often: its partial bundle and tiles are written whole
// each time, and the file system remembers for seconds each file that made place for them.
constexpr Duration kRest = std::chrono::milliseconds(700);
// While memory fills, full bundles wait for nothing.
constexpr Duration kCrowdedEvery = std::chrono::milliseconds(10);
// So much of bundles is handed to the disks at once.
constexpr std::size_t kTogetherOctets = std::size_t{4} << 20;

Buffer tile_octets(const Hashes& hashes) {
  Buffer out;
  out.reserve(hashes.size() * sizeof(Hash));
  for (const Hash& hash : hashes) out.insert(out.end(), hash.begin(), hash.end());
  return out;
}

}  // namespace

Buffer bundle_octets(std::span<const Entry> entries) {
  Buffer out;
  std::size_t length = 0;
  for (const Entry& entry : entries) length += 2 + entry->size();
  out.reserve(length);
  for (const Entry& entry : entries) {
    out.push_back(static_cast<std::byte>(entry->size() >> 8));
    out.push_back(static_cast<std::byte>(entry->size()));
    out.insert(out.end(), entry->begin(), entry->end());
  }
  return out;
}

std::vector<std::string> widths_in(std::uint64_t bundle, std::span<const std::uint64_t> sizes) {
  std::vector<std::string> widths;
  for (std::uint64_t size : sizes)
    if (size / kTileWidth == bundle && size % kTileWidth != 0)
      widths.push_back(std::to_string(size % kTileWidth));
  return widths;
}

// The partial bundle that the log's files end with begins the one that is written now.
Result<> Core::complete(Publication& job) {
  const auto stored = unsigned(job.entries_from % kTileWidth);
  if (stored == 0) return {};
  const std::uint64_t bundle = job.entries_from / kTileWidth;
  auto full = job.tiles.find({0, bundle});
  Hashes hashes = full != job.tiles.end() ? full->second : job.partial.at(0);
  hashes.resize(stored);
  auto entries = read_bundle(job.tenant, {Resource::kEntries, {0, bundle}, stored}, hashes);
  if (!entries) {
    std::lock_guard lock(mutex_);
    lost_.insert(job.tenant);
    return std::unexpected(entries.error());
  }
  job.entries.insert(job.entries.begin(), std::make_move_iterator(entries->begin()),
                     std::make_move_iterator(entries->end()));
  job.entries_from -= stored;
  return {};
}

Result<> Core::write_entries(const Publication& job, Extent extent, TileFiles::Present present) {
  const std::span entries(job.entries);
  // A start has them from the journal once more, and nobody can read them.
  TRY(const std::uint64_t readable_from, delete_destroyed(job));
  std::vector<TileFile> files;
  std::size_t octets = 0;
  for (std::size_t i = 0; i < entries.size(); i += kTileWidth) {
    const auto width = unsigned(std::min<std::size_t>(kTileWidth, entries.size() - i));
    if (width < kTileWidth && extent == Extent::kFull) break;
    const TilePath path{Resource::kEntries, {0, (job.entries_from + i) / kTileWidth}, width};
    if (path.place.index < readable_from) continue;
    files.push_back({path.text(), bundle_octets(entries.subspan(i, width))});
    octets += files.back().octets.size();
    if (octets < kTogetherOctets) continue;
    TRY(files_.write(job.tenant, files, present));
    files.clear();
    octets = 0;
  }
  return files_.write(job.tenant, files, present);
}

Result<> Core::write_tiles(const Publication& job, TileFiles::Present present) {
  std::vector<TileFile> files;
  files.reserve(job.tiles.size());
  for (const auto& [place, hashes] : job.tiles)
    files.push_back({TilePath{Resource::kTile, place}.text(), tile_octets(hashes)});
  return files_.write(job.tenant, files, present);
}

namespace {

std::vector<TilePath> partial_tiles(const Publication& job) {
  std::vector<TilePath> paths;
  for (unsigned level = 0; level < job.partial.size(); ++level)
    if (!job.partial[level].empty())
      paths.push_back({Resource::kTile,
                       {level, job.size >> 8 * (level + 1)},
                       unsigned(job.partial[level].size())});
  return paths;
}

}  // namespace

Result<> Core::write_checkpoint(const Publication& job, TileFiles::Present present) {
  std::vector<TileFile> files;
  for (const TilePath& path : partial_tiles(job))
    files.push_back({path.text(), tile_octets(job.partial[path.place.level])});
  TRY(files_.write(job.tenant, files, present));
  const std::string note = sign_checkpoint(origin(job.tenant), job.size, job.root,
                                           verifier_key(job.tenant), signer_seed_);
  return files_.write(job.tenant, {TilePath{}.text(), to_buffer(as_view(note))}, present);
}

// What only older checkpoints need.
void Core::remove_obsolete(const Publication& job, Extent extent) {
  const std::uint64_t full_end = job.size / kTileWidth;
  for (std::uint64_t bundle = job.entries_from / kTileWidth; bundle < full_end; ++bundle)
    files_.remove_all_but(job.tenant, TilePath{Resource::kEntries, {0, bundle}}.partial_folder(),
                          widths_in(bundle, job.held));
  for (const auto& [place, hashes] : job.tiles)
    files_.remove_all_but(job.tenant, TilePath{Resource::kTile, place}.partial_folder(), {});
  if (extent != Extent::kAll) return;
  std::vector<TilePath> partial = partial_tiles(job);
  if (const auto width = unsigned(job.size % kTileWidth); width != 0)
    partial.push_back({Resource::kEntries, {0, full_end}, width});
  for (const TilePath& path : partial) {
    std::vector<std::string> keep{std::to_string(path.width)};
    if (path.resource == Resource::kEntries)
      std::ranges::move(widths_in(full_end, job.held), std::back_inserter(keep));
    files_.remove_all_but(job.tenant, path.partial_folder(), keep);
  }
}

// Full tiles and bundles, then partial ones, then the checkpoint that needs them; what only older
// checkpoints need goes last, when nobody is told to look there any more.
Result<> Core::publish(TenantId tenant, Extent extent, TileFiles::Present present) {
  std::lock_guard publishing(publishing_);
  Publication job;
  {
    std::lock_guard lock(mutex_);
    job = logs_[tenant].publication(tenant);
  }
  return publish_job(std::move(job), extent, present);
}

Result<> Core::publish_job(Publication job, Extent extent, TileFiles::Present present) {
  const TenantId tenant = job.tenant;
  const bool was_stored = job.entries_from % kTileWidth != 0;
  TRY(complete(job));
  TRY(write_entries(job, extent, present));
  TRY(write_tiles(job, present));
  if (extent == Extent::kAll) TRY(write_checkpoint(job, present));
  const Monotonic rested = clock_.monotonic() + kRest;
  {
    std::lock_guard lock(mutex_);
    TenantLog& log = logs_[tenant];
    // The partial bundle that was there before is about to go, so it must not be needed.
    const bool forget =
        extent == Extent::kEntries ||
        (extent == Extent::kAll && (was_stored || held_octets_ > options_.kept_octets_max));
    held_octets_ -= log.octets();
    log.published(job, forget ? TenantLog::Forget::kEverything : TenantLog::Forget::kFull);
    held_octets_ += log.octets();
    if (extent == Extent::kAll) log.signed_up_to(job.size, rested);
  }
  remove_obsolete(job, extent);
  return {};
}

Result<> Core::publish_all(Which which, TileFiles::Present present) {
  std::vector<std::pair<TenantId, Extent>> due;
  {
    std::lock_guard lock(mutex_);
    const Monotonic now = clock_.monotonic();
    for (const auto& [tenant, log] : logs_) {
      if (which == Which::kEach || (log.dirty() && (which == Which::kDirty || now >= log.rested())))
        due.emplace_back(tenant, Extent::kAll);
      else if (is_crowded_locked() && log.has_full_bundle())
        due.emplace_back(tenant, Extent::kFull);
    }
  }
  Result<> outcome;
  for (const auto& [tenant, extent] : due)
    if (auto published = publish(tenant, extent, present); !published) outcome = published;
  return outcome;
}

bool Core::is_crowded() {
  std::lock_guard lock(mutex_);
  return is_crowded_locked();
}

Result<> Core::make_room(std::size_t octets_max) {
  std::vector<TenantId> full;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [tenant, log] : logs_)
      if (log.has_full_bundle()) full.push_back(tenant);
  }
  for (TenantId tenant : full) TRY(publish(tenant, Extent::kFull, TileFiles::Present::kCompare));
  std::vector<std::pair<std::size_t, TenantId>> largest;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [tenant, log] : logs_) largest.emplace_back(log.octets(), tenant);
  }
  std::ranges::sort(largest, std::greater());
  for (const auto& [octets, tenant] : largest) {
    if (held_octets() <= octets_max / 2) break;
    TRY(publish(tenant, Extent::kEntries, TileFiles::Present::kCompare));
  }
  return {};
}

std::size_t Core::held_octets() {
  std::lock_guard lock(mutex_);
  return held_octets_;
}

boost::asio::awaitable<void> Core::run_publisher(std::shared_ptr<Core> core) {
  Duration wait = kPublishEvery;
  while (!core->stopping_) {
    co_await core->clock_.sleep(wait);
    if (core->stopping_) break;
    Core* raw = core.get();
    // What could not be written is tried again in the next round: it is still in memory.
    auto publish = [raw] { return raw->publish_all(Which::kRested, TileFiles::Present::kReplace); };
    const auto published = co_await runtime::blocking(core->pool(), publish);
    wait = published && core->is_crowded() ? kCrowdedEvery : kPublishEvery;
    std::set<TenantId> lost;
    {
      std::lock_guard lock(core->mutex_);
      lost.swap(core->lost_);
    }
    for (TenantId tenant : lost) std::ignore = co_await restore(core, tenant);
  }
  core->publisher_done_.set(true);
}

Checkpoint Core::checkpoint(TenantId tenant) {
  Checkpoint out;
  {
    std::lock_guard lock(mutex_);
    const Edge& edge = logs_[tenant].edge();
    out.size = edge.size();
    out.root = edge.root();
  }
  out.note =
      sign_checkpoint(origin(tenant), out.size, out.root, verifier_key(tenant), signer_seed_);
  return out;
}

}  // namespace belfry::audit
