// What S07-P-22 makes of the log of a customer that has ended.
#include "state.h"

namespace belfry::measures {
namespace {

constexpr std::int64_t kDayUs = 86'400'000'000;

class EndedLogChecks : public StateTest {
 protected:
  void SetUp() override {
    clock_.advance(std::chrono::hours(24 * 500));
    execute(
        "INSERT INTO tenant (id, parent_id, kind, name, created_us) VALUES (1, NULL, 'provider', "
        "'Belfry Example', 0)");
    execute(
        "INSERT INTO tenant (id, parent_id, kind, name, created_us, suspended_us) VALUES (2, 1, "
        "'customer', 'Cust', 0, 1)");
    execute(
        "INSERT INTO log_fact (tenant_id, leaves, root, unchanged, oldest_leaf, oldest_us, "
        "newest_us, samples, samples_opened, checkpoints, opened_at_us, observed_at_us) VALUES "
        "(2, 100, '', 1, 0, 0, 0, 0, 0, 3, :now, :now)",
        {{"now", to_us(clock_.now())}});
  }
  void expect(Verdict verdict, const std::vector<std::string>& rows) {
    const Evaluation evaluation = check("S07-P-22");
    EXPECT_EQ(name_of(evaluation.status.verdict), name_of(verdict)) << evaluation.status.reason;
    EXPECT_EQ(failing(evaluation), rows);
  }
  // What is said where nothing of the log can be opened, so long after the end.
  void end(int days) {
    execute("UPDATE tenant SET ended_us = :us WHERE id = 2",
            {{"us", to_us(clock_.now()) - days * kDayUs}});
  }
};
BELFRY_ON_BOTH_ENGINES(EndedLogChecks);

TEST_P(EndedLogChecks, KeptForTwelveMonthsAndNotThereAfter) {
  expect(Verdict::kFail, {"log Cust: none of its leaves can be opened"});
  end(364);
  expect(Verdict::kFail, {"log Cust: none of its leaves can be opened"});
  end(366);
  expect(Verdict::kPass, {});
  // What is there for too long is found all the same.
  execute("UPDATE log_fact SET oldest_us = :us WHERE tenant_id = 2",
          {{"us", to_us(clock_.now()) - 400 * kDayUs}});
  expect(Verdict::kFail, {"log Cust: goes back 400 days"});
}

}  // namespace
}  // namespace belfry::measures
