#include "access_samples.h"

namespace belfry::provider {

AccessSamples::Minute& AccessSamples::minute_of(Timestamp at) {
  const Timestamp begun = std::chrono::floor<std::chrono::minutes>(at);
  if (minutes_.size() >= kMinutesMax && !minutes_.contains(begun)) minutes_.erase(minutes_.begin());
  Minute& minute = minutes_[begun];
  minute.begun = begun;
  return minute;
}

void AccessSamples::remember(Minute& minute, Sample sample) {
  if (minute.samples.size() < kSamplesOfAllMax) minute.samples.push_back(std::move(sample));
}

void AccessSamples::add(const s3::Served& served) {
  std::lock_guard lock(mutex_);
  Minute& minute = minute_of(served.at);
  std::int64_t& anonymous = minute.anonymous[served.tenant];
  const std::int64_t known = minute.requests[served.tenant]++ - anonymous;
  const bool is_wanted = served.anonymous ? std::size_t(anonymous++) < kAnonymousMax
                                          : std::size_t(known) < kSamplesMax;
  if (is_wanted) remember(minute, {served.tenant, served.request_id, served.at});
}

void AccessSamples::add(const api::Served& served) {
  std::lock_guard lock(mutex_);
  Minute& minute = minute_of(served.at);
  ++minute.read_over_rest[served.tenant];
  if (served.counted_with_others) return;
  if (std::size_t(minute.with_own_line[served.tenant]++) < kSamplesMax)
    remember(minute,
             {served.tenant, served.request_id, served.at, Protocol::kRest, served.service});
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
