// What the prober saw, for measures and for the next probe.
#include "service.h"

#include <set>

namespace belfry::iam {
namespace {

// Every mark is kept so long; then the first of each month.
constexpr Duration kMarkKept = std::chrono::hours(2);
constexpr Duration kMarkKeptMax = std::chrono::days(334);
constexpr Duration kMarkAge = std::chrono::minutes(59);

Result<std::vector<ProbeMark>> read_marks(Transaction& transaction) {
  TRY(auto rows,
      transaction.query("SELECT event_us, resource FROM probe_mark ORDER BY event_us LIMIT 1000"));
  std::vector<ProbeMark> marks;
  marks.reserve(rows.size());
  for (const Row& row : rows)
    marks.push_back({from_us(row.integer("event_us")), row.text("resource")});
  return marks;
}

std::chrono::year_month month_of(Timestamp time) {
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(time));
  return day.year() / day.month();
}

Result<> forget_marks(Transaction& transaction, Timestamp now) {
  TRY(const std::vector<ProbeMark> marks, read_marks(transaction));
  std::set<std::chrono::year_month> months;
  for (const ProbeMark& mark : marks) {
    const bool is_first = months.insert(month_of(mark.at)).second;
    const Duration age = now - mark.at;
    if (age <= kMarkKept || (is_first && age <= kMarkKeptMax)) continue;
    TRY(transaction.execute("DELETE FROM probe_mark WHERE event_us = :event_us",
                            {{"event_us", to_us(mark.at)}}));
  }
  return {};
}

}  // namespace

Task<> IamService::keep_probe(const std::vector<ProbeStep>& steps,
                              const std::optional<ProbeMark>& mark) {
  co_return co_await runtime::blocking(*core_.pool, [&]() -> Result<> {
    return core_.database.write([&](Transaction& transaction) -> Result<> {
      const Timestamp now = core_.clock.now();
      TRY(transaction.execute("DELETE FROM probe_step"));
      for (const ProbeStep& step : steps)
        TRY(transaction.execute(
            "INSERT INTO probe_step (step, passed, got, expected, took_ms, observed_at_us) "
            "VALUES (:step, :passed, :got, :expected, :took_ms, :now_us)",
            {{"step", step.name},
             {"passed", std::int64_t(step.passed)},
             {"got", step.got},
             {"expected", step.expected},
             {"took_ms", std::int64_t(step.took / std::chrono::milliseconds(1))},
             {"now_us", to_us(now)}}));
      if (mark)
        TRY(
            transaction.execute("INSERT INTO probe_mark (event_us, resource) VALUES (:event_us, "
                                ":resource) ON CONFLICT (event_us) DO NOTHING",
                                {{"event_us", to_us(mark->at)}, {"resource", mark->resource}}));
      return forget_marks(transaction, now);
    });
  });
}

Task<std::vector<ProbeMark>> IamService::probe_marks() {
  using Marks = std::vector<ProbeMark>;
  co_return co_await core_.read<Marks>([&](Transaction& transaction) -> Result<Marks> {
    TRY(const Marks marks, read_marks(transaction));
    const Timestamp now = core_.clock.now();
    Marks chosen;
    for (const ProbeMark& mark : marks) {
      if (now - mark.at < kMarkAge || now - mark.at > kMarkKeptMax) continue;
      if (chosen.size() == 2) chosen.pop_back();
      chosen.push_back(mark);
    }
    return chosen;
  });
}

}  // namespace belfry::iam
