// Entry bundles that no key opens any more. The log says so, signed, before one goes. A savepoint
// that has a bundle needs its file, so the file goes once every disk has a savepoint without it.
#include "ledger_core.h"

#include <algorithm>

namespace belfry::audit {

namespace {

// The note is written once for so many bundles.
constexpr std::uint64_t kTogether = 64;

const std::string& destroyed_path() {
  static const std::string path(kDestroyedFile);
  return path;
}

}  // namespace

// Whether the key of every leaf of a full bundle was destroyed. A leaf of a later release has a key
// that is not known here: it stays.
bool Core::is_destroyed(std::span<const Entry> bundle) {
  return bundle.size() == kTileWidth && std::ranges::all_of(bundle, [this](const Entry& entry) {
           auto header = decode_leaf_header(*entry);
           auto key = header ? keys_.find(header->key) : Result<crypto::Key>();
           return header && !key && key.error().message() == "key.destroyed";
         });
}

// Nobody reads them from here on. One after the other from the oldest on: what is behind a bundle
// that stays, stays too.
void Core::delete_up_to(TenantId tenant, std::uint64_t bundle) {
  std::vector<std::uint64_t> unsaved;
  {
    std::lock_guard lock(mutex_);
    TenantLog& log = logs_[tenant];
    for (std::uint64_t index = log.deleted(); index < bundle; ++index) {
      // What no publication wrote yet no savepoint has.
      const bool is_saved = (index + 1) * kTileWidth <= log.entries_from();
      if (is_saved && may_be_saved_) {
        save_wanted_ = true;
        continue;
      }
      if (log.removed() == index) log.removed_up_to(index + 1);
      unsaved.push_back(index);
    }
    if (bundle > log.deleted()) log.deleted_up_to(bundle);
  }
  for (std::uint64_t index : unsaved)
    files_.remove(tenant, TilePath{Resource::kEntries, {0, index}}.text());
}

Result<std::uint64_t> Core::delete_destroyed(const Publication& job) {
  const std::uint64_t first = job.entries_from / kTileWidth;
  const std::span entries(job.entries);
  std::uint64_t until = 0;
  {
    std::lock_guard lock(mutex_);
    until = logs_[job.tenant].deleted();
  }
  if (until < first) return until;
  const auto of_job = [&](std::uint64_t bundle) {
    const auto from = std::min<std::size_t>((bundle - first) * kTileWidth, entries.size());
    return entries.subspan(from, std::min<std::size_t>(kTileWidth, entries.size() - from));
  };
  while (is_destroyed(of_job(until))) ++until;
  TRY(tell_destroyed(job.tenant, until));
  delete_up_to(job.tenant, until);
  return until;
}

// From `bundle` on, of those that are wholly in files: no publication writes them any more.
std::uint64_t Core::first_readable(TenantId tenant, std::uint64_t bundle,
                                   std::uint64_t bundles_max) {
  for (std::uint64_t index = bundle; index < bundles_max && !stopping_; ++index) {
    auto entries = this->bundle(tenant, index);
    if (!entries || !is_destroyed(*entries)) return index;
  }
  return bundles_max;
}

void Core::delete_destroyed(TenantId tenant) {
  while (!stopping_) {
    std::uint64_t from = 0, end = 0;
    {
      std::lock_guard lock(mutex_);
      const TenantLog& log = logs_[tenant];
      from = log.deleted();
      end = std::min(from + kTogether, log.entries_from() / kTileWidth);
    }
    const std::uint64_t until = first_readable(tenant, from, std::max(from, end));
    if (until == from || stopping_) return;
    {
      std::lock_guard publishing(publishing_);
      // No disk takes it: they stay until one does.
      if (!tell_destroyed(tenant, until)) return;
    }
    delete_up_to(tenant, until);
  }
}

Result<> Core::write_told(TenantId tenant, const Destroyed& told, TileFiles::Present present) {
  const std::string note = sign_destroyed(origin(tenant), told, verifier_key(tenant), signer_seed_);
  return files_.write(tenant, {destroyed_path(), to_buffer(as_view(note))}, present);
}

// That all bundles before that one are destroyed, unless it said so already, or of more.
Result<> Core::tell_destroyed(TenantId tenant, std::uint64_t bundle) {
  Destroyed told;
  const std::uint64_t leaves = bundle * kTileWidth;
  {
    std::lock_guard lock(mutex_);
    const TenantLog& log = logs_[tenant];
    told = log.told();
    if (leaves > told.leaves) told.until = log.written(bundle - 1);
  }
  if (leaves <= told.leaves) return {};
  told.leaves = leaves;
  TRY(told.root, root_of(leaves, [&](TilePlace place, unsigned width) {
        return tile_hashes(tenant, place, width);
      }));
  TRY(write_told(tenant, told, TileFiles::Present::kReplace));
  std::lock_guard lock(mutex_);
  logs_[tenant].tell(told);
  return {};
}

Result<> Core::compare_told(TenantId tenant) {
  Destroyed told;
  {
    std::lock_guard lock(mutex_);
    told = logs_[tenant].told();
  }
  return told.leaves == 0 ? Result<>() : write_told(tenant, told, TileFiles::Present::kCompare);
}

// Logs of releases that said nothing get their notes here, and disks what they missed.
Result<> Core::tell_destroyed() {
  std::vector<std::pair<TenantId, std::uint64_t>> deleted;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [tenant, log] : logs_)
      if (log.deleted() > 0 || log.told().leaves > 0) deleted.emplace_back(tenant, log.deleted());
  }
  std::lock_guard publishing(publishing_);
  for (const auto& [tenant, bundle] : deleted) {
    TRY(tell_destroyed(tenant, bundle));
    TRY(compare_told(tenant));
  }
  return {};
}

Result<Buffer> Core::destroyed_note(TenantId tenant) {
  Destroyed told;
  {
    std::lock_guard lock(mutex_);
    if (const auto log = logs_.find(tenant); log != logs_.end()) told = log->second.told();
  }
  if (told.leaves == 0)
    return fail(Code::kNotFound, "audit.no_such_tile", {{"path", destroyed_path()}});
  return to_buffer(
      as_view(sign_destroyed(origin(tenant), told, verifier_key(tenant), signer_seed_)));
}

}  // namespace belfry::audit
