#include "signing_cache.h"

#include <mutex>

namespace belfry::iam {
namespace {

// A change made by another process is seen after this...
constexpr auto kRefreshAfter = std::chrono::seconds(3);
// ...or, if reading takes long, at most after this.
constexpr auto kUsableFor = std::chrono::seconds(6);
constexpr std::size_t kEntriesMax = 100'000;

}  // namespace

std::optional<SigningCache::Found> SigningCache::find(const std::string& access_key_id,
                                                      Monotonic now) {
  std::shared_lock lock(mutex_);
  auto found = entries_.find(access_key_id);
  if (found == entries_.end()) return std::nullopt;
  Entry& entry = *found->second;
  const auto age = now - entry.read;
  if (age >= kUsableFor) return std::nullopt;
  return Found{entry.identity, age >= kRefreshAfter && !entry.refreshing.exchange(true)};
}

void SigningCache::keep(const SigningIdentity& identity, Monotonic now, std::uint64_t generation) {
  auto entry = std::make_shared<Entry>();
  entry->identity = identity;
  entry->read = now;
  std::unique_lock lock(mutex_);
  if (generation_ != generation) return;
  if (entries_.size() >= kEntriesMax) entries_.clear();
  entries_[identity.principal.credential] = std::move(entry);
}

void SigningCache::forget_key(const std::string& access_key_id) {
  std::unique_lock lock(mutex_);
  ++generation_;
  entries_.erase(access_key_id);
}

void SigningCache::forget_user(UserId user) {
  std::unique_lock lock(mutex_);
  ++generation_;
  std::erase_if(entries_, [user](const auto& entry) {
    return entry.second->identity.principal.user == user;
  });
}

}  // namespace belfry::iam
