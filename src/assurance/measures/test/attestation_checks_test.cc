// The checks over what customers attest, on both engines: what each makes of the rows that it
// reads.
#include "rights_state.h"

namespace belfry::measures {
namespace {

class AttestationChecks : public RightsChecks {
 protected:
  void SetUp() override {
    RightsChecks::SetUp();
    add_user(20, 2, "ida", "tenant_administrator");
    add_user(21, 2, "oleg", "member");
    for (const auto& [id, topic] : kAnswers) ask(topic, 1, 400);
  }

  void ask(const std::string& topic, std::int64_t version, std::int64_t days) {
    execute(
        "INSERT INTO attestation_statement (topic, version, text_en, text_fr, sha256, "
        "published_us) VALUES (:topic, :version, 'x', 'y', 'z', :at)",
        {{"topic", topic}, {"version", version}, {"at", now() - days * kDayUs}});
  }

  // Signed so many days ago for version 1, by Ida.
  void attest(std::int64_t id, const std::string& topic, std::int64_t days) {
    execute(
        "INSERT INTO attestation (id, tenant_id, topic, version, sha256, language, "
        "signed_by_user_id, signed_by_name, signed_us, expires_us, withdrawn_by_user_id, "
        "withdrawn_by_name, withdrawn_reason) VALUES (:id, 2, :topic, 1, 'z', 'en', 20, 'ida', "
        ":at, :end, 0, '', '')",
        {{"id", id},
         {"topic", topic},
         {"at", now() - days * kDayUs},
         {"end", now() - days * kDayUs + 365 * kDayUs}});
    if (topic != "access_management") return;
    execute(
        "INSERT INTO attestation_administrator (attestation_id, user_id, tenant_id, name) VALUES "
        "(:id, 21, 2, 'oleg')",
        {{"id", id}});
  }

  // What the row of the customer says, in English.
  std::string told(const std::string& id) {
    const Evaluation evaluation = check(id);
    auto measures = load();
    for (const EvaluatedRow& row : evaluation.rows)
      if (row.subject == "tenant Cust")
        return (row.pass ? "pass: " : "fail: ") + reason_text(*measures->find(id), row.reason).en;
    return "nothing";
  }

