#include "pending_sign_ins.h"

#include <algorithm>

namespace belfry::iam {
namespace {

constexpr Duration kGoodFor = std::chrono::minutes(10);

}  // namespace

void PendingSignIns::add(const std::string& browser, PendingSignIn pending,
                         const std::string& holder, Timestamp now) {
  std::lock_guard lock(mutex_);
  while (!oldest_first_.empty() &&
         (entries_.size() >= kMax || entries_.at(oldest_first_.front()).ends <= now))
    remove(oldest_first_.front());
  if (entries_.contains(browser)) remove(browser);
  if (auto own = of_holders_.find(holder);
      own != of_holders_.end() && own->second.size() >= kOfHolderMax)
    remove(own->second.front());
  of_holders_[holder].push_back(browser);
  auto age = oldest_first_.insert(oldest_first_.end(), browser);
  entries_.emplace(browser, Entry{std::move(pending), holder, now + kGoodFor, age});
}

std::optional<PendingSignIn> PendingSignIns::look(const std::string& browser, Timestamp now) {
  std::lock_guard lock(mutex_);
  auto found = entries_.find(browser);
  if (found == entries_.end() || found->second.ends <= now) return std::nullopt;
  return found->second.pending;
}

std::optional<PendingSignIn> PendingSignIns::take(const std::string& browser, Timestamp now) {
  std::lock_guard lock(mutex_);
  auto found = entries_.find(browser);
  if (found == entries_.end()) return std::nullopt;
  std::optional<PendingSignIn> taken;
  if (now < found->second.ends) taken = std::move(found->second.pending);
  remove(browser);
  return taken;
}

// By value: what it is called with may be one of the lists' own.
void PendingSignIns::remove(std::string browser) {
  auto found = entries_.find(browser);
  auto own = of_holders_.find(found->second.holder);
  std::erase(own->second, browser);
  if (own->second.empty()) of_holders_.erase(own);
  oldest_first_.erase(found->second.age);
  entries_.erase(found);
}

}  // namespace belfry::iam
