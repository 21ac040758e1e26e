// Which requests were served, counted where they are answered and nowhere else, so that the log can
// be compared with it.
#pragma once

#include "api/service.h"
#include "base/id.h"
#include "base/time.h"
#include "s3/service.h"

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace belfry::provider {

// Counts all of them, and remembers some: of each minute and tenant the first kSamplesMax of S3,
// and as many of REST. What it holds is bounded: so many of a minute, and two hours at most. Safe
// to use from any thread.
class AccessSamples {
 public:
  static constexpr std::size_t kSamplesMax = 50, kSamplesOfAllMax = 10'000;
  // Of those that nobody signed, so that they do not take the place of others.
  static constexpr std::size_t kAnonymousMax = 10;

  void add(const s3::Served& served);
  void add(const api::Served& served);

  // What is to be looked for: a line of the tenant's log, whose action is the service's.
  enum class Protocol { kS3, kRest };
  struct Sample {
    TenantId tenant;
    std::string request_id;
    Timestamp at;
    Protocol protocol = Protocol::kS3;
    std::string service = "s3";
  };

  // One minute: what was served of each tenant, and what of it is to be looked for.
  struct Minute {
    Timestamp begun;
    std::map<TenantId, std::int64_t> requests;
    std::map<TenantId, std::int64_t> anonymous;  // of these
    std::map<TenantId, std::int64_t> read_over_rest;
    std::map<TenantId, std::int64_t> with_own_line;  // of these: others share one
    std::vector<Sample> samples;
  };
  // The oldest minute that ended before `ended`, which is forgotten with it; nothing: there is
  // none.
  std::optional<Minute> take(Timestamp ended);
  // It could not be compared: keeps it for the next time.
  void give_back(Minute minute);

 private:
  static constexpr std::size_t kMinutesMax = 120;

  Minute& minute_of(Timestamp at);
  static void remember(Minute& minute, Sample sample);

  std::mutex mutex_;
  std::map<Timestamp, Minute> minutes_;
};

}  // namespace belfry::provider
