#include "probing.h"

#include <spdlog/spdlog.h>

namespace belfry::provider {
namespace {

std::vector<iam::ProbeStep> steps_of(const prober::Report& report) {
  std::vector<iam::ProbeStep> steps;
  steps.reserve(report.steps.size());
  for (const prober::Step& step : report.steps)
    steps.push_back({step.name, step.passed, step.got, step.expected, step.took});
  return steps;
}

// "delete_user (405 instead of 204)"
std::string failures_of(const prober::Report& report) {
  std::string failures;
  for (const prober::Step& step : report.steps)
    if (!step.passed)
      failures += (failures.empty() ? "" : ", ") + step.name +
                  (step.got == "-" ? "" : " (" + step.got + " instead of " + step.expected + ")");
  return failures;
}

}  // namespace

Task<> Probing::probe(const prober::Target& target) {
  if (cancelled_) co_return Result<>();
  CO_TRY(const auto marks, co_await iam_.upkeep().probe_marks());
  CO_TRY(const iam::ProbeAdministrator administrator, co_await iam_.upkeep().renew_probe());
  std::vector<prober::Mark> looked_for;
  looked_for.reserve(marks.size());
  for (const iam::ProbeMark& mark : marks) looked_for.push_back({mark.at, mark.resource});
  auto report = co_await runtime::blocking(*pool_, [&]() -> Result<prober::Report> {
    return prober::probe(target,
                         {administrator.tenant.text(), administrator.name, administrator.password,
                          administrator.totp_seed},
                         looked_for, clock_, random_, [this] { return cancelled_.load(); });
  });
  // First what must not stay, whatever was seen.
  Result<> ended = co_await iam_.upkeep().end_probe();
  CO_TRY(report);
  if (cancelled_) co_return ended;
  std::optional<iam::ProbeMark> mark;
  if (report->mark) mark = iam::ProbeMark{report->mark->at, report->mark->resource};
  CO_TRY(co_await iam_.upkeep().keep_probe(steps_of(*report), mark));
  CO_TRY(ended);
  if (!report->passed())
    co_return fail(Code::kInternal, "provider.probe_failed", {{"steps", failures_of(*report)}});
  co_return Result<>();
}

}  // namespace belfry::provider
