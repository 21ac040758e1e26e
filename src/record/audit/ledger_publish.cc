#include "ledger_core.h"

#include <cstring>

namespace belfry::audit {

namespace {

constexpr Duration kPublishEvery = std::chrono::milliseconds(250);

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

// Full tiles and bundles, then partial ones, then the checkpoint that needs them; what only older
// checkpoints need goes last. With Extent::kFull only the first of these.
Result<> Core::publish(TenantId tenant, Extent extent, TileFiles::Present present) {
  std::lock_guard publishing(publishing_);
  Publication job;
  {
    std::lock_guard lock(mutex_);
    job = logs_[tenant].publication(tenant);
  }
  const auto write = [&](const TilePath& path, View octets) {
    return files_.write(tenant, path.text(), octets, present);
  };
  const std::span entries(job.entries);
  const std::size_t partial_count = job.size % kTileWidth;
  const std::size_t full_count = entries.size() - partial_count;
  for (std::size_t i = 0; i < full_count; i += kTileWidth) {
    const TilePath path{Resource::kEntries, {0, (job.entries_from + i) / kTileWidth}};
    TRY(write(path, bundle_octets(entries.subspan(i, kTileWidth))));
    files_.remove_all_but(tenant, path.partial_folder(), {});
  }
  for (const auto& [place, hashes] : job.tiles) {
    const TilePath path{Resource::kTile, place};
    TRY(write(path, tile_octets(hashes)));
    files_.remove_all_but(tenant, path.partial_folder(), {});
  }
  if (extent == Extent::kAll) {
    std::vector<TilePath> partial;
    if (partial_count != 0) {
      partial.push_back({Resource::kEntries, {0, job.size / kTileWidth}, unsigned(partial_count)});
      TRY(write(partial.back(), bundle_octets(entries.subspan(full_count))));
    }
    for (unsigned level = 0; level < job.partial.size(); ++level) {
      const Hashes& hashes = job.partial[level];
      if (hashes.empty()) continue;
      partial.push_back(
          {Resource::kTile, {level, job.size >> 8 * (level + 1)}, unsigned(hashes.size())});
      TRY(write(partial.back(), tile_octets(hashes)));
    }
    const std::string note =
        sign_checkpoint(origin(tenant), job.size, job.root, verifier_key_, signer_seed_);
    TRY(write({}, as_view(note)));
    for (const TilePath& path : partial)
      files_.remove_all_but(tenant, path.partial_folder(), {std::to_string(path.width)});
  }
  std::lock_guard lock(mutex_);
  logs_[tenant].published(job, extent == Extent::kAll);
  return {};
}

Result<> Core::publish_all(Extent extent, TileFiles::Present present) {
  std::vector<TenantId> due;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [tenant, log] : logs_)
      if (log.dirty() || present == TileFiles::Present::kCompare) due.push_back(tenant);
  }
  Result<> outcome;
  for (TenantId tenant : due)
    if (auto published = publish(tenant, extent, present); !published) outcome = published;
  return outcome;
}

boost::asio::awaitable<void> Core::run_publisher(std::shared_ptr<Core> core) {
  while (!core->stopping_) {
    co_await core->clock_.sleep(kPublishEvery);
    if (core->stopping_) break;
    Core* raw = core.get();
    // What could not be written is tried again in the next round: it is still in memory.
    auto publish = [raw] { return raw->publish_all(Extent::kAll, TileFiles::Present::kReplace); };
    std::ignore = co_await runtime::blocking(core->pool(), publish);
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
  out.note = sign_checkpoint(origin(tenant), out.size, out.root, verifier_key_, signer_seed_);
  return out;
}

}  // namespace belfry::audit
