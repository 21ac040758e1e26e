#include "jobs.h"

#include <algorithm>

namespace belfry::api {

Result<JobState> Jobs::start(JobId id, JobKind kind, std::string subject, Timestamp now) {
  std::lock_guard lock(mutex_);
  for (const JobState& job : jobs_)
    if (job.kind == kind && !job.finished)
      return fail(Code::kConflict, "api.job_running", {{"job", job.id.text()}});
  jobs_.push_back({id, kind, std::move(subject), now, std::nullopt, 0, std::nullopt, {}});
  if (jobs_.size() > kKept) jobs_.pop_front();
  return jobs_.back();
}

void Jobs::progress(JobId id, double fraction) {
  std::lock_guard lock(mutex_);
  auto job = std::ranges::find(jobs_, id, &JobState::id);
  if (job != jobs_.end()) job->progress = fraction;
}

void Jobs::finish(JobId id, Result<std::string> report, Timestamp now) {
  std::lock_guard lock(mutex_);
  auto job = std::ranges::find(jobs_, id, &JobState::id);
  if (job == jobs_.end()) return;
  job->finished = now;
  if (report) {
    job->progress = 1;
    job->report = std::move(*report);
  } else {
    job->error = std::move(report).error();
  }
}

Result<JobState> Jobs::find(JobId id) {
  std::lock_guard lock(mutex_);
  auto job = std::ranges::find(jobs_, id, &JobState::id);
  if (job == jobs_.end()) return fail(Code::kNotFound, "api.no_such_thing", {{"id", id.text()}});
  return *job;
}

}  // namespace belfry::api
