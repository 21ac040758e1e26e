// What checks over access and logs read: tenants, their users, and what is known of their logs.
#pragma once

#include "state.h"

namespace belfry::measures {

class AccessStateTest : public StateTest {
 protected:
  static constexpr std::int64_t kDayUs = 86'400'000'000;

  void SetUp() override {
    clock_.advance(std::chrono::hours(24 * 500));
    add_tenant(1, "provider", "Belfry Example");
    add_tenant(2, "customer", "Cust");
    execute(
        "INSERT INTO password_policy (id, characters_min, characters_min_privileged, "
        "characters_min_second_factor, known_words, hash_form, hash_memory_kib, hash_passes, "
        "free_failures, wait_max_seconds, observed_at_us) VALUES (1, 15, 16, 8, 900, '$form$', "
        "19456, 2, 3, 900, :now)",
        {{"now", now()}});
    execute("INSERT INTO log_comparison (id, first_us, observed_at_us) VALUES (1, 0, :now)",
            {{"now", now()}});
    execute(
        "INSERT INTO change_reading (tenant_id, leaf, part, observed_at_us) VALUES (2, 9, 0, :now)",
        {{"now", now()}});
  }

  std::int64_t now() { return to_us(clock_.now()); }

  void add_tenant(std::int64_t id, const std::string& kind, const std::string& name) {
    execute(
        "INSERT INTO tenant (id, parent_id, kind, name, created_us) VALUES (:id, :parent, "
        ":kind, :name, 0)",
        {{"id", id},
         {"parent", id == 1 ? database::Value(database::Null{}) : std::int64_t{1}},
         {"kind", kind},
         {"name", name}});
  }

  struct User {
    std::string role = "member";
    std::string email;
    std::int64_t length_met = 16;
    std::int64_t days_since_sign_in = 0;
  };
  void add_user(std::int64_t id, std::int64_t tenant, const std::string& name, const User& user) {
    execute(
        "INSERT INTO iam_user (id, tenant_id, name, name_key, sign_in_key, email, role, active, "
        "password_hash, password_changed_us, created_us, last_sign_in_us, password_length_met) "
        "VALUES (:id, :tenant, :name, :name, :name, :email, :role, 1, '$form$rest', 0, :created, "
        ":seen, :met)",
        {{"id", id},
         {"tenant", tenant},
         {"name", name},
         {"email", user.email},
         {"role", user.role},
         {"created", now() - 100 * kDayUs},
         {"seen", now() - user.days_since_sign_in * kDayUs},
         {"met", user.length_met}});
  }

  void add_log(std::int64_t tenant, std::int64_t oldest_leaf, std::int64_t days) {
    execute(
        "INSERT INTO log_fact (tenant_id, leaves, root, unchanged, oldest_leaf, oldest_us, "
        "newest_us, samples, samples_opened, checkpoints, opened_at_us, "
        "observed_at_us) VALUES (:tenant, 100, '', 1, :leaf, :oldest, :now, 4, 4, 3, :now, :now)",
        {{"tenant", tenant},
         {"leaf", oldest_leaf},
         {"oldest", now() - days * kDayUs},
         {"now", now()}});
  }

  // Open for `minutes` until now, approved by the user of that number.
  void add_intervention(std::int64_t id, const std::string& kind, const std::string& bucket,
                        std::int64_t approved_by, std::int64_t minutes) {
    execute(
        "INSERT INTO intervention (id, tenant_id, staff_user_id, staff_name, actions, bucket, "
        "reason, duration_us, requested_by_user_id, requested_us, pending_until_us, state, "
        "decided_by_user_id, decided_us, decision_reason, expires_us, ended_by_user_id, "
        "end_reason, kind) VALUES (:id, 2, 10, 'nadia', 's3:*', :bucket, 'x', 1, 10, 0, 0, 'open', "
        ":by, :from, '', :now, 0, '', :kind)",
        {{"id", id},
         {"bucket", bucket},
         {"by", approved_by},
         {"from", now() - minutes * 60'000'000},
         {"now", now()},
         {"kind", kind}});
  }
  void add_staff_access(std::int64_t intervention, const std::string& staff,
                        const std::string& bucket) {
    execute(
        "INSERT INTO staff_access (tenant_id, staff, bucket, intervention_id, requests, first_us, "
        "last_us) VALUES (2, :staff, :bucket, :id, 3, :first, :last)",
        {{"staff", staff},
         {"bucket", bucket},
         {"id", intervention},
         {"first", now() - 20 * 60'000'000},
         {"last", now() - 10 * 60'000'000}});
  }
  void read_log(std::int64_t tenant) {
    execute(
        "INSERT INTO log_reading (tenant_id, leaf, part, observed_at_us) VALUES (:tenant, 9, 0, "
        ":now)",
        {{"tenant", tenant}, {"now", now()}});
    read_visits(tenant, "anonymous");
  }
  void read_visits(std::int64_t tenant, const std::string& what) {
    execute(
        "INSERT INTO public_reading (tenant_id, what, leaf, part, observed_at_us) VALUES (:tenant, "
        ":what, 9, 0, :now)",
        {{"tenant", tenant}, {"what", what}, {"now", now()}});
  }
  // What the log tells of who may come in, minutes ago; `what`: "'papers', 'policy', 1".
  void set_public(const std::string& what, std::int64_t minutes) {
    execute("INSERT INTO public_setting (tenant_id, bucket, kind, opens, at_us) VALUES (2, " +
                what + ", :at)",
            {{"at", now() - minutes * 60'000'000}});
  }
  void add_grant(std::int64_t id, std::int64_t user, const std::string& kind, std::int64_t since,
                 const database::Value& ended) {
    execute(
        "INSERT INTO iam_grant (id, tenant_id, kind, user_id, group_id, profile_id, role, holder, "
        "name, privileged, origin, given_by_user_id, since_us, ended_us, ended_by_user_id, "
        "end_reason) VALUES (:id, 2, :kind, :user, 0, 0, '', '', '', 0, 'direct', 0, :since, "
        ":ended, 0, '')",
        {{"id", id}, {"kind", kind}, {"user", user}, {"since", since}, {"ended", ended}});
  }

  void expect(const std::string& id, Verdict verdict, const std::vector<std::string>& rows) {
    const Evaluation evaluation = check(id);
    EXPECT_EQ(name_of(evaluation.status.verdict), name_of(verdict))
        << id << " " << evaluation.status.reason;
    EXPECT_EQ(failing(evaluation), rows) << id;
  }
};

}  // namespace belfry::measures
