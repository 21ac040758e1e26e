// Whether the logs have a line of each request, on both engines.
#include "state.h"

#include <gmock/gmock.h>

namespace belfry::measures {
namespace {

class AccessLogChecks : public StateTest {
 protected:
  void SetUp() override {
    clock_.advance(std::chrono::hours(24 * 500));
    execute(
        "INSERT INTO tenant (id, parent_id, kind, name, created_us) VALUES (2, NULL, 'customer', "
        "'Cust', 0)");
    execute("INSERT INTO log_comparison (id, first_us, observed_at_us) VALUES (1, 0, :now)",
            {{"now", to_us(clock_.now())}});
  }

  void expect(Verdict verdict, const std::vector<std::string>& rows) {
    const Evaluation evaluation = check("S07-P-20");
    EXPECT_EQ(name_of(evaluation.status.verdict), name_of(verdict)) << evaluation.status.reason;
    EXPECT_EQ(failing(evaluation), rows);
  }
};

BELFRY_ON_BOTH_ENGINES(AccessLogChecks);

TEST_P(AccessLogChecks, EachProtocolByItself) {
  expect(Verdict::kNoData, {});
  execute(
      "INSERT INTO access_sample (tenant_id, hour_us, requests, compared, found) VALUES "
      "(2, :hour, 50000, 2000, 1998)",
      {{"hour", to_us(clock_.now() - std::chrono::hours(1))}});
  expect(Verdict::kPass, {});
  execute("UPDATE access_sample SET found = 1997");
  expect(Verdict::kFail,
         {"log Cust: 50000 requests to S3, 0 reads over REST; of 2000 and 0 looked for in the log, "
          "1997 and 0 are there"});
  // The many of one do not hide what the other lacks.
  execute(
      "UPDATE access_sample SET found = 2000, rest_requests = 70, rest_compared = 50, "
      "rest_found = 49");
  expect(Verdict::kFail,
         {"log Cust: 50000 requests to S3, 70 reads over REST; of 2000 and 50 looked for in the "
          "log, 2000 and 49 are there"});
  execute("UPDATE access_sample SET rest_found = 50");
  expect(Verdict::kPass, {});
  execute("UPDATE access_sample SET compared = 0, found = 0, rest_compared = 0, rest_found = 0");
  expect(Verdict::kFail,
         {"log Cust: 50000 requests to S3, 70 reads over REST; of 0 and 0 looked for in the log, 0 "
          "and 0 are there"});
}

}  // namespace
}  // namespace belfry::measures
