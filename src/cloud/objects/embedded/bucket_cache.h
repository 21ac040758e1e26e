// Entries of buckets, which each request looks up, in memory.
//
// What was read before a change is not kept after it: keep() takes the generation that was current
// before the read. Safe to use from any thread.
#pragma once

#include "objects/engine.h"

#include <map>
#include <mutex>
#include <shared_mutex>
#include <string>

namespace belfry::objects {

class BucketCache {
 public:
  using Generation = std::uint64_t;

  std::optional<Entry> find(std::string_view index_key) const {
    std::shared_lock lock(mutex_);
    auto found = entries_.find(index_key);
    if (found == entries_.end()) return std::nullopt;
    return found->second;
  }
  Generation generation() const {
    std::shared_lock lock(mutex_);
    return generation_;
  }
  void keep(std::string index_key, const Entry& entry, Generation read_at) {
    std::unique_lock lock(mutex_);
    if (read_at != generation_) return;
    if (entries_.size() >= kEntriesMax) entries_.clear();
    entries_.insert_or_assign(std::move(index_key), entry);
  }
  // After any of them has changed.
  void clear() {
    std::unique_lock lock(mutex_);
    ++generation_;
    entries_.clear();
  }

 private:
  static constexpr std::size_t kEntriesMax = 10'000;

  mutable std::shared_mutex mutex_;
  Generation generation_ = 0;
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace belfry::objects
