// The checks over access and logs, on both engines: what each makes of the rows that it reads.
#include "state.h"

#include <gmock/gmock.h>

namespace belfry::measures {
namespace {

using testing::ElementsAre;

constexpr std::int64_t kDayUs = 86'400'000'000;

class AccessChecks : public StateTest {
 protected:
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
        "INSERT INTO iam_user (id, tenant_id, name, name_key, email, role, active, password_hash, "
        "password_changed_us, created_us, last_sign_in_us, password_length_met) VALUES (:id, "
        ":tenant, :name, :name, :email, :role, 1, '$form$rest', 0, :created, :seen, :met)",
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

TEST_P(AccessChecks, OfLogs) {
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

TEST_P(AccessChecks, OfWhatLogsTell) {
  add_user(10, 1, "ines", {});
  add_user(20, 2, "ada", {});
  execute(
      "INSERT INTO iam_session (id, tenant_id, user_id, secret_sha256, amr, second_factor, "
      "privileged, enrolment_only, source_ip, user_agent, created_us, last_seen_us, expires_us, "
      "idle_limit_us) VALUES ('s1', 1, 10, 'x', 'pwd', 0, 0, 0, '', '', :at, :at, :at, 0)",
      {{"at", now() - kDayUs}});
  expect("S07-P-14", Verdict::kFail,
         {"user ines: of 0 of 1 session the log tells how it was opened"});
  expect("S07-P-21", Verdict::kFail,
         {"tenant Cust: of 0 of 1 thing made, users, keys, tokens, profiles, groups and buckets, "
          "the log tells"});
  execute(
      "INSERT INTO logged_change (kind, id, tenant_id, made_us, ledger_index) VALUES "
      "('session', 's1', 1, 0, 3), ('user', '20', 2, 0, 4)");
  expect("S07-P-14", Verdict::kPass, {});
  expect("S07-P-21", Verdict::kPass, {});
}

TEST_P(AccessChecks, OfTheProber) {
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
