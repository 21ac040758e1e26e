// The checks that read the register of people.
#include "rights_state.h"

namespace belfry::measures {
namespace {

constexpr std::int64_t kPerson = 60, kJob = 70, kOtherJob = 71;

class PeopleChecks : public RightsChecks {
 protected:
  void SetUp() override {
    RightsChecks::SetUp();
    for (const auto& [id, name] : {std::pair{kJob, "Archivist"}, std::pair{kOtherJob, "Keeper"}})
      execute(
          "INSERT INTO job_role (id, tenant_id, name, name_key, owner, account_role, created_us, "
          "changed_us) VALUES (:id, 1, :name, :name, 'Head', 'reader', 0, 0)",
          {{"id", id}, {"name", name}});
    execute("UPDATE job_role SET account_role = 'provider_administrator' WHERE id = 71");
  }
  // Whose account `user` is; 0: nobody's.
  void add_person(std::int64_t id, std::int64_t user, std::int64_t starts_us,
                  std::int64_t ends_us = 0) {
    execute(
        "INSERT INTO person (id, tenant_id, reference, kind, name, name_key, email, starts_us, "
        "ends_us, departure_reason, created_us, changed_us) VALUES (:id, 1, :reference, "
        "'employee', "
        "'A', 'a', '', :starts, :ends, '', 0, 0)",
        {{"id", id},
         {"reference", std::to_string(id)},
         {"starts", starts_us},
         {"ends", or_null(ends_us)}});
    execute(
        "INSERT INTO person_account (user_id, person_id, tenant_id, bound_us, kept) VALUES (:user, "
        ":id, 1, 0, '')",
        {{"id", id}, {"user", user}});
  }
  void add_job(std::int64_t person, std::int64_t job, std::int64_t since_us,
               std::int64_t until_us = 0) {
    execute(
        "INSERT INTO person_job (person_id, since_us, until_us, job_role_id, tenant_id) VALUES "
        "(:person, :since, :until, :job, 1)",
        {{"person", person}, {"since", since_us}, {"until", or_null(until_us)}, {"job", job}});
  }
  void join_group(std::int64_t user, std::int64_t expires_us = 0) {
    execute(
        "INSERT INTO group_member (group_id, user_id, tenant_id, since_us, expires_us) VALUES (7, "
        ":user, 1, 0, :expires)",
        {{"user", user}, {"expires", or_null(expires_us)}});
  }
};
BELFRY_ON_BOTH_ENGINES(PeopleChecks);

constexpr const char* kNobody =
    "user ines: no person of the register: say whose it is, with `belfry person add NAME --starts "
    "DATE --job-role ROLE --account ACCOUNT`";

TEST_P(PeopleChecks, AnAccountIsAPersonsWithAJobAndNotBeforeItsContract) {
  // Programs, other tenants' people and who is suspended are not looked at.
  add_user(20, 2, "anna", "member");
  add_user(11, 1, "robot", "member");
  execute("UPDATE iam_user SET owner_id = 10 WHERE id = 11");
  add_user(12, 1, "gone", "member");
  execute("UPDATE iam_user SET active = 0 WHERE id = 12");
  expect("S07-P-09", Verdict::kFail, {kNobody});
  EXPECT_EQ(check("S07-P-09").status.population, 1u);

  add_person(kPerson, 10, now() + 2 * kDayUs - kHourUs);
  expect("S07-P-09", Verdict::kFail,
         {"user ines: active, and its person's contract starts in 2 days: suspend it until then"});
  execute("UPDATE person SET starts_us = 0");
  expect("S07-P-09", Verdict::kFail,
         {"user ines: its person has no job role: give one, with `belfry person change PERSON "
          "--job-role ROLE`"});
  // One that begins later is none yet.
  add_job(kPerson, kOtherJob, now() + kDayUs);
  EXPECT_EQ(check("S07-P-09").status.violations, 1u);
  execute("UPDATE person_job SET since_us = 0");
  expect("S07-P-09", Verdict::kPass, {});
  execute("UPDATE person SET ends_us = :now", {{"now", now()}});
  expect("S07-P-09", Verdict::kNoData, {});
}

TEST_P(PeopleChecks, WhatGoesBeyondTheJobRoleIsApprovedForATimeOrTooMuch) {
  add_person(kPerson, 10, 0);
  add_job(kPerson, kJob, 0);
  const std::string one =
      "user ines: 1 right beyond the job role Archivist, without an approved request that ends";
  expect("S07-P-09", Verdict::kFail, {one});
  execute("UPDATE job_role SET account_role = 'provider_administrator' WHERE id = 70");
  expect("S07-P-09", Verdict::kPass, {});

  add_holding(0);
  join_group(10);
  expect("S07-P-09", Verdict::kFail, {one});
  execute("UPDATE group_member SET expires_us = :now", {{"now", now()}});
  expect("S07-P-09", Verdict::kPass, {});
  execute("UPDATE group_member SET expires_us = NULL");
  execute("INSERT INTO job_role_group (job_role_id, group_id, tenant_id) VALUES (71, 7, 1)");
  EXPECT_EQ(check("S07-P-09").status.violations, 1u) << "another job's";
  execute("UPDATE job_role_group SET job_role_id = 70");
  expect("S07-P-09", Verdict::kPass, {});
  execute(
      "INSERT INTO user_profile (user_id, profile_id, tenant_id, since_us, given_by_user_id) "
      "VALUES "
      "(10, 5, 1, 0, 10)");
  execute("DELETE FROM job_role_group");
  expect("S07-P-09", Verdict::kFail,
         {"user ines: 2 rights beyond the job role Archivist, without an approved request that "
          "ends"});
  execute("INSERT INTO job_role_profile (job_role_id, profile_id, tenant_id) VALUES (70, 5, 1)");
  expect("S07-P-09", Verdict::kFail, {one});

  // The membership by a request: while it has an end, and was approved.
  add_request(200, 10, 99);
  record({.id = 101, .user = 10, .group = 7, .request = 200, .expires_us = now() + kDayUs});
  execute("UPDATE iam_grant SET kind = 'membership' WHERE id = 101");
  expect("S07-P-09", Verdict::kPass, {});
  execute("UPDATE access_request SET state = 'refused'");
  expect("S07-P-09", Verdict::kFail, {one});
  execute("UPDATE access_request SET state = 'approved'");
  execute("UPDATE iam_grant SET expires_us = NULL WHERE id = 101");
  expect("S07-P-09", Verdict::kFail, {one});
  execute("UPDATE iam_grant SET expires_us = :now WHERE id = 101", {{"now", now()}});
  expect("S07-P-09", Verdict::kFail, {one});
}

TEST_P(PeopleChecks, OneFactIsJudgedOnceAndARightOfTheFormerJobByTheMove) {
  add_person(kPerson, 10, 0);
  add_job(kPerson, kOtherJob, 0, now() - 4 * kDayUs);
  add_job(kPerson, kJob, now() - 4 * kDayUs);
  expect("S07-P-09", Verdict::kPass, {});
  expect("S07-P-10", Verdict::kPass, {});
  execute("UPDATE person_job SET until_us = until_us - :day WHERE until_us IS NOT NULL",
          {{"day", kDayUs}});
  execute("UPDATE person_job SET since_us = since_us - :day WHERE since_us > 0", {{"day", kDayUs}});
  expect("S07-P-09", Verdict::kPass, {});
  expect("S07-P-10", Verdict::kFail,
         {"user ines: 1 right of a former job role 5 days after the change"});
  // Both jobs give it.
  execute("UPDATE job_role SET account_role = 'provider_administrator' WHERE id = 70");
  expect("S07-P-10", Verdict::kPass, {});
}

TEST_P(PeopleChecks, NothingOfWhoLeftWorks) {
  expect("S07-P-10", Verdict::kNoData, {});
  add_user(11, 1, "oleg", "operator");
  add_person(kPerson, 11, 0, now() - kHourUs);
  expect("S07-P-10", Verdict::kPass, {});
  execute("UPDATE person SET ends_us = :ends", {{"ends", now() - 24 * kHourUs}});
  const auto live = [](const std::string& left) {
    return std::vector<std::string>{"user oleg: its person left 24 hours ago: " + left};
  };
  expect("S07-P-10", Verdict::kFail, live("0 sessions, keys and tokens, 1 right"));
  execute("UPDATE iam_user SET active = 0 WHERE id = 11");
  expect("S07-P-10", Verdict::kFail, live("0 sessions, keys and tokens, 1 right"));
  execute("UPDATE iam_user SET role = 'reader' WHERE id = 11");
  expect("S07-P-10", Verdict::kPass, {});
  execute(
      "INSERT INTO access_key (id, tenant_id, user_id, secret_sealed, second_factor, created_us) "
      "VALUES ('K', 1, 11, '', 0, 0)");
  expect("S07-P-10", Verdict::kFail, live("1 session, key or token, 0 rights"));
  execute("DELETE FROM access_key");
  // Readmitted while its person is gone.
  execute("UPDATE iam_user SET active = 1 WHERE id = 11");
  expect("S07-P-10", Verdict::kFail, live("0 sessions, keys and tokens, 0 rights"));

  execute("UPDATE person_account SET kept = 'last_administrator'");
  execute("UPDATE person SET ends_us = :ends", {{"ends", now() - kHourUs}});
  expect("S07-P-10", Verdict::kFail,
         {"user oleg: its person left 1 hour ago, and nobody else administers for good: have two "
          "others with a second factor administer, then suspend it by hand"});
}

TEST_P(PeopleChecks, HoldWithAHundredThousandAccounts) {
  const std::string numbers =
      "WITH d AS (SELECT 0 AS x UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL "
      "SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION "
      "ALL SELECT 9), n AS (SELECT a.x + 10 * b.x + 100 * c.x + 1000 * e.x + 10000 * f.x + 1000000 "
      "AS id FROM d a CROSS JOIN d b CROSS JOIN d c CROSS JOIN d e CROSS JOIN d f) ";
  const auto fill = [&](const std::string& into, const std::string& columns) {
    // SQLite takes WITH after INSERT INTO, PostgreSQL too.
    execute("INSERT INTO " + into + " " + numbers + "SELECT " + columns + " FROM n");
  };
  fill(
      "iam_user (id, tenant_id, name, name_key, sign_in_key, email, role, active, password_hash, "
      "password_changed_us, created_us)",
      "n.id, 1, CAST(n.id AS TEXT), CAST(n.id AS TEXT), CAST(n.id AS TEXT), '', 'reader', 1, '', "
      "0, 0");
  fill(
      "person (id, tenant_id, reference, kind, name, name_key, email, starts_us, departure_reason, "
      "created_us, changed_us)",
      "n.id, 1, CAST(n.id AS TEXT), 'employee', 'A', 'a', '', 0, '', 0, 0");
  fill("person_account (user_id, person_id, tenant_id, bound_us, kept)", "n.id, n.id, 1, 0, ''");
  fill("person_job (person_id, since_us, job_role_id, tenant_id)", "n.id, 0, 70, 1");
  execute("ANALYZE");  // as the engine does by itself, a while later
  const Evaluation evaluation = check("S07-P-09");
  EXPECT_EQ(evaluation.status.population, 100'001u) << evaluation.status.reason;
  EXPECT_EQ(evaluation.status.violations, 1u);
  EXPECT_LE(evaluation.rows.size(), 3u);
  execute("UPDATE person SET ends_us = :ends", {{"ends", now() - 30 * kHourUs}});
  execute("ANALYZE");
  const Evaluation leavers = check("S07-P-10");
  EXPECT_EQ(leavers.status.population, 100'000u) << leavers.status.reason;
  EXPECT_EQ(leavers.status.violations, 100'000u);
  EXPECT_LE(leavers.rows.size(), 102u);
}

}  // namespace
}  // namespace belfry::measures
