#include "ledger_core.h"

#include <algorithm>
#include <iterator>

namespace belfry::audit {

namespace {

std::unexpected<Error> bundle_deleted(std::uint64_t index) {
  return fail(Code::kNotFound, "audit.bundle_deleted",
              {{"path", TilePath{Resource::kEntries, {0, index}}.text()}});
}

}  // namespace

std::optional<Hashes> parse_tile(View octets) {
  if (octets.size() % sizeof(Hash) != 0 || octets.size() > kTileWidth * sizeof(Hash))
    return std::nullopt;
  Hashes hashes(octets.size() / sizeof(Hash));
  for (std::size_t i = 0; i < hashes.size(); ++i)
    std::ranges::copy(octets.subspan(i * sizeof(Hash), sizeof(Hash)), hashes[i].begin());
  return hashes;
}

std::optional<std::vector<View>> split_bundle(View octets) {
  std::vector<View> entries;
  while (!octets.empty()) {
    if (octets.size() < 2 || entries.size() == kTileWidth) return std::nullopt;
    const std::size_t length =
        std::to_integer<std::size_t>(octets[0]) << 8 | std::to_integer<std::size_t>(octets[1]);
    if (octets.size() - 2 < length) return std::nullopt;
    entries.push_back(octets.subspan(2, length));
    octets = octets.subspan(2 + length);
  }
  return entries;
}

std::uint64_t Core::size_of(TenantId tenant) {
  std::lock_guard lock(mutex_);
  auto log = logs_.find(tenant);
  return log == logs_.end() ? 0 : log->second.size();
}

std::vector<std::pair<TenantId, std::uint64_t>> Core::sizes() {
  std::vector<std::pair<TenantId, std::uint64_t>> out;
  std::lock_guard lock(mutex_);
  for (const auto& [tenant, log] : logs_)
    if (tenant != kRootLog) out.emplace_back(tenant, log.size());
  return out;
}

// From memory, or from a file whose root is the hash that the tile above has for it: so every hash
// that is given out is one that the root in memory stands for.
Result<Hashes> Core::tile_hashes(TenantId tenant, TilePlace place, unsigned width) {
  const auto none = [&] {
    return fail(Code::kNotFound, "audit.no_such_tile",
                {{"path", TilePath{Resource::kTile, place, width}.text()}});
  };
  // A level this high has no tile in any log, and would shift everything out.
  if (place.level > 6) return none();
  {
    std::lock_guard lock(mutex_);
    auto found = logs_.find(tenant);
    if (found == logs_.end()) return none();
    const TenantLog& log = found->second;
    const std::uint64_t full = log.size() >> 8 * (place.level + 1);
    if (place.index > full) return none();
    if (place.index == full) {
      const auto& partial = log.edge().partial();
      if (place.level >= partial.size() || partial[place.level].size() < width) return none();
      return Hashes(partial[place.level].begin(), partial[place.level].begin() + width);
    }
    if (const Hashes* hashes = log.unpublished(place))
      return Hashes(hashes->begin(), hashes->begin() + width);
  }
  const auto above = unsigned(place.index % kTileWidth);
  TRY(Hashes parent, tile_hashes(tenant, {place.level + 1, place.index / kTileWidth}, above + 1));
  const Hash expected = parent[above];
  const auto good = [&](View octets) {
    auto hashes = parse_tile(octets);
    return hashes && hashes->size() == kTileWidth && tile_root(*hashes) == expected;
  };
  TRY(Buffer octets, files_.read(tenant, TilePath{Resource::kTile, place}.text(), good));
  Hashes hashes = *parse_tile(octets);
  hashes.resize(width);
  return hashes;
}

// Every entry is one that the hashes stand for. A partial bundle is not mended here: the next
// publication may remove it at any moment.
Result<std::vector<Entry>> Core::read_bundle(TenantId tenant, const TilePath& path,
                                             const Hashes& hashes) {
  const auto good = [&](View octets) {
    auto entries = split_bundle(octets);
    return entries && std::ranges::equal(*entries, hashes, {}, leaf_hash);
  };
  const auto repair = path.full() ? TileFiles::Repair::kYes : TileFiles::Repair::kNo;
  TRY(Buffer octets, files_.read(tenant, path.text(), good, repair));
  std::vector<Entry> entries;
  const auto views = split_bundle(octets);
  for (View entry : *views)
    entries.push_back(std::make_shared<const Buffer>(entry.begin(), entry.end()));
  return entries;
}

// The entries of a bundle, full or as far as the log goes.
Result<std::vector<Entry>> Core::bundle(TenantId tenant, std::uint64_t index) {
  const std::uint64_t first = index * kTileWidth;
  std::optional<std::uint64_t> looked_from;
  for (;;) {
    BundleState state;
    {
      std::lock_guard lock(mutex_);
      auto found = logs_.find(tenant);
      if (found == logs_.end() || first >= found->second.size())
        return fail(Code::kNotFound, "audit.no_such_tile",
                    {{"path", TilePath{Resource::kEntries, {0, index}}.text()}});
      const TenantLog& log = found->second;
      if (index < log.deleted()) return bundle_deleted(index);
      if (first + kTileWidth <= log.entries_from()) break;
      state = log.bundle(index);
    }
    if (state.stored.empty()) return std::move(state.entries);
    const TilePath path{Resource::kEntries, {0, index}, unsigned(state.stored.size())};
    auto entries = read_bundle(tenant, path, state.stored);
    if (entries) {
      std::ranges::move(state.entries, std::back_inserter(*entries));
      return entries;
    }
    // A publication may have removed it, and then others have taken its place.
    if (looked_from == state.entries_from) {
      std::lock_guard lock(mutex_);
      lost_.insert(tenant);
      return entries;
    }
    looked_from = state.entries_from;
  }
  TRY(Hashes hashes, tile_hashes(tenant, {0, index}, kTileWidth));
  const TilePath path{Resource::kEntries, {0, index}};
  auto entries = read_bundle(tenant, path, hashes);
  {
    std::lock_guard lock(mutex_);
    const TenantLog& log = logs_[tenant];
    if (index >= log.deleted()) return entries;
    if (index >= log.removed()) return bundle_deleted(index);
  }
  // It was removed meanwhile, and reading may have mended it on a disk that had it no more.
  files_.remove(tenant, path.text());
  return bundle_deleted(index);
}

Result<Buffer> Core::tile(TenantId tenant, const std::string& text) {
  TRY(TilePath path, parse_tile_path(text));
  Buffer out;
  if (path.resource == Resource::kCheckpoint) return to_buffer(checkpoint(tenant).note);
  if (path.resource == Resource::kDestroyed) return destroyed_note(tenant);
  if (path.resource == Resource::kTile) {
    TRY(Hashes hashes, tile_hashes(tenant, path.place, path.width));
    for (const Hash& hash : hashes) out.insert(out.end(), hash.begin(), hash.end());
    return out;
  }
  TRY(std::vector<Entry> entries, bundle(tenant, path.place.index));
  if (entries.size() < path.width)
    return fail(Code::kNotFound, "audit.no_such_tile", {{"path", text}});
  return bundle_octets(std::span(entries).first(path.width));
}

}  // namespace belfry::audit
