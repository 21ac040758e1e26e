// The checks over the life of rights, on both engines: what each makes of the rows that it reads.
#include "rights_state.h"

#include <tuple>

namespace belfry::measures {
namespace {

BELFRY_ON_BOTH_ENGINES(RightsChecks);

TEST_P(RightsChecks, FounderAndReadersNeedNoRequest) {
  expect("S07-P-03", Verdict::kNoData, {});
  add_user(11, 1, "oleg", "reader");
  record({.id = 101, .user = 11, .role = "reader", .given_by = 10});
  expect("S07-P-03", Verdict::kNoData, {});
  EXPECT_EQ(check("S07-P-03").rows.size(), 2u) << "shown, but nothing was granted yet";
  // Who came later is no founder, whatever the record says.
  add_user(12, 1, "nadia", "provider_administrator");
  record({.id = 102, .user = 12, .role = "provider_administrator", .origin = "founding"});
  expect("S07-P-03", Verdict::kFail,
         {"right user/nadia/role/provider_administrator: without an approved request of that "
          "right from before it was given"});
}

TEST_P(RightsChecks, RightsNeedTheRequestOfOneAndTheApprovalOfAnother) {
  const std::string right = "right group/Archivists/profile/Documents: ";
  const std::string unasked =
      right + "without an approved request of that right from before it was given";
  add_holding(0);
  expect("S07-P-03", Verdict::kFail,
         {right + "held without a record of who gave it, or for longer than the record says"});
  record({.id = 110, .group = 7, .profile = 5, .given_by = 10});
  expect("S07-P-03", Verdict::kFail, {unasked});

  add_request(900, 11, 10);
  execute("UPDATE iam_grant SET request_id = 900 WHERE id = 110");
  expect("S07-P-03", Verdict::kPass, {});
  for (const char* change :
       {"UPDATE access_request SET state = 'refused'", "UPDATE access_request SET group_id = 8",
        "UPDATE access_request SET requested_us = requested_us + 90000000000",
        "UPDATE access_request SET decided_us = decided_us + 61000000"}) {
    execute(change);
    expect("S07-P-03", Verdict::kFail, {unasked});
    execute("UPDATE iam_grant SET request_id = NULL");
    execute("DELETE FROM access_request");
    add_request(900, 11, 10);
    execute("UPDATE iam_grant SET request_id = 900 WHERE id = 110");
    expect("S07-P-03", Verdict::kPass, {});
  }
  execute("UPDATE access_request SET requested_by_user_id = 10");
  expect("S07-P-03", Verdict::kFail, {right + "approved by who asked for it or profits from it"});
  // Held for longer than was approved.
  execute("UPDATE access_request SET requested_by_user_id = 11");
  execute("UPDATE iam_grant SET expires_us = :end WHERE id = 110", {{"end", now() + kDayUs}});
  expect("S07-P-03", Verdict::kFail,
         {right + "held without a record of who gave it, or for longer than the record says"});
  execute("UPDATE group_profile SET expires_us = :end", {{"end", now() + kDayUs}});
  expect("S07-P-03", Verdict::kPass, {});
  // What has expired is no right.
  clock_.advance(std::chrono::hours(25));
  expect("S07-P-03", Verdict::kNoData, {});
}

TEST_P(RightsChecks, AnApprovalByOnesOtherAccountIsNone) {
  add_holding(0);
  add_user(11, 1, "oleg", "reader");
  record({.id = 101, .user = 11, .role = "reader"});
  add_request(1, 10, 11);
  record({.id = 102, .group = 7, .profile = 5, .origin = "request", .request = 1, .given_by = 11});
  execute("UPDATE access_request SET approved_by_own_account = 1");
  expect("S07-P-03", Verdict::kFail,
         {"right group/Archivists/profile/Documents: approved by who may have both accounts: one "
          "gave the other its account, and nobody else could decide"});
}

TEST_P(RightsChecks, AWayBackOnTheMachineIsTold) {
  EXPECT_EQ(check("S07-P-03").status.verdict, Verdict::kNoData);
  execute(
      "INSERT INTO host_recovery (id, tenant_id, user_id, reason, role_given, at_us) VALUES ('r', "
      "1, 10, 'lost', 0, :at)",
      {{"at", now() - 3 * kDayUs}});
  expect("S07-P-03", Verdict::kFail,
         {"user ines: let in again on the provider's machine 3 days ago, by one person, without "
          "second factor or request"});
  execute("UPDATE host_recovery SET at_us = :at", {{"at", now() - 30 * kDayUs}});
  EXPECT_EQ(check("S07-P-03").status.verdict, Verdict::kNoData) << "it is in the log for good";
}

TEST_P(RightsChecks, WhatEndedIsNotHeld) {
  const std::string right = "right group/Archivists/profile/Documents: ";
  expect("S07-P-04", Verdict::kNoData, {});
  add_holding(0);
  record({.id = 110,
          .group = 7,
          .profile = 5,
          .end_reason = "withdrawn",
          .ended_us = now() - 23 * kHourUs});
  expect("S07-P-04", Verdict::kPass, {});
  clock_.advance(std::chrono::hours(1));
  expect("S07-P-04", Verdict::kFail, {right + "ended 24 hours ago, still held"});
  // Given anew since: that is another measure's.
  record({.id = 111, .group = 7, .profile = 5});
  expect("S07-P-04", Verdict::kNoData, {});
  execute("UPDATE iam_grant SET ended_us = :now, end_reason = 'renewed' WHERE id = 111",
          {{"now", now()}});
  expect("S07-P-04", Verdict::kFail, {right + "ended 24 hours ago, still held"});
  execute("DELETE FROM group_profile");
  expect("S07-P-04", Verdict::kPass, {});
  // Looked back for a year; what is held still, for ever.
  clock_.advance(std::chrono::hours(24 * 366));
  expect("S07-P-04", Verdict::kNoData, {});
  execute(
      "INSERT INTO group_profile (group_id, profile_id, tenant_id, since_us, given_by_user_id) "
      "VALUES (7, 5, 1, 0, 10)");
  EXPECT_EQ(check("S07-P-04").status.violations, 1);
}

TEST_P(RightsChecks, WhatExpiredIsNeitherHeldNorLeft) {
  const std::string right = "right group/Archivists/profile/Documents: ";
  const std::int64_t end = now() - kHourUs;
  add_holding(end);
  record({.id = 110, .group = 7, .profile = 5, .expires_us = end});
  expect("S07-P-04", Verdict::kPass, {});
  clock_.advance(std::chrono::hours(23));
  expect("S07-P-04", Verdict::kFail, {right + "expired 24 hours ago, not cleared away"});
  execute("UPDATE group_profile SET expires_us = NULL");
  expect("S07-P-04", Verdict::kFail, {right + "ended 24 hours ago, still held"});
  execute("UPDATE iam_grant SET ended_us = :end, end_reason = 'expired' WHERE id = 110",
          {{"end", now() - 1}});
  expect("S07-P-04", Verdict::kFail, {right + "ended 0 hours ago, still held"});

  // A role for a time falls back to the one below.
  execute("DELETE FROM group_profile");
  add_user(11, 1, "oleg", "operator");
  record({.id = 101, .user = 11, .role = "reader"});
  record({.id = 102, .user = 11, .role = "operator", .expires_us = now() - kHourUs});
  expect("S07-P-04", Verdict::kFail,
         {"right user/oleg/role/operator: ended 1 hour ago, still held"});
  execute("UPDATE iam_user SET base_role = 'reader', role_until_us = :end WHERE id = 11",
          {{"end", now() - kHourUs}});
  expect("S07-P-04", Verdict::kPass, {});
}

TEST_P(RightsChecks, WhatAReviewRemovesEnds) {
  add_user(11, 1, "oleg", "operator");
  record({.id = 101, .user = 11, .role = "operator"});
  add_review({.id = 40, .opened_days = 30, .due_us = now(), .completed_us = now() - 4 * kDayUs});
  add_item(1, 40, 100, "keep", 4);
  add_item(2, 40, 101, "remove", 4);
  expect("S07-P-04", Verdict::kFail,
         {"right user/oleg/role/operator: ended 96 hours ago, still held"});
  expect("S07-P-08", Verdict::kPass, {});
  clock_.advance(std::chrono::hours(24));
  expect("S07-P-08", Verdict::kFail, {"review 40: 1 of 2 items to be removed, and held still"});
  // Nothing of a suspended user counts.
  execute("UPDATE iam_user SET active = 0 WHERE id = 11");
  expect("S07-P-04", Verdict::kPass, {});
  expect("S07-P-08", Verdict::kPass, {});
  execute("UPDATE iam_user SET active = 1 WHERE id = 11");
  // A later review keeps it.
  add_review({.id = 41, .opened_days = 1, .due_us = now(), .completed_us = now()});
  add_item(3, 41, 101, "keep", 0);
  expect("S07-P-08", Verdict::kPass, {});
  expect("S07-P-04", Verdict::kNoData, {});
}

TEST_P(RightsChecks, StaffIsNobodyAtCustomers) {
  expect("S07-P-06", Verdict::kPass, {});
  add_user(20, 2, "ada", "tenant_administrator");
  record({.id = 120, .user = 20, .role = "tenant_administrator", .given_by = 10});
  const std::string given =
      "user ada: has the password that the provider gave it: whoever knows that comes in";
  expect("S07-P-06", Verdict::kFail, {given});
  execute("UPDATE iam_user SET password_changed_us = password_changed_us + 1 WHERE id = 20");
  expect("S07-P-06", Verdict::kPass, {});
  execute("UPDATE iam_user SET email = 'INES@belfry.example' WHERE id = 20");
  expect("S07-P-06", Verdict::kFail, {"user ines: 1 account at customers' under the same address"});
  execute("UPDATE iam_user SET email = '', password_changed_us = created_us WHERE id = 20");
  // Who was invited, or made by its own tenant, chose the password or had it from there.
  execute(
      "INSERT INTO invitation (id, tenant_id, secret_sha256, email, user_name, role, language, "
      "invited_by_user_id, sends, created_us, expires_us, ended_us, user_id) VALUES ('i', 2, 'x', "
      "'', '', 'reader', 'en', 10, 1, 0, 0, 0, 20)");
  expect("S07-P-06", Verdict::kPass, {});
  execute("DELETE FROM invitation");
  expect("S07-P-06", Verdict::kFail, {given});
  execute("UPDATE iam_grant SET given_by_user_id = 20 WHERE id = 120");
  expect("S07-P-06", Verdict::kPass, {});
  execute("UPDATE iam_grant SET origin = 'founding', given_by_user_id = 0 WHERE id = 120");
  expect("S07-P-06", Verdict::kFail, {given});
}

TEST_P(RightsChecks, InterventionsAreOfTwoAndEnd) {
  execute(
      "INSERT INTO intervention (id, tenant_id, staff_user_id, staff_name, actions, bucket, "
      "reason, duration_us, requested_by_user_id, requested_us, pending_until_us, state, "
      "decided_by_user_id, decided_us, decision_reason, expires_us, ended_by_user_id, end_reason) "
      "VALUES (8, 2, 11, 'oleg', 's3:GetObject', '', 'x', 0, 11, 0, 0, 'open', 10, :now, '', "
      ":end, 0, '')",
      {{"now", now()}, {"end", now() + 12 * kHourUs}});
  expect("S07-P-06", Verdict::kPass, {});
  execute("UPDATE intervention SET expires_us = expires_us + 1");
  expect("S07-P-06", Verdict::kFail, {"intervention 8: approved for 13 hours, or without an end"});
  execute("UPDATE intervention SET expires_us = NULL");
  expect("S07-P-06", Verdict::kFail, {"intervention 8: approved for 0 hours, or without an end"});
  execute("UPDATE intervention SET decided_by_user_id = 11, expires_us = :end",
          {{"end", now() + kHourUs}});
  const std::vector<std::string> alone = {
      "intervention 8: approved by nobody, or by who asked for it or acts"};
  expect("S07-P-06", Verdict::kFail, alone);
  execute("UPDATE intervention SET state = 'ended', ended_us = :now", {{"now", now()}});
  expect("S07-P-06", Verdict::kFail, alone);
  clock_.advance(std::chrono::hours(24 * 91));
  expect("S07-P-06", Verdict::kPass, {});
}

TEST_P(RightsChecks, StaffsRightsAreReviewed) {
  expect(
      "S07-P-08", Verdict::kFail,
      {"scope all: none completed for 400 days", "scope privileged: none completed for 400 days"});
  // One without items reviews nothing.
  add_review({.id = 40, .opened_days = 1, .due_us = now(), .completed_us = now()});
  EXPECT_EQ(check("S07-P-08").status.violations, 2);
  add_item(1, 40, 100, "keep", 0);
  expect("S07-P-08", Verdict::kPass, {});
  clock_.advance(std::chrono::hours(24 * 91));
  expect("S07-P-08", Verdict::kFail, {"scope privileged: none completed for 91 days"});
  add_review(
      {.id = 41, .scope = "privileged", .opened_days = 1, .due_us = now(), .completed_us = now()});
  add_item(2, 41, 100, "keep", 0);
  expect("S07-P-08", Verdict::kPass, {});
  clock_.advance(std::chrono::hours(24 * 90));
  expect("S07-P-08", Verdict::kFail, {"scope all: none completed for 181 days"});
}

TEST_P(RightsChecks, NothingIsDueOnTheFirstDay) {
  execute("UPDATE iam_user SET created_us = :at", {{"at", now() - 89 * kDayUs}});
  expect("S07-P-08", Verdict::kNoData, {});
  add_review({.id = 40, .scope = "profile", .due_us = now(), .completed_us = now()});
  expect("S07-P-08", Verdict::kNoData, {});
  add_user(20, 2, "ada", "tenant_administrator", 179);
  expect("S07-C-05", Verdict::kNoData, {});
}

TEST_P(RightsChecks, EachItemIsDecidedBySomebody) {
  add_review({.id = 40, .opened_days = 30, .due_us = now() + kHourUs});
  add_item(1, 40, 100, "pending", 0);
  execute("UPDATE iam_user SET created_us = :now", {{"now", now()}});
  expect("S07-P-08", Verdict::kNoData, {});
  clock_.advance(std::chrono::hours(2));
  expect("S07-P-08", Verdict::kFail, {"review 40: 1 of 1 item decided by nobody before the end"});
  execute("UPDATE access_review_item SET decision = 'unconfirmed', decided_us = :now",
          {{"now", now()}});
  execute("UPDATE access_review SET completed_us = :now", {{"now", now()}});
  expect("S07-P-08", Verdict::kFail, {"review 40: 1 of 1 item decided by nobody before the end"});
  add_review({.id = 41, .opened_days = 0, .due_us = now(), .completed_us = now()});
  add_item(2, 41, 100, "keep", 0);
  expect("S07-P-08", Verdict::kPass, {});
  for (const char* who : {"10", "0"}) {
    execute("UPDATE access_review_item SET decided_by_user_id = " + std::string(who));
    expect("S07-P-08", Verdict::kFail,
           {"review 41: 1 of 1 item decided by its own holder, or by nobody"});
  }
}

TEST_P(RightsChecks, CustomersReviewTheirRights) {
  expect("S07-C-05", Verdict::kNoData, {});
  add_user(20, 2, "ada", "tenant_administrator", 181);
  expect("S07-C-05", Verdict::kFail,
         {"tenant Cust: no review of all rights completed for 181 days"});
  record({.id = 120, .user = 20, .role = "tenant_administrator"});
  add_review({.id = 40, .tenant = 2, .scope = "privileged", .completed_us = now()});
  add_item(1, 40, 120, "keep", 0);
  EXPECT_EQ(check("S07-C-05").status.violations, 1) << "not of all rights";
  execute("UPDATE access_review SET scope = 'all', completed_us = NULL");
  EXPECT_EQ(check("S07-C-05").status.violations, 1) << "not completed";
  execute("UPDATE access_review SET completed_us = :now", {{"now", now()}});
  expect("S07-C-05", Verdict::kPass, {});
  // It ended by itself, and of two rights one could be removed.
  execute("UPDATE access_review_item SET decision = 'unconfirmed', decided_by_user_id = 0");
  execute("UPDATE access_review_item SET alarm = 'last_administrator'");
  add_item(2, 40, 120, "unconfirmed", 0);
  EXPECT_EQ(check("S07-C-05").status.violations, 1) << "nobody decided anything";
  execute("DELETE FROM access_review_item WHERE id = 2");
  expect("S07-C-05", Verdict::kPass, {});
  execute("UPDATE tenant SET probe = 1 WHERE id = 2");
  expect("S07-C-05", Verdict::kNoData, {});
}

// Whoever had privileges for a time has them no more.
TEST_P(RightsChecks, WhatExpiredMakesNobodyPrivileged) {
  execute("UPDATE iam_user SET active = 0 WHERE id = 10");
  for (const auto& [id, tenant, name] :
       {std::tuple(11, 1, "oleg"), std::tuple(12, 1, "nadia"), std::tuple(20, 2, "ada")})
    add_user(id, tenant, name, "reader");
  const char* kPrivilege = "UPDATE iam_user SET base_role = 'reader', role = ";
  execute(std::string(kPrivilege) + "'operator', role_until_us = :end WHERE id = 11",
          {{"end", now() + kHourUs}});
  execute(std::string(kPrivilege) + "'tenant_administrator', role_until_us = :end WHERE id = 20",
          {{"end", now() + kHourUs}});
  add_holding(now() + kHourUs);
  execute("INSERT INTO group_member (group_id, user_id, tenant_id, since_us) VALUES (7, 12, 1, 0)");
  execute("UPDATE iam_profile SET services = 1");
  execute("UPDATE iam_user SET password_hash = '$form$rest', password_length_met = 15");
  execute(
      "INSERT INTO password_policy (id, characters_min, characters_min_privileged, "
      "characters_min_second_factor, known_words, hash_form, hash_memory_kib, hash_passes, "
      "free_failures, wait_max_seconds, observed_at_us) VALUES (1, 15, 16, 8, 900, '$form$', "
      "19456, 2, 3, 900, :now)",
      {{"now", now()}});
  expect("S07-P-13", Verdict::kFail,
         {"user nadia: role reader, 0 second factors in force",
          "user oleg: role operator, 0 second factors in force"});
  EXPECT_EQ(check("S07-P-05").status.violations, 2);
  EXPECT_EQ(check("S07-P-12").status.violations, 2) << "15 characters, where privileges need 16";
  EXPECT_EQ(check("S07-C-03").status.violations, 1);
  clock_.advance(std::chrono::hours(1));
  EXPECT_EQ(check("S07-P-13").status.verdict, Verdict::kNoData);
  EXPECT_EQ(check("S07-P-05").status.population, 0);
  execute("UPDATE password_policy SET observed_at_us = :now", {{"now", now()}});
  expect("S07-P-12", Verdict::kPass, {});
  EXPECT_EQ(check("S07-C-03").status.violations, 0);
  EXPECT_EQ(check("S07-C-03").rows.size(), 1u) << "the tenant, and no privileged user";
  execute("UPDATE group_profile SET expires_us = NULL");
  execute("UPDATE group_member SET expires_us = :end", {{"end", now() + 1}});
  expect("S07-P-13", Verdict::kFail, {"user nadia: role reader, 0 second factors in force"});
  execute("UPDATE group_member SET expires_us = :end", {{"end", now()}});
  EXPECT_EQ(check("S07-P-13").status.verdict, Verdict::kNoData);
}

TEST_P(RightsChecks, DelegatesArePrivileged) {
  execute("UPDATE iam_user SET active = 0");
  add_user(11, 1, "oleg", "reader");
  record({.id = 101, .user = 11, .role = "reader", .given_by = 10});
  execute("INSERT INTO iam_group (id, tenant_id, name, created_us) VALUES (7, 1, 'Ward', 0)");
  execute(
      "INSERT INTO delegation (id, tenant_id, user_id, group_id, role_max, may_invite, "
      "may_suspend, may_give, may_approve, created_us, created_by_user_id, expires_us) VALUES "
      "(3, 1, NULL, 7, 'reader', 1, 1, 1, 1, 0, 10, :end)",
      {{"end", now() + kHourUs}});
  EXPECT_EQ(check("S07-P-13").status.verdict, Verdict::kNoData) << "it is only asked for";
  execute("UPDATE delegation SET user_id = 11, since_us = 0");
  expect("S07-P-13", Verdict::kFail, {"user oleg: role reader, 0 second factors in force"});
  EXPECT_EQ(check("S07-P-05").status.population, 1);
  expect("S07-P-03", Verdict::kFail,
         {"right user/oleg/delegation/Ward: held without a record of who gave it, or for longer "
          "than the record says"});
  clock_.advance(std::chrono::hours(1));
  EXPECT_EQ(check("S07-P-13").status.verdict, Verdict::kNoData);
}

TEST_P(RightsChecks, WhatExpiredIsNotHeldDirectly) {
  add_holding(0);
  execute(
      "INSERT INTO user_profile (user_id, profile_id, tenant_id, since_us, given_by_user_id, "
      "expires_us) VALUES (10, 5, 1, 0, 10, :end)",
      {{"end", now() + kHourUs}});
  expect("S07-P-07", Verdict::kFail,
         {"user ines: role provider_administrator, in 0 groups, 1 profile given directly"});
  clock_.advance(std::chrono::hours(1));
  expect("S07-P-07", Verdict::kPass, {});
}

}  // namespace
}  // namespace belfry::measures
