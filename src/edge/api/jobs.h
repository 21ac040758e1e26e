// Work that outlasts its request: started by one, watched by others.
#pragma once

#include "base/id.h"
#include "base/result.h"
#include "base/time.h"

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace belfry::api {

using JobId = Id<struct JobTag>;

enum class JobKind { kScrub, kHeal };

struct JobState {
  JobId id;
  JobKind kind;
  std::string subject;  // a disk's name; empty: all
  Timestamp started;
  std::optional<Timestamp> finished;
  double progress = 0;
  std::optional<Error> error;
  std::string report;  // JSON, once done
};

// The last jobs of this process, one of each kind at a time. Safe from any thread.
class Jobs {
 public:
  // Errors: conflict ("api.job_running") while one of the kind runs.
  Result<JobState> start(JobId id, JobKind kind, std::string subject, Timestamp now);
  void progress(JobId id, double fraction);
  void finish(JobId id, Result<std::string> report, Timestamp now);
  // Errors: not_found ("api.no_such_thing").
  Result<JobState> find(JobId id);

 private:
  static constexpr std::size_t kKept = 100;

  std::mutex mutex_;
  std::deque<JobState> jobs_;
};

}  // namespace belfry::api
