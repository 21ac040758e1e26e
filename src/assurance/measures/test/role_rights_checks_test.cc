// The checks over the life of rights, of what roles to be assumed hold and whom they trust.
#include "rights_state.h"

namespace belfry::measures {
namespace {

class RoleRights : public RightsChecks {};
BELFRY_ON_BOTH_ENGINES(RoleRights);

TEST_P(RoleRights, RolesToBeAssumedNeedRequestsToo) {
  const std::string right = "right role/deploy/profile/Documents: ";
  const std::string trust = "right role/deploy/trust: ";
  const std::string unasked = "without an approved request of that right from before it was given";
  const std::string unrecorded =
      "held without a record of who gave it, or for longer than the record says";
  add_holding(1);
  expect("S07-P-03", Verdict::kNoData, {});
  execute(
      "INSERT INTO assumable_role (id, tenant_id, name, name_key, trust_document, session_max_us, "
      "created_us, changed_us) VALUES (7, 1, 'deploy', 'deploy', '{}', 1, 0, 0)");
  execute(
      "INSERT INTO role_profile (role_id, profile_id, tenant_id, since_us, given_by_user_id) "
      "VALUES (7, 5, 1, :since, 10)",
      {{"since", now() - 10 * kDayUs}});
  expect("S07-P-03", Verdict::kFail, {right + unrecorded, trust + unrecorded});
  record({.id = 110, .group = 7, .profile = 5, .given_by = 10});
  record({.id = 111, .group = 7, .given_by = 10});
  execute(
      "UPDATE iam_grant SET kind = CASE WHEN id = 110 THEN 'role_profile' ELSE 'trust' END, "
      "assumable_role_id = group_id, group_id = 0 WHERE id IN (110, 111)");
  expect("S07-P-03", Verdict::kFail, {right + unasked});
  // A request for a group of that number is none for the role.
  add_request(900, 11, 10);
  execute("UPDATE iam_grant SET request_id = 900 WHERE id = 110");
  expect("S07-P-03", Verdict::kFail, {right + unasked});
  execute(
      "UPDATE access_request SET kind = 'role_profile', assumable_role_id = group_id, group_id = "
      "0");
  expect("S07-P-03", Verdict::kPass, {});
  // Whom it trusts was changed since by one alone.
  execute("UPDATE iam_grant SET since_us = since_us + 1 WHERE id = 111");
  expect("S07-P-03", Verdict::kFail, {trust + unasked});
  // One that trusts nobody lets nobody in.
  execute("UPDATE assumable_role SET trust_document = ''");
  expect("S07-P-03", Verdict::kPass, {});
  // Held for longer than was approved; and what has expired is no right.
  execute("UPDATE iam_grant SET expires_us = :end WHERE id = 110", {{"end", now() + kDayUs}});
  expect("S07-P-03", Verdict::kFail, {right + unrecorded});
  execute("UPDATE role_profile SET expires_us = :end", {{"end", now() + kDayUs}});
  expect("S07-P-03", Verdict::kPass, {});
  clock_.advance(std::chrono::hours(25));
  expect("S07-P-03", Verdict::kNoData, {});
}

TEST_P(RoleRights, WhatEndedIsNotHeldByRoles) {
  add_holding(1);
  execute(
      "INSERT INTO assumable_role (id, tenant_id, name, name_key, trust_document, session_max_us, "
      "created_us, changed_us) VALUES (7, 1, 'deploy', 'deploy', '{}', 1, 0, 0)");
  execute(
      "INSERT INTO role_profile (role_id, profile_id, tenant_id, since_us, given_by_user_id) "
      "VALUES (7, 5, 1, 0, 10)");
  record({.id = 110,
          .group = 7,
          .profile = 5,
          .end_reason = "withdrawn",
          .ended_us = now() - 25 * kHourUs});
  execute(
      "UPDATE iam_grant SET kind = 'role_profile', holder = 'deploy', assumable_role_id = "
      "group_id, "
      "group_id = 0 WHERE id = 110");
  expect("S07-P-04", Verdict::kFail,
         {"right role/deploy/profile/Documents: ended 25 hours ago, still held"});
  execute("DELETE FROM role_profile");
  expect("S07-P-04", Verdict::kPass, {});
}

}  // namespace
}  // namespace belfry::measures