  inline static const std::pair<std::string, std::string> kAnswers[] = {
      {"S07-C-01", "access_management"},
      {"S07-C-07", "guest_access"},
      {"S10-C-01", "staff"},
      {"S10-C-02", "skills"},
      {"S10-C-04", "instructions"}};
};
BELFRY_ON_BOTH_ENGINES(AttestationChecks);

TEST_P(AttestationChecks, EachCountsForAYear) {
  for (const auto& [id, topic] : kAnswers) {
    EXPECT_EQ(told(id),
              "fail: nobody signed the attestation: an administrator reads and signs it, under "
              "Attestations")
        << id;
    attest(500, topic, 0);
    const Evaluation evaluation = check(id);
    EXPECT_EQ(name_of(evaluation.status.verdict), "pass") << id << evaluation.status.reason;
    EXPECT_EQ(name_of(evaluation.status.proof), "attested") << id;
    const auto after = [&](std::int64_t days) {
      execute("UPDATE attestation SET signed_us = :at", {{"at", now() - days * kDayUs}});
      return told(id);
    };
    EXPECT_EQ(after(1), "pass: signed 1 day ago") << id;
    EXPECT_EQ(after(334), "pass: signed 334 days ago") << id;
    EXPECT_EQ(after(335), "pass: ends in 30 days: sign it again before") << id;
    EXPECT_EQ(after(364), "pass: ends in 1 day: sign it again before") << id;
    EXPECT_EQ(after(365),
              "fail: signed 365 days ago, which is too long: an administrator signs it again")
        << id;
    execute("DELETE FROM attestation_administrator");
    execute("DELETE FROM attestation");
  }
}

TEST_P(AttestationChecks, TheNewestAloneCounts) {
  for (const auto& [id, topic] : kAnswers) {
    attest(500, topic, 10);
    execute("UPDATE attestation SET superseded_us = :at", {{"at", now() - 5 * kDayUs}});
    attest(501, topic, 5);
    EXPECT_EQ(told(id), "pass: signed 5 days ago") << id;
    execute("UPDATE attestation SET withdrawn_us = :at WHERE id = 501",
            {{"at", now() - 2 * kDayUs}});
    EXPECT_EQ(told(id),
              "fail: withdrawn 2 days ago: an administrator signs it again once it is true")
        << id;
    execute("DELETE FROM attestation_administrator");
    execute("DELETE FROM attestation");
  }
}

TEST_P(AttestationChecks, ANewTextIsSignedWithinAMonth) {
  for (const auto& [id, topic] : kAnswers) {
    attest(500, topic, 360);
    ask(topic, 2, 0);
    EXPECT_EQ(told(id), "pass: the text changed: sign version 2 within 5 days")
        << id << ": the year ends first";
    execute("UPDATE attestation SET signed_us = :at", {{"at", now() - 100 * kDayUs}});
    execute("UPDATE attestation_statement SET published_us = :at WHERE version = 2",
            {{"at", now() - 29 * kDayUs}});
    EXPECT_EQ(told(id), "pass: the text changed: sign version 2 within 1 day") << id;
    execute("UPDATE attestation_statement SET published_us = :at WHERE version = 2",
            {{"at", now() - 30 * kDayUs}});
    EXPECT_EQ(told(id),
              "fail: signed for a text that was replaced 30 days ago: an administrator signs "
              "version 2")
        << id;
    execute("UPDATE attestation SET version = 2");
    EXPECT_EQ(told(id), "pass: signed 100 days ago") << id;
    execute("DELETE FROM attestation_administrator");
    execute("DELETE FROM attestation");
    execute("DELETE FROM attestation_statement WHERE version = 2");
  }
}

TEST_P(AttestationChecks, WhoWasNamedIsThereStill) {
  const std::string gone =
      "fail: oleg, who was named to manage access, left or is suspended: an administrator signs "
      "again and names who does now";
  attest(500, "access_management", 1);
  execute("UPDATE iam_user SET active = 0 WHERE id = 20");
  EXPECT_EQ(told("S07-C-01"), "pass: signed 1 day ago") << "who signed may leave";
  execute("UPDATE iam_user SET active = 1");
  execute(
      "INSERT INTO attestation_administrator (attestation_id, user_id, tenant_id, name) VALUES "
      "(500, 20, 2, 'ida')");
  for (const char* change : {"UPDATE iam_user SET active = 0 WHERE id = 21",
                             "UPDATE iam_user SET active = 1, deleted_us = 1 WHERE id = 21"}) {
    execute(change);
    EXPECT_EQ(told("S07-C-01"), gone) << "one of the two: " << change;
  }
  execute("UPDATE iam_user SET active = 1, deleted_us = NULL");
  EXPECT_EQ(told("S07-C-01"), "pass: signed 1 day ago");
  execute("DELETE FROM attestation_administrator");
  EXPECT_EQ(
      told("S07-C-01"),
      "fail: nobody is named to manage access: an administrator signs again and names who does");
}

TEST_P(AttestationChecks, AccountsOfPersonsAreOnePersons) {
  attest(500, "staff", 1);
  expect("S10-C-01", Verdict::kPass, {});
  EXPECT_EQ(check("S10-C-01").status.population, 3) << "the customer and its two accounts";
  add_user(22, 2, "support", "member");
  expect("S10-C-01", Verdict::kFail, {"user support: named after a task, not a person"});
  execute("UPDATE iam_user SET owner_id = 20 WHERE id = 22");
  expect("S10-C-01", Verdict::kPass, {});
  execute("UPDATE iam_user SET email = 'IDA@belfry.example' WHERE id = 21");
  expect("S10-C-01", Verdict::kFail,
         {"user ida: one address for 2 accounts", "user oleg: one address for 2 accounts"});
  execute("UPDATE iam_user SET active = 0 WHERE id = 21");
  expect("S10-C-01", Verdict::kPass, {});
  execute("UPDATE iam_user SET active = 1, email = ''");
  expect("S10-C-01", Verdict::kPass, {});
}

// A customer without anybody is asked nothing, nor are the provider and the prober's tenant.
TEST_P(AttestationChecks, AskWhoHasUsers) {
  execute(
      "INSERT INTO tenant (id, parent_id, kind, name, created_us) VALUES (3, 1, 'customer', "
      "'Empty', 0)");
  for (const auto& [id, topic] : kAnswers) {
    EXPECT_EQ(check(id).status.violations, 1) << id;
    execute("UPDATE iam_user SET active = 0 WHERE tenant_id = 2");
    EXPECT_EQ(name_of(check(id).status.verdict), "no_data") << id;
    execute("UPDATE iam_user SET active = 1");
    execute("UPDATE tenant SET probe = 1 WHERE id = 2");
    EXPECT_EQ(name_of(check(id).status.verdict), "no_data") << id;
    execute("UPDATE tenant SET probe = 0");
  }
}

}  // namespace
}  // namespace belfry::measures
