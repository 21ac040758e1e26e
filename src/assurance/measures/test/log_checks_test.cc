// The checks over logs and the prober, on both engines: what each makes of the rows that it reads.
#include "access_state.h"

namespace belfry::measures {
namespace {

class LogChecks : public AccessStateTest {};

BELFRY_ON_BOTH_ENGINES(LogChecks);

TEST_P(LogChecks, OfLogs) {
  add_log(1, 0, 400);
  add_log(2, 0, 10);
  expect("S07-P-15", Verdict::kPass, {});
  expect("S07-P-22", Verdict::kPass, {});
  execute("UPDATE log_fact SET unchanged = 0 WHERE tenant_id = 1");
  expect("S07-P-15", Verdict::kFail,
         {"log Belfry Example: not the log any more of which 100 leaves were known"});
  // Pruned, and too early.
  execute("UPDATE log_fact SET oldest_leaf = 7 WHERE tenant_id = 2");
  expect("S07-P-22", Verdict::kFail, {"log Cust: begins 10 days ago: earlier leaves are gone"});
  execute("UPDATE log_fact SET oldest_us = :us WHERE tenant_id = 2",
          {{"us", now() - 366 * kDayUs}});
  expect("S07-P-22", Verdict::kPass, {});
  execute("UPDATE log_fact SET samples_opened = 3 WHERE tenant_id = 2");
  expect("S07-P-22", Verdict::kFail, {"log Cust: 3 of 4 sampled leaves can be opened"});
  execute("UPDATE log_fact SET oldest_us = 0 WHERE tenant_id = 2");
  expect("S07-P-22", Verdict::kFail, {"log Cust: none of its leaves can be opened"});
  clock_.advance(std::chrono::hours(3));
  EXPECT_EQ(check("S07-P-22").status.verdict, Verdict::kStale);
}

TEST_P(LogChecks, OfWhatLogsTell) {
  add_user(10, 1, "ines", {});
  add_user(20, 2, "ada", {});
  execute(
      "INSERT INTO iam_session (id, tenant_id, user_id, secret_sha256, amr, second_factor, "
      "privileged, enrolment_only, source_ip, user_agent, created_us, last_seen_us, expires_us, "
      "idle_limit_us) VALUES ('s1', 1, 10, 'x', 'pwd', 0, 0, 0, '', '', :at, :at, :at, 0)",
      {{"at", now() - kDayUs}});
  expect("S07-P-14", Verdict::kFail,
         {"user ines: of 0 of 1 way in, sessions, keys and tokens, the log tells how it was "
          "opened"});
  expect("S07-P-21", Verdict::kFail,
         {"tenant Cust: of 0 of 1 thing made the log tells what it is, by whom, when and from "
          "where"});
  execute(
      "INSERT INTO logged_change (kind, id, tenant_id, made_us, ledger_index) VALUES "
      "('session', 's1', 1, 0, 3), ('user', '20', 2, 0, 4)");
  expect("S07-P-14", Verdict::kPass, {});
  expect("S07-P-21", Verdict::kPass, {});
  // Keys and tokens of the staff are ways in as well.
  execute(
      "INSERT INTO api_token (id, tenant_id, user_id, label, secret_sha256, second_factor, "
      "created_us) VALUES ('t1', 1, 10, 'x', 'y', 0, :at)",
      {{"at", now() - kDayUs}});
  execute(
      "INSERT INTO access_key (id, tenant_id, user_id, secret_sealed, second_factor, created_us) "
      "VALUES ('k1', 1, 10, 'x', 0, :at)",
      {{"at", now() - kDayUs}});
  expect("S07-P-14", Verdict::kFail,
         {"user ines: of 1 of 3 ways in, sessions, keys and tokens, the log tells how it was "
          "opened"});

  // The program's own lines and those of requests are counted alike: each says which it is.
  execute(
      "INSERT INTO change_source (tenant_id, day_us, changes, sourced) VALUES (2, :today, 3, 3), "
      "(2, :before, 5, 4), (1, :today, 1, 0)",
      {{"today", now()}, {"before", now() - 40 * kDayUs}});
  expect("S07-P-21", Verdict::kPass, {});
  execute("UPDATE change_source SET sourced = 1 WHERE changes = 3");
  expect("S07-P-21", Verdict::kFail,
         {"log Cust: 1 of 3 lines about users and rights tells from where that came"});
  execute("UPDATE change_reading SET observed_at_us = :at", {{"at", now() - kDayUs}});
  EXPECT_EQ(check("S07-P-21").status.verdict, Verdict::kStale);
}

TEST_P(LogChecks, OfTheProber) {
  const auto step = [&](const std::string& name, std::int64_t passed, std::int64_t took_ms) {
    execute(
        "INSERT INTO probe_step (step, passed, got, expected, took_ms, observed_at_us) VALUES "
        "(:step, :passed, '200', '403', :took, :now)",
        {{"step", name}, {"passed", passed}, {"took", took_ms}, {"now", now()}});
  };
  for (const char* name : {"event_found", "old_event_found", "other_lines"}) step(name, 1, 30);
  EXPECT_EQ(check("S07-P-23").status.verdict, Verdict::kNoData) << "one step is missing";
  step("other_log_refused", 0, 30);
  expect(
      "S07-P-23", Verdict::kFail,
      {"step other_log_refused: another tenant's log is refused: 200, 403 expected, after 30 ms"});
  execute("UPDATE probe_step SET passed = 1");
  expect("S07-P-23", Verdict::kPass, {});
  // No event is an hour old: that promise was not tried. What failed all the same is told.
  execute("UPDATE probe_step SET got = '0', expected = '0' WHERE step = 'old_event_found'");
  EXPECT_EQ(check("S07-P-23").status.verdict, Verdict::kNoData);
  execute("UPDATE probe_step SET passed = 0 WHERE step = 'other_lines'");
  EXPECT_EQ(check("S07-P-23").status.violations, 1);
  execute("UPDATE probe_step SET passed = 1, got = '2', expected = '2'");
  execute("UPDATE probe_step SET took_ms = 30001 WHERE step = 'event_found'");
  EXPECT_EQ(check("S07-P-23").status.violations, 1);
  for (const char* name :
       {"sign_in",         "designate",      "served",          "stranger_refused",
        "forger_refused",  "nobody_refused", "delete_user",     "deleted_sign_in",
        "deleted_session", "deleted_key",    "create_profile",  "refused_before",
        "give_profile",    "allowed_s3",     "allowed_rest",    "denied_s3",
        "denied_rest",     "enrol",          "factor_demanded", "factor_accepted"})
    step(name, 1, 30);
  for (const char* id : {"S07-P-16", "S07-P-17", "S07-P-18", "S07-P-19"})
    EXPECT_EQ(check(id).status.verdict, Verdict::kPass) << id;
}

}  // namespace
}  // namespace belfry::measures
