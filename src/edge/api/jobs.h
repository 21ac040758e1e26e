// Work that outlasts its request: started by one, watched by others.
#pragma once

#include "base/id.h"
#include "base/result.h"
#include "base/time.h"
#include "runtime/clock.h"
#include "runtime/task.h"

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace belfry::api {

using JobId = Id<struct JobTag>;

enum class JobKind { kScrub, kHeal, kReadmit };

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
//
//   start ──> running ──finish──> finished ──> forgotten, an hour later or after a hundred others
//     └─drop──> (nothing)
//
// Invariants
//  1. What `start` has begun ends by `finish` or `drop`: no job runs for ever.
//  2. After `stop` no work given to `run` is underway, and none begins.
class Jobs {
 public:
  ~Jobs();

  // Errors: conflict ("api.job_running") while one of the kind runs, retry ("api.stopping").
  Result<JobState> start(JobId id, JobKind kind, std::string subject, Timestamp now);
  // As if it had never been started.
  void drop(JobId id);
  void progress(JobId id, double fraction);
  void finish(JobId id, Result<std::string> report, Timestamp now);
  // Errors: not_found ("api.no_such_thing").
  Result<JobState> find(JobId id, Timestamp now);

  // Runs the work of a started job on `executor`, which runs one thing at a time. When the work
  // ends without `finish`, because it was stopped, the job fails with retry ("api.stopping").
  void run(const Executor& executor, JobId id, Task<> work, Clock& clock);
  // On the executor of the jobs: they end at their next step. Returns when none runs.
  boost::asio::awaitable<void> stop(Clock& clock);

 private:
  static constexpr std::size_t kKept = 100;
  static constexpr auto kKeptFor = std::chrono::hours(1);

  struct Run;

  void ended(JobId id, Timestamp now);
  bool is_running(JobId id);
  bool is_idle();

  std::mutex mutex_;
  bool stopping_ = false;
  std::deque<JobState> jobs_;
  std::map<JobId, std::shared_ptr<Run>> runs_;
};

}  // namespace belfry::api
