#include "throttle.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstring>

namespace belfry::iam {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::size_t kOfOrderMax = 50'000;

}  // namespace

const Throttle::Limit Throttle::kAccountAtAddress{3, minutes(15), hours(1)};
const Throttle::Limit Throttle::kAddress{20, minutes(5), hours(1)};
const Throttle::Limit Throttle::kAccountElsewhere{10, minutes(1), hours(1)};

std::string throttled_address(const std::string& source_ip) {
  std::array<unsigned char, 16> octets{};
  if (inet_pton(AF_INET6, source_ip.c_str(), octets.data()) != 1) return source_ip;
  // ::ffff:0:0/96 is IPv4 seen by a socket of IPv6 (RFC 4291, 2.5.5.2).
  constexpr std::array<unsigned char, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (std::equal(kMapped.begin(), kMapped.end(), octets.begin())) {
    inet_ntop(AF_INET, octets.data() + 12, text.data(), text.size());
    return text.data();
  }
  std::fill(octets.begin() + 8, octets.end(), 0);
  inet_ntop(AF_INET6, octets.data(), text.data(), text.size());
  return std::string(text.data()) + "/64";
}

Throttle::Counts& Throttle::counts_at(const Attempt& attempt) {
  return attempt.address == attempt.account ? accounts_ : places_;
}

std::vector<Throttle::Counted> Throttle::counted_of(const Attempt& attempt) {
  using Shown = Attempt::Shown;
  if (attempt.shown == Shown::kProof)
    return {{accounts_, "s " + attempt.account, kAccountElsewhere}};
  Counts& counts = counts_at(attempt);
  std::vector<Counted> counted = {
      {counts, "p " + attempt.account + " " + attempt.address, kAccountAtAddress},
      {counts, "a " + attempt.address, kAddress}};
  if (attempt.shown == Shown::kCode)
    counted.push_back({accounts_, "c " + attempt.account, kAccountElsewhere});
  else if (!attempt.known_good)
    counted.push_back(
        {accounts_, (attempt.by_directory ? "d " : "e ") + attempt.account, kAccountElsewhere});
  return counted;
}

Result<> Throttle::begin(const Attempt& attempt, Timestamp now) {
  std::lock_guard lock(mutex_);
  const std::vector<Counted> counted = counted_of(attempt);
  Duration wait{};
  for (const Counted& each : counted)
    wait = std::max(wait, each.counts.wait_of(each.key, each.limit, now));
  if (wait > Duration(0))
    return fail(Code::kRetry, "iam.throttled",
                {{"seconds", std::to_string(std::chrono::ceil<seconds>(wait).count())}});
  for (const Counted& each : counted) each.counts.add(each.key, each.limit, now);
  return {};
}

void Throttle::succeeded(const Attempt& attempt, Success success) {
  std::lock_guard lock(mutex_);
  for (const Counted& each : counted_of(attempt)) each.counts.take_back(each.key);
  if (success == Success::kForget)
    counts_at(attempt).forget("p " + attempt.account + " " + attempt.address);
}

Duration Throttle::Counts::wait_of(const std::string& key, const Limit& limit, Timestamp now) {
  auto found = counts_.find(key);
  if (found == counts_.end()) return Duration(0);
  Count& count = found->second;
  if (now - count.last > limit.forgotten_after) count.failures = 0;
  if (count.failures < limit.free) return Duration(0);
  // 1 s, 2 s, 4 s ...
  const std::uint32_t doublings = std::min(count.failures - limit.free, 20u);
  const Duration delay = std::min<Duration>(seconds(1) * (1u << doublings), limit.delay_max);
  return count.last + delay - now;
}

void Throttle::Counts::add(const std::string& key, const Limit& limit, Timestamp now) {
  auto [found, is_new] = counts_.try_emplace(key);
  Count& count = found->second;
  if (is_new) count = {.order = &free_, .age = free_.insert(free_.end(), key)};
  ++count.failures;
  count.last = now;
  OldestFirst& order = count.failures < limit.free ? free_ : waiting_;
  order.splice(order.end(), *count.order, count.age);
  count.order = &order;
  if (order.size() > kOfOrderMax) forget(order.front());
}

// What is right again and again leaves nothing, and so pushes nobody out.
void Throttle::Counts::take_back(const std::string& key) {
  auto found = counts_.find(key);
  if (found == counts_.end()) return;
  if (found->second.failures > 0) --found->second.failures;
  if (found->second.failures == 0) forget(key);
}

// By value: what it is called with may be the list's own.
void Throttle::Counts::forget(std::string key) {
  auto found = counts_.find(key);
  if (found == counts_.end()) return;
  found->second.order->erase(found->second.age);
  counts_.erase(found);
}

}  // namespace belfry::iam
