// Entry bundles that no key opens any more. A savepoint that has a bundle needs its file, so the
// file goes once every disk has a savepoint without it.
#include "ledger_core.h"

#include <algorithm>

namespace belfry::audit {

// Whether the key of every leaf of a full bundle was destroyed. A leaf of a later release has a key
// that is not known here: it stays.
bool Core::is_destroyed(std::span<const Entry> bundle) {
  return bundle.size() == kTileWidth && std::ranges::all_of(bundle, [this](const Entry& entry) {
           auto header = decode_leaf_header(*entry);
           auto key = header ? keys_.find(header->key) : Result<crypto::Key>();
           return header && !key && key.error().message() == "key.destroyed";
         });
}

// One after the other from the oldest on: what is behind a bundle that stays, stays too.
bool Core::delete_if_destroyed(TenantId tenant, std::uint64_t index,
                               std::span<const Entry> bundle) {
  if (!is_destroyed(bundle)) return false;
  {
    std::lock_guard lock(mutex_);
    TenantLog& log = logs_[tenant];
    if (log.deleted() != index) return false;
    log.deleted_up_to(index + 1);
    // What no publication wrote yet no savepoint has.
    const bool is_saved = (index + 1) * kTileWidth <= log.entries_from();
    if (is_saved && may_be_saved_) {
      save_wanted_ = true;
      return true;
    }
    if (log.removed() == index) log.removed_up_to(index + 1);
  }
  files_.remove(tenant, TilePath{Resource::kEntries, {0, index}}.text());
  return true;
}

void Core::delete_destroyed(TenantId tenant) {
  while (!stopping_) {
    std::uint64_t index = 0;
    {
      std::lock_guard lock(mutex_);
      const TenantLog& log = logs_[tenant];
      index = log.deleted();
      if ((index + 1) * kTileWidth > log.entries_from()) return;
    }
    // It is wholly in files: no publication writes it any more.
    auto entries = bundle(tenant, index);
    if (!entries || !delete_if_destroyed(tenant, index, *entries)) return;
  }
}

}  // namespace belfry::audit
