#include "challenges.h"

#include <algorithm>

namespace belfry::iam {
namespace {

constexpr Duration kGoodFor = std::chrono::minutes(5);

}  // namespace

Buffer Challenges::add(Challenge challenge, const std::string& holder, Random& random,
                       Timestamp now) {
  challenge.octets = to_buffer(View(random.octets<32>()));
  Buffer octets = challenge.octets;
  std::string key(as_text(octets));
  std::lock_guard lock(mutex_);
  while (!oldest_first_.empty() &&
         (entries_.size() >= kMax || entries_.at(oldest_first_.front()).ends <= now))
    remove(oldest_first_.front());
  if (auto own = of_holders_.find(holder);
      own != of_holders_.end() && own->second.size() >= kOfHolderMax)
    remove(own->second.front());
  of_holders_[holder].push_back(key);
  auto age = oldest_first_.insert(oldest_first_.end(), key);
  entries_.emplace(std::move(key), Entry{std::move(challenge), holder, now + kGoodFor, age});
  return octets;
}

std::optional<Challenge> Challenges::take(View octets, Timestamp now) {
  const std::string key(as_text(octets));
  std::lock_guard lock(mutex_);
  auto found = entries_.find(key);
  if (found == entries_.end()) return std::nullopt;
  const bool is_good = now < found->second.ends;
  auto taken = remove(key);
  return is_good ? std::move(taken) : std::nullopt;
}

// By value: what it is called with may be one of the lists' own.
std::optional<Challenge> Challenges::remove(std::string key) {
  auto found = entries_.find(key);
  Entry entry = std::move(found->second);
  auto own = of_holders_.find(entry.holder);
  std::erase(own->second, key);
  if (own->second.empty()) of_holders_.erase(own);
  oldest_first_.erase(entry.age);
  entries_.erase(found);
  return std::move(entry.challenge);
}

}  // namespace belfry::iam
