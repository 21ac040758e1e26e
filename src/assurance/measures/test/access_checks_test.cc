// The checks over access, on both engines: what each makes of the rows that it reads.
#include "access_state.h"

#include <gmock/gmock.h>

namespace belfry::measures {
namespace {

using testing::ElementsAre;

class AccessChecks : public AccessStateTest {};

BELFRY_ON_BOTH_ENGINES(AccessChecks);

TEST_P(AccessChecks, OfStaff) {
  add_user(10, 1, "ines", {.role = "reader", .email = "ines@belfry.example"});
  expect("S07-P-07", Verdict::kPass, {});
  EXPECT_EQ(check("S07-P-05").status.verdict, Verdict::kNoData);
  expect("S07-P-11", Verdict::kPass, {});
  expect("S07-P-12", Verdict::kPass, {});
  add_user(11, 1, "root", {.role = "operator", .email = "", .length_met = 15});
  add_user(12, 1, "oleg", {.role = "reader", .email = "INES@belfry.example", .length_met = 0});
  expect("S07-P-11", Verdict::kFail,
         {"user ines: one address for 2 accounts", "user oleg: one address for 2 accounts",
          "user root: named after a task, not a person"});
  expect("S07-P-12", Verdict::kFail,
         {"user oleg: length not known until the next sign-in",
          "user root: at least 15 characters, 16 needed"});
  expect("S07-P-05", Verdict::kPass, {});
  execute("UPDATE password_policy SET characters_min = 8, hash_memory_kib = 64, known_words = 10");
  EXPECT_EQ(check("S07-P-12").status.violations, 5);
  execute(
      "INSERT INTO iam_profile (id, tenant_id, name, document, privileged, created_us, changed_us) "
      "VALUES (5, 1, 'P', '{}', 0, 0, 0)");
  expect("S07-P-05", Verdict::kFail, {"profile P: may allow something of -1 services"});
  execute(
      "INSERT INTO user_profile (user_id, profile_id, tenant_id, since_us, given_by_user_id) "
      "VALUES (10, 5, 1, 0, 11)");
  expect("S07-P-07", Verdict::kFail,
         {"user ines: role reader, in 0 groups, 1 profile given directly"});
}

TEST_P(AccessChecks, OfCustomers) {
  for (const char* id : {"S07-C-02", "S07-C-03", "S07-C-04", "S07-C-06"})
    EXPECT_EQ(check(id).status.verdict, Verdict::kNoData) << id;
  add_user(20, 2, "ada", {.role = "tenant_administrator", .email = ""});
  add_user(21, 2, "bob", {.days_since_sign_in = 95});
  expect("S07-C-02", Verdict::kFail, {"user bob: not used for 95 days"});
  expect("S07-C-03", Verdict::kPass, {});
  expect("S07-C-04", Verdict::kFail,
         {"tenant Cust: does not ask everybody for a second factor",
          "user ada: role tenant_administrator, 0 second factors in force",
          "user bob: role member, 0 second factors in force"});
  execute("UPDATE tenant SET everybody_needs_factor = 1 WHERE id = 2");
  expect("S07-C-04", Verdict::kFail,
         {"user ada: role tenant_administrator, 0 second factors in force",
          "user bob: role member, 0 second factors in force"});
  execute(
      "INSERT INTO access_key (id, tenant_id, user_id, secret_sealed, second_factor, created_us, "
      "last_used_us) VALUES ('BLF1', 2, 21, '', 0, :made, :used)",
      {{"made", now() - 200 * kDayUs}, {"used", now()}});
  expect("S07-C-02", Verdict::kPass, {});
  expect("S07-C-06", Verdict::kFail, {"key BLF1: of bob, made 200 days ago"});
  // What the prober has is no customer's.
  execute("UPDATE tenant SET probe = 1 WHERE id = 2");
  for (const char* id : {"S07-C-02", "S07-C-03", "S07-C-04", "S07-C-06"})
    EXPECT_EQ(check(id).status.verdict, Verdict::kNoData) << id;
}

TEST_P(AccessChecks, OfTheStrongestFactor) {
  const auto reasons = [&] {
    std::vector<std::string> told;
    for (const EvaluatedRow& row : check("S07-P-13").rows)
      told.push_back(row.subject + (row.pass ? " pass " : " fail ") + row.reason);
    return told;
  };
  const auto add_factor = [&](std::int64_t id, std::int64_t user, const std::string& kind) {
    execute(
        "INSERT INTO mfa_factor (id, tenant_id, user_id, kind, secret_sealed, last_step, "
        "created_us, confirmed_us, label) VALUES (:id, 1, :user, :kind, '', 0, 0, 0, '')",
        {{"id", id}, {"user", user}, {"kind", kind}});
  };
  add_user(10, 1, "ines", {.role = "provider_administrator"});
  add_user(11, 1, "oleg", {.role = "operator"});
  add_factor(1, 11, "totp");
  EXPECT_THAT(reasons(), ElementsAre("user ines fail factors role=provider_administrator count=0",
                                     "user oleg pass factors role=operator count=1"));
  // The promise asks for several factors, not for the strongest: told, and no failure.
  add_factor(2, 10, "totp");
  EXPECT_THAT(reasons(),
              ElementsAre("user ines pass no_passkey role=provider_administrator count=1",
                          "user oleg pass factors role=operator count=1"));
  add_factor(3, 10, "passkey");
  EXPECT_EQ(reasons().at(0), "user ines pass factors role=provider_administrator count=2");
}

TEST_P(AccessChecks, OfTerms) {
  add_user(10, 1, "root", {});
  add_user(20, 2, "ada", {});
  EXPECT_EQ(check("S10-C-03").status.verdict, Verdict::kNoData) << "nothing was published";
  const auto publish = [&](const std::string& version, std::int64_t days, std::int64_t in_force) {
    execute(
        "INSERT INTO terms (version, text_en, text_fr, published_us, published_by_user_id, "
        "in_force_us) VALUES (:version, 'a', 'b', :published, 10, :in_force)",
        {{"version", version},
         {"published", now() - days * kDayUs},
         {"in_force", now() - in_force * kDayUs}});
  };
  publish("to come", 40, -1);
  EXPECT_EQ(check("S10-C-03").status.verdict, Verdict::kNoData) << "not in force yet";
  publish("2026 1", 29, 20);
  expect("S10-C-03", Verdict::kPass, {});
  EXPECT_EQ(check("S10-C-03").rows.at(0).reason, "open days=1 version=2026 1");
  clock_.advance(std::chrono::hours(23));
  execute("DELETE FROM terms WHERE version = 'to come'");
  expect("S10-C-03", Verdict::kPass, {});
  clock_.advance(std::chrono::hours(1));
  expect("S10-C-03", Verdict::kFail,
         {"user ada: has not accepted version 2026 1, published 30 days ago"});
  // Who came later has the same time.
  execute("UPDATE iam_user SET created_us = :us WHERE id = 20", {{"us", now() - 29 * kDayUs}});
  expect("S10-C-03", Verdict::kPass, {});
  clock_.advance(std::chrono::hours(24));
  EXPECT_EQ(check("S10-C-03").status.violations, 1);
  execute(
      "INSERT INTO terms_acceptance (user_id, version, tenant_id, accepted_us) VALUES (20, "
      "'2026 1', 2, 0)");
  expect("S10-C-03", Verdict::kPass, {});
  // Another version is another question; staff's and programs' are not the customer's.
  publish("2026 2", 31, 1);
  expect("S10-C-03", Verdict::kFail,
         {"user ada: has not accepted version 2026 2, published 31 days ago"});
  execute("UPDATE iam_user SET owner_id = 10 WHERE id = 20");
  EXPECT_EQ(check("S10-C-03").status.verdict, Verdict::kNoData);
}

TEST_P(AccessChecks, OfStaffOnCustomersData) {
  EXPECT_EQ(check("S01-P-04").status.verdict, Verdict::kNoData) << "nobody read the log";
  read_log(2);
  expect("S01-P-04", Verdict::kPass, {});
  add_intervention(7, "ordinary", "papers", 11, 60);
  add_staff_access(7, "nadia", "papers");
  expect("S01-P-04", Verdict::kPass, {});
  const std::vector<std::string> unfounded = {
      "user nadia: 3 requests of the provider's staff in 31 days, 3 of them without a valid "
      "intervention; of its break-glass, 0 reports are overdue"};
  // Each of what makes it valid, and the state as it was again.
  for (const auto& [broken, mended] : std::vector<std::pair<std::string, std::string>>{
           {"decided_by_user_id = 10", "decided_by_user_id = 11"},
           {"decided_by_user_id = 0", "decided_by_user_id = 11"},
           {"requested_by_user_id = 11", "requested_by_user_id = 10"},
           {"bucket = 'secrets'", "bucket = ''"},
           {"tenant_id = 1", "tenant_id = 2"},
           {"staff_name = 'oleg'", "staff_name = 'nadia'"},
           {"decided_us = decided_us + 2400000000 + 7000000",
            "decided_us = decided_us - 2400000000 - 7000000"},
           {"expires_us = expires_us - 600000000", "expires_us = expires_us + 600000000"},
           {"ended_us = expires_us - 607000000", "ended_us = expires_us - 605000000"},
           {"id = 8", "id = 7"}}) {
    execute("UPDATE intervention SET " + broken);
    expect("S01-P-04", Verdict::kFail, unfounded);
    execute("UPDATE intervention SET " + mended);
    expect("S01-P-04", Verdict::kPass, {});
  }
  add_staff_access(0, "nadia", "papers");
  EXPECT_EQ(check("S01-P-04").status.violations, 1) << "one that the log names no number of";
  execute("DELETE FROM intervention");
  EXPECT_EQ(failing(check("S01-P-04"))[0].substr(0, 22), "user nadia: 6 requests");
  execute("DELETE FROM staff_access");
  expect("S01-P-04", Verdict::kPass, {});
  clock_.advance(std::chrono::minutes(6));
  EXPECT_EQ(check("S01-P-04").status.verdict, Verdict::kStale);
}

TEST_P(AccessChecks, OfReportsOnBreakGlass) {
  read_log(2);
  add_intervention(7, "break_glass", "", 11, 60);
  add_intervention(8, "ordinary", "", 11, 60);
  const auto after = [&](std::int64_t hours) {
    clock_.advance(std::chrono::hours(hours));
    for (const char* table : {"log_reading", "public_reading"})
      execute("UPDATE " + std::string(table) + " SET observed_at_us = :now", {{"now", now()}});
  };
  after(72);
  expect("S01-P-04", Verdict::kPass, {});
  after(1);
  expect("S01-P-04", Verdict::kFail,
         {"user nadia: 0 requests of the provider's staff in 31 days, 0 of them without a valid "
          "intervention; of its break-glass, 1 report is overdue"});
  // The time for it begins when it ended, which may be before its time was over.
  execute("UPDATE intervention SET ended_us = :now WHERE id = 7", {{"now", now()}});
  expect("S01-P-04", Verdict::kPass, {});
  after(73);
  EXPECT_EQ(check("S01-P-04").status.verdict, Verdict::kFail);
  execute("UPDATE intervention SET report = 'done', reported_us = :now WHERE id = 7",
          {{"now", now()}});
  expect("S01-P-04", Verdict::kPass, {});
  execute("UPDATE intervention SET reported_us = NULL, expires_us = NULL WHERE id = 7");
  expect("S01-P-04", Verdict::kPass, {});
}

TEST_P(AccessChecks, OfWhoWasLetIn) {
  read_log(2);
  add_user(20, 2, "ada", {});
  add_grant(1, 20, "role", now() - kDayUs, database::Null{});
  const std::int64_t hour = 3'600'000'000;
  execute(
      "INSERT INTO user_access (tenant_id, user_id, hour_us, requests, first_us, last_us) VALUES "
      "(2, 20, :hour, 3, :first, :last)",
      {{"hour", now() - 2 * hour}, {"first", now() - 2 * hour}, {"last", now() - hour}});
  expect("S01-P-04", Verdict::kPass, {});
  const std::vector<std::string> unfounded = {
      "tenant Cust: of 1 own user let in within 24 hours and looked at, 1 held no right at that "
      "instant"};
  const auto held = [&](std::int64_t since, const database::Value& ended,
                        const database::Value& expires) {
    execute("UPDATE iam_grant SET since_us = :since, ended_us = :ended, expires_us = :expires",
            {{"since", since}, {"ended", ended}, {"expires", expires}});
  };
  const database::Null never;
  held(now() - kDayUs, now() - hour - 7'000'000, never);
  expect("S01-P-04", Verdict::kFail, unfounded);
  held(now() - kDayUs, now() - hour - 5'000'000, never);
  expect("S01-P-04", Verdict::kPass, {});
  held(now() - kDayUs, never, now() - hour - 7'000'000);
  expect("S01-P-04", Verdict::kFail, unfounded);
  held(now() - 2 * hour + 7'000'000, never, never);
  expect("S01-P-04", Verdict::kFail, unfounded);
  held(now() - kDayUs, never, never);
  execute("UPDATE iam_grant SET kind = 'boundary'");
  expect("S01-P-04", Verdict::kFail, unfounded);
  execute("UPDATE iam_grant SET kind = 'membership', tenant_id = 1");
  expect("S01-P-04", Verdict::kFail, unfounded);
  execute("UPDATE iam_grant SET tenant_id = 2");
  expect("S01-P-04", Verdict::kPass, {});
  // One after the other.
  execute("UPDATE iam_grant SET ended_us = :at", {{"at", now() - 90 * 60'000'000ll}});
  expect("S01-P-04", Verdict::kFail, unfounded);
  add_grant(2, 20, "profile", now() - 90 * 60'000'000ll, database::Null{});
  expect("S01-P-04", Verdict::kPass, {});
  execute("DELETE FROM iam_grant");
  execute("UPDATE user_access SET hour_us = :hour", {{"hour", now() - 25 * hour}});
  expect("S01-P-04", Verdict::kPass, {});
}

TEST_P(AccessChecks, OfWhoDidNotSign) {
  read_log(2);
  const std::int64_t minute = 60'000'000;
  execute(
      "INSERT INTO anonymous_access (tenant_id, bucket, minute_us, requests, first_us, last_us) "
      "VALUES (2, 'papers', :minute, 5, :first, :last)",
      {{"minute", now() - 30 * minute},
       {"first", now() - 30 * minute},
       {"last", now() - 30 * minute + 40'000'000}});
  const std::vector<std::string> unfounded = {
      "bucket papers: 5 requests without a signature in 24 hours, 5 of them when the bucket was "
      "not open to everybody"};
  expect("S01-P-04", Verdict::kFail, unfounded);
  set_public("'papers', 'policy', 1", 60);
  set_public("'papers', 'block', 1", 60);
  expect("S01-P-04", Verdict::kFail, unfounded);
  set_public("'', 'block', 1", 60);
  expect("S01-P-04", Verdict::kPass, {});
  // Each of the three, closed before, of another bucket, and opened too late.
  for (const auto& [broken, mended] : std::vector<std::pair<std::string, std::string>>{
           {"opens = 0 WHERE kind = 'policy'", "opens = 1"},
           {"opens = 0 WHERE bucket = 'papers' AND kind = 'block'", "opens = 1"},
           {"opens = 0 WHERE bucket = ''", "opens = 1"},
           {"bucket = 'others' WHERE kind = 'policy'", "bucket = 'papers' WHERE kind = 'policy'"},
           {"tenant_id = 1", "tenant_id = 2"},
           {"at_us = at_us + 1807000000", "at_us = at_us - 1807000000"}}) {
    execute("UPDATE public_setting SET " + broken);
    expect("S01-P-04", Verdict::kFail, unfounded);
    execute("UPDATE public_setting SET " + mended);
    expect("S01-P-04", Verdict::kPass, {});
  }
  // Closed between the first and the last of the minute, by more than the slack; then before both.
  set_public("'', 'block', 0", 30);
  expect("S01-P-04", Verdict::kFail, unfounded);
  execute("UPDATE public_setting SET at_us = at_us + 36000000 WHERE opens = 0");
  expect("S01-P-04", Verdict::kPass, {});
  set_public("'', 'block', 0", 45);
  expect("S01-P-04", Verdict::kFail, unfounded);
  set_public("'', 'block', 1", 40);
  expect("S01-P-04", Verdict::kPass, {});
  execute("DELETE FROM public_setting");
  // What is too young to be judged, and what is too old.
  execute("UPDATE anonymous_access SET first_us = :at, last_us = :at", {{"at", now() - minute}});
  expect("S01-P-04", Verdict::kPass, {});
  execute("UPDATE anonymous_access SET first_us = :at, last_us = :at, minute_us = :at",
          {{"at", now() - 1441 * minute}});
  expect("S01-P-04", Verdict::kPass, {});
}

}  // namespace
}  // namespace belfry::measures
