#include "signing_cache.h"

#include <mutex>

namespace belfry::iam {
namespace {

// A change made by another process is seen after this...
constexpr auto kRefreshAfter = std::chrono::seconds(3);
// ...or, if reading takes long, at most after this.
constexpr auto kUsableFor = std::chrono::seconds(6);
// A key that another process has just made is refused no longer than this.
constexpr auto kUnknownFor = std::chrono::milliseconds(1500);
constexpr std::size_t kEntriesMax = 100'000, kUnknownMax = 10'000;

}  // namespace

std::optional<SigningCache::Found> SigningCache::find(const std::string& access_key_id,
                                                      Monotonic now) {
  std::shared_lock lock(mutex_);
  if (auto unknown = unknown_.find(access_key_id);
      unknown != unknown_.end() && now - unknown->second < kUnknownFor)
    return Found{};
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
  const std::string& id = identity.principal.credential;
  std::unique_lock lock(mutex_);
  if (generation_ != generation) {
    // What is there may still be used, and wants another to look it up.
    if (auto found = entries_.find(id); found != entries_.end()) found->second->refreshing = false;
    return;
  }
  if (entries_.size() >= kEntriesMax) entries_.clear();
  entries_[id] = std::move(entry);
  unknown_.erase(id);
}

void SigningCache::keep_unknown(const std::string& access_key_id, Monotonic now,
                                std::uint64_t generation) {
  std::unique_lock lock(mutex_);
  entries_.erase(access_key_id);
  if (generation_ != generation) return;
  if (unknown_.size() >= kUnknownMax) unknown_.clear();
  unknown_[access_key_id] = now;
}

void SigningCache::refresh_failed(const std::string& access_key_id) {
  std::shared_lock lock(mutex_);
  auto found = entries_.find(access_key_id);
  if (found != entries_.end()) found->second->refreshing = false;
}

void SigningCache::forget_key(const std::string& access_key_id) {
  std::unique_lock lock(mutex_);
  changed();
  entries_.erase(access_key_id);
}

void SigningCache::forget_if(auto is_meant) {
  std::unique_lock lock(mutex_);
  changed();
  std::erase_if(entries_,
                [&](const auto& entry) { return is_meant(entry.second->identity.principal); });
}

void SigningCache::forget_user(UserId user) {
  forget_if([user](const Principal& principal) {
    return principal.user == user || (principal.assumed && principal.assumed->by_user == user);
  });
}

void SigningCache::forget_tenant(TenantId tenant) {
  forget_if([tenant](const Principal& principal) { return principal.tenant == tenant; });
}

void SigningCache::forget_sessions() {
  forget_if([](const Principal& principal) { return principal.assumed != nullptr; });
}

void SigningCache::changed() {
  ++generation_;
  unknown_.clear();
}

}  // namespace belfry::iam
