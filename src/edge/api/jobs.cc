#include "jobs.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>

namespace belfry::api {

struct Jobs::Run {
  boost::asio::cancellation_signal signal;
};

Jobs::~Jobs() = default;

Result<JobState> Jobs::start(JobId id, JobKind kind, std::string subject, Timestamp now) {
  std::lock_guard lock(mutex_);
  if (stopping_) return fail(Code::kRetry, "api.stopping");
  for (const JobState& job : jobs_)
    if (job.kind == kind && !job.finished)
      return fail(Code::kConflict, "api.job_running", {{"job", job.id.text()}});
  std::erase_if(
      jobs_, [&](const JobState& job) { return job.finished && now - *job.finished > kKeptFor; });
  // The oldest that is over: one of the other kind may still run.
  if (jobs_.size() >= kKept)
    if (auto oldest = std::ranges::find_if(
            jobs_, [](const JobState& job) { return job.finished.has_value(); });
        oldest != jobs_.end())
      jobs_.erase(oldest);
  jobs_.push_back({id, kind, std::move(subject), now, std::nullopt, 0, std::nullopt, {}});
  return jobs_.back();
}

void Jobs::drop(JobId id) {
  std::lock_guard lock(mutex_);
  std::erase_if(jobs_, [id](const JobState& job) { return job.id == id; });
}

void Jobs::progress(JobId id, double fraction) {
  std::lock_guard lock(mutex_);
  auto job = std::ranges::find(jobs_, id, &JobState::id);
  if (job != jobs_.end()) job->progress = fraction;
}

void Jobs::finish(JobId id, Result<std::string> report, Timestamp now) {
  std::lock_guard lock(mutex_);
  auto job = std::ranges::find(jobs_, id, &JobState::id);
  if (job == jobs_.end() || job->finished) return;
  job->finished = now;
  if (report) {
    job->progress = 1;
    job->report = std::move(*report);
  } else {
    job->error = std::move(report).error();
  }
}

Result<JobState> Jobs::find(JobId id, Timestamp now) {
  std::lock_guard lock(mutex_);
  auto job = std::ranges::find(jobs_, id, &JobState::id);
  if (job == jobs_.end() || (job->finished && now - *job->finished > kKeptFor))
    return fail(Code::kNotFound, "api.no_such_thing", {{"id", id.text()}});
  return *job;
}

void Jobs::run(const Executor& executor, JobId id, Task<> work, Clock& clock) {
  auto run = std::make_shared<Run>();
  {
    std::lock_guard lock(mutex_);
    if (!stopping_) runs_.emplace(id, run);
  }
  if (!is_running(id)) return drop(id);
  auto slot = run->signal.slot();
  // What was cancelled throws: it ends here.
  auto when_done = [this, id, run, &clock](std::exception_ptr thrown, Result<> outcome) {
    if (!thrown && !outcome) spdlog::warn("job {}: {}", id.text(), outcome.error().describe());
    ended(id, clock.now());
  };
  boost::asio::co_spawn(executor, std::move(work),
                        boost::asio::bind_cancellation_slot(slot, std::move(when_done)));
}

void Jobs::ended(JobId id, Timestamp now) {
  finish(id, fail(Code::kRetry, "api.stopping"), now);
  std::lock_guard lock(mutex_);
  runs_.erase(id);
}

bool Jobs::is_running(JobId id) {
  std::lock_guard lock(mutex_);
  return runs_.contains(id);
}

bool Jobs::is_idle() {
  std::lock_guard lock(mutex_);
  return runs_.empty();
}

boost::asio::awaitable<void> Jobs::stop(Clock& clock) {
  std::vector<std::shared_ptr<Run>> runs;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    for (auto& [id, run] : runs_) runs.push_back(run);
  }
  for (auto& run : runs) run->signal.emit(boost::asio::cancellation_type::terminal);
  while (!is_idle()) co_await clock.sleep(std::chrono::milliseconds(10));
}

}  // namespace belfry::api
