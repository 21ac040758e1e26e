// Checks with a row a user: what is told of a hundred thousand users, on both engines.
#include "state.h"

#include <gmock/gmock.h>

namespace belfry::measures {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

class SummedChecks : public StateTest {
 protected:
  void SetUp() override {
    clock_.advance(std::chrono::hours(24 * 500));
    execute(
        "INSERT INTO tenant (id, parent_id, kind, name, created_us) VALUES (1, NULL, 'provider', "
        "'Belfry Example', 0), (2, 1, 'customer', 'Alder', 0), (3, 1, 'customer', 'Birch', 0)");
    execute("UPDATE tenant SET everybody_needs_factor = 1");
  }

  // So many of a tenant, each with a factor, named after their ids.
  void add_users(std::int64_t tenant, std::int64_t first, std::int64_t count) {
    const database::Parameters parameters{
        {"tenant", tenant}, {"first", first}, {"last", first + count - 1}, {"now", now()}};
    const std::string ids =
        "WITH RECURSIVE n (id) AS (SELECT 0 + :first UNION ALL SELECT id + 1 FROM n WHERE id < "
        ":last) ";
    execute(
        "INSERT INTO iam_user (id, tenant_id, name, name_key, sign_in_key, email, role, active, "
        "password_hash, password_changed_us, created_us, last_sign_in_us, password_length_met) " +
            ids +
            "SELECT id, 0 + :tenant, 'u' || CAST(id AS TEXT), 'u' || CAST(id AS TEXT), 'u' || "
            "CAST(id AS TEXT), '', "
            "'member', 1, '', 0, 0 + :now, 0 + :now, 16 FROM n",
        parameters);
    execute(
        "INSERT INTO mfa_factor (id, tenant_id, user_id, kind, secret_sealed, last_step, "
        "created_us, confirmed_us, label) " +
            ids + "SELECT id, 0 + :tenant, id, 'totp', '', 0, 0, 0 + :now, '' FROM n",
        parameters);
    execute("ANALYZE");  // as the engine does by itself, a while later
  }

  void lose_factors(std::int64_t tenant) {
    execute("DELETE FROM mfa_factor WHERE tenant_id = :tenant", {{"tenant", tenant}});
  }

  std::int64_t now() { return to_us(clock_.now()); }

  // "subject: reason" of the rows that sum up, in English.
  std::vector<std::string> sums(const Evaluation& evaluation) {
    std::vector<std::string> told;
    auto measures = load();
    for (const EvaluatedRow& row : evaluation.rows)
      if (row.subject.starts_with("users ") || row.subject.starts_with("keys "))
        told.push_back(subject_text(row.subject).en + (row.pass ? " pass: " : " fail: ") +
                       reason_text(*measures->find(evaluation.status.id), row.reason).en);
    return told;
  }
};

BELFRY_ON_BOTH_ENGINES(SummedChecks);

TEST_P(SummedChecks, AHundredThousandUsers) {
  add_users(2, 1'000'000, 99'990);
  add_users(3, 2'000'000, 10);
  Evaluation evaluation = check("S07-C-04");
  EXPECT_EQ(evaluation.status.verdict, Verdict::kPass) << evaluation.status.reason;
  EXPECT_EQ(evaluation.status.population, 100'000);
  EXPECT_THAT(sums(evaluation),
              ElementsAre("users of Alder pass: 99990 users with enough second factors",
                          "users of Birch pass: 10 users with enough second factors"));
  EXPECT_THAT(evaluation.rows, SizeIs(4)) << "and the rule of each tenant";
  EXPECT_THAT(sums(check("S07-C-02")),
              ElementsAre("users of Alder pass: 99990 accounts of persons or programs, in use",
                          "users of Birch pass: 10 accounts of persons or programs, in use"));

  // One that fails is found among them, by its name.
  execute("DELETE FROM mfa_factor WHERE user_id = 1000007");
  evaluation = check("S07-C-04");
  EXPECT_THAT(failing(evaluation),
              ElementsAre("user u1000007: role member, 0 second factors in force"));
  EXPECT_EQ(evaluation.status.violations, 1);

  // All fail: each is counted, the first of each tenant are named.
  lose_factors(2);
  lose_factors(3);
  evaluation = check("S07-C-04");
  EXPECT_EQ(evaluation.status.verdict, Verdict::kFail) << evaluation.status.reason;
  EXPECT_EQ(evaluation.status.violations, 100'000);
  EXPECT_THAT(sums(evaluation), ElementsAre("users of Alder fail: 99890 more users alike"));
  EXPECT_THAT(evaluation.rows, SizeIs(100 + 1 + 10 + 2));
  EXPECT_EQ(failing(evaluation).at(0), "user u1000000: role member, 0 second factors in force");
}

TEST_P(SummedChecks, NoTenantTakesAnothersRows) {
  for (std::int64_t tenant = 4; tenant < 104; ++tenant) {
    execute(
        "INSERT INTO tenant (id, parent_id, kind, name, created_us) VALUES (:id, 1, 'customer', "
        "'T' || CAST(:id AS TEXT), 0)",
        {{"id", tenant}});
    add_users(tenant, tenant * 1'000, 90);
    lose_factors(tenant);
  }
  const Evaluation evaluation = check("S07-C-04");
  std::map<std::int64_t, std::size_t> named;
  for (const EvaluatedRow& row : evaluation.rows)
    if (row.subject.starts_with("user ")) ++named[row.tenant.value];
  EXPECT_THAT(named, SizeIs(100));
  for (const auto& [tenant, rows] : named) EXPECT_EQ(rows, 50u) << tenant;
  EXPECT_EQ(evaluation.status.violations, 100 * 90 + 100) << "their users, and their rules";
  EXPECT_THAT(sums(evaluation), testing::Contains("users of T4 fail: 40 more users alike"));
}

TEST_P(SummedChecks, WhoMayStillAcceptIsNamed) {
  add_users(2, 1'000, 120);
  execute(
      "INSERT INTO terms (version, text_en, text_fr, published_us, published_by_user_id, "
      "in_force_us) VALUES ('2026', 'a', 'b', :now, 1000, :now)",
      {{"now", now()}});
  execute(
      "INSERT INTO terms_acceptance (user_id, version, tenant_id, accepted_us) SELECT id, '2026', "
      "2, 0 FROM iam_user WHERE id < 1010");
  Evaluation evaluation = check("S10-C-03");
  EXPECT_EQ(evaluation.status.verdict, Verdict::kPass);
  EXPECT_THAT(sums(evaluation), ElementsAre("users of Alder pass: 10 more users alike",
                                            "users of Alder pass: 10 users accepted the version in "
                                            "force"));
  EXPECT_EQ(reason_text(*load()->find("S10-C-03"), evaluation.rows.at(0).reason).en,
            "may accept version 2026 for 30 more days");
  clock_.advance(std::chrono::hours(24 * 30));
  evaluation = check("S10-C-03");
  EXPECT_EQ(evaluation.status.verdict, Verdict::kFail);
  EXPECT_EQ(evaluation.status.violations, 110);
}

}  // namespace
}  // namespace belfry::measures
