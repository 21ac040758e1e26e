// The rows that the checks over the life of rights read, of a provider with one customer.
#pragma once

#include "state.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace belfry::measures {

inline constexpr std::int64_t kHourUs = 3'600'000'000, kDayUs = 24 * kHourUs;

inline database::Value or_null(std::int64_t value) {
  return value == 0 ? database::Value(database::Null{}) : database::Value(value);
}

// The provider with its founder, 400 days old, and a customer whose first user staff made.
class RightsChecks : public StateTest {
 protected:
  void SetUp() override {
    clock_.advance(std::chrono::hours(24 * 500));
    execute(
        "INSERT INTO tenant (id, parent_id, kind, name, created_us) VALUES "
        "(1, NULL, 'provider', 'Belfry Example', 0), (2, 1, 'customer', 'Cust', 0)");
    add_user(10, 1, "ines", "provider_administrator", 400);
    record({.id = 100, .user = 10, .role = "provider_administrator", .origin = "founding"});
  }

  std::int64_t now() { return to_us(clock_.now()); }

  void add_user(std::int64_t id, std::int64_t tenant, const std::string& name,
                const std::string& role, std::int64_t days = 100) {
    names_[id] = name;
    execute(
        "INSERT INTO iam_user (id, tenant_id, name, name_key, sign_in_key, email, role, active, "
        "password_hash, password_changed_us, created_us) VALUES (:id, :tenant, :name, :name, "
        ":name, :email, :role, 1, '', :created, :created)",
        {{"id", id},
         {"tenant", tenant},
         {"name", name},
         {"email", name + "@belfry.example"},
         {"role", role},
         {"created", now() - days * kDayUs}});
  }

  // Of a role, or, if there is none, of a profile that the group holds. Users from 20 on are the
  // customer's.
  struct Record {
    std::int64_t id, user = 0, group = 0, profile = 0;
    std::string role, origin = "direct", end_reason;
    std::int64_t request = 0, given_by = 0, expires_us = 0, ended_us = 0;
  };
  void record(const Record& made) {
    execute(
        "INSERT INTO iam_grant (id, tenant_id, kind, user_id, group_id, profile_id, role, holder, "
        "name, privileged, origin, request_id, given_by_user_id, since_us, expires_us, ended_us, "
        "ended_by_user_id, end_reason) VALUES (:id, :tenant, :kind, :user, :group_id, :profile, "
        ":role, :holder, :name, 0, :origin, :request, :by, :since, :expires, :ended, 0, :reason)",
        {{"id", made.id},
         {"tenant", std::int64_t{made.user >= 20 ? 2 : 1}},
         {"holder", made.user == 0 ? "Archivists" : names_[made.user]},
         {"kind", made.role.empty() ? "profile" : "role"},
         {"user", made.user},
         {"group_id", made.group},
         {"profile", made.profile},
         {"role", made.role},
         {"name", made.role.empty() ? "Documents" : made.role},
         {"origin", made.origin},
         {"request", or_null(made.request)},
         {"by", made.given_by},
         {"since", now() - 10 * kDayUs},
         {"expires", or_null(made.expires_us)},
         {"ended", or_null(made.ended_us)},
         {"reason", made.end_reason}});
  }

  // Who asked for that the group holds the profile, and who decided.
  void add_request(std::int64_t id, std::int64_t by, std::int64_t decided_by,
                   const std::string& state = "approved") {
    execute(
        "INSERT INTO access_request (id, tenant_id, kind, user_id, group_id, profile_id, role, "
        "holder, name, privileged, reason, duration_us, profile_changed_us, requested_by_user_id, "
        "requested_us, pending_until_us, state, decided_by_user_id, decided_us, decision_reason) "
        "VALUES (:id, 1, 'profile', 0, 7, 5, '', 'Archivists', 'Documents', 0, 'x', 0, 0, :by, "
        ":asked, :asked, :state, :decided_by, :decided, '')",
        {{"id", id},
         {"by", by},
         {"asked", now() - 11 * kDayUs},
         {"state", state},
         {"decided_by", decided_by},
         {"decided", now() - 10 * kDayUs + 30}});
  }

  // A profile, 5, that a group, 7, holds until `expires_us`; 0: for good.
  void add_holding(std::int64_t expires_us) {
    execute(
        "INSERT INTO iam_profile (id, tenant_id, name, document, privileged, created_us, "
        "changed_us) VALUES (5, 1, 'Documents', '{}', 1, 0, 0)");
    execute(
        "INSERT INTO iam_group (id, tenant_id, name, created_us) VALUES (7, 1, 'Archivists', 0)");
    execute(
        "INSERT INTO group_profile (group_id, profile_id, tenant_id, since_us, given_by_user_id, "
        "expires_us) VALUES (7, 5, 1, 0, 10, :expires)",
        {{"expires", or_null(expires_us)}});
  }

  struct Campaign {
    std::int64_t id, tenant = 1;
    std::string scope = "all";
    std::int64_t opened_days = 0, due_us = 0, completed_us = 0;
  };
  void add_review(const Campaign& made) {
    execute(
        "INSERT INTO access_review (id, tenant_id, name, scope, profile_id, opened_by_user_id, "
        "opened_us, due_us, repeat_days, completed_us) VALUES (:id, :tenant, 'Spring', :scope, 0, "
        "10, :opened, :due, 0, :completed)",
        {{"id", made.id},
         {"tenant", made.tenant},
         {"scope", made.scope},
         {"opened", now() - made.opened_days * kDayUs},
         {"due", made.due_us},
         {"completed", or_null(made.completed_us)}});
  }
  // Decided, if it is, by a user without a right here.
  void add_item(std::int64_t id, std::int64_t review, std::int64_t grant,
                const std::string& decision, std::int64_t days) {
    execute(
        "INSERT INTO access_review_item (id, review_id, tenant_id, grant_id, decision, reason, "
        "decided_by_user_id, decided_us, alarm) VALUES (:id, :review, 1, :grant_id, :decision, "
        "'', :by, :decided, '')",
        {{"id", id},
         {"review", review},
         {"grant_id", grant},
         {"decision", decision},
         {"by", std::int64_t{decision == "keep" || decision == "remove" ? 99 : 0}},
         {"decided", decision == "pending" ? or_null(0) : or_null(now() - days * kDayUs)}});
  }

  void expect(const std::string& id, Verdict verdict, const std::vector<std::string>& rows) {
    const Evaluation evaluation = check(id);
    EXPECT_EQ(name_of(evaluation.status.verdict), name_of(verdict))
        << id << " " << evaluation.status.reason;
    EXPECT_EQ(failing(evaluation), rows) << id;
  }

 private:
  std::map<std::int64_t, std::string> names_;
};

}  // namespace belfry::measures
