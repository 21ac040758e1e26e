#include "access_samples.h"

namespace belfry::provider {

void AccessSamples::add(const s3::Served& served) {
  const Timestamp begun = std::chrono::floor<std::chrono::minutes>(served.at);
  std::lock_guard lock(mutex_);
  auto [minute, is_new] = minutes_.try_emplace(begun);
  if (is_new) minute->second.begun = begun;
  std::int64_t& anonymous = minute->second.anonymous[served.tenant];
  const std::int64_t known = minute->second.requests[served.tenant]++ - anonymous;
  const bool is_wanted = served.anonymous ? std::size_t(anonymous++) < kAnonymousMax
                                          : std::size_t(known) < kSamplesMax;
  if (is_wanted && minute->second.samples.size() < kSamplesOfAllMax)
    minute->second.samples.push_back(served);
  if (minutes_.size() > kMinutesMax) minutes_.erase(minutes_.begin());
}

std::optional<AccessSamples::Minute> AccessSamples::take(Timestamp ended) {
  std::lock_guard lock(mutex_);
  if (minutes_.empty() || minutes_.begin()->first + std::chrono::minutes(1) > ended)
    return std::nullopt;
  Minute minute = std::move(minutes_.begin()->second);
  minutes_.erase(minutes_.begin());
  return minute;
}

void AccessSamples::give_back(Minute minute) {
  std::lock_guard lock(mutex_);
  if (minutes_.size() < kMinutesMax) minutes_.try_emplace(minute.begun, std::move(minute));
}

}  // namespace belfry::provider
